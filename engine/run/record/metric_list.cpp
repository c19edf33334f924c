// SPDX-License-Identifier: MIT
#include "run/record/metric_list.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/number.hpp"
#include "core/parallel.hpp"
#include "diagnostics/exact_transport.hpp"
#include "diagnostics/line_transport.hpp"
#include "diagnostics/mean_discrepancy.hpp"
#include "diagnostics/particle_distance.hpp"
#include "diagnostics/wasserstein.hpp"

namespace tempera {

namespace {

using Values = std::vector<std::vector<double>>;

constexpr std::size_t all_points = std::numeric_limits<std::size_t>::max();
constexpr std::size_t most_pair_distances = 1 << 20, most_sliced = 1 << 14, most_assigned = 1000,
                      most_in_kernels = 2000;
constexpr std::size_t n_directions = 128;

bool all_finite(const std::vector<double>& v) {
    return std::all_of(v.begin(), v.end(), [](double x) { return std::isfinite(x); });
}

Values unknown(const PointChoice& a, std::size_t n_keys) {
    return Values(a.weights.size(), std::vector<double>(n_keys, not_a_number));
}

/// A point's weight shared by the equally many numbers that it gives.
std::vector<double> shared_out(const std::vector<double>& weight, std::size_t per_point) {
    std::vector<double> out;
    out.reserve(weight.size() * per_point);
    for (const double w : weight) {
        out.insert(out.end(), per_point, w / static_cast<double>(per_point));
    }
    return out;
}

/// W1 and W2 of numbers of which every point has as many.
Values on_a_line(const PointChoice& a, const std::vector<double>& values_a, const PointChoice& b,
                 const std::vector<double>& values_b) {
    if (!all_finite(values_a) || !all_finite(values_b)) {
        return unknown(a, 2);
    }
    const std::size_t per_point = values_a.size() / a.size();
    SortedLine line_a, line_b;
    line_a.sort(values_a), line_b.sort(values_b);
    const std::vector<double> weight_b = shared_out(b.weights[0], per_point);
    Values out(a.weights.size());
    parallel_for(static_cast<int>(out.size()), [&](int c) {
        const auto at = static_cast<std::size_t>(c);
        const LineDistance d = line_distance(line_a, shared_out(a.weights[at], per_point), line_b, weight_b);
        out[at] = {d.w1, std::sqrt(d.w2_squared)};
    });
    return out;
}

Metric of_observable(std::vector<std::string> keys, std::size_t observable) {
    return {std::move(keys), all_points, 1, 8, [observable](const PointChoice& a, const PointChoice& b) {
                return on_a_line(a, a.values(observable), b, b.values(observable));
            }};
}

Metric of_pair_distances(const ParticleLayout& layout) {
    const auto n = static_cast<std::size_t>(layout.n_particles);
    const std::size_t n_pairs = n * (n - 1) / 2;
    return {{"distance_w1", "distance_w2"},
            std::max<std::size_t>(1, most_pair_distances / n_pairs),
            n_pairs,
            4,
            [layout](const PointChoice& a, const PointChoice& b) {
                return on_a_line(a, pair_distances(a.coordinates(), layout), b,
                                 pair_distances(b.coordinates(), layout));
            }};
}

Metric sliced() {
    return {{"sliced_w2"}, most_sliced, n_directions, 2, [](const PointChoice& a, const PointChoice& b) {
                Values out;
                for (const double v : sliced_w2_of_weights(a.coordinates(), a.weights, b.coordinates(),
                                                           b.weights[0], a.of->dim, n_directions)) {
                    out.push_back({v});
                }
                return out;
            }};
}

/// None where all are equal: transport of whole points.
std::vector<double> unequal(const std::vector<double>& weight) {
    const auto [least, most] = std::minmax_element(weight.begin(), weight.end());
    return *most - *least <= 1e-12 * *most ? std::vector<double>() : weight;
}

/// W2 under a cost [a, b]; of other choices of weights to first order, by Kantorovich's potential.
Values by_assignment(const PointChoice& a, const PointChoice& b, const std::vector<double>& cost) {
    if (!all_finite(cost)) {
        return unknown(a, 1);
    }
    const std::vector<double>& own = a.weights[0];
    const TransportPlan plan = exact_transport(cost, a.size(), unequal(own), unequal(b.weights[0]));
    Values out;
    for (const std::vector<double>& weight : a.weights) {
        double square = plan.cost;
        for (std::size_t i = 0; i < weight.size(); ++i) {
            square += (weight[i] - own[i]) * plan.potential[i];
        }
        out.push_back({std::sqrt(std::max(0.0, square))});
    }
    return out;
}

Metric of_coordinates() {
    return {{"coordinate_w2"}, most_assigned, 0, 2, [](const PointChoice& a, const PointChoice& b) {
                return by_assignment(a, b, square_distances(a.coordinates(), b.coordinates(), a.of->dim));
            }};
}

/// As many points as a second or two aligns: an assignment of n particles takes about n^3 steps, from every
/// sense of the principal axes.
std::size_t most_aligned(const ParticleLayout& layout) {
    constexpr double steps = 4e8;
    const double one = (1 << layout.axes) * (std::pow(layout.n_particles, 3.0) + 200);
    return static_cast<std::size_t>(
        std::clamp(std::sqrt(steps / one), 20.0, static_cast<double>(most_assigned)));
}

Metric of_shapes(const ParticleLayout& layout) {
    return {
        {"geometric_w2"}, most_aligned(layout), 0, 2, [layout](const PointChoice& a, const PointChoice& b) {
            return by_assignment(a, b, aligned_squares(a.coordinates(), b.coordinates(), layout));
        }};
}

Metric of_kernel_means() {
    return {{"mmd", "mmd_squared"}, most_in_kernels, 0, 4, [](const PointChoice& a, const PointChoice& b) {
                const std::vector<double> x = a.coordinates(), y = b.coordinates();
                Values out;
                for (const MeanDiscrepancy& d : mean_discrepancies(x, a.weights, y, b.weights[0], a.of->dim,
                                                                   median_distance(y, a.of->dim))) {
                    out.push_back({d.root(), d.squared});
                }
                return out;
            }};
}

}  // namespace

std::vector<double> PointChoice::coordinates() const {
    const auto dim = static_cast<std::size_t>(of->dim);
    std::vector<double> out;
    out.reserve(size() * dim);
    for (const std::size_t i : index) {
        const auto from = of->x.begin() + static_cast<std::ptrdiff_t>(of->row[i] * dim);
        out.insert(out.end(), from, from + of->dim);
    }
    return out;
}

std::vector<double> PointChoice::values(std::size_t observable) const {
    std::vector<double> out(size());
    std::transform(index.begin(), index.end(), out.begin(),
                   [&](std::size_t i) { return of->observed[observable][of->row[i]]; });
    return out;
}

const std::vector<std::string>& metric_keys() {
    static const std::vector<std::string> keys{"energy_w1",    "energy_w2", "distance_w1",
                                               "distance_w2",  "sliced_w2", "coordinate_w2",
                                               "geometric_w2", "mmd",       "mmd_squared"};
    return keys;
}

std::vector<Metric> metric_list(const std::optional<ParticleLayout>& layout,
                                const std::vector<Observable>& observables) {
    std::vector<Metric> out{of_observable({"energy_w1", "energy_w2"}, 0), sliced(), of_coordinates(),
                            of_kernel_means()};
    if (layout && layout->n_particles > 1) {
        out.push_back(of_pair_distances(*layout));
        out.push_back(of_shapes(*layout));
    }
    for (std::size_t k = 1; k < observables.size(); ++k) {
        out.push_back(of_observable({"observables." + observables[k].name}, k));
    }
    return out;
}

}  // namespace tempera
