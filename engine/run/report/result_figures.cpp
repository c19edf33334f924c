// SPDX-License-Identifier: MIT
// Builders: RunResult -> plots. Pure functions; figures that do not apply are left out.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "core/number_text.hpp"
#include "diagnostics/weights.hpp"
#include "figures/ticks.hpp"
#include "run/preset/preset_target.hpp"
#include "run/record/result.hpp"
#include "run/report/exchange_figures.hpp"
#include "run/report/mode_figures.hpp"
#include "samplers/annealed_sampler.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

PlotSpec figure(const char* id, std::string title) {
    PlotSpec out;
    out.id = id;
    out.title = std::move(title);
    return out;
}

std::optional<double> number(const Json& summary, const char* key) {
    const auto it = summary.find(key);
    return it != summary.end() && it->is_number() ? std::optional(it->get<double>()) : std::nullopt;
}

std::string text_at(const Json& j, const char* key, const char* otherwise) {
    const auto it = j.find(key);
    return it != j.end() && it->is_string() ? it->get<std::string>() : otherwise;
}

std::string decimals(double value, int n) { return typeset(value, n); }

std::string grouped(long n) { return typeset(static_cast<double>(n), 0); }

int n_levels_of(const RunResult& result) {
    if (result.positions.size() > 1) {
        return static_cast<int>(result.positions.size()) - 1;
    }
    return 0;
}

/// Limits around values with some room; never empty.
void fit(PlotAxis& axis, const std::vector<double>& values, double room = 0.06) {
    double low = 1e300, high = -1e300;
    for (double v : values) {
        if (std::isfinite(v)) {
            low = std::min(low, v), high = std::max(high, v);
        }
    }
    if (low > high) {
        low = 0, high = 1;
    }
    const double pad = high > low ? room * (high - low) : std::max(0.5, 0.05 * std::abs(high));
    axis.min = low - pad, axis.max = high + pad;
}

/// A name for every mode that anything is said of.
std::vector<std::string> names_of_modes(const RunResult& result) {
    std::size_t n = result.mode_names.size();
    for (const ModeRow& r : result.first.modes) {
        n = std::max({n, r.exact.size(), r.sampled.size(), r.weighted.size(), r.learned.size()});
    }
    std::vector<std::string> names = result.mode_names;
    while (names.size() < std::max<std::size_t>(n, 1)) {
        names.push_back("mode " + std::to_string(names.size() + 1));
    }
    return names;
}

std::optional<PlotSpec> ess_by_level(const RunResult& result) {
    PlotLayer ess = make_layer(Kind::line, "ESS / N", Role::sampled),
              cess = make_layer(Kind::line, "conditional ESS / N", Role::weighted, 1.5f);
    PlotLayer marks = make_layer(Kind::segments, "resampled", Role::accent, 1.5f);
    const auto take = [&](PlotLayer& to, const char* name) {
        if (const Series* series = result.first.record.find(name)) {
            for (std::size_t i = 0; i < series->y.size(); ++i) {
                if (std::isfinite(series->y[i])) {
                    to.x.push_back(series->x[i]), to.y.push_back(series->y[i]);
                }
            }
        }
    };
    take(ess, "ess_fraction");
    take(cess, "cess_fraction");
    if (const Series* resampled = result.first.record.find("resampled")) {
        for (std::size_t i = 0; i < resampled->y.size(); ++i) {
            if (resampled->y[i] > 0) {
                marks.x.insert(marks.x.end(), 2, resampled->x[i]);
                marks.y.insert(marks.y.end(), {0.0, 0.04});
            }
        }
    }
    if (ess.x.size() < 2) {
        return {};
    }
    PlotSpec p = level_figure("ess_by_level", "Effective sample size by level", n_levels_of(result));
    p.y.min = 0, p.y.max = 1.03;
    p.y.ticks = {{0, "0"}, {0.2, "0.2"}, {0.4, "0.4"}, {0.6, "0.6"}, {0.8, "0.8"}, {1, "1"}};
    p.state = "ESS / N " + decimals(ess.y.back(), 3) + " at level " +
              std::to_string(static_cast<int>(ess.x.back()));
    p.layers = {std::move(cess), std::move(ess)};
    const double threshold = sampler_info(result.preset.value("sampler", Json::object())).resamples_below;
    if (threshold > 0) {
        PlotLayer line = make_layer(Kind::hline, "threshold", Role::threshold, 1);
        line.dashed = true;
        line.y = {threshold};
        p.layers.push_back(std::move(line));
    }
    if (!marks.x.empty()) {
        p.layers.push_back(std::move(marks));
    }
    return p;
}

