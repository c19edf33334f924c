// SPDX-License-Identifier: MIT
#include "run/record/chain_traces.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "core/parallel.hpp"
#include "run/preset/preset.hpp"

namespace tempera {

namespace {

constexpr int most_means = 256, n_errors = 8;  // along the way

ChainSeries first_rows(const ChainSeries& all, int n_rows) {
    return {std::span(all.values)
                .first(static_cast<std::size_t>(n_rows) * static_cast<std::size_t>(all.n_chains)),
            all.n_chains};
}

void add_means(ChainTrace& trace) {
    const ChainSeries& x = trace.values;
    const int n = x.n_steps(), stride = (n + most_means - 1) / most_means;
    double sum = 0;
    for (int t = 0; t < n; ++t) {
        for (int c = 0; c < x.n_chains; ++c) {
            sum += x(t, c);
        }
        if ((t + 1) % stride == 0 || t + 1 == n) {
            trace.mean_rows.push_back(t + 1);
            trace.mean.push_back(sum / ((t + 1.0) * x.n_chains));
        }
    }
}

/// Of the mean of the first eighth of the rows, the first quarter and so on.
void add_errors(ChainTrace& trace) {
    for (int k = 1; k <= n_errors; ++k) {
        const int n = static_cast<int>(static_cast<long>(trace.values.n_steps()) * k / n_errors);
        const Autocorrelation part =
            k == n_errors ? trace.correlation : autocorrelation(first_rows(trace.values, n));
        if (!part.known()) {
            continue;
        }
        const double n_values = static_cast<double>(n) * trace.values.n_chains;
        const StandardError error =
            error_of_sum(variance_of_sum(part.scatter, part.integrated, n_values), trace.values.n_chains, n);
        if (std::isfinite(error.value)) {
            trace.error_rows.push_back(n);
            trace.error_mean.push_back(part.mean);
            trace.error.push_back(error.value / n_values);
        }
    }
}

long whole_number(const Json& resolved, const char* place, long otherwise) {
    const Json value = get_value(resolved, place);
    return value.is_number_integer() ? value.get<long>() : otherwise;
}

}  // namespace

ChainTrace chain_trace(ChainSeries values) {
    ChainTrace out;
    out.values = std::move(values);
    out.n_non_finite = std::ranges::count_if(out.values.values, [](double v) { return !std::isfinite(v); });
    out.statistics = chain_statistics(out.values);
    out.correlation = autocorrelation(out.values);
    out.ranks = rank_histograms(out.values);
    if (out.n_non_finite == 0) {
        add_means(out);
        add_errors(out);
    }
    return out;
}

std::vector<ChainTrace> chain_traces(const std::vector<std::vector<double>>& values, int n_chains) {
    std::vector<ChainTrace> out(values.size());
    parallel_for(static_cast<int>(values.size()), [&](int k) {
        const auto at = static_cast<std::size_t>(k);
        out[at] = chain_trace(ChainSeries(values[at], n_chains));
    });
    return out;
}

std::vector<Autocorrelation> level_energies(const ExchangeStats& stats) {
    // Those of the burn-in are of steps that were still tuned, on their way to where the levels are.
    const auto skipped = static_cast<std::size_t>(std::max(0L, stats.counted_from - stats.first_scan));
    if (stats.scans_counted == 0 || skipped >= stats.energy_process.size()) {
        return {};
    }
    const std::span<const std::vector<double>> scans = std::span(stats.energy_process).subspan(skipped);
    std::vector<Autocorrelation> out(scans.front().size());
    parallel_for(static_cast<int>(out.size()), [&](int k) {
        ChainSeries energy(static_cast<int>(scans.size()), 1);
        for (std::size_t t = 0; t < scans.size(); ++t) {
            energy.values[t] = scans[t][static_cast<std::size_t>(k)];
        }
        out[static_cast<std::size_t>(k)] = autocorrelation(energy);
    });
    return out;
}

long burn_in(const Json& resolved) {
    const Json fraction = get_value(resolved, "sampler.burn_in_fraction");
    const double n_scans = static_cast<double>(whole_number(resolved, "sampler.n_scans", 0));
    return fraction.is_number() ? static_cast<long>(fraction.get<double>() * n_scans)
                                : whole_number(resolved, "sampler.burn_in", 0);
}

void tell_time(ChainTraces& traces, const Json& resolved, long steps) {
    traces.first = burn_in(resolved);
    const long after = steps - traces.first;
    traces.stride = 0;
    for (long stride = whole_number(resolved, "sampler.thin", 1); stride > 0 && stride <= after;
         stride *= 2) {
        if ((after + stride - 1) / stride == traces.n_rows) {
            traces.stride = stride;
            return;
        }
    }
}

}  // namespace tempera
