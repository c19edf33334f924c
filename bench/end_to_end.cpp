// SPDX-License-Identifier: MIT
// Whole runs of a sampler, all overheads included.
#include "bench/measure.hpp"
#include "run/experiment/experiment.hpp"
#include "run/preset/preset.hpp"

namespace tempera::bench {

namespace {

constexpr const char* two_lakes = R"({
    "schema": "tempera-preset", "version": 1, "name": "two_lakes",
    "target": {"type": "gaussian_mixture", "weights": [0.6666666666666666, 0.3333333333333333], "means": [[-4, 0], [4, 0]], "sigmas": [0.25, 1.0]},
    "path": {"type": "diffusion", "process": "vp", "n_levels": 64, "schedule": {"type": "log_snr", "rho_min": 0.01, "rho_max": 80}},
    "kernel": {"type": "second_order"}, "moves": {"type": "none", "n_steps": 0},
    "sampler": {"type": "ais", "n_particles": 4096}, "run": {"seed": 7}})";

// What published annealed samplers with Hamiltonian moves do on the 40 modes.
constexpr const char* gmm40 = R"({
    "schema": "tempera-preset", "version": 1, "name": "gmm40",
    "target": {"type": "gmm40"},
    "path": {"type": "tempering", "n_levels": 64, "reference_scale": 25, "standardise": false, "schedule": {"type": "linear"}},
    "kernel": {"type": "none"}, "moves": {"type": "hmc", "n_steps": 1, "n_leapfrog": 5},
    "sampler": {"type": "ais", "n_particles": 4096}, "run": {"seed": 7}})";

Json with(const char* text, const std::string& path, const Json& value) {
    Json preset = Json::parse(text);
    preset[Json::json_pointer(path)] = value;
    return preset;
}

/// Sampling alone: the experiment is built once, as in the window; every repetition is a fresh run.
template <class Real>
void sample(Report& report, const std::string& name, const Json& preset) {
    if (!report.wants(name)) {
        return;
    }
    const Experiment<Real> experiment = build_experiment<Real>(resolve_preset(preset));
    double evaluations = 0, ess = 0;
    const double seconds = least_seconds(
        [&] {
            const auto sampler = experiment.make_sampler(0);
            sampler->start();
            while (!sampler->finished()) {
                sampler->advance();
            }
            evaluations = static_cast<double>(sampler->tally().evaluations());
            ess = sampler->level_stats().empty() ? 0 : sampler->level_stats().back().ess_fraction;
            keep(ess);
        },
        15);
    char note[64];
    std::snprintf(note, sizeof note, "4096 particles, 64 levels, ESS %.3f", ess);
    report.add({name, seconds, evaluations / seconds, "evaluations/s",
                std::numeric_limits<double>::quiet_NaN(), false, note});
}

}  // namespace

void measure_end_to_end(Report& report) {
    const Json ais = Json::parse(two_lakes);
    sample<double>(report, "ais_default_4096x64_f64", ais);
    sample<float>(report, "ais_default_4096x64_f32", ais);
    sample<double>(report, "smc_default_4096x64_f64", with(two_lakes, "/sampler/type", "smc"));
    sample<double>(report, "ais_default_map_4096x64_f64",
                   with(two_lakes, "/kernel", {{"type", "transport_midpoint"}, {"log_det", "exact"}}));
    sample<float>(report, "ais_hmc_gmm40_4096x64_f32", Json::parse(gmm40));
    sample<double>(report, "ais_hmc_gmm40_4096x64_f64", Json::parse(gmm40));
}

}  // namespace tempera::bench