/// Rows from the reference to the target, one per level.
std::vector<ModeRow> rows_by_level(const RunResult& result) {
    std::vector<ModeRow> rows = result.first.modes;
    std::stable_sort(rows.begin(), rows.end(),
                     [](const ModeRow& a, const ModeRow& b) { return a.level > b.level; });
    return rows;
}

std::optional<PlotSpec> particles(const RunResult& result) {
    const std::size_t dim = static_cast<std::size_t>(std::max(0, result.dim));
    const std::size_t n = dim ? result.first.x.size() / dim : 0;
    const std::shared_ptr<Target<double>> target = n ? known_preset_target(result.preset) : nullptr;
    if (!target || target->dim() != result.dim) {
        return {};
    }
    constexpr std::size_t most_points = 4000;
    const ViewPlane plane = view_plane(*target);
    PlotSpec p = figure("particles", dim <= 2            ? "Particles over the target density"
                                     : target->mixture() ? "Particles over the target's marginal density"
                                                         : "Particles over a slice of the target density");
    p.equal_aspect = dim >= 2;
    p.x.min = plane.box.x_min, p.x.max = plane.box.x_max;
    p.y.min = plane.box.y_min, p.y.max = plane.box.y_max;
    const bool finished = text_at(result.summary, "status", "finished") == "finished";
    if (finished) {
        PlotLayer density = make_layer(Kind::image, "", Role::exact);
        // The area is wider than high: cells are about square there.
        density.image = std::make_shared<Grid>(target_density(*target, plane, plane.box, 320, 240));
        p.layers.push_back(std::move(density));
    }
    const std::size_t step = (n + most_points - 1) / most_points;
    const std::vector<std::string> names = names_of_modes(result);
    const bool few_modes = result.mode_names.size() <= 8 && result.first.mode.size() == n;
    std::vector<PlotLayer> points;
    for (std::size_t m = 0; m < (few_modes ? std::max<std::size_t>(1, result.mode_names.size()) : 1); ++m) {
        points.push_back(make_layer(Kind::points,
                                    few_modes && result.mode_names.size() > 1 ? names.at(m) : "", Role::mode,
                                    n > 1500 ? 1.5f : 2.2f));
        points.back().index = static_cast<int>(m);
    }
    long drawn = 0;
    for (std::size_t i = 0; i < n; i += step, ++drawn) {
        std::array<double, 2> at{};
        for (std::size_t k = 0; k < 2; ++k) {
            at[k] = std::inner_product(plane.axis[k].begin(), plane.axis[k].end(),
                                       result.first.x.begin() + static_cast<std::ptrdiff_t>(i * dim), 0.0);
        }
        const int mode = i < result.first.mode.size() ? std::max(0, result.first.mode[i]) : 0;
        PlotLayer& to = points[few_modes ? std::min(points.size() - 1, static_cast<std::size_t>(mode)) : 0];
        to.x.push_back(at[0]), to.y.push_back(at[1]);
        if (!few_modes && result.first.mode.size() == n) {
            to.group.push_back(mode);
        }
    }
    p.state = grouped(drawn) + " of " + grouped(static_cast<long>(n)) + " drawn";
    if (const auto& w = result.first.log_weight; w.size() == n && ess_fraction(w) < 0.9) {
        p.note = "Every particle is drawn alike, whatever its weight.";
    }
    for (PlotLayer& l : points) {
        if (!l.x.empty()) {
            p.layers.push_back(std::move(l));
        }
    }
    return p;
}

std::optional<PlotSpec> weight_histogram(const RunResult& result) {
    const std::vector<double>& w = result.first.log_weight;
    const LogWeightMoments moments = log_weight_moments(w);
    if (w.size() < 10 || result.first.exchange || !(moments.variance > 1e-24)) {
        return {};
    }
    std::vector<double> centred;
    for (double v : w) {
        centred.push_back(v - moments.mean);
    }
    const int n_bins = std::clamp(static_cast<int>(2 * std::cbrt(static_cast<double>(w.size()))), 12, 64);
    const Histogram histogram = log_weight_histogram(centred, n_bins);
    PlotLayer bars = make_layer(Kind::bars, "", Role::weighted,
                                static_cast<float>(0.92 * (histogram.high - histogram.low) / n_bins));
    for (int b = 0; b < n_bins; ++b) {
        bars.x.push_back(histogram.low + (b + 0.5) * (histogram.high - histogram.low) / n_bins);
        bars.y.push_back(histogram.count[static_cast<std::size_t>(b)]);
    }
    PlotSpec p = figure("weight_histogram", "Distribution of the log weights");
    p.x.label = "log weight less its mean";
    p.y.label = "particles";
    p.x.min = histogram.low - 0.02 * (histogram.high - histogram.low);
    p.x.max = histogram.high + 0.02 * (histogram.high - histogram.low);
    p.y.min = 0, p.y.max = 1.05 * *std::max_element(bars.y.begin(), bars.y.end());
    p.state = "variance " + short_number(moments.variance);
    if (const double k = pareto_k(w); std::isfinite(k)) {
        p.state += "\u2003Pareto k " + decimals(k, 2);
    }
    if (moments.dropped) {
        p.note = grouped(moments.dropped) + " particles of weight zero are not shown.";
    }
    p.layers.push_back(std::move(bars));
    return p;
}

