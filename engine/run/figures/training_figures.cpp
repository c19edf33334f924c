// SPDX-License-Identifier: MIT
#include "run/figures/training_figures.hpp"

#include <algorithm>
#include <cmath>

#include "core/build_id.hpp"
#include "core/number_text.hpp"
#include "models/model.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/figures/run_figures.hpp"
#include "run/preset/preset.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

constexpr const char* nothing_yet = "Losses and masses by noise level appear here when a training starts.";

PlotSpec new_plot(const TrainingSnapshot& s, const char* id, std::string title) {
    PlotSpec plot;
    plot.id = id;
    plot.title = std::move(title);
    plot.provenance = "training " + std::to_string(s.id);
    if (s.preset) {
        plot.provenance = s.preset->value("name", "run") + ", " + plot.provenance + ", seed " +
                          get_value(*s.preset, "model.training.seed").dump();
    }
    plot.provenance += ", step " + std::to_string(s.step) + ", tempera " + std::string(TEMPERA_BUILD_ID);
    plot.empty = nothing_yet;
    return plot;
}

/// 1, 2, 5 of each decade: a loss seldom spans a whole one.
void name_ticks(PlotAxis& axis) {
    axis.ticks = one_two_five(axis.min, axis.max);
    if (axis.ticks.size() > 5) {  // wide ranges name decades only
        std::erase_if(axis.ticks, [](const auto& t) {
            const double l = std::log10(t.first);
            return std::abs(l - std::round(l)) > 1e-6;
        });
    }
}

/// Limits on round values around [low, high], so that they move seldom; a logarithmic axis where the values
/// are positive and far apart.
void fit_axis(PlotAxis& axis, double low, double high) {
    if (!(low <= high)) {
        low = 0, high = 1;
    }
    axis.log = low > 0 && high > 5 * low;
    if (axis.log) {
        const auto down = [](double v) { return std::pow(10.0, std::floor(3 * std::log10(v) - 0.1) / 3); };
        axis.min = down(low);
        axis.max = 1 / down(1 / high);
        name_ticks(axis);
        return;
    }
    const double range = std::max({high - low, 0.05 * std::abs(high), 1e-9});
    const double step = std::pow(10.0, std::floor(std::log10(range))) / 2;
    axis.min = std::floor((low - 0.04 * range) / step) * step;
    axis.max = std::ceil((high + 0.04 * range) / step) * step;
}

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

/// Raw line, running mean and held-out points of one loss; what of it sets the limits goes into `seen`.
void add_loss(PlotSpec& plot, const TrainingSnapshot& s, int which, double smoothing,
              std::vector<double>& seen) {
    const bool total = which < 0;
    const auto i = static_cast<std::size_t>(std::max(0, which));
    const Role role = total ? Role::dim : Role::run;
    PlotLayer raw = layer(Kind::line, "", role, which), held = layer(Kind::points, "", role, which);
    for (const LossPoint& p : *s.losses) {
        const double v = total ? p.total : i < p.each.size() ? p.each[i] : std::nan("");
        if (std::isfinite(v)) {
            raw.x.push_back(static_cast<double>(p.step));
            raw.y.push_back(v);
        }
    }
    if (raw.x.empty()) {
        return;
    }
    PlotLayer mean = raw;
    mean.y = running_mean(raw.y, smoothing);
    mean.name = total ? "total" : i < s.loss_names.size() ? s.loss_names[i] : "loss";
    mean.width = total ? 1.5f : 2;
    mean.dashed = total;
    raw.width = 0.5f;
    seen.insert(seen.end(), mean.y.begin() + static_cast<std::ptrdiff_t>(mean.y.size() > 40 ? 4 : 0),
                mean.y.end());
    if (!total) {
        for (const auto& j : *s.judgements) {
            if (i < j->held_out.size() && std::isfinite(j->held_out[i])) {
                held.x.push_back(static_cast<double>(j->step));
                held.y.push_back(j->held_out[i]);
                seen.push_back(j->held_out[i]);
            }
        }
        held.width = 4.5f;
        held.name = which == 0 && !held.x.empty() ? "held out" : "";
        plot.layers.push_back(std::move(raw));
    }
    plot.layers.push_back(std::move(mean));
    if (!held.x.empty()) {
        plot.layers.push_back(std::move(held));
    }
}

/// The learning rate below everything else, from zero to its largest value on the right axis.
void add_learning_rate(PlotSpec& plot, const TrainingSnapshot& s) {
    PlotLayer area = layer(Kind::band, "", Role::dim),
              line = layer(Kind::line, "learning rate", Role::threshold);
    for (const LossPoint& p : *s.losses) {
        line.x.push_back(static_cast<double>(p.step));
        line.y.push_back(p.learning_rate);
    }
    const double top = *std::max_element(line.y.begin(), line.y.end());
    plot.right = axis("learning rate", 0, 1.08 * top);
    for (const double part : {0.0, 0.5, 1.0}) {
        plot.right->ticks.emplace_back(part * top, short_number(part * top, 2));
    }
    area.x = line.x, area.y2 = line.y;
    area.y.assign(line.x.size(), 0.0);
    line.width = 1;
    area.right = line.right = true;
    plot.layers.push_back(std::move(area));
    plot.layers.push_back(std::move(line));
}

