// SPDX-License-Identifier: MIT
// What was learned, by noise level.
#include "run/figures/training_figures.hpp"

#include <algorithm>
#include <cmath>

#include "core/number_text.hpp"
#include "diagnostics/mode_weights.hpp"
#include "figures/ticks.hpp"
#include "models/model.hpp"
#include "run/figures/figure_parts.hpp"
#include "run/preset/preset.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;
using Value = double (*)(const NoiseLevel&);

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

std::vector<LevelCurve> level_curves(const TrainingSnapshot& s) {
    std::vector<LevelCurve> out;
    for (const auto& j : shown_judgements(s)) {
        out.push_back({out.empty() ? "earlier" : "", j->levels, Role::dim, 0, 0.75f});
    }
    out.back().name = "step " + typeset(static_cast<double>(s.judgements->back()->step), 0);
    out.back().role = Role::learned;
    out.back().width = 2.5f;
    return out;
}

/// Noise levels from the least to the largest of all curves.
PlotAxis noise_axis(const std::vector<LevelCurve>& curves) {
    PlotAxis out = axis("noise level \u03c3", 1e300, 0);
    for (const LevelCurve& curve : curves) {
        for (const NoiseLevel& level : curve.levels) {
            out.min = std::min(out.min, level.sigma / 1.1), out.max = std::max(out.max, level.sigma * 1.1);
        }
    }
    if (!(out.min < out.max)) {
        out.min = 0.1, out.max = 1;
    }
    out.log = true;
    out.ticks = one_two_five(out.min, out.max, 5);
    return out;
}

/// A line per curve over the noise levels where `value` is known.
template <class OfLevel>
void add_curves(PlotSpec& plot, const std::vector<LevelCurve>& curves, const OfLevel& value) {
    plot.x = noise_axis(curves);
    for (const LevelCurve& curve : curves) {
        PlotLayer line = make_layer(Kind::line, curve.name, curve.role, curve.width, curve.index);
        for (const NoiseLevel& level : curve.levels) {
            const double v = value(level);
            if (std::isfinite(v)) {
                line.x.push_back(level.sigma);
                line.y.push_back(v);
            }
        }
        if (line.x.size() > 1) {
            plot.layers.push_back(std::move(line));
        }
    }
}

bool knows_score(const std::vector<LevelCurve>& curves) {
    return std::any_of(curves.begin(), curves.end(), [](const LevelCurve& c) {
        return std::any_of(c.levels.begin(), c.levels.end(), [](const NoiseLevel& level) {
            return std::isfinite(relative_score_error(level));
        });
    });
}

double loss_of(const NoiseLevel& level) { return level.loss; }

/// Takes the axes and lines of `drawn` into a figure of a training.
PlotSpec of_training(const TrainingSnapshot& s, PlotSpec drawn) {
    PlotSpec frame = training_figure(s, drawn.id, drawn.title);
    drawn.provenance = frame.provenance;
    drawn.empty = drawn.layers.empty() ? frame.empty : "";
    return drawn;
}

/// Rows even in the logarithm of the noise level, columns even in steps, each the judgement next to it.
Grid grid_of(const TrainingSnapshot& s, Value value) {
    const auto& all = *s.judgements;
    const std::vector<NoiseLevel>& levels = all.back()->levels;
    Grid grid = make_grid({0, static_cast<double>(s.n_steps), std::log10(levels.front().sigma),
                           std::log10(levels.back().sigma)},
                          96, 48);
    for (int x = 0; x < grid.nx; ++x) {
        const double step = (x + 0.5) / grid.nx * grid.box.x_max;
        if (step > static_cast<double>(all.back()->step)) {
            break;
        }
        const auto at = std::lower_bound(all.begin(), all.end(), step, [](const auto& j, double v) {
            return static_cast<double>(j->step) < v;
        });
        const Judgement& j = at == all.end() ? *all.back() : **at;
        for (int y = 0; y < grid.ny; ++y) {
            const double sigma = std::pow(10.0, grid.box.y_min + (y + 0.5) / grid.ny * grid.box.height());
            const auto next = std::lower_bound(j.levels.begin(), j.levels.end(), sigma,
                                               [](const NoiseLevel& l, double v) { return l.sigma < v; });
            const double v = value(next == j.levels.end() ? j.levels.back() : *next);
            grid.value[static_cast<std::size_t>(y) * static_cast<std::size_t>(grid.nx) +
                       static_cast<std::size_t>(x)] = std::isfinite(v) ? static_cast<float>(v) : 0.0f;
        }
    }
    find_max(grid);
    return grid;
}

}  // namespace

PlotSpec training_figure(const TrainingSnapshot& s, std::string id, std::string title) {
    PlotSpec plot = new_figure(std::move(id), std::move(title), nullptr);
    if (s.preset) {
        plot.provenance = training_provenance(*s.preset, s.step);
    }
    plot.empty = "Losses and masses by noise level appear here when a training starts.";
    return plot;
}

