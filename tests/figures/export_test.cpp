// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <sstream>

#include "core/errors.hpp"
#include "figures/plot_spec.hpp"
#include "figures/png.hpp"
#include "figures/ticks.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

PlotLayer layer(Kind kind, const char* name, std::vector<double> x, std::vector<double> y,
                std::vector<double> y2 = {}) {
    PlotLayer l;
    l.kind = kind;
    l.name = name;
    l.x = std::move(x), l.y = std::move(y), l.y2 = std::move(y2);
    return l;
}

/// A plot with every kind of layer and signs that need escaping.
PlotSpec every_kind() {
    PlotSpec p;
    p.id = "every_kind";
    p.title = "Every kind of layer: <a & b>";
    p.state = "state \"quoted\"";
    p.x.label = "horizontal", p.x.unit = "mm", p.y.label = "vertical";
    p.x.max = 4, p.y.min = -1, p.y.max = 2;
    p.note = "A note that is long enough to be wrapped into more than one line because it goes on and on and "
             "on and on and on and on and on.";
    p.provenance = "Run test, seed 1.";
    auto grid = std::make_shared<Grid>();
    grid->nx = 4, grid->ny = 2, grid->box = {0, 4, 0, 2}, grid->max = 1;
    grid->value = {0, 0.1f, 0.5f, 1, 0, 0, 0.01f, 0.02f};
    PlotLayer image = layer(Kind::image, "", {}, {});
    image.image = grid;
    p.layers = {image,
                layer(Kind::area, "area", {0, 1, 2}, {0, 0, 0}, {1, 1, 1}),
                layer(Kind::band, "band", {0, 1, 2}, {0, 0, 0}, {1, 2, 1}),
                layer(Kind::line, "a line", {0, 1, 2, 3}, {0, 1, 0.5, 2}),
                layer(Kind::bars, "bars", {1, 2}, {1, -0.5}),
                layer(Kind::stairs, "stairs", {0, 1, 2}, {1, 0, 1}),
                layer(Kind::points, "points", {0.5, 1.5}, {0.5, 1}),
                layer(Kind::segments, "segments", {0, 1, 2, 3}, {0, 1, 1, 0}),
                layer(Kind::vline, "vline", {2}, {}),
                layer(Kind::hline, "hline", {}, {0.5}),
                layer(Kind::text, "", {3.9}, {1})};
    p.layers.back().text = "label <&>";
    return p;
}

/// Checks that tags nest, attributes are quoted and nothing needs escaping; counts <text>.
bool well_formed(const std::string& xml, int& n_texts) {
    std::vector<std::string> open;
    n_texts = 0;
    std::size_t at = 0;
    while (at < xml.size()) {
        const std::size_t tag = xml.find('<', at);
        const std::string between = xml.substr(at, tag == std::string::npos ? std::string::npos : tag - at);
        for (std::size_t i = 0; i < between.size(); ++i) {
            if (between[i] == '>' || (between[i] == '&' && between.find(';', i) == std::string::npos)) {
                return false;
            }
        }
        if (tag == std::string::npos) {
            break;
        }
        const std::size_t end = xml.find('>', tag);
        if (end == std::string::npos) {
            return false;
        }
        const std::string inside = xml.substr(tag + 1, end - tag - 1);
        if (inside.find('<') != std::string::npos || std::count(inside.begin(), inside.end(), '"') % 2 != 0) {
            return false;
        }
        const std::string name = inside.substr(inside[0] == '/' ? 1 : 0,
                                               inside.find_first_of(" />", 1) - (inside[0] == '/' ? 1 : 0));
        if (inside[0] == '/') {
            if (open.empty() || open.back() != inside.substr(1)) {
                return false;
            }
            open.pop_back();
        } else if (inside.back() != '/') {
            open.push_back(inside.substr(0, inside.find(' ')));
            n_texts += open.back() == "text";
        }
        at = end + 1;
    }
    return open.empty();
}

TEST(Svg, IsWellFormedAndHasText) {
    for (const char* theme : {"light", "dark", "high_contrast", "print"}) {
        int n_texts = 0;
        EXPECT_TRUE(well_formed(to_svg(every_kind(), palette(theme)), n_texts)) << theme;
        EXPECT_GT(n_texts, 10);
    }
    int n_texts = 0;
    EXPECT_TRUE(well_formed(to_svg(PlotSpec{}, palette("light")), n_texts));
    EXPECT_GE(n_texts, 1) << "an empty plot says so";
}

