// SPDX-License-Identifier: MIT
#include "run/record/mode_counts.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"
#include "diagnostics/chain_error.hpp"
#include "diagnostics/mode_weights.hpp"
#include "samplers/annealed/lineage_squares.hpp"

namespace tempera {

namespace {

constexpr int chunk_size = 4096;

double largest(std::span<const double> values) {
    double out = -std::numeric_limits<double>::infinity();
    for (double v : values) {
        out = v > out ? v : out;
    }
    return out;
}

struct ModeSums {
    std::vector<double> plain, weighted;
    double weight = 0;
    LineageSquares lineages;
    ModeSums& operator+=(const ModeSums& o) {
        if (plain.empty()) {
            return *this = o;
        }
        lineages += o.lineages;
        for (std::size_t m = 0; m < plain.size(); ++m) {
            plain[m] += o.plain[m];
            weighted[m] += o.weighted[m];
        }
        weight += o.weight;
        return *this;
    }
};

}  // namespace

template <class Real>
std::vector<double> gather_points(const Particles<Real>& x, long first, long stride, int n) {
    std::vector<double> out(static_cast<std::size_t>(n) * x.dim());
    for (int j = 0; j < n; ++j) {
        for (int i = 0; i < x.dim(); ++i) {
            out[static_cast<std::size_t>(j) * x.dim() + i] =
                static_cast<double>(x(static_cast<int>((first + j) * stride), i));
        }
    }
    return out;
}

template <class Real>
std::vector<int> assign_modes(const DensityPath<Real>& path, int level, const std::vector<double>& x,
                              long n) {
    const int n_modes = path.target().n_modes(), dim = path.dim();
    std::vector<int> out(static_cast<std::size_t>(n), 0);
    if (n_modes < 2) {
        return out;
    }
    parallel_for(static_cast<int>((n + chunk_size - 1) / chunk_size), [&](int c) {
        const long first = static_cast<long>(c) * chunk_size, end = std::min(n, first + chunk_size);
        const std::vector<double> part(x.begin() + first * dim, x.begin() + end * dim);
        const std::vector<int> modes = hard_modes(path.mode_responsibilities(level, part), n_modes);
        std::copy(modes.begin(), modes.end(), out.begin() + first);
    });
    return out;
}

namespace {

constexpr long most_steps = 512;

/// Errors of the means of responsibilities, rows of n_chains points in the order of time.
void add_chain_errors(ModeCounts& counts, const std::vector<double>& responsibilities, int n_chains) {
    const std::size_t n_modes = counts.weighted.size(), row = n_modes * static_cast<std::size_t>(n_chains);
    const long rows = static_cast<long>(responsibilities.size() / row), steps = std::min(rows, most_steps);
    const double n = static_cast<double>(rows) * n_chains;
    for (std::size_t m = 0; m < n_modes; ++m) {
        ChainSeries series(static_cast<int>(steps), n_chains);
        for (long t = 0; t < rows; ++t) {
            for (int c = 0; c < n_chains; ++c) {
                series(static_cast<int>(t * steps / rows), c) +=
                    responsibilities[static_cast<std::size_t>(t) * row +
                                     static_cast<std::size_t>(c) * n_modes + m] -
                    counts.weighted[m];
            }
        }
        const StandardError error = error_of_sum(series);
        if (!error.known()) {
            counts.weighted_stderr.clear();
            counts.stderr_missing = error.missing;
            return;
        }
        counts.weighted_stderr.push_back(error.value / n);
    }
}

}  // namespace

template <class Real>
ModeCounts count_points(const DensityPath<Real>& path, const std::vector<double>& x, long n, int n_chains) {
    ModeCounts counts;
    const int n_modes = path.target().n_modes(), dim = path.dim();
    if (n_modes == 0 || n == 0) {
        return counts;
    }
    std::vector<double> responsibilities(static_cast<std::size_t>(n) * static_cast<std::size_t>(n_modes));
    const int n_chunks = static_cast<int>((n + chunk_size - 1) / chunk_size);
    const ModeSums sums = parallel_sum<ModeSums>(n_chunks, [&](int c) {
        const long first = static_cast<long>(c) * chunk_size, end = std::min(n, first + chunk_size);
        const std::vector<double> part(x.begin() + first * dim, x.begin() + end * dim);
        const std::vector<double> r = path.mode_responsibilities(0, part);
        std::copy(r.begin(), r.end(), responsibilities.begin() + first * n_modes);
        ModeSums s;
        s.plain = mode_proportions(r, n_modes, {});
        for (double& v : s.plain) {
            v *= static_cast<double>(end - first);
        }
        s.weighted = s.plain;
        return s;
    });
    counts.sampled = sums.plain;
    for (double& v : counts.sampled) {
        v /= static_cast<double>(n);
    }
    counts.weighted = counts.sampled;
    counts.counted = n;
    add_chain_errors(counts, responsibilities, n_chains);
    return counts;
}

template <class Real>
ModeCounts count_modes(const DensityPath<Real>& path, const Population<Real>& population, long limit,
                       std::vector<int>* hard) {
    ModeCounts counts;
    const int n_modes = path.target().n_modes();
    if (n_modes == 0 || !population.x || population.x->size() == 0) {
        return counts;
    }
    const long total = population.x->size();
    const long stride = limit > 0 ? std::max(1L, total / limit) : 1;
    const long n = (total + stride - 1) / stride;
    const double shift = population.log_weight ? largest(population.log_weight->span()) : 0;
    counts.counted = n;
    if (hard) {
        hard->assign(static_cast<std::size_t>(n), 0);
    }
    const ModeSums sums =
        parallel_sum<ModeSums>(static_cast<int>((n + chunk_size - 1) / chunk_size), [&](int c) {
            const long first = static_cast<long>(c) * chunk_size;
            const int m = static_cast<int>(std::min<long>(chunk_size, n - first));
            const std::vector<double> r =
                path.mode_responsibilities(population.level, gather_points(*population.x, first, stride, m));
            if (hard) {
                const std::vector<int> modes = hard_modes(r, n_modes);
                std::copy(modes.begin(), modes.end(), hard->begin() + first);
            }
            ModeSums s;
            s.plain.assign(static_cast<std::size_t>(n_modes), 0);
            s.weighted = s.plain;
            s.lineages = LineageSquares(n_modes);
            for (int j = 0; j < m; ++j) {
                const int particle = static_cast<int>((first + j) * stride);
                const double w =
                    population.log_weight ? std::exp((*population.log_weight)[particle] - shift) : 1.0;
                s.weight += w;
                s.lineages.add(population.root ? (*population.root)[static_cast<std::size_t>(particle)]
                                               : particle,
                               w, r.data() + static_cast<std::size_t>(j) * static_cast<std::size_t>(n_modes));
                for (int k = 0; k < n_modes; ++k) {
                    const double v = r[static_cast<std::size_t>(j) * n_modes + k];
                    s.plain[static_cast<std::size_t>(k)] += v;
                    s.weighted[static_cast<std::size_t>(k)] += w * v;
                }
            }
            return s;
        });
    counts.sampled = sums.plain;
    counts.weighted = sums.weighted;
    for (int k = 0; k < n_modes; ++k) {
        counts.sampled[static_cast<std::size_t>(k)] /= static_cast<double>(n);
        counts.weighted[static_cast<std::size_t>(k)] /= sums.weight;
    }
    LineageSquares::Errors errors = sums.lineages.errors(counts.weighted);
    counts.weighted_stderr = std::move(errors.values);
    counts.stderr_missing = std::move(errors.missing);
    return counts;
}

template std::vector<double> gather_points<float>(const Particles<float>&, long, long, int);
template std::vector<double> gather_points<double>(const Particles<double>&, long, long, int);
template std::vector<int> assign_modes<float>(const DensityPath<float>&, int, const std::vector<double>&,
                                              long);
template std::vector<int> assign_modes<double>(const DensityPath<double>&, int, const std::vector<double>&,
                                               long);
template ModeCounts count_points<float>(const DensityPath<float>&, const std::vector<double>&, long, int);
template ModeCounts count_points<double>(const DensityPath<double>&, const std::vector<double>&, long, int);
template ModeCounts count_modes<float>(const DensityPath<float>&, const Population<float>&, long,
                                       std::vector<int>*);
template ModeCounts count_modes<double>(const DensityPath<double>&, const Population<double>&, long,
                                        std::vector<int>*);

}  // namespace tempera
