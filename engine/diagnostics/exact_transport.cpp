// SPDX-License-Identifier: MIT
// Exact optimal transport between small point sets: LEMON's network simplex on integer supplies and costs, so
// that its pivots are exact.
#include "diagnostics/exact_transport.hpp"

#include <lemon/network_simplex.h>
#include <lemon/static_graph.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>

#include "core/errors.hpp"
#include "diagnostics/wasserstein.hpp"

namespace tempera {
namespace {

constexpr std::size_t most_points = 2048;

/// Splits `total` units in proportion to the weights, the largest remainders first: sums are exact.
std::vector<std::int64_t> integer_supplies(std::span<const double> weight, std::size_t n,
                                           std::int64_t total) {
    std::vector<double> share(n, 1.0 / static_cast<double>(n));
    if (!weight.empty()) {
        const double sum = std::accumulate(weight.begin(), weight.end(), 0.0);
        std::transform(weight.begin(), weight.end(), share.begin(), [&](double w) { return w / sum; });
    }
    std::vector<std::int64_t> units(n);
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::int64_t left = total;
    for (std::size_t i = 0; i < n; ++i) {
        units[i] = static_cast<std::int64_t>(std::floor(share[i] * static_cast<double>(total)));
        left -= units[i];
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return share[a] * static_cast<double>(total) - static_cast<double>(units[a]) >
               share[b] * static_cast<double>(total) - static_cast<double>(units[b]);
    });
    for (std::size_t i = 0; left > 0; i = (i + 1) % n, --left) {
        ++units[order[i]];
    }
    return units;
}

void check(std::span<const double> x, std::span<const double> weight, int dim, const std::string& name) {
    const std::size_t n = dim > 0 ? x.size() / static_cast<std::size_t>(dim) : 0;
    const auto refuse = [&](const std::string& why) { throw ConfigError("exact_w2." + name, why); };
    if (n == 0 || n > most_points) {
        refuse(std::to_string(n) + " points: exact transport takes 1 to " + std::to_string(most_points) +
               "; draw a subset");
    }
    if (!weight.empty() && weight.size() != n) {
        refuse(std::to_string(weight.size()) + " weights for " + std::to_string(n) + " points");
    }
    if (!std::all_of(x.begin(), x.end(), [](double v) { return std::isfinite(v); })) {
        refuse("a coordinate is not finite");
    }
    if (!weight.empty() && (!std::all_of(weight.begin(), weight.end(), [](double w) {
            return w >= 0 && std::isfinite(w);
        }) || !(std::accumulate(weight.begin(), weight.end(), 0.0) > 0))) {
        refuse("weights must be finite, not negative, and have a positive sum");
    }
}

}  // namespace

std::vector<double> square_distances(std::span<const double> x, std::span<const double> y, int dim) {
    const std::size_t d = static_cast<std::size_t>(dim), n = x.size() / d, m = y.size() / d;
    std::vector<double> out(n * m);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < m; ++j) {
            double square = 0;
            for (std::size_t k = 0; k < d; ++k) {
                const double gap = x[i * d + k] - y[j * d + k];
                square += gap * gap;
            }
            out[i * m + j] = square;
        }
    }
    return out;
}

TransportPlan exact_transport(const std::vector<double>& cost, std::size_t n,
                              std::span<const double> weight_x, std::span<const double> weight_y) {
    const std::size_t m = cost.size() / n;
    const double largest = *std::max_element(cost.begin(), cost.end());
    if (largest == 0) {
        return {0, std::vector<double>(n)};
    }
    // Equal weights move whole units; others are rounded to 2^-40 of the mass. Costs keep 40 bits.
    const bool equal = weight_x.empty() && weight_y.empty();
    const std::int64_t total = equal ? static_cast<std::int64_t>(std::lcm(n, m)) : std::int64_t{1} << 40;
    const std::vector<std::int64_t> supply = integer_supplies(weight_x, n, total),
                                    demand = integer_supplies(weight_y, m, total);
    const double to_integer = std::ldexp(1.0, 40) / largest;

    // Arc i * m + j goes from point i of x to point j of y.
    using Graph = lemon::StaticDigraph;
    std::vector<std::pair<int, int>> ends;
    ends.reserve(n * m);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < m; ++j) {
            ends.emplace_back(static_cast<int>(i), static_cast<int>(n + j));
        }
    }
    Graph graph;
    graph.build(static_cast<int>(n + m), ends.begin(), ends.end());
    Graph::NodeMap<std::int64_t> balance(graph);
    for (std::size_t i = 0; i < n; ++i) {
        balance[Graph::node(static_cast<int>(i))] = supply[i];
    }
    for (std::size_t j = 0; j < m; ++j) {
        balance[Graph::node(static_cast<int>(n + j))] = -demand[j];
    }
    Graph::ArcMap<std::int64_t> price(graph);
    for (std::size_t a = 0; a < cost.size(); ++a) {
        price[Graph::arc(static_cast<int>(a))] =
            static_cast<std::int64_t>(std::llround(cost[a] * to_integer));
    }
    lemon::NetworkSimplex<Graph, std::int64_t, std::int64_t> simplex(graph);
    simplex.supplyMap(balance).costMap(price);
    if (simplex.run() != decltype(simplex)::OPTIMAL) {
        throw NumericalError("exact_transport: the network simplex found no optimal plan", -1, -1);
    }
    TransportPlan out;
    for (std::size_t a = 0; a < cost.size(); ++a) {
        out.cost += static_cast<double>(simplex.flow(Graph::arc(static_cast<int>(a)))) * cost[a];
    }
    out.cost /= static_cast<double>(total);
    for (std::size_t i = 0; i < n; ++i) {
        out.potential.push_back(-static_cast<double>(simplex.potential(Graph::node(static_cast<int>(i)))) /
                                to_integer);
    }
    return out;
}

double exact_w2(std::span<const double> x, std::span<const double> weight_x, std::span<const double> y,
                std::span<const double> weight_y, int dim) {
    check(x, weight_x, dim, "x");
    check(y, weight_y, dim, "y");
    return std::sqrt(exact_transport(square_distances(x, y, dim), x.size() / static_cast<std::size_t>(dim),
                                     weight_x, weight_y)
                         .cost);
}

}  // namespace tempera