TEST(Svg, LoadsNothingFromElsewhere) {
    std::string svg = to_svg(every_kind(), palette("light"));
    const std::string name_space = "http://www.w3.org/2000/svg";
    svg.erase(svg.find(name_space), name_space.size());
    EXPECT_EQ(svg.find("http"), std::string::npos);
    EXPECT_NE(svg.find("data:image/png;base64,"), std::string::npos);
    EXPECT_EQ(svg.find("nan"), std::string::npos);
}

TEST(Exports, EqualPlotsGiveEqualBytes) {
    const PlotSpec p = every_kind();
    EXPECT_EQ(to_svg(p, palette("light")), to_svg(p, palette("light")));
    EXPECT_EQ(to_pdf(p, palette("print")), to_pdf(p, palette("print")));
    EXPECT_EQ(to_png(p, palette("dark")), to_png(p, palette("dark")));
}

TEST(Exports, ManyPointsAreDrawnAsAPicture) {
    PlotSpec p;
    p.id = "cloud";
    PlotLayer few = layer(Kind::points, "", {}, {});
    for (int i = 0; i < 4000; ++i) {
        few.x.push_back(i / 4000.0), few.y.push_back(0.5);
    }
    PlotLayer many = few;
    many.x.insert(many.x.end(), few.x.begin(), few.x.end());
    many.y.insert(many.y.end(), few.y.begin(), few.y.end());
    p.layers = {few};
    EXPECT_EQ(to_svg(p, palette("light")).find("<image"), std::string::npos);
    p.layers = {many};
    EXPECT_NE(to_svg(p, palette("light")).find("<image"), std::string::npos);
}

TEST(Exports, SurviveNumbersThatAreNotFinite) {
    constexpr double nan = std::numeric_limits<double>::quiet_NaN(),
                     infinity = std::numeric_limits<double>::infinity();
    PlotSpec p = every_kind();
    p.layers.push_back(layer(Kind::line, "bad", {0, 1, nan, 3}, {infinity, 1, 2, 1e300}));
    p.x.min = nan;
    p.y.min = p.y.max = 3;
    const std::string svg = to_svg(p, palette("light"));
    EXPECT_EQ(svg.find("nan"), std::string::npos);
    EXPECT_EQ(svg.find("inf"), std::string::npos);
    EXPECT_EQ(to_pdf(p, palette("light")).substr(0, 4), "%PDF");
    EXPECT_EQ(to_png(p, palette("light")).substr(1, 3), "PNG");
}

TEST(Pdf, TextCanBeExtracted) {
    if (std::system("command -v pdftotext > /dev/null 2>&1") != 0) {
        GTEST_SKIP() << "pdftotext is not installed";
    }
    const auto folder =
        std::filesystem::temp_directory_path() / ("tempera-figures-" + std::to_string(std::rand()));
    std::filesystem::create_directories(folder);
    PlotSpec p = every_kind();
    p.title = "Selectable title";
    std::ofstream(folder / "f.pdf", std::ios::binary) << to_pdf(p, palette("print"));
    ASSERT_EQ(
        std::system(("pdftotext " + (folder / "f.pdf").string() + " " + (folder / "f.txt").string()).c_str()),
        0);
    std::stringstream text;
    text << std::ifstream(folder / "f.txt").rdbuf();
    EXPECT_NE(text.str().find("Selectable title"), std::string::npos) << text.str();
    EXPECT_NE(text.str().find("horizontal"), std::string::npos);
    std::filesystem::remove_all(folder);
}

TEST(Png, HasTheRightSizeAndRefusesOthers) {
    const std::string png = encode_png(3, 2, std::vector<unsigned char>(18, 200));
    EXPECT_EQ(png.substr(1, 3), "PNG");
    EXPECT_EQ(png[19], 3);
    EXPECT_EQ(png[23], 2);
    EXPECT_THROW(encode_png(3, 2, std::vector<unsigned char>(17)), std::invalid_argument);
}

TEST(Base64, MatchesThePublishedVectors) {  // RFC 4648, section 10
    EXPECT_EQ(base64(""), "");
    EXPECT_EQ(base64("f"), "Zg==");
    EXPECT_EQ(base64("fo"), "Zm8=");
    EXPECT_EQ(base64("foo"), "Zm9v");
    EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
}

