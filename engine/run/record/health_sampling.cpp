// SPDX-License-Identifier: MIT
// Rules of pilots, moves and replica exchange.
#include <algorithm>
#include <cmath>

#include "run/record/health_rules.hpp"
#include "samplers/pilots/adaptive_schedule.hpp"

namespace tempera {

namespace {

using Of = HealthRule::Of;
using Row = HealthRule::Row;
using Judged = HealthRule::Judged;
using Saying = HealthRule::Saying;

int stuck_levels(const HealthNumbers& h) { return std::max(h.levels_frozen, h.levels_idle); }
bool frozen(const HealthNumbers& h) { return h.levels_frozen >= h.levels_idle; }

/// Some levels first, so that the first one is no alarm.
double stuck_share(const HealthNumbers& h) {
    return h.levels_moved == 0 || (!h.sampling_done && h.levels_moved < 4)
               ? not_a_number
               : static_cast<double>(stuck_levels(h)) / h.levels_moved;
}

Saying stuck_text(const HealthNumbers& h) {
    return {std::string("The acceptance of the moves is ") + (frozen(h) ? "0.00" : "1.000") + " at " +
                std::to_string(stuck_levels(h)) + " of " + std::to_string(h.levels_moved) + " levels: " +
                (frozen(h) ? "no" : "their steps are so short that no") + " particle gets anywhere.",
            frozen(h) ? "Use a smaller moves.step_size, or moves.adapt."
                      : "Use a larger moves.step_size, or moves.adapt."};
}

const std::vector<HealthRule> move_rules = {
    {.id = "pilot_collapsed",
     .name = "pilot",
     .row = Row::when_broken,
     .key = "pilot_independence",
     .shown = [](const HealthNumbers& h) { return h.pilot_independence; },
     .note = [](const HealthNumbers&) -> std::string { return "of its particles independent"; },
     .measures = "effective share of independent particles in the pilot that found the schedule",
     .more_is_better = true,
     .good = PilotReport::collapsed,
     .warning = PilotReport::collapsed,
     .meaning = "A pilot whose particles are copies of few finds a schedule with too few levels.",
     .fix = "Use moves that take the copies of a particle apart (moves.adapt, more n_steps), or another "
            "schedule.",
     .warn = [](const HealthNumbers& h) -> Saying {
         return {"The pilot that found the schedule had collapsed: for every " +
                 short_number(std::round(1 / h.pilot_independence)) +
                 " of its particles only one was independent of the others. The levels are too few, and "
                 "the errors of what was sampled on them too small."};
     }},
    {.id = "stuck_moves",
     .name = "stuck moves",
     .row = Row::when_broken,
     .shown = [](const HealthNumbers& h) { return double(stuck_levels(h)); },
     .decimals = 0,
     .note = [](const HealthNumbers& h) { return "of " + std::to_string(h.levels_moved) + " levels"; },
     .measures = "share of the levels whose moves are as good as never, or always, accepted",
     .measure = stuck_share,
     .good = 0.25,  // so that one difficult level is no alarm
     .warning = 0.25,
     .exceptions = "not judged before four levels are done",
     .meaning = "Levels whose mean acceptance is below 0.005 (steps too long), or from 0.9995 on (steps "
                "too short): no particle gets anywhere.",
     .fix = "Use another moves.step_size, or moves.adapt.",
     .warn = stuck_text},
};

const std::vector<HealthRule> ladder_rules = {
    {.id = "no_overlap",
     .of = Of::exchange,
     .row = Row::never,
     .measures = "whether two neighbouring levels do not overlap",
     .measure = [](const HealthNumbers& h) { return h.pair_apart < 0 ? 0.0 : 1.0; },
     .judged = Judged::when_sampled,
     .good = 1,
     .warning = 1,
     .meaning = "Where hardly a swap between two levels tells how their normalisers compare, log Z is a "
                "guess and has no error.",
     .fix = "Add levels between them, or use schedule equal_rejection.",
     .warn = [](const HealthNumbers& h) -> Saying {
         return {"Levels " + std::to_string(h.pair_apart) + " and " + std::to_string(h.pair_apart + 1) +
                 " do not overlap: hardly a swap that was offered between them tells how their "
                 "normalisers compare. log Z is a guess, and no error of it is known."};
     }},
    {.id = "pairs_not_offered",
     .of = Of::exchange,
     .name = "no swaps",
     .row = Row::when_broken,
     .shown = [](const HealthNumbers& h) { return double(h.pairs_not_offered); },
     .decimals = 0,
     .note = [](const HealthNumbers&) -> std::string { return "pairs of levels"; },
     .measures = "number of pairs of neighbouring levels that were never offered a swap",
     .judged = Judged::when_sampled,
     .good = 1,
     .warning = 1,
     .meaning = "Every second pair is offered swaps in a scan: too few scans leave some out, and log Z "
                "is not known.",
     .fix = "Use more scans: each offers swaps to every second pair.",
     .warn = [](const HealthNumbers& h) -> Saying {
         return {std::to_string(h.pairs_not_offered) +
                 " pairs of levels were never offered a swap: log Z is not known."};
     }},
    {.id = "low_swap_acceptance",
     .of = Of::exchange,
     .name = "least swap",
     .key = "replica_exchange.min_swap_acceptance",
     .shown = [](const HealthNumbers& h) { return h.min_swap_acceptance; },
     .note = [](const HealthNumbers&) -> std::string { return "acceptance"; },
     .measures = "smallest swap acceptance over neighbouring levels",
     .judged = Judged::when_sampled,
     .more_is_better = true,
     .good = 0.2,
     .warning = 0.1,
     .meaning = "Smallest swap acceptance over neighbouring levels. Near 0 no replica gets past this "
                "pair: add levels there.",
     .fix = "Add levels, or use schedule equal_rejection.",
     .warn = [](const HealthNumbers& h) -> Saying {
         return {"The lowest swap acceptance between neighbouring levels is " +
                 percent(h.min_swap_acceptance) + "."};
     }},
    {.id = "communication_barrier",
     .of = Of::exchange,
     .name = "barrier",
     .key = "replica_exchange.communication_barrier",
     .shown = [](const HealthNumbers& h) { return h.communication_barrier; },
     .decimals = 2,
     .note = [](const HealthNumbers&) -> std::string { return "sum of rejections"; },
     .measures = "sum of swap rejections over neighbouring levels",
     .meaning = "Communication barrier: the sum of swap rejections over pairs. About twice as many "
                "levels serve it well."},
};

const std::vector<HealthRule> trip_rules = {
    {.id = "round_trips",
     .of = Of::exchange,
     .name = "round trips",
     .key = "replica_exchange.round_trips",
     .shown = [](const HealthNumbers& h) { return h.round_trips; },
     .decimals = 0,
     .note = [](const HealthNumbers& h) { return "since scan " + grouped(std::lround(h.counted_from)); },
     .measures = "number of round trips of all replicas",
     .meaning = "Ways of a replica from the reference to the target and back, over all ladders. At the "
                "end of the burn-in counting begins anew."},
    {.id = "slow_local_mixing",
     .of = Of::exchange,
     .name = "per scan",
     .key = "replica_exchange.round_trips_per_scan",
     .shown = [](const HealthNumbers& h) { return h.measured_trips; },
     .decimals = 4,
     .note = [](const HealthNumbers& h) { return "predicted " + fixed(h.predicted_trips, 4); },
     .measures = "round trips per scan over their predicted number",
     .measure = [](const HealthNumbers& h) { return h.measured_trips / h.predicted_trips; },
     .judged = Judged::when_sampled,
     .more_is_better = true,
     .good = 0.8,
     .warning = 0.8,
     .meaning = "Round trips of a ladder in one scan, and as many as there were if replicas mixed within "
                "their levels at once (Syed et al. 2022).",
     .fix = "Use more moves per scan, or a kernel of higher order.",
     .warn = [](const HealthNumbers& h) -> Saying {
         return {"Round trips per scan are " + short_number(h.measured_trips) + ", predicted " +
                 short_number(h.predicted_trips) +
                 ": replicas do not mix within their levels between swaps."};
     }},
    {.id = "log_z_bar",
     .of = Of::exchange,
     .name = "BAR",
     .key = "replica_exchange.log_z_bar",
     .shown = [](const HealthNumbers& h) { return h.log_z_bar; },
     .note = [](const HealthNumbers& h) -> std::string {
         return std::isfinite(h.log_z_bar_stderr) ? "\u00b1 " + fixed(h.log_z_bar_stderr, 3) : "";
     },
     .measures = "log Z by Bennett's acceptance ratio",
     .meaning = "log Z by Bennett's acceptance ratio over neighbouring levels."},
};

HealthRule acceptance_rule() {
    return {
        .id = "acceptance",
        .name = "acceptance",
        .row = Row::when_known,
        .key = "acceptance",
        .shown = [](const HealthNumbers& h) { return h.acceptance; },
        .decimals = 2,
        .note = [](const HealthNumbers&) -> std::string { return "of moves"; },
        .measures = "mean acceptance of the moves within levels",
        .measure = [](const HealthNumbers& h) { return h.acceptance > 0.9 ? not_a_number : h.acceptance; },
        .more_is_better = true,
        .good = 0.1,
        .exceptions = "above 0.9 it is not judged: steps could be longer",
        .meaning = "Mean acceptance of the moves within levels. 0.2 to 0.9 is healthy.",
        .fix = "Use a smaller moves.step_size, or moves.adapt."};
}

}  // namespace

std::vector<HealthRule> sampling_rules() {
    return concatenated({move_rules, ladder_rules, trip_rules, {acceptance_rule()}});
}

}  // namespace tempera
