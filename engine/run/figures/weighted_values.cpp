// SPDX-License-Identifier: MIT
#include "run/figures/weighted_values.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "run/figures/figure_parts.hpp"
#include "run/record/chain_traces.hpp"

namespace tempera {

void Weighted::add(double v, double w) {
    if (std::isfinite(v) && w > 0) {
        value.push_back(v), weight.push_back(w);
    }
}

double Weighted::total() const { return std::accumulate(weight.begin(), weight.end(), 0.0); }

double Weighted::mean() const {
    return std::inner_product(value.begin(), value.end(), weight.begin(), 0.0) / total();
}

double Weighted::effective() const {
    return std::pow(total(), 2) / std::inner_product(weight.begin(), weight.end(), weight.begin(), 0.0);
}

std::array<double, 2> Weighted::limits() const {
    std::vector<std::size_t> order(value.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return value[a] < value[b]; });
    const double all = total();
    const auto at = [&](auto begin, auto end) {
        double passed = 0;
        for (auto i = begin; i != end; ++i) {
            passed += weight[*i];
            if (passed > 1e-3 * all) {
                return value[*i];
            }
        }
        return value[order.front()];
    };
    const double low = at(order.begin(), order.end()), high = at(order.rbegin(), order.rend());
    const double room = 0.08 * (high - low) + 1e-9 * (1 + std::abs(low));
    return {low - room, high + room};
}

PointSet seen_values(const Snapshot& s, std::initializer_list<std::size_t> which) {
    constexpr std::size_t most_values = 8192;
    const bool chains = s.level == 0 && s.traces && s.traces->n_rows > 0 &&
                        s.traces->observables.size() >= s.observables.size();
    PointSet out;
    out.observables.resize(s.observables.size());
    if (!chains) {
        out.weight = s.points->weight;
    }
    for (const std::size_t k : which) {
        std::vector<double>& kept = out.observables[k];
        if (!chains) {
            kept = s.points->observables[k];
            continue;
        }
        const ChainSeries& all = s.traces->observables[k].values;
        const auto n_chains = static_cast<std::size_t>(all.n_chains),
                   n_rows = static_cast<std::size_t>(all.n_steps()),
                   n_kept = std::clamp<std::size_t>(most_values / n_chains, 1, n_rows);
        kept.clear();                                     // both of a pair may be the same one
        for (std::size_t row = 0; row < n_kept; ++row) {  // with all chains, which need not agree
            const auto at =
                all.values.begin() + static_cast<std::ptrdiff_t>(row * n_rows / n_kept * n_chains);
            kept.insert(kept.end(), at, at + all.n_chains);
        }
        out.weight.assign(kept.size(), 1);
    }
    return out;
}

std::string label_of(const Observable& o) {
    return words_of(o.name) + (o.unit.empty() ? "" : " (" + o.unit + ")");
}

double within_period(const Observable& o, double value) {
    return o.period > 0 ? value - o.period * std::floor(value / o.period + 0.5) : value;
}

Weighted values_of(const PointSet& points, std::size_t k, const Observable& o) {
    Weighted all;
    const std::vector<double>& values = points.observables[k];
    for (std::size_t i = 0; i < values.size(); ++i) {
        all.add(within_period(o, values[i]), static_cast<double>(points.weight[i]));
    }
    return all;
}

std::array<double, 2> limits_of(const Observable& o, const Weighted& values) {
    return o.period > 0 ? std::array{-o.period / 2, o.period / 2} : values.limits();
}

JointValues joint_values(const PointSet& points, const std::vector<double>& across,
                         const std::vector<double>& up) {
    JointValues out;
    for (std::size_t i = 0; i < points.weight.size(); ++i) {
        if (std::isfinite(across[i]) && std::isfinite(up[i])) {
            out.across.add(across[i], static_cast<double>(points.weight[i]));
            out.up.add(up[i], static_cast<double>(points.weight[i]));
        }
    }
    if (!out.across.value.empty()) {
        const auto width = out.across.limits(), height = out.up.limits();
        out.box = {width[0], width[1], height[0], height[1]};
    }
    return out;
}

JointValues joint_values(const PointSet& points, const std::vector<Observable>& observables, std::size_t a,
                         std::size_t b) {
    const auto values = [&](std::size_t k) {
        std::vector<double> out = points.observables[k];
        for (double& v : out) {
            v = within_period(observables[k], v);
        }
        return out;
    };
    JointValues out = joint_values(points, values(a), values(b));
    const double width = observables[a].period, height = observables[b].period;
    if (width > 0) {
        out.periodic[0] = true, out.box.x_min = -width / 2, out.box.x_max = width / 2;
    }
    if (height > 0) {
        out.periodic[1] = true, out.box.y_min = -height / 2, out.box.y_max = height / 2;
    }
    return out;
}

Grid joint_density(const JointValues& values, int n, int radius) {
    const int reach = 2 * radius;  // of both passes of the blur
    // Periodic sides continue beyond their ends while it is blurred.
    const int beyond_x = values.periodic[0] ? reach : 0, beyond_y = values.periodic[1] ? reach : 0,
              row = n + 2 * beyond_x;
    Grid wide = make_grid({}, row, n + 2 * beyond_y);
    Grid out = make_grid(values.box, n, n);
    const auto at = [](int x, int y, int width) {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
    };
    for (std::size_t i = 0; i < values.across.value.size(); ++i) {
        const double x = (values.across.value[i] - out.box.x_min) / out.cell_width(),
                     y = (values.up.value[i] - out.box.y_min) / out.cell_height();
        if (x >= 0 && y >= 0 && x < n && y < n) {
            out.value[at(static_cast<int>(x), static_cast<int>(y), n)] +=
                static_cast<float>(values.across.weight[i]);
        }
    }
    for (int y = 0; y < wide.ny; ++y) {
        for (int x = 0; x < wide.nx; ++x) {
            wide.value[at(x, y, row)] = out.value[at((x - beyond_x + n) % n, (y - beyond_y + n) % n, n)];
        }
    }
    blur(wide, radius);
    for (int y = 0; y < n; ++y) {
        for (int x = 0; x < n; ++x) {
            out.value[at(x, y, n)] = wide.value[at(x + beyond_x, y + beyond_y, row)];
        }
    }
    find_max(out);
    return out;
}

}  // namespace tempera
