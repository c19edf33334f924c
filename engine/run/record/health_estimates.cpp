// SPDX-License-Identifier: MIT
// Rules of the weights, of the estimates against what is exactly known, and of what failed.
#include <algorithm>
#include <cmath>

#include "diagnostics/mode_weights.hpp"
#include "run/record/health_rules.hpp"

namespace tempera {

namespace {

using Of = HealthRule::Of;
using Row = HealthRule::Row;
using Judged = HealthRule::Judged;
using Saying = HealthRule::Saying;

/// Whole, with its thousands apart, once three digits say it.
std::string count_text(double n) {
    return n < 100 && n != std::round(n) ? short_number(n) : grouped(std::lround(n));
}

// -- Weights

Saying collapse_text(const HealthNumbers& h) {
    if (std::isnan(h.ess_fraction)) {
        return {"The weights have no effective sample size: some are not numbers."};
    }
    return {"The effective sample size is " + count_text(h.ess_fraction * h.n) + " of " + count_text(h.n) +
            " particles (" + percent(h.ess_fraction) + "): a few particles carry all weight."};
}

bool tail_matters(const HealthNumbers& h) { return !(h.ess_fraction >= nearly_equal); }

std::string tail_note(const HealthNumbers& h) {
    const double limit = health_rule("heavy_tail").warning;
    return !std::isfinite(h.pareto_k)                ? ""
           : h.pareto_k >= limit && !tail_matters(h) ? "harmless here"
                                                     : "good below " + short_number(limit);
}

// -- Against the truth

/// NaN where nothing can be told: no error is known, and the difference is small.
double log_z_deviation(const HealthNumbers& h) {
    constexpr double least = 1e-3 / 4, without_error = 0.1 / 4;  // standard errors of log Z
    const bool known = std::isfinite(h.log_z_stderr);
    const double z = std::abs(h.log_z_error) / (known ? std::max(h.log_z_stderr, least) : without_error);
    return known || z >= health_rule("log_z_off").warning ? z : not_a_number;
}

std::string log_z_note(const HealthNumbers& h) {
    std::string note;
    if (std::isfinite(h.log_z_stderr)) {
        note = "\u00b1 " + fixed(h.log_z_stderr, 3);
    } else if (h.sampling_done && !h.log_z_stderr_missing.empty()) {
        note = "no error known: " + h.log_z_stderr_missing;
    }
    const std::string gap = note.empty() ? "" : "   ";
    // On the way down it is that of the level reached: the truth of the target says nothing of it.
    return !h.exchange && h.level > 0    ? note + gap + "at level " + std::to_string(h.level)
           : std::isfinite(h.log_z_true) ? note + gap + "truth " + fixed(h.log_z_true, 3)
                                         : note;
}

Saying log_z_text(const HealthNumbers& h) {
    const bool known = std::isfinite(h.log_z_stderr);
    const std::string error =
        !known ? "; no error of it is known" +
                     (h.log_z_stderr_missing.empty() ? "" : ": " + h.log_z_stderr_missing)
        : h.log_z_stderr > 0
            ? ", " + short_number(std::abs(h.log_z_error) / h.log_z_stderr) + " of its standard errors"
            : ", with a standard error of 0";
    return {"log Z differs from the exact value by " + short_number(h.log_z_error) + error + ".",
            h.learned ? std::optional<std::string>(
                            "A lost mode shows like this: use AIS with a kernel and without moves.")
                      : std::nullopt};
}

double modes_variation(const HealthNumbers& h) {
    return h.sampling_done && !h.modes_exact.empty() && h.modes_found.size() == h.modes_exact.size()
               ? total_variation(h.modes_found, h.modes_exact)
               : not_a_number;
}

/// NaN where nothing can be told, as for log Z.
double modes_deviation(const HealthNumbers& h) {
    if (h.modes_exact.empty() || h.modes_found.size() != h.modes_exact.size()) {
        return not_a_number;
    }
    const auto known = [](double interval) { return std::isfinite(interval); };
    const double worst = proportion_deviation(h.modes_found, h.modes_exact, h.modes_interval);
    return (h.modes_interval.size() == h.modes_found.size() &&
            std::ranges::all_of(h.modes_interval, known)) ||
                   worst >= health_rule("mode_weights_off").warning
               ? worst
               : not_a_number;
}

Saying modes_text(const HealthNumbers& h) {
    return {"The mode weights differ from the exact ones by more than four standard errors (total "
            "variation " +
                short_number(total_variation(h.modes_found, h.modes_exact)) +
                "). The effective sample size cannot see this.",
            h.learned ? std::optional<std::string>(
                            "Use AIS with a kernel and without moves, whose weights no learned density "
                            "touches, or a model trained with DiffCLF.")
                      : std::nullopt};
}

const std::vector<HealthRule> weight_rules = {
    {.id = "weight_collapse",
     .of = Of::weighted,
     .name = "ESS / N",
     .key = "ess_fraction",
     .shown = [](const HealthNumbers& h) { return h.ess_fraction; },
     .note = [](const HealthNumbers& h) -> std::string {
         return h.ess_fraction < health_rule("weight_collapse").warning ? "few particles carry all" : "";
     },
     .measures = "effective sample size over the number of particles",
     .measure = [](const HealthNumbers& h) { return std::isnan(h.ess_fraction) ? 0 : h.ess_fraction; },
     .more_is_better = true,
     .good = 0.3,
     .warning = 0.05,
     .stricter = [](const HealthNumbers& h) { return std::clamp(10 / h.n, 0.05, 0.5); },
     .exceptions = "of fewer than 200 particles: below ten effective ones, unless that is half of all",
     .meaning = "Effective sample size: (sum w)^2 / (N sum w^2). 1 = all weights equal.",
     .fix = "Use more levels, a kernel of higher order, or SMC with resampling.",
     .warn = collapse_text},
    {.id = "heavy_tail",
     .of = Of::weighted,
     .name = "k-hat",
     .shown = [](const HealthNumbers& h) { return h.pareto_k; },
     .decimals = 2,
     .note = tail_note,
     .measures = "Pareto k, the tail index of the largest weights",
     .measure =
         [](const HealthNumbers& h) { return h.n < 25 || !tail_matters(h) ? not_a_number : h.pareto_k; },
     .good = 0.7,
     .warning = 0.7,
     .exceptions = "not judged of fewer than 25 particles, or where ESS / N is 0.9 and more",
     .meaning = "Tail index of the largest weights (generalised Pareto fit). Above 0.7 averages over "
                "these weights converge slowly; above 1 not at all. Where the weights are nearly equal "
                "(ESS / N above 0.9) they have no tail to speak of.",
     .fix = "Use more levels; rare huge weights are typical of too few.",
     .warn = [](const HealthNumbers& h) -> Saying {
         return {"Pareto k of the weights is " + short_number(h.pareto_k) +
                 " (above 0.7): means over the weights converge slowly and their standard errors are "
                 "too small."};
     }},
    {.id = "few_roots",
     .of = Of::weighted,
     .name = "roots",
     .key = "unique_ancestor_fraction",
     .shown = [](const HealthNumbers& h) { return std::round(h.unique_fraction * h.n); },
     .decimals = 0,
     .note = [](const HealthNumbers& h) { return "of " + grouped(std::lround(h.n)); },
     .measures = "share of the starting particles that have descendants",
     .measure = [](const HealthNumbers& h) { return h.n < 100 ? not_a_number : h.unique_fraction; },
     .judged = Judged::when_sampled,
     .more_is_better = true,
     .good = 0.05,
     .warning = 0.02,
     .exceptions = "not judged of fewer than 100 particles",
     .meaning = "Distinct ancestors at the reference that still have descendants. Few roots: the "
                "particles share their history.",
     .fix = "Use more particles, or levels closer together so that resampling happens less often.",
     .warn = [](const HealthNumbers& h) -> Saying {
         return {"Only " + percent(h.unique_fraction) +
                 " of the starting particles have descendants: the samples are strongly related."};
     }},
    {.id = "resampled",
     .of = Of::weighted,
     .name = "resampled",
     .key = "n_resamplings",
     .shown = [](const HealthNumbers& h) { return h.n_resamplings; },
     .decimals = 0,
     .note = [](const HealthNumbers& h) -> std::string { return h.n_resamplings == 1 ? "time" : "times"; },
     .measures = "number of resamplings",
     .meaning = "How often particles were resampled by weight."},
};

const std::vector<HealthRule> truth_rules = {
    {.id = "mode_weights_off",
     .name = "mode weights",
     .row = Row::when_known,
     .key = "mode_weights.weighted",
     .shown = modes_variation,
     .note = [](const HealthNumbers&) -> std::string { return "from the exact ones"; },
     .measures = "largest difference of a mode's weight from the exact one, in standard errors",
     .measure = modes_deviation,
     .judged = Judged::when_sampled,
     .good = 3,
     .warning = 4,
     .exceptions = "0.1 counts as four standard errors where no error is known",
     .meaning = "Total variation of the weighted mode weights from the exact ones: half the sum of "
                "absolute differences. The colour tells whether the errors of the weights explain it.",
     .fix = "Use a diffusion path, a kernel of higher order, or more levels.",
     .warn = modes_text},
    {.id = "log_z_off",
     .name = "log Z",
     .key = "log_z",
     .shown = [](const HealthNumbers& h) { return h.log_z; },
     .note = log_z_note,
     .measures = "difference of log Z from its exact value, in standard errors",
     .measure = log_z_deviation,
     .judged = Judged::when_sampled,
     .good = 3,
     .warning = 4,
     .exceptions = "a standard error is at least 0.00025 here; 0.1 counts as four of them where no error "
                   "is known",
     .meaning = "Estimated log normalising constant of the target relative to the reference, with one "
                "standard error.",
     .fix = "Use more levels or a kernel of higher order; a lost mode shows like this.",
     .warn = log_z_text},
};

/// Of what happens to single particles: none of it is good.
HealthRule counted(HealthRule rule) {
    rule.row = Row::when_broken;
    rule.decimals = 0;
    rule.good = rule.warning = 1;
    return rule;
}

double diverged_fraction(const HealthNumbers& h) {
    return h.tally.diverged > 0
               ? static_cast<double>(h.tally.diverged) / static_cast<double>(h.tally.evaluations())
               : 0;
}

/// Single ones are refused as exactly as any; many tell of steps that are too long, or of a density that is
/// not defined where it should be.
HealthRule diverged_rule() {
    return {.id = "diverged",
            .name = "diverged",
            .row = Row::when_broken,
            .key = "failures.diverged",
            .shown = [](const HealthNumbers& h) { return double(h.tally.diverged); },
            .decimals = 0,
            .note = [](const HealthNumbers&) -> std::string { return "proposals of moves, refused"; },
            .measures = "proposals of MCMC moves whose density was no number, over all evaluations",
            .measure = diverged_fraction,
            .good = 1e-4,
            .warning = 1e-3,
            .meaning = "They are refused, which is exact; many of them keep particles from where they "
                       "belong.",
            .fix = "Lower moves.step_size, or look at where the target is not defined.",
            .warn = [](const HealthNumbers& h) -> Saying {
                return {percent(diverged_fraction(h)) +
                        " of all evaluations were proposals of moves whose density was no number; they were "
                        "refused."};
            }};
}

const std::vector<HealthRule> failure_rules = {
    counted({.id = "maps_failed",
             .name = "maps failed",
             .key = "failures.map_not_converged",
             .shown = [](const HealthNumbers& h) { return double(h.tally.map_not_converged); },
             .note = [](const HealthNumbers&) -> std::string { return "weight set to zero, counted"; },
             .measures = "number of implicit midpoint solves that did not converge",
             .meaning = "Transitions whose equation was not solved: the particle has weight zero, or the "
                        "swap is rejected.",
             .fix = "Use more levels or kernel.n_substeps \"auto\".",
             .warn = [](const HealthNumbers& h) -> Saying {
                 return {std::to_string(h.tally.map_not_converged) +
                         " implicit midpoint solves did not converge; those particles have weight zero "
                         "(in replica exchange: the swap is rejected)."};
             }}),
    counted({.id = "non_finite",
             .name = "not finite",
             .key = "failures.non_finite",
             .shown = [](const HealthNumbers& h) { return double(h.tally.non_finite); },
             .note = [](const HealthNumbers&) -> std::string { return "weight set to zero, counted"; },
             .measures = "number of log densities or weight increments that were not finite",
             .meaning = "Densities that were no number or infinite where a particle stood; it has weight "
                        "zero.",
             .fix = "Look at the target where particles start, or use precision f64.",
             .warn = [](const HealthNumbers& h) -> Saying {
                 return {std::to_string(h.tally.non_finite) +
                         " log densities were not finite; those particles have weight zero."};
             }}),
    diverged_rule(),
    counted({.id = "hessian_floored",
             .name = "floored",
             .key = "failures.hessian_floored",
             .shown = [](const HealthNumbers& h) { return double(h.tally.hessian_floored); },
             .note = [](const HealthNumbers&) -> std::string { return "covariances"; },
             .measures = "number of covariances with an eigenvalue below the floor",
             .meaning = "Covariances of second-order kernels from (learned) Hessians that were not "
                        "positive enough; what was clamped is counted.",
             .fix = "Use more levels.",
             .warn = [](const HealthNumbers& h) -> Saying {
                 return {std::to_string(h.tally.hessian_floored) +
                         " covariances had eigenvalues below the floor and were raised to it."};
             }}),
};

}  // namespace

std::vector<HealthRule> estimate_rules() { return concatenated({weight_rules, truth_rules, failure_rules}); }

}  // namespace tempera
