// SPDX-License-Identifier: MIT
#include "run/diagnostics/observable_statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/number.hpp"
#include "core/parallel.hpp"
#include "diagnostics/weights.hpp"
#include "samplers/annealed/lineage_squares.hpp"

namespace tempera {

namespace {

/// The smallest values below which the shares of the weight lie.
std::vector<double> weighted_quantiles(const std::vector<double>& values,
                                       const std::vector<double>& weights) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    std::vector<double> out;
    double below = 0;
    auto at = order.begin();
    for (const double share : observable_quantiles) {
        while (at + 1 != order.end() && below + weights[*at] < share * total) {
            below += weights[*at++];
        }
        out.push_back(values[*at]);
    }
    return out;
}

Distribution distribution(const std::vector<double>& values, const std::vector<double>& weights) {
    Distribution out{.mean = 0, .sd = 0, .quantiles = {}};
    double total = 0, square = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (weights[i] > 0) {
            out.n_non_finite += !std::isfinite(values[i]);
            total += weights[i], out.mean += weights[i] * values[i];
        }
    }
    if (out.n_non_finite > 0 || total <= 0) {
        out.mean = out.sd = not_a_number;
        return out;
    }
    out.mean /= total;
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (weights[i] > 0) {
            square += weights[i] * (values[i] - out.mean) * (values[i] - out.mean);
        }
    }
    out.sd = std::sqrt(square / total);
    out.quantiles = weighted_quantiles(values, weights);
    return out;
}

StandardError error_by_chains(const std::vector<double>& values, int n_chains) {
    StandardError error = error_of_sum(ChainSeries(values, n_chains));
    error.value /= static_cast<double>(values.size());
    return error;
}

/// Errors of all means at once, from the lineages of the particles.
std::vector<StandardError> lineage_errors(const std::vector<std::vector<double>>& values,
                                          const std::vector<double>& means,
                                          const std::vector<double>& weights, const std::vector<int>* root) {
    std::vector<double> here(values.size());
    LineageSquares lineages(static_cast<int>(values.size()));
    for (std::size_t i = 0; i < weights.size(); ++i) {
        for (std::size_t k = 0; k < values.size(); ++k) {
            here[k] = weights[i] > 0 ? values[k][i] : 0;
        }
        lineages.add(root ? (*root)[i] : static_cast<int>(i), weights[i], here.data());
    }
    const LineageSquares::Errors errors = lineages.errors(means);
    std::vector<StandardError> out(values.size(), StandardError::unknown(errors.missing));
    for (std::size_t k = 0; k < errors.values.size(); ++k) {
        out[k] = {errors.values[k], {}};
    }
    return out;
}

/// Of the means of values whose means are known.
std::vector<StandardError> errors_of(const std::vector<std::vector<double>>& values,
                                     const std::vector<double>& means, const std::vector<double>& weights,
                                     const WeightedPoints& points) {
    std::vector<StandardError> out(values.size(), StandardError::unknown(""));
    if (points.n_chains > 0) {
        parallel_for(static_cast<int>(values.size()), [&](int k) {
            out[static_cast<std::size_t>(k)] =
                error_by_chains(values[static_cast<std::size_t>(k)], points.n_chains);
        });
    } else if (!weights.empty()) {
        out = lineage_errors(values, means, weights, points.root);
    }
    for (std::size_t k = 0; k < values.size(); ++k) {
        if (!std::isfinite(means[k])) {
            out[k] = StandardError::unknown("some values are not finite");
        }
    }
    return out;
}

/// Squares of what values are from their means.
std::vector<double> squares_of(const std::vector<double>& values, double mean) {
    std::vector<double> out(values.size());
    std::transform(values.begin(), values.end(), out.begin(),
                   [&](double v) { return (v - mean) * (v - mean); });
    return out;
}

void add_errors(std::vector<Distribution>& out, const std::vector<std::vector<double>>& values,
                const std::vector<double>& weights, const WeightedPoints& points) {
    std::vector<double> means, variances;
    std::vector<std::vector<double>> squares;
    for (std::size_t k = 0; k < out.size(); ++k) {
        means.push_back(out[k].mean), variances.push_back(out[k].sd * out[k].sd);
        squares.push_back(squares_of(values[k], out[k].mean));
    }
    const std::vector<StandardError> of_mean = errors_of(values, means, weights, points),
                                     of_variance = errors_of(squares, variances, weights, points);
    for (std::size_t k = 0; k < out.size(); ++k) {
        out[k].error = of_mean[k];
        out[k].sd_error = of_variance[k];
        out[k].sd_error.value /= 2 * out[k].sd;
    }
}

}  // namespace

