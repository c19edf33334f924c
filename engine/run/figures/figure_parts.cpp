// SPDX-License-Identifier: MIT
#include "run/figures/figure_parts.hpp"

#include <algorithm>
#include <cmath>

#include "core/build_id.hpp"
#include "core/number_text.hpp"
#include "figures/ticks.hpp"
#include "run/preset/preset.hpp"

namespace tempera {
namespace {

std::string provenance(const Json& preset, const char* seed_place, const std::string& what) {
    const auto text_at = [&](const char* place, const std::string& otherwise) {
        const Json value = get_value(preset, place);
        return value.is_string() ? value.get<std::string>() : otherwise;
    };
    const Json seed = get_value(preset, seed_place);
    return text_at("name", "run") + (seed.is_null() ? "" : ", seed " + seed.dump()) + what + ", tempera " +
           text_at("made_by.build", TEMPERA_BUILD_ID);
}

}  // namespace

PlotSpec new_figure(std::string id, std::string title, const Json* preset) {
    PlotSpec plot;
    plot.id = std::move(id);
    plot.title = std::move(title);
    plot.provenance = preset ? run_provenance(*preset) : std::string();
    return plot;
}

std::string run_provenance(const Json& preset) { return provenance(preset, "run.seed", ""); }

std::string training_provenance(const Json& preset, long step) {
    return provenance(preset, "model.training.seed", ", training step " + std::to_string(step));
}

PlotAxis axis(std::string label, double min, double max) {
    PlotAxis a;
    a.label = std::move(label);
    a.min = min;
    a.max = max;
    return a;
}

PlotAxis level_axis(int n_levels) {
    const int n = std::max(1, n_levels);
    PlotAxis a = axis("level, from reference to target", -0.012 * n, 1.012 * n);
    a.reversed = true;
    a.ticks = level_ticks(n);
    return a;
}

PlotAxis fraction_axis(std::string label) { return axis(std::move(label), 0, 1.03); }

void fit(PlotAxis& axis, const std::vector<double>& values, bool may_be_log) {
    double low = 1e300, high = -1e300;
    for (const double v : values) {
        if (std::isfinite(v)) {
            low = std::min(low, v), high = std::max(high, v);
        }
    }
    if (low > high) {
        low = 0, high = 1;
    }
    if (high - low < 1e-9 * std::max(1.0, std::abs(high))) {  // all the same
        low -= 0.5, high += 0.5;
    }
    axis.log = may_be_log && low > 0 && high > 5 * low;
    if (axis.log) {
        const auto down = [](double v) { return std::pow(10.0, std::floor(3 * std::log10(v) - 0.1) / 3); };
        axis.min = down(low);
        axis.max = 1 / down(1 / high);
        axis.ticks = one_two_five(axis.min, axis.max, 5);
        return;
    }
    const double range = std::max(high - low, 1e-3 * std::abs(high));
    const double step = std::pow(10.0, std::floor(std::log10(range))) / 2;
    axis.min = std::floor((low - 0.04 * range) / step) * step;
    axis.max = std::ceil((high + 0.04 * range) / step) * step;
}

std::vector<std::pair<double, std::string>> one_two_five(double low, double high, std::size_t most) {
    std::vector<std::pair<double, std::string>> ticks;
    for (int e = static_cast<int>(std::floor(std::log10(low))); e <= std::log10(high); ++e) {
        for (const int lead : {1, 2, 5}) {
            const double v = lead * std::pow(10.0, e);
            if (v >= low * 0.999 && v <= high * 1.001) {
                ticks.emplace_back(v, short_number(v, 6));
            }
        }
    }
    if (ticks.size() > most) {
        std::erase_if(ticks, [](const auto& t) {
            const double l = std::log10(t.first);
            return std::abs(l - std::round(l)) > 1e-6;
        });
    }
    return ticks;
}

std::string words_of(std::string name) {
    std::replace(name.begin(), name.end(), '_', ' ');
    return name;
}

std::string mode_name(const std::vector<std::string>& names, int mode) {
    const auto m = static_cast<std::size_t>(std::max(0, mode));
    return m < names.size() && !names[m].empty() ? names[m] : "mode " + std::to_string(mode + 1);
}

PlotLayer seen(PlotLayer line) {
    if (line.kind == PlotLayer::Kind::line && line.x.size() == 1) {
        line.kind = PlotLayer::Kind::points;
        line.width = 5;
    }
    return line;
}

PlotLayer pick_ring(double x, double y) {
    PlotLayer ring = make_layer(PlotLayer::Kind::points, "", Role::exact, 14);
    ring.x = {x}, ring.y = {y};
    ring.ring = true;
    return ring;
}

void add_layers(PlotSpec& plot, std::vector<PlotLayer> layers) {
    for (PlotLayer& layer : layers) {
        if (!layer.x.empty() || !layer.y.empty() || layer.image) {
            plot.layers.push_back(std::move(layer));
        }
    }
}

}  // namespace tempera
