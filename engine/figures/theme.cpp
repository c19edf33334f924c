// SPDX-License-Identifier: MIT
// The one table of colours: one colour, one meaning, in the window, in exports and in the report.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "core/errors.hpp"
#include "core/joined.hpp"
#include "figures/palette_names.hpp"
#include "figures/plot_spec.hpp"

namespace tempera {
namespace {

// Okabe and Ito's colour-blind safe set, ordered so that neighbours differ most on the ground they stand on.
std::vector<unsigned> modes_on_light() {
    return {0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0xE69F00, 0x56B4E9, 0x6B4C9A, 0x8A8A00};
}
std::vector<unsigned> modes_on_dark() {
    return {0x56B4E9, 0xE69F00, 0x2FC497, 0xE08DBE, 0xF0E442, 0xF0763B, 0x8FA8FF, 0xB9C26A};
}

Palette light() {
    return {.ground = 0xEDEFF2,
            .panel = 0xFFFFFF,
            .raised = 0xF5F6F8,
            .field = 0xEFF1F4,
            .field_hovered = 0xE3E7EC,
            .border = 0xD8DDE3,
            .grid = 0xE3E7EC,
            .text = 0x1D232B,
            .dim = 0x5F6975,
            .accent = 0x1F6FB5,
            .primary = 0x1F6FB5,
            .good = 0x177A53,
            .warning = 0x8A5F00,
            .bad = 0xB83227,
            .exact = 0x10151B,
            .sampled = 0x1F69B0,
            .weighted = 0x0F7653,
            .learned = 0xB04E05,
            .modes = modes_on_light(),
            .dark = false};
}

Palette dark() {
    return {.ground = 0x111418,
            .panel = 0x181C22,
            .raised = 0x20252D,
            .field = 0x262C35,
            .field_hovered = 0x303845,
            .border = 0x2B313B,
            .grid = 0x2A303A,
            .text = 0xDDE3EA,
            .dim = 0x8D97A5,
            .accent = 0x4FA3E3,
            .primary = 0x1F6FB5,
            .good = 0x4FB286,
            .warning = 0xE3B341,
            .bad = 0xEB6D68,
            .exact = 0xE8EDF2,
            .sampled = 0x5AA9F0,
            .weighted = 0x3FBF93,
            .learned = 0xF2913D,
            .modes = modes_on_dark(),
            .dark = true};
}

Palette high_contrast() {
    return {.ground = 0x000000,
            .panel = 0x000000,
            .raised = 0x000000,
            .field = 0x1A1A1A,
            .field_hovered = 0x333333,
            .border = 0xFFFFFF,
            .grid = 0x555555,
            .text = 0xFFFFFF,
            .dim = 0xD0D0D0,
            .accent = 0x66C2FF,
            .primary = 0x0A62B0,
            .good = 0x4DFFB0,
            .warning = 0xFFD500,
            .bad = 0xFF8A80,
            .exact = 0xFFFFFF,
            .sampled = 0x5CB8FF,
            .weighted = 0x2EFFA8,
            .learned = 0xFFA040,
            .modes = modes_on_dark(),
            .dark = true};
}

Palette printed() {
    Palette p = light();
    p.ground = 0xFFFFFF;
    return p;
}

const std::vector<std::pair<std::string, Palette>>& palettes() {
    static const std::vector<std::pair<std::string, Palette>> all{
        {"light", light()}, {"dark", dark()}, {"high_contrast", high_contrast()}, {"print", printed()}};
    return all;
}

}  // namespace

const std::vector<std::string>& palette_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> out;
        for (const auto& [name, unused] : palettes()) {
            out.push_back(name);
        }
        return out;
    }();
    return names;
}

const Palette& palette(const std::string& theme) {
    for (const auto& [name, colours] : palettes()) {
        if (theme == name) {
            return colours;
        }
    }
    const std::string near = nearest_name(theme, palette_names());
    throw ConfigError("theme", "\"" + theme + "\" is not known" +
                                   (near.empty() ? "" : "; did you mean \"" + near + "\"?") +
                                   " (one of: " + joined(palette_names()) + ")");
}

