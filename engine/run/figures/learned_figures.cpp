// SPDX-License-Identifier: MIT
#include "run/figures/learned_figures.hpp"

#include <algorithm>
#include <cmath>

#include "core/number_text.hpp"
#include "diagnostics/mode_weights.hpp"
#include "figures/ticks.hpp"
#include "run/figures/figure_parts.hpp"

namespace tempera {
namespace {

std::shared_ptr<const Grid> grid_at(const std::vector<std::shared_ptr<const Grid>>& grids, int level) {
    const auto l = static_cast<std::size_t>(level);
    return level >= 0 && l < grids.size() ? grids[l] : nullptr;
}

PlotSpec map_plot(const PathMaps& maps, const std::string& id, const std::string& title, int level) {
    PlotSpec plot = new_figure(id + std::to_string(level), title, nullptr);
    plot.state = "level " + std::to_string(level) + " of " + std::to_string(maps.n_levels);
    plot.x = axis("", maps.box.x_min, maps.box.x_max);
    plot.y = axis("", maps.box.y_min, maps.box.y_max);
    plot.equal_aspect = true;
    plot.legend = false;
    return plot;
}

/// Angle between two vectors in degrees.
double angle_between(double ax, double ay, double bx, double by) {
    const double degrees = 57.29577951308232;
    return degrees * std::abs(std::atan2(ax * by - ay * bx, ax * bx + ay * by));
}

}  // namespace

double shared_limit(const PathMaps& exact, const LearnedMaps& learned, int level, bool match) {
    const auto a = grid_at(exact.density, level), b = grid_at(learned.density, level);
    return match && a && b ? static_cast<double>(std::max(a->max, b->max)) : 0;
}

PlotSpec learned_density_figure(const PathMaps& exact, const LearnedMaps& learned, int level, bool match) {
    PlotSpec plot = map_plot(exact, "learned_density_level_", "Learned density", level);
    if (const auto grid = grid_at(learned.density, level)) {
        PlotLayer image = make_layer(PlotLayer::Kind::image, "", Role::learned);
        image.image = grid;
        image.limit = shared_limit(exact, learned, level, match);
        plot.layers.push_back(std::move(image));
    } else {
        plot.empty = "There is no learned density at this level.";
    }
    return plot;
}

PlotSpec difference_figure(const PathMaps& exact, const LearnedMaps& learned, int level) {
    PlotSpec plot = map_plot(exact, "difference_level_", "Learned minus exact log density", level);
    if (const auto grid = grid_at(learned.difference, level)) {
        PlotLayer image = make_layer(PlotLayer::Kind::image, "log learned - log exact", Role::learned);
        image.image = grid;
        image.diverging = true;
        image.limit = difference_limit;
        plot.layers.push_back(std::move(image));
        plot.note =
            "Both densities normalised over the box. Orange: too much learned mass, blue: too little, "
            "strongest at a factor of e and beyond; blank where both are below 1e-8 of their maxima.";
    } else {
        plot.empty = "There is nothing to compare at this level.";
    }
    return plot;
}

namespace {

/// The nodes where there is something to see, with opacities by density.
PlotLayer quiver(const ScoreField& f, const std::vector<float>& u, const std::vector<float>& v, Role role,
                 const char* name) {
    PlotLayer out = make_layer(PlotLayer::Kind::quiver, name, role);
    const double dx = f.box.width() / f.nx, dy = f.box.height() / f.ny;
    const float top =
        f.log_density.empty() ? 0 : *std::max_element(f.log_density.begin(), f.log_density.end());
    for (std::size_t i = 0; i < u.size(); ++i) {
        const auto ix = static_cast<double>(i % static_cast<std::size_t>(f.nx)),
                   iy = static_cast<double>(i / static_cast<std::size_t>(f.nx));
        out.x.push_back(f.box.x_min + (ix + 0.5) * dx);
        out.y.push_back(f.box.y_min + (iy + 0.5) * dy);
        out.u.push_back(static_cast<double>(u[i]));
        out.v.push_back(static_cast<double>(v[i]));
        // Ten decades below the peak nothing is ever sampled; arrows there are only hinted at.
        const double below =
            i < f.log_density.size() ? static_cast<double>(top - f.log_density[i]) / 2.302585 : 0;
        out.shade.push_back(std::clamp(1.1 - below / 10, 0.25, 1.0));
    }
    out.reach = 0.95 * std::min(dx, dy);
    out.width = 1.3f;
    return out;
}

std::shared_ptr<const Grid> angle_map(const ScoreField& f) {
    auto grid = std::make_shared<Grid>();
    grid->nx = f.nx, grid->ny = f.ny;
    grid->box = f.box;
    const float top =
        f.log_density.empty() ? 0 : *std::max_element(f.log_density.begin(), f.log_density.end());
    for (std::size_t i = 0; i < f.exact_x.size(); ++i) {
        const bool seen = f.log_density.empty() || f.log_density[i] > top - 18.4f;  // 1e-8 of the peak
        grid->value.push_back(seen ? static_cast<float>(angle_between(static_cast<double>(f.exact_x[i]),
                                                                      static_cast<double>(f.exact_y[i]),
                                                                      static_cast<double>(f.learned_x[i]),
                                                                      static_cast<double>(f.learned_y[i])))
                                   : std::nanf(""));
    }
    grid->max = 180;
    return grid;
}

std::vector<float> minus(const std::vector<float>& a, const std::vector<float>& b) {
    std::vector<float> out(std::min(a.size(), b.size()));
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = a[i] - b[i];
    }
    return out;
}

}  // namespace

