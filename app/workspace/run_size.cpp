// SPDX-License-Identifier: MIT
#include "app/workspace/run_size.hpp"

#include <cmath>

#include "core/number_text.hpp"
#include "core/parallel.hpp"
#include "paths/density_path.hpp"
#include "run/preset/preset.hpp"

namespace tempera::app {
namespace {

/// Evaluations a second and thread where no run has shown them yet, on the low side: a closed form, and a
/// network of a few ten thousand weights.
constexpr double closed_form_rate = 2e6, network_rate = 5e4;

double number(const Json& resolved, const char* dotted, double otherwise) {
    const Json v = get_value(resolved, dotted);
    return v.is_number() ? v.get<double>() : otherwise;
}

/// Evaluations of one sweep of moves.
double per_sweep(const Json& resolved) {
    return number(resolved, "moves.n_steps", 0) * number(resolved, "moves.n_leapfrog", 1);
}

}  // namespace

RunSize run_size(const Json& resolved, double rate) {
    constexpr double usual_levels = 64;  // of a schedule that finds its own number
    const double levels = number(resolved, "path.n_levels", usual_levels);
    const double particles = number(resolved, "sampler.n_particles", 0);
    RunSize size;
    size.evaluations = particles > 0
                           ? particles * levels * (1 + per_sweep(resolved))
                           : number(resolved, "sampler.n_ensembles", 1) * (levels + 1) *
                                 number(resolved, "sampler.n_scans", 1) *
                                 (1 + number(resolved, "sampler.moves_per_scan", 1) * per_sweep(resolved));
    size.evaluations *= number(resolved, "run.n_replicates", 1);
    size.measured = rate > 0;
    const bool learned = path_info(get_value(resolved, "path")).uses_model;
    size.rate = rate > 0 ? rate : (learned ? network_rate : closed_form_rate) * thread_count();
    size.seconds = size.evaluations / size.rate;
    return size;
}

std::string RunSize::text() const {
    const auto about = [](double value, const char* unit) {
        return "about " + std::to_string(static_cast<long>(std::ceil(value))) + " " + unit;
    };
    return seconds < 90            ? about(seconds, "s")
           : seconds < 90 * 60     ? about(seconds / 60, "min")
           : seconds < 48 * 3600.0 ? about(seconds / 3600, "hours")
                                   : about(seconds / 86400, "days");
}

std::string RunSize::basis() const {
    return short_number(evaluations, 3) + " evaluations at " + short_number(rate, 2) + " a second, " +
           (measured ? "as in the last run on this target." : "a careful guess for this machine.");
}

}  // namespace tempera::app
