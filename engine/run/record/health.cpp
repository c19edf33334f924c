// SPDX-License-Identifier: MIT
#include "run/record/health.hpp"

#include <cmath>
#include <optional>

#include "core/number_text.hpp"
#include "diagnostics/mode_weights.hpp"
#include "figures/ticks.hpp"
#include "samplers/pilots/adaptive_schedule.hpp"

namespace tempera {

namespace {

std::string percent(double fraction) { return short_number(100 * fraction, fraction < 0.001 ? 2 : 3) + " %"; }

/// Whole, with its thousands apart, once three digits say it.
std::string count_text(double n) {
    return n < 100 && n != std::round(n) ? short_number(n) : typeset(std::round(n), 0);
}

/// ESS / N above which weights have no tail to speak of, whatever its index.
constexpr double nearly_equal = 0.9;

using Finding = std::optional<RunWarning>;

Finding weight_collapse(const HealthNumbers& h) {
    // A few particles of about equal weight are few, and nothing has collapsed.
    if (h.exchange || h.n <= 0 ||
        (h.ess_fraction >= 0.05 && (h.ess_fraction * h.n >= 10 || h.ess_fraction >= 0.5))) {
        return {};
    }
    const std::string fix = "Use more levels, a kernel of higher order, or SMC with resampling.";
    if (std::isnan(h.ess_fraction)) {
        return RunWarning{"weight_collapse",
                          "The weights have no effective sample size: some are not numbers.", fix};
    }
    return RunWarning{"weight_collapse",
                      "The effective sample size is " + count_text(h.ess_fraction * h.n) + " of " +
                          count_text(h.n) + " particles (" + percent(h.ess_fraction) +
                          "): a few particles carry all weight.",
                      fix};
}

Finding heavy_tail(const HealthNumbers& h) {
    if (h.exchange || h.n < 25 || !(h.pareto_k > 0.7) || h.ess_fraction >= nearly_equal) {
        return {};
    }
    return RunWarning{
        "heavy_tail",
        "Pareto k of the weights is " + short_number(h.pareto_k) +
            " (above 0.7): means over the weights converge slowly and their standard errors are "
            "too small.",
        "Use more levels; rare huge weights are typical of too few."};
}

Finding few_roots(const HealthNumbers& h) {
    if (h.exchange || !h.sampling_done || h.n < 100 || !(h.unique_fraction < 0.02)) {
        return {};
    }
    return RunWarning{"few_roots",
                      "Only " + percent(h.unique_fraction) +
                          " of the starting particles have descendants: the samples are strongly related.",
                      "Use more particles, or levels closer together so that resampling happens less often."};
}

Finding mode_weights_off(const HealthNumbers& h) {
    if (!h.sampling_done || h.modes_exact.empty() || h.modes_found.size() != h.modes_exact.size() ||
        proportions_agree(h.modes_found, h.modes_exact, h.modes_interval)) {
        return {};
    }
    return RunWarning{
        "mode_weights_off",
        "The mode weights differ from the exact ones by more than four standard errors (total variation " +
            short_number(total_variation(h.modes_found, h.modes_exact)) +
            "). The effective sample size cannot see this.",
        h.learned ? "Use AIS with a kernel and without moves, whose weights no learned density touches, or a "
                    "model trained with DiffCLF."
                  : "Use a diffusion path, a kernel of higher order, or more levels."};
}

Finding log_z_off(const HealthNumbers& h) {
    if (!h.sampling_done || std::isnan(h.log_z_error) || log_z_agrees(h.log_z_error, h.log_z_stderr)) {
        return {};
    }
    const bool known = std::isfinite(h.log_z_stderr);
    const std::string error =
        !known ? "; no error of it is known" +
                     (h.log_z_stderr_missing.empty() ? "" : ": " + h.log_z_stderr_missing)
        : h.log_z_stderr > 0
            ? ", " + short_number(std::abs(h.log_z_error) / h.log_z_stderr) + " of its standard errors"
            : ", with a standard error of 0";
    return RunWarning{
        "log_z_off", "log Z differs from the exact value by " + short_number(h.log_z_error) + error + ".",
        h.learned ? "A lost mode shows like this: use AIS with a kernel and without moves."
                  : "Use more levels or a kernel of higher order; a lost mode shows like this."};
}

Finding no_overlap(const HealthNumbers& h) {
    if (!h.exchange || !h.after_burn_in || !h.sampling_done || h.pair_apart < 0) {
        return {};
    }
    return RunWarning{"no_overlap",
                      "Levels " + std::to_string(h.pair_apart) + " and " + std::to_string(h.pair_apart + 1) +
                          " do not overlap: hardly a swap that was offered between them tells how their "
                          "normalisers compare. log Z is a guess, and no error of it is known.",
                      "Add levels between them, or use schedule equal_rejection."};
}

Finding pilot_collapsed(const HealthNumbers& h) {
    if (!(h.pilot_independence < PilotReport::collapsed)) {
        return {};
    }
    return RunWarning{"pilot_collapsed",
                      "The pilot that found the schedule had collapsed: for every " +
                          short_number(std::round(1 / h.pilot_independence)) +
                          " of its particles only one was independent of the others. The levels are too few, "
                          "and the errors of what was sampled on them too small.",
                      "Use moves that take the copies of a particle apart (moves.adapt, more n_steps), or "
                      "another schedule."};
}

/// A fourth of the levels, so that one difficult level is no alarm.
Finding stuck_moves(const HealthNumbers& h) {
    const int stuck = std::max(h.levels_frozen, h.levels_idle);
    if ((!h.sampling_done && h.levels_moved < 4) || stuck == 0 || 4 * stuck < h.levels_moved) {
        return {};
    }
    const bool frozen = h.levels_frozen >= h.levels_idle;
    return RunWarning{"stuck_moves",
                      std::string("The acceptance of the moves is ") + (frozen ? "0.00" : "1.000") + " at " +
                          std::to_string(stuck) + " of " + std::to_string(h.levels_moved) + " levels: " +
                          (frozen ? "no" : "their steps are so short that no") + " particle gets anywhere.",
                      frozen ? "Use a smaller moves.step_size, or moves.adapt."
                             : "Use a larger moves.step_size, or moves.adapt."};
}

/// Of what happens to single particles: "12 " + what.
Finding counted(const char* id, long n, const char* what, const char* fix) {
    return n > 0 ? Finding(RunWarning{id, std::to_string(n) + " " + what, fix}) : Finding();
}

Finding maps_failed(const HealthNumbers& h) {
    return counted("maps_failed", h.tally.map_not_converged,
                   "implicit midpoint solves did not converge; those particles have weight zero (in replica "
                   "exchange: the swap is rejected).",
                   "Use more levels or kernel.n_substeps \"auto\".");
}

Finding non_finite(const HealthNumbers& h) {
    return counted("non_finite", h.tally.non_finite,
                   "log densities were not finite; those particles have weight zero.",
                   "Look at the target where particles start, or use precision f64.");
}

Finding hessian_floored(const HealthNumbers& h) {
    return counted("hessian_floored", h.tally.hessian_floored,
                   "covariances had eigenvalues below the floor and were raised to it.", "Use more levels.");
}

Finding weights_not_verifiable(const HealthNumbers& h) {
    if (!h.learned) {
        return {};
    }
    return RunWarning{
        "weights_not_verifiable",
        "Densities between the ends are learned: a good effective sample size does not prove that "
        "mode weights are right.",
        "Compare with the exact path. AIS with a kernel and without moves uses scores and the two end "
        "densities only: no learned density enters its weights."};
}

Finding beyond_training(const HealthNumbers& h) {
    constexpr double slack = 1.001;  // ends that are written with few digits
    if (!(h.trained_noise_max > 0) || (h.used_noise_min * slack >= h.trained_noise_min &&
                                       h.used_noise_max <= h.trained_noise_max * slack)) {
        return {};
    }
    return RunWarning{"beyond_training",
                      "The network was trained on noise levels from " + short_number(h.trained_noise_min) +
                          " to " + short_number(h.trained_noise_max) + ", but the path uses " +
                          short_number(h.used_noise_min) + " to " + short_number(h.used_noise_max) +
                          ": beyond its training it says anything.",
                      "Take rho_min and rho_max of the schedule from the training, or train on a wider range "
                      "(model.training.noise)."};
}

Finding pairs_not_offered(const HealthNumbers& h) {
    if (!h.exchange || !h.after_burn_in || !h.sampling_done || h.pairs_not_offered == 0) {
        return {};
    }
    return RunWarning{"pairs_not_offered",
                      std::to_string(h.pairs_not_offered) +
                          " pairs of levels were never offered a swap: log Z is not known.",
                      "Use more scans: each offers swaps to every second pair."};
}

Finding low_swap_acceptance(const HealthNumbers& h) {
    if (!h.exchange || !h.after_burn_in || !h.sampling_done || !(h.min_swap_acceptance < 0.1)) {
        return {};
    }
    return RunWarning{"low_swap_acceptance",
                      "The lowest swap acceptance between neighbouring levels is " +
                          percent(h.min_swap_acceptance) + ".",
                      "Add levels, or use schedule equal_rejection."};
}

Finding slow_local_mixing(const HealthNumbers& h) {
    if (!h.exchange || !h.after_burn_in || !h.sampling_done ||
        !(h.measured_trips < 0.8 * h.predicted_trips)) {
        return {};
    }
    return RunWarning{"slow_local_mixing",
                      "Round trips per scan are " + short_number(h.measured_trips) + ", predicted " +
                          short_number(h.predicted_trips) +
                          ": replicas do not mix within their levels between swaps.",
                      "Use more moves per scan, or a kernel of higher order."};
}

}  // namespace

std::vector<RunWarning> health_warnings(const HealthNumbers& numbers) {
    std::vector<RunWarning> out;
    for (const auto rule :
         {weight_collapse, heavy_tail, few_roots, mode_weights_off, log_z_off, maps_failed, non_finite,
          hessian_floored, weights_not_verifiable, beyond_training, pilot_collapsed, stuck_moves, no_overlap,
          pairs_not_offered, low_swap_acceptance, slow_local_mixing}) {
        if (Finding finding = rule(numbers)) {
            out.push_back(std::move(*finding));
        }
    }
    return out;
}

void add_weights(HealthNumbers& numbers, double n, double ess_fraction, double pareto_k) {
    numbers.n = n;
    numbers.ess_fraction = ess_fraction;
    numbers.pareto_k = pareto_k;
    if (pareto_k >= 1 && ess_fraction < nearly_equal && std::isfinite(numbers.log_z_stderr)) {
        numbers.log_z_stderr = HealthNumbers::unknown;
        numbers.log_z_stderr_missing =
            "the tail of the weights is too heavy for a mean (Pareto k " + short_number(pareto_k) + ")";
    }
}

bool log_z_agrees(double error, double standard_error) {
    constexpr double least = 1e-3, without_error = 0.1;
    const double tolerance =
        std::isfinite(standard_error) ? std::max(4 * standard_error, least) : without_error;
    return std::abs(error) <= tolerance;
}

void count_acceptance(HealthNumbers& numbers, double acceptance) {
    if (std::isfinite(acceptance)) {
        ++numbers.levels_moved;
        numbers.levels_frozen += acceptance < 0.005;
        numbers.levels_idle += acceptance >= 0.9995;
    }
}

RunWarning edited_warning() {
    return {
        "edited",
        "Settings were changed while it ran: the estimates hold, but this run is not a replicate of others.",
        ""};
}

Json warnings_json(const std::vector<RunWarning>& warnings) {
    Json out = Json::array();
    for (const RunWarning& w : warnings) {
        out.push_back({{"id", w.id}, {"text", w.fix.empty() ? w.text : w.text + " " + w.fix}});
    }
    return out;
}

}  // namespace tempera
