// SPDX-License-Identifier: MIT
#include "samplers/annealed/resampling.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/errors.hpp"
#include "core/parallel.hpp"

namespace tempera {

namespace {

/// Uniforms [n] in (0, 1): one per particle of the stream.
std::vector<double> uniforms(const StreamKey& key, int n) {
    std::vector<double> out(static_cast<std::size_t>(n));
    parallel_for((n + block_size - 1) / block_size, [&](int b) {
        alignas(64) double lanes[block_size] = {};
        const int first = b * block_size, count = std::min(block_size, n - first);
        fill_uniforms<double>(key, static_cast<std::uint32_t>(first), Block<double>{lanes, 1, count});
        std::copy_n(lanes, count, out.begin() + first);
    });
    return out;
}

/// The order statistics of n uniforms in O(n): normalised partial sums of n + 1 exponentials.
std::vector<double> sorted_uniforms(const StreamKey& key, int n) {
    std::vector<double> u = uniforms(key, n + 1);
    double sum = 0;
    for (double& v : u) {
        sum -= std::log(v);
        v = sum;
    }
    u.pop_back();
    for (double& v : u) {
        v /= sum;
    }
    return u;
}

/// Weights scaled so that the largest is one.
std::vector<double> scaled_weights(std::span<const double> log_weight) {
    double max = -std::numeric_limits<double>::infinity();
    for (const double w : log_weight) {
        max = std::max(max, w);
    }
    if (!std::isfinite(max)) {
        throw NumericalError("resampling: every weight is zero", -1, -1);
    }
    std::vector<double> out(log_weight.size());
    const int n_blocks = static_cast<int>((out.size() + block_size - 1) / block_size);
    parallel_for(n_blocks, [&](int b) {
        const std::size_t begin = static_cast<std::size_t>(b) * block_size,
                          end = std::min(out.size(), begin + block_size);
        for (std::size_t i = begin; i < end; ++i) {
            out[i] = std::exp(log_weight[i] - max);
        }
    });
    return out;
}

/// Appends, for ascending points u(0) <= u(1) <= ... in (0, 1), the index whose share of the cumulative
/// weight holds the point. Rounding may leave the last points beyond the sum: they belong to the last
/// particle with weight.
template <class Points>
void invert_cumulative(const std::vector<double>& weight, int n_points, const Points& u,
                       std::vector<int>& out) {
    double total = 0;
    std::size_t last = 0;
    for (std::size_t i = 0; i < weight.size(); ++i) {
        total += weight[i];
        last = weight[i] > 0 ? i : last;
    }
    std::size_t i = 0;
    double cumulative = weight[0];
    for (int p = 0; p < n_points; ++p) {
        const double point = u(p) * total;
        while (i < last && cumulative <= point) {
            cumulative += weight[++i];
        }
        out.push_back(static_cast<int>(i));
    }
}

/// Whole offspring first, the remainder by multinomial draws.
std::vector<int> residual(const std::vector<double>& weight, int n, const StreamKey& key) {
    double total = 0;
    for (const double w : weight) {
        total += w;
    }
    std::vector<int> count(weight.size());
    std::vector<double> remainder(weight.size());
    int left = n;
    for (std::size_t i = 0; i < weight.size(); ++i) {
        const double expected = weight[i] * n / total;
        count[i] = std::min(static_cast<int>(expected), left);
        remainder[i] = std::max(expected - count[i], 0.0);
        left -= count[i];
    }
    if (left > 0) {
        const std::vector<double> u = sorted_uniforms(key, left);
        std::vector<int> extra;
        extra.reserve(static_cast<std::size_t>(left));
        invert_cumulative(remainder, left, [&](int p) { return u[static_cast<std::size_t>(p)]; }, extra);
        for (const int i : extra) {
            ++count[static_cast<std::size_t>(i)];
        }
    }
    std::vector<int> out;
    out.reserve(static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < count.size(); ++i) {
        out.insert(out.end(), static_cast<std::size_t>(count[i]), static_cast<int>(i));
    }
    return out;
}

}  // namespace

const std::vector<std::string>& resampling_names() {
    static const std::vector<std::string> names{"systematic", "stratified", "residual", "multinomial"};
    return names;
}

Resampling resampling_from_name(const std::string& name) {
    const auto& names = resampling_names();
    const auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) {
        throw ConfigError("sampler.resampling",
                          "\"" + name +
                              "\" is not known (one of: systematic, stratified, residual, multinomial)");
    }
    return static_cast<Resampling>(at - names.begin());
}

std::vector<int> resample(Resampling scheme, std::span<const double> log_weight, const StreamKey& key) {
    const int n = static_cast<int>(log_weight.size());
    const std::vector<double> weight = scaled_weights(log_weight);
    if (scheme == Resampling::residual) {
        return residual(weight, n, key);
    }
    std::vector<int> out;
    out.reserve(static_cast<std::size_t>(n));
    if (scheme == Resampling::systematic) {
        const double u = Stream(key, 0).uniform();
        invert_cumulative(weight, n, [&](int p) { return (p + u) / n; }, out);
    } else if (scheme == Resampling::stratified) {
        const std::vector<double> u = uniforms(key, n);
        invert_cumulative(weight, n, [&](int p) { return (p + u[static_cast<std::size_t>(p)]) / n; }, out);
    } else {
        const std::vector<double> u = sorted_uniforms(key, n);
        invert_cumulative(weight, n, [&](int p) { return u[static_cast<std::size_t>(p)]; }, out);
    }
    return out;
}

template <class Real>
void gather_particles(const std::vector<int>& from, Particles<Real>& values, Particles<Real>& spare) {
    if (spare.size() == 0) {
        spare = Particles<Real>(values.size(), values.dim());
    }
    parallel_for(values.n_blocks(), [&](int b) {
        const Block<Real> to = spare.block(b);
        for (int i = 0; i < to.dim; ++i) {
            for (int l = 0; l < to.n; ++l) {
                to(i, l) =
                    values(from[static_cast<std::size_t>(b) * block_size + static_cast<std::size_t>(l)], i);
            }
        }
    });
    std::swap(values, spare);
}

template void gather_particles<float>(const std::vector<int>&, Particles<float>&, Particles<float>&);
template void gather_particles<double>(const std::vector<int>&, Particles<double>&, Particles<double>&);

}  // namespace tempera