std::optional<PlotSpec> lorenz(const RunResult& result) {
    const std::vector<double>& w = result.first.log_weight;
    const Lorenz curve = lorenz_curve(w);
    if (w.size() < 10 || result.first.exchange || curve.share.empty() || !(curve.gini > 1e-9)) {
        return {};
    }
    PlotSpec p = figure("lorenz", "How the weight is shared");
    p.x.label = "share of the particles, lightest first";
    p.y.label = "share of the weight";
    p.x.ticks = p.y.ticks = {{0, "0"}, {0.25, "0.25"}, {0.5, "0.5"}, {0.75, "0.75"}, {1, "1"}};
    PlotLayer line = make_layer(Kind::line, "weights", Role::weighted),
              equal = make_layer(Kind::line, "equal weights", Role::dim, 1);
    PlotLayer gap = make_layer(Kind::band, "", Role::weighted, 0);
    const double n = static_cast<double>(curve.share.size() - 1);
    for (std::size_t i = 0; i < curve.share.size(); ++i) {
        line.x.push_back(static_cast<double>(i) / n), line.y.push_back(curve.share[i]);
    }
    gap.x = gap.y2 = line.x;
    gap.y = line.y;
    equal.dashed = true;
    equal.x = equal.y = {0, 1};
    p.layers = {std::move(gap), std::move(equal), std::move(line)};
    p.state = "Gini " + decimals(curve.gini, 3) + "\u2003top 1 % holds " +
              decimals(100 * curve.top_percent_share, 1) + " %";
    return p;
}

std::optional<PlotSpec> log_z_by_level(const RunResult& result) {
    PlotLayer line = make_layer(Kind::line, "estimate", Role::weighted);
    double sum = 0;
    if (const Series* increment = result.first.record.find("log_z_increment")) {
        for (std::size_t i = 0; i < increment->y.size(); ++i) {
            if (std::isfinite(increment->y[i])) {
                line.x.push_back(increment->x[i]), line.y.push_back(sum += increment->y[i]);
            }
        }
    }
    if (line.x.size() < 2 || result.first.exchange) {
        return {};
    }
    PlotSpec p = level_figure("log_z_by_level", "log Z by level", n_levels_of(result));
    std::vector<double> seen = line.y;
    const double last = line.y.back(), at = line.x.back();
    const auto error = number(result.first.summary, "log_z_stderr");
    p.state = "log Z " + decimals(last, 3) + (error ? " \u00b1 " + decimals(*error, 3) : "");
    p.layers.push_back(std::move(line));
    if (error) {
        PlotLayer bar = make_layer(Kind::segments, "", Role::weighted, 1.5f);
        bar.x = {at, at};
        bar.y = {last - *error, last + *error};
        seen.insert(seen.end(), bar.y.begin(), bar.y.end());
        p.layers.push_back(std::move(bar));
    }
    if (const auto truth = number(result.first.summary, "log_z_true")) {
        PlotLayer exact = make_layer(Kind::hline, "exact", Role::exact, 1.5f);
        exact.y = {*truth};
        exact.dashed = true;
        seen.push_back(*truth);
        p.state += "\u2003exact " + decimals(*truth, 3);
        p.layers.push_back(std::move(exact));
    }
    fit(p.y, seen);
    return p;
}

}  // namespace

std::vector<PlotSpec> result_figures(const RunResult& result) {
    std::vector<PlotSpec> out;
    const auto keep = [&](std::optional<PlotSpec> p) {
        if (p && !p->layers.empty()) {
            out.push_back(std::move(*p));
        }
    };
    keep(particles(result));
    keep(ess_by_level(result));
    for (PlotSpec& p : mode_figures(rows_by_level(result), names_of_modes(result), n_levels_of(result))) {
        keep(std::move(p));
    }
    keep(weight_histogram(result));
    keep(lorenz(result));
    keep(log_z_by_level(result));
    if (result.first.exchange) {
        for (PlotSpec& p : exchange_figures(*result.first.exchange, n_levels_of(result))) {
            keep(std::move(p));
        }
    }
    const Json seed = result.summary.value("seed", Json());
    for (PlotSpec& p : out) {
        p.provenance = "Run " + text_at(result.summary, "name", "unnamed") +
                       (seed.is_null() ? "" : ", seed " + seed.dump()) + ".";
        sanitize(p);
    }
    return out;
}

}  // namespace tempera
