// SPDX-License-Identifier: MIT
#include "run/figures/blindness_figures.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/number_text.hpp"
#include "figures/ticks.hpp"
#include "run/figures/figure_parts.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

std::vector<std::pair<double, std::string>> decades(int from, int to, int step) {
    std::vector<std::pair<double, std::string>> ticks;
    for (int e = from; e <= to; e += step) {
        const double v = std::pow(10, e);
        ticks.emplace_back(v, e >= -2 && e <= 3 ? typeset(v, std::max(0, -e)) : "1e" + std::to_string(e));
    }
    return ticks;
}

PlotLayer curve(const char* name, Role role, const std::vector<BlindnessPoint>& points,
                double (*value)(const BlindnessPoint&), double floor) {
    PlotLayer l = make_layer(Kind::line, name, role);
    for (const BlindnessPoint& p : points) {
        const double v = value(p);
        if (v > floor) {  // a log axis has no place for less; at the truth everything vanishes
            l.x.push_back(p.sigma);
            l.y.push_back(v);
        }
    }
    return l;
}

/// Trained with one kind of loss, as one layer of points. Everything stands on one loss of the exact score:
/// estimates of it differ by more than the models do.
PlotLayer seed_layer(const std::vector<SeedPoint>& seeds, const std::string& losses, Role role,
                     double exact) {
    PlotLayer l = make_layer(Kind::points, losses, role);
    l.width = 8;
    for (const SeedPoint& p : seeds) {
        if (p.losses == losses) {
            l.x.push_back(p.mass_at(telling_sigma));
            l.y.push_back(exact + p.loss - p.exact_loss);
        }
    }
    return l;
}

}  // namespace

PlotSpec blindness_figure(const WrongWeightCurves* curves) {
    PlotSpec plot = new_figure("blindness", "What a wrong weight changes", nullptr);
    plot.x = axis("noise level", 0.02, 10);
    plot.y = axis("", 1e-12, 1);
    plot.x.log = plot.y.log = true;
    if (!curves) {
        plot.empty = "The curves are being computed.";
        return plot;
    }
    if (!curves->obstacle.empty() || curves->points.empty()) {
        plot.empty = curves->obstacle;
        return plot;
    }
    plot.x.min = curves->points.front().sigma;
    plot.x.max = curves->points.back().sigma;
    plot.x.ticks = one_two_five(plot.x.min, plot.x.max);
    double top = 1;
    for (const BlindnessPoint& p : curves->points) {
        top = std::max({top, p.fisher_gap, p.kl, p.fisher_gap * p.sigma * p.sigma});
    }
    const int upper = static_cast<int>(std::ceil(std::log10(top) - 1e-9));
    plot.y.max = std::pow(10, upper);
    plot.y.ticks = decades(-12, upper, 3);
    const double floor = plot.y.min * 1e-3;
    PlotLayer density = curve(
        "density (KL)", Role::exact, curves->points, [](const BlindnessPoint& p) { return p.kl; }, floor);
    PlotLayer loss = curve(
        "loss", Role::learned, curves->points,
        [](const BlindnessPoint& p) { return p.sigma * p.sigma * p.fisher_gap; }, floor);
    PlotLayer score = curve(
        "score", Role::learned, curves->points, [](const BlindnessPoint& p) { return p.fisher_gap; }, floor);
    score.dashed = true;
    score.width = 1.5f;
    plot.layers = {score, loss, density};
    plot.state = mode_name(curves->mode_names, 0) + " " + typeset(curves->assumed, 2) + " instead of " +
                 typeset(curves->truth[0], 3);
    sanitize(plot);
    return plot;
}

std::string blindness_sentence(const WrongWeightCurves* c) {
    if (!c || !c->obstacle.empty() || c->points.empty()) {
        return {};
    }
    BlindnessPoint at = c->here;
    std::string where;
    if (std::isfinite(at.sigma)) {
        where = at.sigma > 0 ? "At noise " + small_number(at.sigma) : "Without noise";
    } else {  // a path without noise levels: where the loss sees most
        at = *std::max_element(c->points.begin(), c->points.end(), [](const auto& a, const auto& b) {
            return a.sigma * a.sigma * a.fisher_gap < b.sigma * b.sigma * b.fisher_gap;
        });
        where = "At noise " + small_number(at.sigma) + ", where the loss sees most";
    }
    if (c->moved < 5e-4) {
        return where + ", the right weights change nothing. Drag the assumed mass.";
    }
    return where + ", moving " + typeset(100 * c->moved, c->moved < 0.1 ? 1 : 0) +
           " % of the mass changes the score by " + small_number(at.fisher_gap) + ", the loss by " +
           small_number(at.sigma * at.sigma * at.fisher_gap) + " and the density by " + small_number(at.kl) +
           " nats.";
}

PlotSpec seeds_figure(const WrongWeightCurves* curves, const std::vector<SeedPoint>& seeds,
                      const SeedPoint& own) {
    PlotSpec plot = new_figure("blindness_seeds", "Trained from different seeds", nullptr);
    const std::string mode = mode_name(curves ? curves->mode_names : std::vector<std::string>(), 0);
    plot.x = axis("mass of " + mode + " implied at noise " + small_number(telling_sigma), 0, 1.02);
    plot.y = axis("loss", 0, 2);
    plot.x.ticks = {{0, "0"}, {0.25, "0.25"}, {0.5, "0.5"}, {0.75, "0.75"}, {1, "1"}};
    const bool has_own = std::isfinite(own.loss) && std::isfinite(own.mass_at(telling_sigma));
    if (seeds.empty() && !has_own) {
        plot.empty = "No trained seeds of this target yet. Train some here: equal losses do not mean equal "
                     "weights.";
        return plot;
    }
    const double exact = seeds.empty() ? own.exact_loss : seeds.front().exact_loss;
    double top = has_own ? exact + own.loss - own.exact_loss : 0;
    for (const SeedPoint& p : seeds) {
        top = std::max(top, p.loss);
    }
    plot.y.max = std::max(0.5, std::ceil(top * 1.5 * 4) / 4);
    PlotLayer floor = make_layer(Kind::line, "loss of the exact score", Role::threshold);
    floor.x = {0, 1.02};
    floor.y = {exact, exact};
    floor.width = 1;
    floor.dashed = true;
    plot.layers.push_back(floor);
    if (curves && !curves->truth.empty()) {
        PlotLayer truth = make_layer(Kind::vline, "truth", Role::exact);
        truth.x = {curves->truth[0]};
        truth.width = 1.5f;
        plot.layers.push_back(truth);
    }
    if (has_own) {
        PlotLayer mine = make_layer(Kind::points, "", Role::accent);
        mine.name = seeds.empty() ? "this model" : "";
        mine.x = {own.mass_at(telling_sigma)};
        mine.y = {exact + own.loss - own.exact_loss};
        mine.width = 16;  // larger, and behind those that may cover it
        plot.layers.push_back(mine);
    }
    std::vector<std::string> kinds;
    for (const SeedPoint& p : seeds) {
        if (std::find(kinds.begin(), kinds.end(), p.losses) == kinds.end()) {
            kinds.push_back(p.losses);
        }
    }
    // Scores alone in the colour of what is learned; whatever else was trained in another one.
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        plot.layers.push_back(seed_layer(seeds, kinds[i], i == 0 ? Role::learned : Role::weighted, exact));
    }
    plot.state = std::to_string(seeds.size()) + (seeds.size() == 1 ? " model" : " models");
    sanitize(plot);
    return plot;
}

}  // namespace tempera
