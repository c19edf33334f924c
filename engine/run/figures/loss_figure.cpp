// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "core/number_text.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/figures/training_figures.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

/// Exponential running mean that starts without a bias towards zero.
std::vector<double> running_mean(const std::vector<double>& values, double past) {
    std::vector<double> out;
    double mean = 0, weight = 0;
    for (const double v : values) {
        mean = past * mean + (1 - past) * v;
        weight = past * weight + (1 - past);
        out.push_back(mean / weight);
    }
    return out;
}

PlotLayer held_out(const TrainingSnapshot& s, std::size_t i) {
    PlotLayer out = make_layer(Kind::points, i == 0 ? "held out" : "", Role::run, 4.5f, static_cast<int>(i));
    for (const auto& j : *s.judgements) {
        if (i < j->held_out.size() && std::isfinite(j->held_out[i])) {
            out.x.push_back(static_cast<double>(j->step));
            out.y.push_back(j->held_out[i]);
        }
    }
    return out;
}

/// Raw line, running mean and held-out points of one loss (-1: the total); what of it sets the limits goes
/// into `limits`.
void add_loss(PlotSpec& plot, const TrainingSnapshot& s, int which, double smoothing,
              std::vector<double>& limits) {
    const bool total = which < 0;
    const auto i = static_cast<std::size_t>(std::max(0, which));
    PlotLayer raw = make_layer(Kind::line, "", total ? Role::dim : Role::run, 0.5f, which);
    const Series* series = s.record->find(total ? "total" : s.loss_names[i]);
    for (std::size_t k = 0; series && k < series->y.size(); ++k) {
        if (std::isfinite(series->y[k])) {
            raw.x.push_back(series->x[k]);
            raw.y.push_back(series->y[k]);
        }
    }
    if (raw.x.empty()) {
        return;
    }
    PlotLayer mean = raw;
    mean.y = running_mean(raw.y, smoothing);
    mean.name = total ? "total" : s.loss_names[i];
    mean.width = total ? 1.5f : 2;
    mean.dashed = total;
    limits.insert(limits.end(), mean.y.begin() + static_cast<std::ptrdiff_t>(mean.y.size() > 40 ? 4 : 0),
                  mean.y.end());
    if (total) {
        plot.layers.push_back(std::move(mean));
        return;
    }
    const PlotLayer held = held_out(s, i);
    limits.insert(limits.end(), held.y.begin(), held.y.end());
    add_layers(plot, {raw, mean, held});
}

/// The learning rate behind everything else, from zero to its largest value on the right axis.
void add_learning_rate(PlotSpec& plot, const TrainingSnapshot& s) {
    PlotLayer line = make_layer(Kind::line, "learning rate", Role::threshold, 1);
    const Series* rate = s.record->find("learning_rate");
    if (!rate) {
        return;
    }
    line.x = rate->x, line.y = rate->y;
    const double top = *std::max_element(line.y.begin(), line.y.end());
    if (!(top > 0)) {
        return;
    }
    plot.right = axis("learning rate", 0, 1.08 * top);
    for (const double part : {0.0, 0.5, 1.0}) {
        plot.right->ticks.emplace_back(part * top, short_number(part * top, 2));
    }
    line.right = true;
    plot.layers.push_back(std::move(line));
}

}  // namespace

PlotSpec loss_figure(const TrainingSnapshot& s, const LossLook& look) {
    PlotSpec plot = training_figure(s, "losses", "Loss by step");
    // A little more than the last step, so that its number has room at the end of the axis.
    plot.x = axis("step", 0, 1.03 * static_cast<double>(std::max(1L, s.n_steps)));
    if (!s.record->find("total") || !s.judgements) {
        return plot;
    }
    std::vector<double> limits;
    if (look.learning_rate) {
        add_learning_rate(plot, s);
    }
    for (int i = s.loss_names.size() > 1 ? -1 : 0; i < static_cast<int>(s.loss_names.size()); ++i) {
        add_loss(plot, s, i, look.smoothing, limits);
    }
    if (limits.empty()) {
        plot.layers.clear();
        plot.right.reset();
        return plot;
    }
    fit(plot.y, limits, true);
    plot.empty.clear();
    sanitize(plot);
    return plot;
}

}  // namespace tempera