/// With its vertical axis around the values seen; still empty when there are none.
PlotSpec fitted(PlotSpec plot, const std::vector<double>& seen) {
    if (!seen.empty()) {
        const auto [low, high] = std::minmax_element(seen.begin(), seen.end());
        fit_axis(plot.y, *low, *high);
        plot.empty.clear();
        sanitize(plot);
    }
    return plot;
}

bool has_levels(const TrainingSnapshot& s) {
    return s.judgements && !s.judgements->empty() && s.judgements->back()->levels.size() > 1;
}

/// The judgement now and up to three earlier ones, latest last, at steps that halve.
std::vector<std::shared_ptr<const Judgement>> shown_judgements(const TrainingSnapshot& s) {
    std::vector<std::shared_ptr<const Judgement>> out;
    const auto& all = *s.judgements;
    const long last = all.back()->step;
    for (const double part : {0.1, 0.25, 0.5}) {
        const auto at =
            std::lower_bound(all.begin(), all.end(), part * static_cast<double>(last),
                             [](const auto& j, double step) { return static_cast<double>(j->step) < step; });
        if (at != all.end() && (*at)->step < last && (*at)->step > 0 && (out.empty() || out.back() != *at)) {
            out.push_back(*at);
        }
    }
    out.push_back(all.back());
    return out;
}

void noise_axis(PlotAxis& axis, const std::vector<NoiseLevel>& levels) {
    axis.label = "noise level \xcf\x83";
    axis.log = true;
    axis.min = levels.front().sigma / 1.1;
    axis.max = levels.back().sigma * 1.1;
    name_ticks(axis);
}

bool knows_score(const NoiseLevel& level) {
    return std::isfinite(level.score_error) && level.score_energy > 0;
}

double level_value(const NoiseLevel& level) {
    return knows_score(level) ? level.score_error / level.score_energy : level.loss;
}

/// Lines over the noise levels, earlier judgements thin.
template <class Value>
void add_levels(PlotSpec& plot, const TrainingSnapshot& s, const Value& value, std::vector<double>& seen) {
    const auto shown = shown_judgements(s);
    for (const auto& j : shown) {
        const bool now = j == shown.back();
        PlotLayer line =
            layer(Kind::line, now ? "step " + std::to_string(j->step) : "", now ? Role::learned : Role::dim);
        line.width = now ? 2.5f : 0.75f;
        for (const NoiseLevel& level : j->levels) {
            const double v = value(level);
            if (std::isfinite(v)) {
                line.x.push_back(level.sigma);
                line.y.push_back(v);
                seen.push_back(v);
            }
        }
        if (!now && !line.x.empty() && j == shown.front()) {
            line.name = "earlier";
        }
        if (!line.x.empty()) {
            plot.layers.push_back(std::move(line));
        }
    }
}

}  // namespace

PlotSpec loss_plot(const TrainingSnapshot& s, const LossLook& look) {
    PlotSpec plot = new_plot(s, "training_loss", "Loss by step");
    // A little more than the last step, so that its number has room at the end of the axis.
    plot.x = axis("step", 0, 1.03 * static_cast<double>(std::max(1L, s.n_steps)));
    if (!s.losses || s.losses->empty() || !s.judgements) {
        return plot;
    }
    std::vector<double> seen;
    if (look.learning_rate) {
        add_learning_rate(plot, s);
    }
    if (s.loss_names.size() > 1) {
        add_loss(plot, s, -1, look.smoothing, seen);
    }
    for (std::size_t i = 0; i < s.loss_names.size(); ++i) {
        add_loss(plot, s, static_cast<int>(i), look.smoothing, seen);
    }
    return fitted(std::move(plot), seen);
}

