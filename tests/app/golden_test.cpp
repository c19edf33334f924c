// SPDX-License-Identifier: MIT
// Single panels against stored pictures. TEMPERA_UPDATE_GOLDENS=1 rewrites them; look at them before they are
// kept.
#include <gtest/gtest.h>

#include <cairo.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>

#include "app/egl_context.hpp"
#include "app/session.hpp"
#include "core/npy.hpp"
#include "figures/png.hpp"

namespace tempera::app {
namespace {

constexpr int channel_tolerance = 8;
constexpr double share_tolerance = 0.01;

struct Look {
    const char *preset, *theme;
    std::vector<std::string> panels;
};

PanelPicture read_png(const std::filesystem::path& file) {
    PanelPicture out;
    cairo_surface_t* surface = cairo_image_surface_create_from_png(file.c_str());
    if (cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS) {
        out.width = cairo_image_surface_get_width(surface);
        out.height = cairo_image_surface_get_height(surface);
        const unsigned char* data = cairo_image_surface_get_data(surface);
        for (int y = 0; y < out.height; ++y) {
            const auto* row = reinterpret_cast<const std::uint32_t*>(
                data + static_cast<std::ptrdiff_t>(y) * cairo_image_surface_get_stride(surface));
            for (int x = 0; x < out.width; ++x) {
                for (int shift : {16, 8, 0}) {
                    out.rgb.push_back(static_cast<unsigned char>(row[x] >> shift & 255u));
                }
            }
        }
    }
    cairo_surface_destroy(surface);
    return out;
}

/// Share of pixels with a channel that differs by more than the tolerance.
double difference(const PanelPicture& a, const PanelPicture& b) {
    long n = 0;
    for (std::size_t i = 0; i + 2 < a.rgb.size(); i += 3) {
        int most = 0;
        for (std::size_t c = 0; c < 3; ++c) {
            most = std::max(most, std::abs(static_cast<int>(a.rgb[i + c]) - static_cast<int>(b.rgb[i + c])));
        }
        n += most > channel_tolerance;
    }
    return static_cast<double>(n) / (static_cast<double>(a.width) * a.height);
}

class Golden : public ::testing::TestWithParam<Look> {};

TEST_P(Golden, PanelsLookAsStored) {
    try {
        const EglContext probe(16, 16);
    } catch (const std::runtime_error& e) {
        GTEST_SKIP() << e.what();
    }
    const Look& look = GetParam();
    AppOptions options;
    options.file = std::string(TEMPERA_PRESET_DIR) + "/" + look.preset + ".json";
    options.theme = look.theme;
    options.width = 1280;
    options.height = 800;
    const std::filesystem::path stored =
        std::filesystem::path(TEMPERA_PRESET_DIR).parent_path() / "tests/app/goldens";
    const std::filesystem::path beside = "golden_failures";
    const char* update = std::getenv("TEMPERA_UPDATE_GOLDENS");
    for (const PanelPicture& picture : panel_pictures(options, look.panels)) {
        const std::string name = std::string(look.preset) + "_" + picture.panel + "_" + look.theme + ".png";
        const std::string png = encode_png(picture.width, picture.height, picture.rgb);
        if (update && *update == '1') {
            std::filesystem::create_directories(stored);
            write_file_atomically(stored / name, png);
            continue;
        }
        const PanelPicture golden = read_png(stored / name);
        const bool same_size = golden.width == picture.width && golden.height == picture.height;
        const double share = same_size ? difference(picture, golden) : 1;
        EXPECT_TRUE(same_size) << name << ": " << picture.width << "x" << picture.height << ", stored "
                               << golden.width << "x" << golden.height;
        EXPECT_LE(share, share_tolerance) << name;
        if (share > share_tolerance) {
            std::filesystem::create_directories(beside);
            write_file_atomically(beside / name, png);
            ADD_FAILURE() << "the picture is in " << std::filesystem::absolute(beside / name);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(
    Panels, Golden,
    ::testing::Values(
        Look{"two_lakes", "dark", {"setup", "particles", "ess", "occupancy", "mode_weights", "health"}},
        Look{"two_lakes", "light", {"particles", "ess", "mode_weights", "health"}},
        Look{"weight_collapse", "light", {"weights", "mode_weights", "runs"}},
        Look{"re_ladder", "dark", {"replicas", "health", "swaps"}},
        Look{"blindness_story", "light", {"blindness", "mode_weights"}},
        Look{"blindness_d8", "dark", {"mode_weights"}}),
    [](const auto& info) { return std::string(info.param.preset) + "_" + info.param.theme; });

}  // namespace
}  // namespace tempera::app