TEST(Sanitize, DropsAndCountsAndKeepsColumnsTogether) {
    PlotSpec p;
    PlotLayer l = layer(Kind::points, "p", {0, 1, 2, 3}, {0, std::nan(""), 2, 3});
    l.group = {5, 6, 7, 8};
    p.layers = {l, layer(Kind::segments, "s", {0, 1, 2, 3}, {0, 1, std::nan(""), 3})};
    sanitize(p);
    EXPECT_EQ(p.dropped, 2);
    EXPECT_EQ(p.layers[0].x, (std::vector<double>{0, 2, 3}));
    EXPECT_EQ(p.layers[0].group, (std::vector<int>{5, 7, 8}));
    EXPECT_EQ(p.layers[1].x, (std::vector<double>{0, 1}));
    p.y.log = true, p.y.min = 0, p.y.max = 0;
    sanitize(p);
    EXPECT_GT(p.y.min, 0);
    EXPECT_LT(p.y.min, p.y.max);
}

TEST(Csv, QuotesAndRoundTrips) {
    PlotSpec p;
    p.layers = {layer(Kind::line, "a, \"b\"", {0.1}, {1.0 / 3})};
    EXPECT_EQ(to_csv(p),
              "layer,kind,name,x,y,y2,group\r\n0,line,\"a, \"\"b\"\"\",0.1,0.3333333333333333,,\r\n");
}

/// A picture of one colour that is hidden around a disc, as a viewer shows it: where the disc ends there are
/// mixtures of its colour and the ground, and nothing darker or greyer.
TEST(Pdf, HiddenPartsOfPicturesLeaveNoHalo) {
    if (std::system("pdftoppm -v 2>/dev/null") != 0) {
        GTEST_SKIP() << "there is no pdftoppm";
    }
    auto grid = std::make_shared<Grid>();
    grid->nx = grid->ny = 24, grid->box = {-12, 12, -12, 12}, grid->max = 1;
    for (int i = 0; i < 24 * 24; ++i) {
        const bool inside = std::hypot(i % 24 - 11.5, i / 24 - 11.5) < 9;
        grid->value.push_back(inside ? 1.0f : std::numeric_limits<float>::quiet_NaN());
    }
    PlotSpec p;
    p.x.min = p.y.min = -12, p.x.max = p.y.max = 12;
    PlotLayer image = layer(Kind::image, "", {}, {});
    image.image = grid, image.diverging = true;
    p.layers = {image};
    const std::filesystem::path folder = testing::TempDir();
    const std::string name = (folder / "tempera_halo").string();
    std::ofstream(name + ".pdf", std::ios::binary) << to_pdf(p, palette("light"), {100, 100});
    ASSERT_EQ(std::system(("pdftoppm -singlefile -r 100 " + name + ".pdf " + name).c_str()), 0);
    std::ifstream in(name + ".ppm", std::ios::binary);
    std::string magic;
    int width = 0, height = 0, most = 0;
    in >> magic >> width >> height >> most;
    in.get();
    const std::string pixels{std::istreambuf_iterator<char>(in), {}};
    ASSERT_TRUE(magic == "P6" && pixels.size() == static_cast<std::size_t>(3 * width * height));
    const auto pixel = [&](int x, int y) {
        const auto* at = reinterpret_cast<const unsigned char*>(pixels.data()) + 3 * (y * width + x);
        return std::array<double, 3>{double(at[0]), double(at[1]), double(at[2])};
    };
    const auto disc = pixel(width / 2, height / 2), ground = pixel(2, 2);
    double farthest = 0;
    for (int y = height / 4; y < 3 * height / 4; ++y) {
        for (int x = width / 2; x < width * 9 / 10; ++x) {  // up to the frame
            // Distance from the segment between the two colours.
            const auto c = pixel(x, y);
            double dot = 0, length = 0, off = 0;
            for (std::size_t k = 0; k < 3; ++k) {
                dot += (c[k] - ground[k]) * (disc[k] - ground[k]);
                length += (disc[k] - ground[k]) * (disc[k] - ground[k]);
            }
            for (std::size_t k = 0; k < 3; ++k) {
                const double on = ground[k] + std::clamp(dot / length, 0.0, 1.0) * (disc[k] - ground[k]);
                off = std::max(off, std::abs(c[k] - on));
            }
            farthest = std::max(farthest, off);
        }
    }
    EXPECT_LT(farthest, 8) << "of 255";
    if (!HasFailure()) {
        std::filesystem::remove(name + ".pdf");
        std::filesystem::remove(name + ".ppm");
    }
}

TEST(PlotJson, HoldsWhatWasDrawn) {
    const Json j = to_json(every_kind());
    EXPECT_EQ(j["layers"].size(), 11u);
    EXPECT_EQ(j["layers"][0]["image"]["nx"], 4);
    EXPECT_NE(every_kind().describe().find("a line: 4 values"), std::string::npos);
}

