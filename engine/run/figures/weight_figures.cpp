// SPDX-License-Identifier: MIT
// Plots of importance weights and of particles over densities.
#include <algorithm>
#include <cmath>

#include "core/number_text.hpp"
#include "run/figures/figure_parts.hpp"

namespace tempera {

PlotSpec weight_histogram_plot(const Snapshot& s) {
    PlotSpec plot;
    plot.id = "log_weights";
    plot.title = "Log weights";
    plot.provenance = provenance(s);
    plot.x = axis("log weight less its mean", -1, 1);
    plot.y = axis("particles, relative", 0, 1);
    plot.legend = false;
    if (s.exchange) {
        plot.empty = "Replica exchange keeps equal weights.";
        return plot;
    }
    if (!s.weight_histogram || s.weight_histogram->count.empty()) {
        plot.empty = "The spread of the weights appears here when a run starts.";
        return plot;
    }
    const Histogram& h = *s.weight_histogram;
    const double step = (h.high - h.low) / static_cast<double>(h.count.size());
    double total = 0, mean = 0, top = 0;
    for (std::size_t i = 0; i < h.count.size(); ++i) {
        total += h.count[i];
        mean += h.count[i] * (h.low + (static_cast<double>(i) + 0.5) * step);
        top = std::max(top, h.count[i]);
    }
    if (total <= 0 || step <= 0) {
        plot.empty = "All weights are equal.";
        return plot;
    }
    mean /= total;
    PlotLayer bars = layer(PlotLayer::Kind::bars, "", Role::weighted);
    for (std::size_t i = 0; i < h.count.size(); ++i) {
        bars.x.push_back(h.low + (static_cast<double>(i) + 0.5) * step - mean);
        bars.y.push_back(h.count[i] / top);
    }
    bars.width = static_cast<float>(step * 0.9);
    plot.layers.push_back(std::move(bars));
    plot.x.min = h.low - mean;
    plot.x.max = h.high - mean;
    plot.y.max = 1.04;
    if (std::isfinite(s.log_weight_variance)) {
        plot.state = "variance " + number_text(s.log_weight_variance, 3);
    }
    sanitize(plot);
    return plot;
}

PlotSpec lorenz_plot(const Snapshot& s) {
    PlotSpec plot;
    plot.id = "lorenz";
    plot.title = "Share of the weight";
    plot.provenance = provenance(s);
    plot.x = axis("particles, lightest first", 0, 1);
    plot.y = axis("share of the weight", 0, 1);
    plot.legend = false;
    if (!s.lorenz || s.lorenz->share.empty()) {
        plot.empty = s.exchange ? "Replica exchange keeps equal weights."
                                : "Who carries the weight appears here when a run starts.";
        return plot;
    }
    PlotLayer equal = layer(PlotLayer::Kind::line, "equal weights", Role::dim);
    equal.x = {0, 1};
    equal.y = {0, 1};
    equal.width = 1;
    PlotLayer area = layer(PlotLayer::Kind::area, "", Role::weighted),
              line = layer(PlotLayer::Kind::line, "weights", Role::weighted);
    const auto n = static_cast<double>(s.lorenz->share.size() - 1);
    for (std::size_t i = 0; i < s.lorenz->share.size(); ++i) {
        const double p = static_cast<double>(i) / n;
        line.x.push_back(p);
        line.y.push_back(s.lorenz->share[i]);
        area.x.push_back(p);
        area.y.push_back(s.lorenz->share[i]);
        area.y2.push_back(p);
    }
    PlotLayer name = layer(PlotLayer::Kind::text, "", Role::dim);
    name.text = "equal weights";
    name.x = {0.26}, name.y = {0.53};
    plot.layers = {area, equal, line, name};
    plot.state = "top 1 % carry " + number_text(100 * s.lorenz->top_percent_share, 1) + " %";
    sanitize(plot);
    return plot;
}

std::string axis_name(const ViewPlane& plane, int axis) {
    const std::vector<double>& way = plane.axis[static_cast<std::size_t>(axis)];
    constexpr int most_named = 3;
    if (way.size() <= 2) {
        return {};
    }
    std::string text;
    int n = 0;
    for (std::size_t i = 0; i < way.size(); ++i) {
        const double part = std::abs(way[i]);
        if (part > 1e-6) {
            text += way[i] < 0 ? (n > 0 ? " - " : "-") : (n > 0 ? " + " : "");
            text +=
                (std::abs(part - 1) < 1e-6 ? "" : short_number(part, 2) + " ") + "x" + std::to_string(i + 1);
            ++n;
        }
    }
    return n <= most_named ? text
                           : "direction " + std::to_string(axis + 1) +
                                 (axis == 0 ? " of " + std::to_string(way.size()) + "-D" : "");
}

PlotSpec particles_plot(const Snapshot& s, const ParticleView& view) {
    PlotSpec plot;
    plot.id = "particles";
    plot.title = "Particles";
    plot.provenance = provenance(s);
    plot.x = axis(view.axes[0], view.box.x_min, view.box.x_max);
    plot.y = axis(view.axes[1], view.box.y_min, view.box.y_max);
    plot.equal_aspect = true;
    plot.legend = false;
    plot.state = "level " + std::to_string(view.level);
    if (view.density) {
        PlotLayer image = layer(PlotLayer::Kind::image, "", Role::dim);
        image.image = view.density;
        plot.layers.push_back(std::move(image));
    }
    if (view.sprites && !view.sprites->x.empty()) {
        PlotLayer points = layer(PlotLayer::Kind::points, "", view.by_mode ? Role::mode : Role::sampled);
        points.x.assign(view.sprites->x.begin(), view.sprites->x.end());
        points.y.assign(view.sprites->y.begin(), view.sprites->y.end());
        if (view.by_mode) {
            points.group = view.sprites->mode;
        }
        const std::size_t n = points.x.size();
        points.width = n <= 64 ? 5 : n <= 512 ? 3.6f : 2.4f;  // few are to be found, many to be told apart
        plot.layers.push_back(std::move(points));
    }
    if (plot.layers.empty()) {
        plot.empty = "Nothing sampled yet.";
    }
    sanitize(plot);
    return plot;
}

PlotSpec density_plot(const PathMaps& maps, int level) {
    PlotSpec plot;
    plot.id = "density_level_" + std::to_string(level);
    plot.title = "Exact density";
    plot.state = "level " + std::to_string(level) + " of " + std::to_string(maps.n_levels);
    plot.x = axis("", maps.box.x_min, maps.box.x_max);
    plot.y = axis("", maps.box.y_min, maps.box.y_max);
    plot.equal_aspect = true;
    plot.legend = false;
    const auto l = static_cast<std::size_t>(level);
    if (l < maps.density.size() && maps.density[l]) {
        PlotLayer image = layer(PlotLayer::Kind::image, "", Role::exact);
        image.image = maps.density[l];
        plot.layers.push_back(std::move(image));
    } else {
        plot.empty = "There is no density between the ends of this path.";
    }
    return plot;
}

}  // namespace tempera
