// SPDX-License-Identifier: MIT
// Keys of learned paths, of replica exchange and of the cells of sweeps. What the columns of these tables
// mean is in summary_keys.hpp; definitions at length in docs/theory.md.
#include "run/record/summary_tables.hpp"

namespace tempera {

namespace {

using Kind = SummaryKey::Kind;
using Over = SummaryKey::Over;

constexpr SummaryKey learned[] = {
    {.name = "learned_path",
     .kind = Kind::group,
     .help = "What the densities of a learned path say before anything is sampled (docs/theory.md, "
             "Blindness). Null for exact paths."},
    {.name = "learned_path.max_total_variation",
     .over = Over::mean,
     .title = "learned masses, worst level",
     .heading = "learned mass error",
     .log = true,
     .in_sweeps = 10,
     .help = "Largest total variation, half the sum of absolute differences, of the learned mode weights "
             "of a level and the exact ones."},
    {.name = "learned_path.level_of_max",
     .kind = Kind::count,
     .over = Over::mean,
     .help = "The level of max_total_variation."},
    {.name = "learned_path.roughness",
     .over = Over::mean,
     .help = "Sum over the levels of |logit m(k + 1) - logit m(k)|, m the learned mass of the first mode: 0 "
             "on an exact diffusion path."},
    {.name = "learned_path.max_relative_score_error",
     .over = Over::mean,
     .title = "relative score error, worst level",
     .heading = "relative score error",
     .decimals = 4,
     .log = true,
     .in_sweeps = 11,
     .help = "Largest E|s_learned - s|\u00b2 / E|s|\u00b2 of a level, s its exact score."},
    {.name = "learned_path.min_ess_fraction",
     .over = Over::mean,
     .help = "Least effective share of exact samples of a level under the weights learned / exact density."},
    {.name = "learned_path.n_dsm",
     .kind = Kind::numbers,
     .title = "samples for the weights, DSM",
     .help = "[n_levels + 1] Samples from which denoising score matching at a level knows the logit of the "
             "first of two modes' weight to \u00b1 0.1. Null unless the target is a mixture of two "
             "components."},
    {.name = "learned_path.n_clf",
     .kind = Kind::numbers,
     .title = "samples for the weights, DiffCLF",
     .help = "[n_levels + 1] The same for the classification of a level and the next (DiffCLF)."},
    {.name = "learned_path.bar_weights",
     .kind = Kind::table,
     .help = "[n_levels + 1][modes] Learned mode weights of every level by Bennett's ratio; null where the "
             "exact densities of the levels are known."},
    {.name = "learned_path.bar_standard_errors",
     .kind = Kind::table,
     .help = "Standard errors of learned_path.bar_weights."},
};

constexpr SummaryKey exchange[] = {
    {.name = "replica_exchange",
     .kind = Kind::group,
     .help = "What replica exchange adds, after its burn-in. Null for other samplers."},
    {.name = "replica_exchange.swap_rejection",
     .kind = Kind::numbers,
     .over = Over::mean,
     .help = "[n_levels] Mean of 1 - min(1, acceptance) of the swaps between levels k and k + 1; null for a "
             "pair that was offered none."},
    {.name = "replica_exchange.mean_swap_acceptance",
     .over = Over::mean,
     .heading = "swap acceptance",
     .in_sweeps = 6,
     .help = "Mean over the pairs of 1 - swap_rejection."},
    {.name = "replica_exchange.min_swap_acceptance",
     .over = Over::mean,
     .title = "least swap acceptance",
     .heading = "least swap acceptance",
     .in_sweeps = 7,
     .help = "The least of 1 - swap_rejection over the pairs that were offered swaps."},
    {.name = "replica_exchange.communication_barrier",
     .over = Over::mean,
     .title = "communication barrier",
     .heading = "barrier",
     .log = true,
     .in_sweeps = 8,
     .in_comparisons = 16,
     .help =
         "Sum of the mean swap rejections over all pairs of neighbouring levels. About 2 \u039b + 1 "
         "levels are enough for good mixing (Syed, Bouchard-C\u00f4t\u00e9, Deligiannidis, Doucet 2022)."},
    {.name = "replica_exchange.round_trips",
     .kind = Kind::count,
     .over = Over::mean,
     .help = "Ways of a replica from the reference to the target and back, over all ensembles, from scan "
             "counted_from_scan on."},
    {.name = "replica_exchange.counted_from_scan",
     .kind = Kind::count,
     .over = Over::mean,
     .help = "The first scan whose round trips count: 0 in the burn-in, then its end."},
    {.name = "replica_exchange.round_trips_per_scan",
     .over = Over::mean,
     .title = "round trips per scan",
     .heading = "round trips/scan",
     .decimals = 4,
     .in_sweeps = 9,
     .in_comparisons = 17,
     .help = "How often, per ensemble and scan, a replica goes from the reference to the target and back."},
    {.name = "replica_exchange.predicted_round_trips_per_scan",
     .over = Over::mean,
     .help = "1 / (2 + 2 sum of r / (1 \u2212 r)) over the pairs' rejections r: what well mixed levels would "
             "give (Syed, Bouchard-C\u00f4t\u00e9, Deligiannidis, Doucet 2022)."},
    {.name = "replica_exchange.log_z_stepping_stone",
     .over = Over::mean,
     .help = "log Z as the sum of log mean ratios of neighbouring levels (Xie, Lewis, Fan, Kuo, Chen 2011)."},
    {.name = "replica_exchange.log_z_bar",
     .over = Over::mean,
     .help = "log Z by Bennett's acceptance ratio, pair by pair (Bennett 1976): the run's log_z."},
    {.name = "replica_exchange.mode_weight_bias",
     .over = Over::mean,
     .help = "Sampled proportion of the first mode at the target less the exact one."},
};

constexpr SummaryKey cells[] = {
    {.name = "error", .kind = Kind::text, .help = "In a sweep's cell that failed: why."},
    {.name = "training",
     .kind = Kind::group,
     .help = "In a sweep's cell whose model the sweep trained: how that went."},
    {.name = "training.steps", .kind = Kind::count, .help = "Steps of the training."},
    {.name = "training.seconds",
     .heading = "training seconds",
     .in_sweeps = 12,

     .unit = "s",
     .help = "Time of the training."},
    {.name = "training.losses",
     .kind = Kind::group,
     .help = "Final losses by type, on the points trained on."},
    {.name = "training.losses.*", .help = "Of one type."},
    {.name = "training.held_out",
     .kind = Kind::group,
     .help = "Losses by type on points that are never trained on."},
    {.name = "training.held_out.*", .help = "Of one type."},
};

}  // namespace

std::span<const SummaryKey> learned_path_keys() { return learned; }
std::span<const SummaryKey> exchange_keys() { return exchange; }
std::span<const SummaryKey> sweep_cell_keys() { return cells; }

}  // namespace tempera