PlotSpec score_figure(const LearnedMaps& learned, int level, Arrows arrows, bool angles, const Box& box) {
    PlotSpec plot = new_figure("score_field", "Score field", nullptr);
    plot.x = axis("", box.x_min, box.x_max);
    plot.y = axis("", box.y_min, box.y_max);
    plot.equal_aspect = true;
    plot.state = "level " + std::to_string(level);
    const auto l = static_cast<std::size_t>(level);
    const ScoreField* f = level >= 0 && l < learned.scores.size() ? learned.scores[l].get() : nullptr;
    if (!f) {
        plot.empty = learned.complete ? "Scores are drawn as arrows on paths in two dimensions."
                                      : "Evaluating the scores of this level ...";
        return plot;
    }
    const bool both = !f->exact_x.empty();
    if (const LearnedLevel* known = level_of(&learned, level); known && known->score_energy > 0) {
        plot.state += "   score error " + typeset(100 * known->score_error / known->score_energy, 2) +
                      " % of the score energy";
    }
    if (angles && both) {
        PlotLayer heat = make_layer(PlotLayer::Kind::image, "angle", Role::learned);
        heat.image = angle_map(*f);
        heat.diverging = true;
        heat.limit = 90;
        plot.layers.push_back(std::move(heat));
    }
    if (both && (arrows == Arrows::exact || arrows == Arrows::both)) {
        plot.layers.push_back(quiver(*f, f->exact_x, f->exact_y, Role::exact, "exact"));
    }
    if (arrows == Arrows::learned || arrows == Arrows::both) {
        plot.layers.push_back(quiver(*f, f->learned_x, f->learned_y, Role::learned, "learned"));
    }
    if (both && arrows == Arrows::difference) {
        plot.layers.push_back(quiver(*f, minus(f->learned_x, f->exact_x), minus(f->learned_y, f->exact_y),
                                     Role::learned, "learned - exact"));
    }
    // One scale for all arrows, that of the field they are compared with.
    const PlotLayer scale = both ? quiver(*f, f->exact_x, f->exact_y, Role::exact, "")
                                 : quiver(*f, f->learned_x, f->learned_y, Role::learned, "");
    for (PlotLayer& arrow_layer : plot.layers) {
        arrow_layer.limit = arrow_layer.kind == PlotLayer::Kind::quiver ? longest(scale) : arrow_layer.limit;
    }
    if (plot.layers.empty()) {
        plot.empty = "The exact score of this level is not known; choose learned.";
    } else {
        plot.note =
            "Arrow lengths are logarithmic over three decades" +
            std::string(angles && both ? "; orange: angle between learned and exact, strongest from 90 "
                                         "degrees on."
                                       : ".");
    }
    sanitize(plot);
    return plot;
}

const LearnedLevel* level_of(const LearnedMaps* learned, int level) {
    if (!learned || level < 0 || static_cast<std::size_t>(level) >= learned->levels.size()) {
        return nullptr;
    }
    const LearnedLevel& l = learned->levels[static_cast<std::size_t>(level)];
    return l.weights.empty() && !std::isfinite(l.score_error) ? nullptr : &l;
}

const LearnedLevel* worst_level(const LearnedMaps& learned) {
    const LearnedLevel* worst = nullptr;
    for (const LearnedLevel& l : learned.levels) {
        if (std::isfinite(l.total_variation) && (!worst || l.total_variation > worst->total_variation)) {
            worst = &l;
        }
    }
    return worst;
}

bool masses_off(const std::vector<double>& learned, const std::vector<double>& exact) {
    return !learned.empty() && learned.size() == exact.size() &&
           total_variation(learned, exact) >= health_rule("learned_total_variation").good;
}

std::string learned_sentence(const std::vector<double>& learned, const std::vector<double>& exact,
                             const std::vector<std::string>& names, double sigma, double score_error,
                             int level) {
    if (learned.empty() || learned.size() != exact.size()) {
        return {};
    }
    if (!masses_off(learned, exact)) {
        return (level < 0
                    ? "The learned density has the right masses here (total variation "
                    : "The learned density has the right masses at every level (total variation up to ") +
               typeset(total_variation(learned, exact), 3) + ").";
    }
    std::size_t most = 0;
    for (std::size_t m = 0; m < learned.size(); ++m) {
        most = learned[m] - exact[m] > learned[most] - exact[most] ? m : most;
    }
    const std::string noise = std::isfinite(sigma) && sigma > 0 ? "sigma " + short_number(sigma, 2) : "",
                      number = level < 0 ? "" : "level " + std::to_string(level),
                      where = number + (number.empty() || noise.empty() ? noise : " (" + noise + ")");
    const std::string why = score_error > 0.05 ? "Its scores are off, too (" + typeset(100 * score_error, 0) +
                                                     " % of their energy)."
                                               : "The loss cannot see this.";
    return (where.empty() ? "The" : "At " + where + " the") + std::string(" learned density puts ") +
           typeset(100 * learned[most], 0) + " % of the mass into " +
           mode_name(names, static_cast<int>(most)) + ". " + why;
}

}  // namespace tempera
