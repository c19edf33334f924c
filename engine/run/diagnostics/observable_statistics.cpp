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

ChainSeries series_of(const std::vector<double>& values, int n_chains) {
    const int n_steps = static_cast<int>(values.size() / static_cast<std::size_t>(n_chains));
    ChainSeries out(n_steps, n_chains);
    std::copy_n(values.begin(), out.values.size(), out.values.begin());
    return out;
}

StandardError error_by_chains(const std::vector<double>& values, const Distribution& of, int n_chains) {
    StandardError error = error_of_sum(series_of(values, n_chains));
    error.value /= static_cast<double>(values.size());
    return std::isfinite(of.mean) ? error : StandardError::unknown("some values are not finite");
}

/// Errors of all means at once, from the lineages of the particles.
void add_lineage_errors(std::vector<Distribution>& out, const std::vector<std::vector<double>>& values,
                        const std::vector<double>& weights, const std::vector<int>* root) {
    std::vector<double> means, here(values.size());
    for (const Distribution& d : out) {
        means.push_back(d.mean);
    }
    LineageSquares lineages(static_cast<int>(values.size()));
    for (std::size_t i = 0; i < weights.size(); ++i) {
        for (std::size_t k = 0; k < values.size(); ++k) {
            here[k] = weights[i] > 0 ? values[k][i] : 0;
        }
        lineages.add(root ? (*root)[i] : static_cast<int>(i), weights[i], here.data());
    }
    const LineageSquares::Errors errors = lineages.errors(means);
    for (std::size_t k = 0; k < out.size(); ++k) {
        out[k].error = errors.values.empty()        ? StandardError::unknown(errors.missing)
                       : std::isfinite(out[k].mean) ? StandardError{errors.values[k], {}}
                                                    : StandardError::unknown("some values are not finite");
    }
}

}  // namespace

template <class Real>
std::vector<std::vector<double>> observe(const Target<Real>& target, std::span<const double> x) {
    const int dim = target.dim(), n_observables = static_cast<int>(target.observables().size());
    const long n = static_cast<long>(x.size()) / dim;
    std::vector<std::vector<double>> out(static_cast<std::size_t>(n_observables),
                                         std::vector<double>(static_cast<std::size_t>(n)));
    parallel_for(static_cast<int>((n + block_size - 1) / block_size), [&](int b) {
        const long first = static_cast<long>(b) * block_size;
        const int count = static_cast<int>(std::min<long>(block_size, n - first));
        Particles<Real> points(count, dim);
        Particles<double> values(count, n_observables);
        const Block<Real> block = points.block(0);
        for (int i = 0; i < dim; ++i) {
            for (int lane = 0; lane < block.lanes(); ++lane) {
                const long row = first + std::min(lane, count - 1);
                block(i, lane) = static_cast<Real>(x[static_cast<std::size_t>(row * dim + i)]);
            }
        }
        target.observe(block, values.block(0));
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
        const auto at = static_cast<std::size_t>(k);
        out[at] = distribution(values[at], weights);
        if (points.n_chains > 0) {
            out[at].error = error_by_chains(values[at], out[at], points.n_chains);
        }
    });
    if (points.n_chains == 0 && !weights.empty()) {
        add_lineage_errors(out, values, weights, points.root);
    }
    return out;
}

Json observables_summary(const std::vector<Observable>& observables,
                         const std::vector<std::vector<double>>& values, const WeightedPoints& points) {
    const std::vector<Distribution> found = distributions(values, points);
    Json out = Json::object();
    for (std::size_t k = 0; k < observables.size(); ++k) {
        const Distribution& d = found[k];
        ChainStatistics chains{not_a_number, not_a_number, not_a_number, not_a_number};
        if (points.n_chains > 0) {
            chains = chain_statistics(series_of(values[k], points.n_chains));
        }
        const Observable& o = observables[k];
        out[o.name] = {{"mean", number_or_null(d.mean)},
                       {"stderr", number_or_null(d.error.value)},
                       {"stderr_missing", d.error.missing.empty() ? Json(nullptr) : Json(d.error.missing)},
                       {"sd", number_or_null(d.sd)},
                       {"quantiles", d.quantiles.empty() ? Json(nullptr) : Json(d.quantiles)},
                       {"exact", o.exact ? number_or_null(*o.exact) : Json(nullptr)},
                       {"unit", o.unit.empty() ? Json(nullptr) : Json(o.unit)},
                       {"r_hat", number_or_null(chains.r_hat)},
                       {"ess_bulk", number_or_null(chains.ess_bulk)},
                       {"ess_tail", number_or_null(chains.ess_tail)},
                       {"autocorrelation_time", number_or_null(chains.autocorrelation_time)},
                       {"non_finite", d.n_non_finite}};
    }
    return out;
}

template std::vector<std::vector<double>> observe(const Target<float>&, std::span<const double>);
template std::vector<std::vector<double>> observe(const Target<double>&, std::span<const double>);

}  // namespace tempera
