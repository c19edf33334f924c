// SPDX-License-Identifier: MIT
// Whole runs from presets, for tests whose answers are known in closed form or were measured with independent
// programs.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/log_sum_exp.hpp"
#include "core/parallel.hpp"
#include "run/experiment/experiment.hpp"
#include "run/preset/preset.hpp"

namespace tempera::test {

inline Json two_mode(int dim, double wide = 2.0) {
    return {{"type", "two_mode"}, {"dim", dim}, {"wide", wide}};
}

inline Json diffusion(int n_levels, double rho_min = 0.01, double rho_max = 80) {
    return {{"type", "diffusion"},
            {"process", "vp"},
            {"n_levels", n_levels},
            {"standardise", false},
            {"schedule", {{"type", "log_snr"}, {"rho_min", rho_min}, {"rho_max", rho_max}}}};
}

inline Json kernel(const std::string& name) {
    if (name == "first") {
        return {{"type", "first_order"}, {"variance", "forward"}};
    }
    if (name == "second" || name == "second_diag") {
        return {{"type", "second_order"}, {"covariance", name == "second" ? "full" : "diagonal"}};
    }
    if (name == "map") {
        return {{"type", "transport_midpoint"}, {"log_det", "exact"}, {"coordinates", "rho"}};
    }
    if (name.starts_with("map_h")) {
        return {{"type", "transport_midpoint"},
                {"log_det", name.ends_with("c") ? "hutchinson_corrected" : "hutchinson"},
                {"n_probes", name[5] - '0'},
                {"n_terms", 6},
                {"coordinates", "rho"},
                {"n_substeps", 1}};
    }
    return {{"type", "none"}};
}

inline Json mala(int n_steps) {
    return {{"type", "mala"}, {"n_steps", n_steps}, {"step_size", 1.0}, {"adapt", false}};
}
inline Json no_moves() { return {{"type", "none"}, {"n_steps", 0}}; }

inline Json preset(const Json& target, const Json& path, const Json& kernel, const Json& sampler,
                   const Json& moves, long seed) {
    return resolve_preset({{"schema", "tempera-preset"},
                           {"version", 1},
                           {"name", "test"},
                           {"target", target},
                           {"path", path},
                           {"kernel", kernel},
                           {"sampler", sampler},
                           {"moves", moves},
                           {"run", {{"seed", seed}, {"precision", "f64"}}}});
}

struct Outcome {
    double log_z, log_z_stderr, ess_fraction = NAN, log_weight_variance = NAN, weight_of_mode_0 = NAN;
    std::vector<double> log_weight;
    ExchangeStats exchange;
    Tally tally;
};

inline std::vector<double> rows_of(const Particles<double>& x) {
    std::vector<double> out;
    for (int p = 0; p < x.size(); ++p) {
        for (int i = 0; i < x.dim(); ++i) {
            out.push_back(x(p, i));
        }
    }
    return out;
}

/// Variance of the middle 98 %: the tails of first-order weights are heavy.
inline double trimmed_variance(std::vector<double> v) {
    std::sort(v.begin(), v.end());
    const std::size_t cut = v.size() / 100;
    double mean = 0, square = 0;
    const double n = static_cast<double>(v.size() - 2 * cut);
    for (std::size_t i = cut; i < v.size() - cut; ++i) {
        mean += v[i] / n;
    }
    for (std::size_t i = cut; i < v.size() - cut; ++i) {
        square += (v[i] - mean) * (v[i] - mean) / n;
    }
    return square;
}

inline Outcome outcome(const Experiment<double>& experiment, int replicate) {
    const auto sampler = experiment.make_sampler(replicate);
    sampler->start();
    while (!sampler->finished()) {
        sampler->advance();
    }
    Outcome out;
    out.log_z = sampler->log_z();
    out.log_z_stderr = sampler->log_z_stderr();
    out.tally = sampler->tally();
    if (sampler->exchange_stats()) {
        out.exchange = *sampler->exchange_stats();
        return out;
    }
    const Population<double> population = sampler->population(0);
    const auto w = population.log_weight->span();
    out.log_weight.assign(w.begin(), w.end());
    const LogSumExp sum = log_sum_exp(w);
    out.ess_fraction = sum.ess() / static_cast<double>(w.size());
    double mean = 0;
    for (const double v : w) {
        mean += v / static_cast<double>(w.size());
    }
    out.log_weight_variance = 0;
    for (const double v : w) {
        out.log_weight_variance += (v - mean) * (v - mean) / static_cast<double>(w.size());
    }
    const std::vector<double> r = experiment.path->mode_responsibilities(0, rows_of(*population.x));
    const std::size_t n_modes = r.size() / w.size();
    out.weight_of_mode_0 = 0;
    for (std::size_t i = 0; i < w.size(); ++i) {
        out.weight_of_mode_0 += std::exp(w[i] - sum.value()) * r[i * n_modes];
    }
    return out;
}

inline std::vector<Outcome> outcomes(const Json& preset, int n_replicates) {
    const Experiment<double> experiment = build_experiment<double>(preset);
    std::vector<Outcome> out(static_cast<std::size_t>(n_replicates));
    parallel_for(n_replicates, [&](int r) { out[static_cast<std::size_t>(r)] = outcome(experiment, r); });
    return out;
}

struct Mean {
    double value = 0, standard_error = 0;
};
template <class Get>
Mean mean_of(const std::vector<Outcome>& runs, const Get& get) {
    Mean m;
    const double n = static_cast<double>(runs.size());
    double square = 0;
    for (const Outcome& r : runs) {
        m.value += get(r) / n;
    }
    for (const Outcome& r : runs) {
        square += std::pow(get(r) - m.value, 2) / n;
    }
    m.standard_error = std::sqrt(square / (n - 1));
    return m;
}

}  // namespace tempera::test
