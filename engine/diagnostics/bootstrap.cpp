// SPDX-License-Identifier: MIT
#include "diagnostics/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

namespace tempera {

namespace {

constexpr int least_units = 10;

/// 0 .. n-1.
std::size_t draw_below(Stream& stream, std::size_t n) {
    return std::min(n - 1, static_cast<std::size_t>(stream.uniform() * static_cast<double>(n)));
}

}  // namespace

BootstrapUnits lineage_units(std::span<const double> weight, const std::vector<int>* root) {
    BootstrapUnits out{.of = std::vector<int>(weight.size()), .what = root ? "lineages" : "points"};
    std::map<int, int> seen;
    std::vector<double> share;
    for (std::size_t i = 0; i < weight.size(); ++i) {
        const int own = static_cast<int>(i);
        const auto [at, is_new] = seen.try_emplace(root ? (*root)[i] : own, static_cast<int>(share.size()));
        if (is_new) {
            share.push_back(0);
        }
        out.of[i] = at->second;
        share[static_cast<std::size_t>(at->second)] += weight[i];
    }
    out.n_units = static_cast<int>(share.size());
    const double squares = std::inner_product(share.begin(), share.end(), share.begin(), 0.0);
    if (!(squares > 0 && 1 / squares >= least_units)) {
        out.missing = "fewer than ten " + out.what + " carry the weight";
    }
    return out;
}

BootstrapUnits chain_units(const ChainSeries& series) {
    const int n_chains = series.n_chains, n_steps = series.n_steps();
    BootstrapUnits out{.of = std::vector<int>(series.values.size()), .what = "chains"};
    long stretches = 1;
    if (n_chains < least_units) {
        const double time = variance_of_sum(series).autocorrelation_time;
        const double length = std::ceil(5 * (std::isfinite(time) ? std::max(1.0, time) : n_steps));
        stretches = std::max(1L, static_cast<long>(n_steps / length));
        out.what = "stretches of chains";
    }
    out.n_units = n_chains * static_cast<int>(stretches);
    for (std::size_t i = 0; i < out.of.size(); ++i) {
        const long step = static_cast<long>(i) / n_chains, chain = static_cast<long>(i) % n_chains;
        out.of[i] = static_cast<int>(chain * stretches + step * stretches / n_steps);
    }
    if (out.n_units < least_units) {
        out.missing = "fewer than ten chains, or stretches of five autocorrelation times";
    }
    return out;
}

std::vector<double> bootstrap_weights(std::span<const double> weight, std::span<const int> of_point,
                                      int n_units, const StreamKey& key) {
    const auto n = static_cast<std::size_t>(n_units);
    std::vector<double> count(n);
    Stream stream(key, 0);
    for (std::size_t u = 0; u < n; ++u) {
        ++count[draw_below(stream, n)];
    }
    std::vector<double> out(weight.size());
    double sum = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        sum += out[i] = weight[i] * count[static_cast<std::size_t>(of_point[i])];
    }
    for (double& w : out) {
        w /= sum;
    }
    return out;
}

std::vector<std::size_t> systematic_points(std::span<const double> weight, std::size_t count, double offset) {
    const double total = std::accumulate(weight.begin(), weight.end(), 0.0);
    std::vector<std::size_t> out;
    out.reserve(count);
    std::size_t at = 0;
    double below = weight[0];
    for (std::size_t j = 0; j < count; ++j) {
        const double wanted = (static_cast<double>(j) + offset) / static_cast<double>(count) * total;
        while (at + 1 < weight.size() && below < wanted) {
            below += weight[++at];
        }
        out.push_back(at);
    }
    return out;
}

std::vector<std::size_t> random_order(std::size_t n, const StreamKey& key) {
    std::vector<std::size_t> out(n);
    std::iota(out.begin(), out.end(), std::size_t{0});
    Stream stream(key, 0);
    for (std::size_t i = n; i > 1; --i) {
        std::swap(out[i - 1], out[draw_below(stream, i)]);
    }
    return out;
}

}  // namespace tempera