TEST(Ticks, AreRoundAndUseProperSigns) {
    PlotAxis a;
    a.min = -2.2, a.max = 3.1;
    const auto ticks = axis_ticks(a, 5);
    ASSERT_GE(ticks.size(), 4u);
    EXPECT_EQ(ticks.front().second, "\u22122");
    EXPECT_EQ(typeset(-0.0001, 2), "0.00");
    EXPECT_EQ(typeset(1234567, 0), "1\u2009234\u2009567");
    EXPECT_EQ(typeset_power_of_ten(-12), "10\u207b\u00b9\u00b2");
    a.log = true, a.min = 1e-4, a.max = 10;
    EXPECT_EQ(axis_ticks(a, 6).front().second, "10\u207b\u2074");
    EXPECT_EQ(level_ticks(64).size(), 5u);
    EXPECT_EQ(level_ticks(7).back().second, "7");
}

/// Labels are distinct and grow, wherever the axis lies and however near its ends are.
TEST(Ticks, TextsTellThemApartEverywhere) {
    for (const double middle :
         {0.0, 1.0, -3.0, 2e7, -2e7, 1e6, 123456789.0, 1e12, 4.5e15, 1e20, 1e300, 2e-7, 1e-300}) {
        for (const double share : {10.0, 1.0, 0.1, 1e-3, 1e-6, 1e-9, 1e-12, 1e-15, 1e-17}) {
            PlotAxis a;
            const double half = share * (middle == 0 ? 1 : std::abs(middle));
            a.min = middle - half, a.max = middle + half;
            if (!(a.max > a.min) || !std::isfinite(a.max - a.min)) {
                continue;
            }
            std::set<std::string> texts;
            const auto ticks = axis_ticks(a, 6);
            for (const auto& [value, text] : ticks) {
                texts.insert(text);
            }
            EXPECT_EQ(texts.size(), ticks.size()) << a.min << " to " << a.max;
            EXPECT_LE(ticks.size(), 50u);
            if (half > 1e-13 * std::abs(middle)) {
                EXPECT_GE(ticks.size(), 3u) << a.min << " to " << a.max;
            }
        }
    }
    PlotAxis a;
    a.min = 2e7 - 4, a.max = 2e7 + 4;
    EXPECT_EQ(axis_ticks(a, 5)[0].second, "19\u2009999\u2009996");
    a.min = 0, a.max = 5e7;
    EXPECT_EQ(axis_ticks(a, 5)[1].second, "1.0\u00b710\u2077");
    a.min = a.max = 3;
    EXPECT_TRUE(axis_ticks(a, 5).empty());
}

double luminance(unsigned rgb) {
    double sum = 0;
    const double part[] = {0.2126, 0.7152, 0.0722};
    for (int k = 0; k < 3; ++k) {
        const double c = (rgb >> (16 - 8 * k) & 255u) / 255.0;
        sum += part[k] * (c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4));
    }
    return sum;
}

TEST(Themes, TextAndSeriesStandOutFromThePanel) {
    for (const char* theme : {"light", "dark", "high_contrast", "print"}) {
        const Palette& p = palette(theme);
        const auto contrast = [&](unsigned rgb) {
            const double a = luminance(rgb) + 0.05, b = luminance(p.panel) + 0.05;
            return std::max(a, b) / std::min(a, b);
        };
        for (unsigned rgb :
             {p.text, p.dim, p.accent, p.exact, p.sampled, p.weighted, p.learned, p.good, p.warning, p.bad}) {
            EXPECT_GE(contrast(rgb), 4.5) << theme << std::hex << " " << rgb;
        }
        for (unsigned rgb : p.modes) {
            EXPECT_GE(contrast(rgb), 2.0) << theme << std::hex << " " << rgb;
        }
        for (int k = 0; k < 3; ++k) {
            EXPECT_NEAR(density_colour(p, 0)[static_cast<std::size_t>(k)],
                        (p.panel >> (16 - 8 * k) & 255u) / 255.0, 1e-12);
        }
    }
    EXPECT_THROW(palette("drak"), ConfigError);
}

TEST(DensityTransfer, CoversTheDecadesBelowTheMaximum) {
    EXPECT_EQ(density_transfer(1, 1), 1.0);
    EXPECT_NEAR(density_transfer(std::pow(10, -1.3), 1), 0.5, 1e-12);
    EXPECT_EQ(density_transfer(1e-3, 1), 0.0);
    EXPECT_EQ(density_transfer(0, 0), 0.0);
    EXPECT_EQ(density_transfer(std::nan(""), 1), 0.0);
}

}  // namespace
}  // namespace tempera
