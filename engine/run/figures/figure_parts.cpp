// SPDX-License-Identifier: MIT
#include "run/figures/figure_parts.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/build_id.hpp"
#include "core/number_text.hpp"

namespace tempera {

PlotAxis axis(std::string label, double min, double max) {
    PlotAxis a;
    a.label = std::move(label);
    a.min = min;
    a.max = max;
    return a;
}

PlotAxis level_axis(int n_levels) {
    PlotAxis a = axis("level", 0, std::max(1, n_levels));
    a.reversed = true;
    return a;
}

PlotLayer layer(PlotLayer::Kind kind, std::string name, Role role, int index) {
    return make_layer(kind, std::move(name), role, 2, index);
}

std::string provenance(const Snapshot& s) {
    std::string text = "run " + std::to_string(s.id);
    if (s.preset) {
        text = s.preset->value("name", "run") + ", " + text;
        if (s.preset->contains("run")) {
            text += ", seed " + (*s.preset)["run"].value("seed", Json(0)).dump();
        }
    }
    return text + ", tempera " + std::string(TEMPERA_BUILD_ID);
}

std::vector<std::pair<double, std::string>> one_two_five(double low, double high) {
    std::vector<std::pair<double, std::string>> ticks;
    for (int e = static_cast<int>(std::floor(std::log10(low))); e <= std::log10(high); ++e) {
        for (const int lead : {1, 2, 5}) {
            const double v = lead * std::pow(10.0, e);
            if (v >= low * 0.999 && v <= high * 1.001) {
                ticks.emplace_back(v, short_number(v, 6));
            }
        }
    }
    return ticks;
}

std::string number_text(double value, int decimals) {
    char buffer[48];
    std::snprintf(buffer, sizeof buffer, "%.*f", decimals, value);
    return buffer;
}

std::string mode_name(const std::vector<std::string>& names, int mode) {
    if (mode >= 0 && mode < static_cast<int>(names.size()) &&
        !names[static_cast<std::size_t>(mode)].empty()) {
        return names[static_cast<std::size_t>(mode)];
    }
    return "mode " + std::to_string(mode + 1);
}

}  // namespace tempera