PlotSpec learned_weights_figure(const std::vector<LevelCurve>& curves, const TrueModes& modes,
                                std::optional<int> mode) {
    if (!mode && modes.weights.size() <= 2) {
        mode = 0;
    }
    const auto m = static_cast<std::size_t>(mode.value_or(0));
    PlotSpec plot = new_figure("learned_mode_weights",
                               mode ? "Mass of " + mode_name(modes.names, *mode) + " in the learned density"
                                    : "Total variation of the learned mode weights",
                               nullptr);
    plot.y = fraction_axis();
    add_curves(plot, curves, [&](const NoiseLevel& level) {
        const std::vector<double>& w = level.mode_weights;
        return mode ? (m < w.size() ? w[m] : std::nan(""))
                    : (w.size() == modes.weights.size() ? total_variation(w, modes.weights) : std::nan(""));
    });
    if (mode && m < modes.weights.size() && !plot.layers.empty()) {
        PlotLayer exact = make_layer(Kind::hline, "exact", Role::exact, 1.5f);
        exact.y = {modes.weights[m]};
        plot.layers.insert(plot.layers.begin(), std::move(exact));
        plot.note = "Noise moves no mass between modes: the exact mass is the same at every noise level.";
    }
    sanitize(plot);
    return plot;
}

PlotSpec score_error_figure(const std::vector<LevelCurve>& curves) {
    const bool known = knows_score(curves);
    PlotSpec plot =
        new_figure(known ? "score_error" : "denoising_loss",
                   known ? "Relative score error by noise level" : "Denoising loss by noise level", nullptr);
    add_curves(plot, curves, known ? relative_score_error : loss_of);
    std::vector<double> all;
    for (const PlotLayer& line : plot.layers) {
        all.insert(all.end(), line.y.begin(), line.y.end());
    }
    fit(plot.y, all, true);
    plot.y.label = known ? "E|error|\u00b2 / E|score|\u00b2" : "";
    sanitize(plot);
    return plot;
}

PlotSpec learned_weights_figure(const TrainingSnapshot& s, std::optional<int> mode) {
    const TrueModes modes{s.mode_names, s.true_mode_weights};
    const auto curves = has_levels(s) ? level_curves(s) : std::vector<LevelCurve>();
    PlotSpec plot = of_training(s, learned_weights_figure(curves, modes, mode));
    if (curves.empty()) {
        return plot;
    }
    if (plot.layers.empty()) {
        const bool scores = s.preset && !model_info(get_value(*s.preset, "model")).has_log_density;
        plot.empty =
            scores ? "A network of scores has no density, so it implies no masses. Choose energy_mlp to see "
                     "them."
                   : "This target is no mixture, so the mass of a mode at a noise level is not known.";
        return plot;
    }
    const auto m = static_cast<std::size_t>(mode.value_or(0));
    for (const NoiseLevel& level : curves.back().levels) {
        if ((mode || modes.weights.size() <= 2) && same_noise(level.sigma, telling_sigma) &&
            m < level.mode_weights.size()) {
            plot.state = typeset(level.mode_weights[m], 3) + " at \u03c3 " + typeset(telling_sigma, 1);
            plot.state += m < modes.weights.size() ? ", exact " + typeset(modes.weights[m], 3) : "";
        }
    }
    return plot;
}

PlotSpec score_error_figure(const TrainingSnapshot& s) {
    return of_training(s, score_error_figure(has_levels(s) ? level_curves(s) : std::vector<LevelCurve>()));
}

PlotSpec score_error_map(const TrainingSnapshot& s) {
    PlotSpec plot = score_error_figure(s);
    plot.id = "training_map";
    plot.title += " and step";
    plot.layers.clear();
    if (!has_levels(s) || s.judgements->size() < 2) {
        plot.empty = training_figure(s, plot.id, plot.title).empty;
        return plot;
    }
    const bool known = knows_score(level_curves(s));
    PlotLayer map = make_layer(Kind::image, "", Role::learned);
    map.image = std::make_shared<Grid>(grid_of(s, known ? relative_score_error : loss_of));
    const Box& box = map.image->box;
    plot.x = axis("step", box.x_min, box.x_max);
    plot.y = axis("noise level \u03c3", box.y_min, box.y_max);
    for (const auto& [value, text] : one_two_five(std::pow(10.0, box.y_min), std::pow(10.0, box.y_max), 5)) {
        plot.y.ticks.emplace_back(std::log10(value), text);
    }
    plot.note =
        "Brightest: " + typeset(static_cast<double>(map.image->max), 3) + "; logarithmic over 2.6 decades.";
    plot.layers.push_back(std::move(map));
    return plot;
}

std::vector<PlotSpec> training_figures(const TrainingSnapshot& s, const LossLook& look,
                                       std::optional<int> mode) {
    std::vector<PlotSpec> out = {loss_figure(s, look), learned_weights_figure(s, mode), score_error_figure(s),
                                 score_error_map(s)};
    std::erase_if(out, [](const PlotSpec& plot) { return plot.layers.empty(); });
    return out;
}

}  // namespace tempera