namespace {

/// The set again and again, each round in other shades: lighter and darker in turn.
unsigned shaded(const std::vector<unsigned>& set, std::size_t index, bool dark) {
    constexpr double mix[] = {0, 0.45, -0.35, 0.7, -0.55};
    const unsigned base = set[index % set.size()];
    const double t = mix[index / set.size() % std::size(mix)] * (dark ? 1 : -1);
    unsigned out = 0;
    for (unsigned shift : {16u, 8u, 0u}) {
        const auto v = static_cast<double>(base >> shift & 255u);
        out |= static_cast<unsigned>(std::lround(v + std::abs(t) * ((t > 0 ? 255.0 : 0.0) - v))) << shift;
    }
    return out;
}

}  // namespace

unsigned Palette::role(Role role, int index) const {
    switch (role) {
    case Role::exact:
        return exact;
    case Role::sampled:
        return sampled;
    case Role::weighted:
        return weighted;
    case Role::learned:
        return learned;
    case Role::accent:
        return accent;
    case Role::threshold:
    case Role::dim:
        return dim;
    case Role::mode:
    case Role::run:
        return modes.empty() ? text : shaded(modes, static_cast<std::size_t>(std::max(0, index)), dark);
    }
    return text;
}

namespace {

struct Stop {
    double at;
    unsigned rgb;
};

std::array<double, 3> between(const Stop* stops, int n, double t) {
    int i = 0;
    while (i < n - 2 && t > stops[i + 1].at) {
        ++i;
    }
    const double f = std::clamp((t - stops[i].at) / (stops[i + 1].at - stops[i].at), 0.0, 1.0);
    std::array<double, 3> out{};
    for (int k = 0; k < 3; ++k) {
        const double a = static_cast<double>(stops[i].rgb >> (16 - 8 * k) & 255u);
        const double b = static_cast<double>(stops[i + 1].rgb >> (16 - 8 * k) & 255u);
        out[static_cast<std::size_t>(k)] = (a + f * (b - a)) / 255;
    }
    return out;
}

}  // namespace

std::array<double, 3> density_colour(const Palette& palette, double t) {
    const Stop dark[] = {
        {0, palette.panel}, {0.22, 0x1B2B63}, {0.48, 0x3A5A86}, {0.74, 0x93A17C}, {1, 0xFFE65A}};
    const Stop light[] = {
        {0, palette.panel}, {0.25, 0xD6E4F4}, {0.5, 0x94BAE3}, {0.75, 0x4280C4}, {1, 0x0B4A9E}};
    return between(palette.dark ? dark : light, 5, t > 0 ? t : 0.0);
}

std::array<double, 3> difference_colour(const Palette& palette, double t) {
    // Zero is a shade off the ground, so that it shows where there is something to compare.
    const Stop dark[] = {{-1, 0x6FB7FF}, {-0.5, 0x2F5F92}, {0, 0x2C323B}, {0.5, 0x8F561F}, {1, 0xFFA24A}};
    const Stop light[] = {{-1, 0x14569B}, {-0.5, 0x7FB0DC}, {0, 0xF1F3F5}, {0.5, 0xEDA868}, {1, 0xB04E05}};
    return between(palette.dark ? dark : light, 5, std::clamp(t, -1.0, 1.0));
}

std::array<double, 3> value_colour(const Palette& palette, double t) {
    const double palest = palette.dark ? 0.35 : 0.5;
    return density_colour(palette, palest + (1 - palest) * std::clamp(t, 0.0, 1.0));
}

double colour_place(const PlotAxis& scale, double value) {
    const auto at = [&](double v) { return scale.log ? std::log10(std::max(v, 1e-300)) : v; };
    return std::clamp((at(value) - at(scale.min)) / (at(scale.max) - at(scale.min)), 0.0, 1.0);
}

unsigned packed_rgb(const std::array<double, 3>& colour) {
    unsigned out = 0;
    for (const double c : colour) {
        out = out << 8 | static_cast<unsigned>(std::lround(255 * std::clamp(c, 0.0, 1.0)));
    }
    return out;
}

double density_transfer(double value, double max) {
    constexpr double decades = 2.6;
    if (!(value > 0) || !(max > 0)) {
        return 0;
    }
    return std::clamp(1 + std::log10(value / max) / decades, 0.0, 1.0);
}

}  // namespace tempera