PlotSpec implied_mass_plot(const TrainingSnapshot& s, int mode) {
    const std::string name = mode_name(s.mode_names, mode);
    PlotSpec plot = new_plot(s, "training_mass", "Mass of " + name + " in the learned density");
    plot.y = axis("", 0, 1.03);
    if (!has_levels(s)) {
        return plot;
    }
    const auto m = static_cast<std::size_t>(mode);
    const Judgement& now = *s.judgements->back();
    if (now.levels.front().mode_weights.size() <= m) {
        const bool scores = s.preset && !model_info(get_value(*s.preset, "model")).has_log_density;
        plot.empty =
            scores ? "A network of scores has no density, so it implies no masses. Choose energy_mlp to see "
                     "them."
                   : "This target is no mixture, so the mass of a mode at a noise level is not known.";
        return plot;
    }
    noise_axis(plot.x, now.levels);
    if (m < s.true_mode_weights.size()) {
        PlotLayer truth = layer(Kind::line, "exact", Role::exact);
        truth.x = {plot.x.min, plot.x.max};
        truth.y = {s.true_mode_weights[m], s.true_mode_weights[m]};
        truth.width = 1.5f;
        plot.layers.push_back(std::move(truth));
    }
    std::vector<double> ignored;
    add_levels(
        plot, s,
        [m](const NoiseLevel& l) { return m < l.mode_weights.size() ? l.mode_weights[m] : std::nan(""); },
        ignored);
    for (const NoiseLevel& level : now.levels) {
        if (same_noise(level.sigma, telling_sigma) && m < level.mode_weights.size()) {
            plot.state = number_text(level.mode_weights[m], 3) + " at \xcf\x83 0.2";
            plot.state +=
                m < s.true_mode_weights.size() ? ", exact " + number_text(s.true_mode_weights[m], 3) : "";
        }
    }
    plot.empty.clear();
    sanitize(plot);
    return plot;
}

PlotSpec level_loss_plot(const TrainingSnapshot& s) {
    const bool known = has_levels(s) && knows_score(s.judgements->back()->levels.front());
    PlotSpec plot = new_plot(s, "training_levels",
                             known || !has_levels(s) ? "Relative score error by noise level"
                                                     : "Denoising loss by noise level");
    if (!has_levels(s)) {
        return plot;
    }
    noise_axis(plot.x, s.judgements->back()->levels);
    std::vector<double> seen;
    add_levels(plot, s, level_value, seen);
    return fitted(std::move(plot), seen);
}

PlotSpec level_map_plot(const TrainingSnapshot& s) {
    PlotSpec plot = level_loss_plot(s);
    plot.id = "training_map";
    plot.title += " and step";
    plot.layers.clear();
    if (!has_levels(s) || s.judgements->size() < 2) {
        plot.empty = nothing_yet;
        return plot;
    }
    // Rows even in the logarithm of the noise level, columns even in steps, each the judgement next to it.
    const auto& all = *s.judgements;
    const std::vector<NoiseLevel>& levels = all.back()->levels;
    auto grid = std::make_shared<Grid>();
    grid->nx = 96, grid->ny = 48;
    grid->box = {0, static_cast<double>(s.n_steps), std::log10(levels.front().sigma),
                 std::log10(levels.back().sigma)};
    grid->value.assign(static_cast<std::size_t>(grid->nx) * static_cast<std::size_t>(grid->ny), 0.0f);
    for (int x = 0; x < grid->nx; ++x) {
        const double step = (x + 0.5) / grid->nx * grid->box.x_max;
        if (step > static_cast<double>(all.back()->step)) {
            break;
        }
        const auto at = std::lower_bound(all.begin(), all.end(), step, [](const auto& j, double v) {
            return static_cast<double>(j->step) < v;
        });
        const Judgement& j = at == all.end() ? *all.back() : **at;
        for (int y = 0; y < grid->ny; ++y) {
            const double sigma = std::pow(10.0, grid->box.y_min + (y + 0.5) / grid->ny * grid->box.height());
            const auto next = std::lower_bound(j.levels.begin(), j.levels.end(), sigma,
                                               [](const NoiseLevel& l, double v) { return l.sigma < v; });
            const double v = level_value(next == j.levels.end() ? j.levels.back() : *next);
            grid->value[static_cast<std::size_t>(y) * static_cast<std::size_t>(grid->nx) +
                        static_cast<std::size_t>(x)] = std::isfinite(v) ? static_cast<float>(v) : 0.0f;
        }
    }
    grid->max = *std::max_element(grid->value.begin(), grid->value.end());
    PlotLayer map = layer(Kind::image, "", Role::learned);
    plot.x = axis("step", grid->box.x_min, grid->box.x_max);
    plot.y = axis("noise level \xcf\x83", grid->box.y_min, grid->box.y_max);
    PlotAxis named;
    named.min = levels.front().sigma, named.max = levels.back().sigma;
    name_ticks(named);
    for (const auto& [value, text] : named.ticks) {
        plot.y.ticks.emplace_back(std::log10(value), text);
    }
    map.image = std::move(grid);
    plot.layers.push_back(std::move(map));
    plot.note =
        "Brightest: " + number_text(plot.layers.front().image->max, 3) + "; logarithmic over 2.6 decades.";
    plot.empty.clear();
    return plot;
}

std::vector<PlotSpec> training_plots(const TrainingSnapshot& s, const LossLook& look, int mode) {
    return {loss_plot(s, look), implied_mass_plot(s, mode), level_loss_plot(s), level_map_plot(s)};
}

}  // namespace tempera