template <class Real>
Particles<Real> block_of(std::span<const double> x, int dim, long first, int count) {
    Particles<Real> out(count, dim);
    const Block<Real> block = out.block(0);
    for (int i = 0; i < dim; ++i) {
        for (int lane = 0; lane < block.lanes(); ++lane) {
            const long row = first + std::min(lane, count - 1);
            block(i, lane) = static_cast<Real>(x[static_cast<std::size_t>(row * dim + i)]);
        }
    }
    return out;
}

template <class Real>
std::vector<std::vector<double>> observe(const Target<Real>& target, std::span<const double> x) {
    const int dim = target.dim(), n_observables = static_cast<int>(target.observables().size());
    const long n = static_cast<long>(x.size()) / dim;
    std::vector<std::vector<double>> out(static_cast<std::size_t>(n_observables),
                                         std::vector<double>(static_cast<std::size_t>(n)));
    parallel_for(static_cast<int>((n + block_size - 1) / block_size), [&](int b) {
        const long first = static_cast<long>(b) * block_size;
        const int count = static_cast<int>(std::min<long>(block_size, n - first));
        const Particles<Real> points = block_of<Real>(x, dim, first, count);
        Particles<double> values(count, n_observables);
        target.observe(points.block(0), values.block(0));
        for (int k = 0; k < n_observables; ++k) {
            std::copy_n(values.block(0).row(k), count, out[static_cast<std::size_t>(k)].begin() + first);
        }
    });
    return out;
}

std::vector<Distribution> distributions(const std::vector<std::vector<double>>& values,
                                        const WeightedPoints& points) {
    const std::vector<double> weights = normalised_weights(points.log_weight);
    std::vector<Distribution> out(values.size());
    parallel_for(static_cast<int>(values.size()), [&](int k) {
        out[static_cast<std::size_t>(k)] = distribution(values[static_cast<std::size_t>(k)], weights);
    });
    add_errors(out, values, weights, points);
    return out;
}

template <class Real>
Json observables_summary(const Target<Real>& target, const std::vector<std::vector<double>>& values,
                         const WeightedPoints& points) {
    const std::vector<Observable> observables = target.observables();
    const std::vector<Distribution> found = distributions(values, points);
    Json out = Json::object();
    for (std::size_t k = 0; k < observables.size(); ++k) {
        const Distribution& d = found[k];
        ChainStatistics chains{not_a_number, not_a_number, not_a_number, not_a_number};
        if (points.n_chains > 0) {
            chains = chain_statistics(ChainSeries(values[k], points.n_chains));
        }
        const Observable& o = observables[k];
        const double t = k == 0 ? target.temperature().value_or(not_a_number) : not_a_number;
        out[o.name] = {{"mean", number_or_null(d.mean)},
                       {"stderr", number_or_null(d.error.value)},
                       {"stderr_missing", d.error.missing.empty() ? Json(nullptr) : Json(d.error.missing)},
                       {"sd", number_or_null(d.sd)},
                       {"sd_stderr", number_or_null(d.sd_error.value)},
                       {"quantiles", d.quantiles.empty() ? Json(nullptr) : Json(d.quantiles)},
                       {"exact", o.exact ? number_or_null(*o.exact) : Json(nullptr)},
                       {"unit", o.unit.empty() ? Json(nullptr) : Json(o.unit)},
                       {"r_hat", number_or_null(chains.r_hat)},
                       {"ess_bulk", number_or_null(chains.ess_bulk)},
                       {"ess_tail", number_or_null(chains.ess_tail)},
                       {"autocorrelation_time", number_or_null(chains.autocorrelation_time)},
                       {"non_finite", d.n_non_finite},
                       {"heat_capacity", number_or_null(d.sd * d.sd / (t * t))},
                       {"heat_capacity_stderr", number_or_null(2 * d.sd * d.sd_error.value / (t * t))}};
    }
    return out;
}

template Json observables_summary(const Target<float>&, const std::vector<std::vector<double>>&,
                                  const WeightedPoints&);
template Json observables_summary(const Target<double>&, const std::vector<std::vector<double>>&,
                                  const WeightedPoints&);
template Particles<float> block_of<float>(std::span<const double>, int, long, int);
template Particles<double> block_of<double>(std::span<const double>, int, long, int);
template std::vector<std::vector<double>> observe(const Target<float>&, std::span<const double>);
template std::vector<std::vector<double>> observe(const Target<double>&, std::span<const double>);

}  // namespace tempera
