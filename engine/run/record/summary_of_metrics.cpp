// SPDX-License-Identifier: MIT
// Keys of the comparison with a reference.
#include "run/record/summary_tables.hpp"

namespace tempera {

namespace {

using Kind = SummaryKey::Kind;
using Over = SummaryKey::Over;

constexpr SummaryKey metrics[] = {
    {.name = "metrics",
     .kind = Kind::group,
     .help = "How far the particles of level 0 are from the points of run.reference, weights respected "
             "(docs/theory.md, Metrics). Null without a reference and for a run that did not finish."},
    {.name = "metrics.reference", .kind = Kind::text, .help = "run.reference."},
    {.name = "metrics.n", .kind = Kind::count, .help = "Particles with a weight."},
    {.name = "metrics.n_reference", .kind = Kind::count, .help = "Points of the reference with a weight."},
    {.name = "metrics.energy_w1",
     .over = Over::mean,
     .help = "Wasserstein-1 distance of the energies' distributions, which are one-dimensional: exact."},
    {.name = "metrics.energy_w2",
     .over = Over::mean,
     .title = "energy W2",
     .heading = "energy W2",
     .log = true,
     .in_sweeps = 13,
     .in_comparisons = 19,
     .help = "The same of order 2."},
    {.name = "metrics.distance_w1",
     .over = Over::mean,
     .help = "Wasserstein-1 distance of the distributions of all pair distances of particles."},
    {.name = "metrics.distance_w2",
     .over = Over::mean,
     .title = "distance W2",
     .heading = "distance W2",
     .decimals = 4,
     .log = true,
     .in_sweeps = 14,
     .in_comparisons = 20,
     .help = "The same of order 2."},
    {.name = "metrics.sliced_w2",
     .over = Over::mean,
     .title = "sliced W2 to the reference",
     .unit = "the target's unit",
     .help = "Root mean square, over 128 fixed directions, of the Wasserstein-2 distance along a direction."},
    {.name = "metrics.coordinate_w2",
     .over = Over::mean,
     .title = "coordinate W2",
     .unit = "the target's unit",
     .help = "Wasserstein-2 distance of the coordinates by optimal assignment. In many dimensions it is "
             "mostly floor."},
    {.name = "metrics.geometric_w2",
     .over = Over::mean,
     .title = "geometric W2",
     .unit = "the target's unit",
     .help = "The same for systems of particles, where the distance of two configurations is the smallest "
             "one over relabellings, rotations and reflections."},
    {.name = "metrics.mmd",
     .over = Over::mean,
     .title = "MMD",
     .help = "Root of metrics.mmd_squared, 0 where that is negative."},
    {.name = "metrics.mmd_squared",
     .over = Over::mean,
     .help = "Unbiased square of the maximum mean discrepancy under a Gaussian kernel, whose bandwidth is "
             "the median distance in the reference (Gretton et al. 2012)."},
    {.name = "metrics.observables",
     .kind = Kind::group,
     .help = "Wasserstein-1 distances of the target's other observables, by name."},
    {.name = "metrics.observables.*", .over = Over::mean, .help = "Of one observable."},
    {.name = "metrics.bootstrap",
     .kind = Kind::text,
     .help = "What the standard errors draw anew: lineages, points, chains or stretches of chains."},
    {.name = "metrics.stderr_missing", .kind = Kind::text, .help = "Why no standard error is known."},
    {.name = "metrics.stderr",
     .kind = Kind::group,
     .help = "One standard error of each of these numbers, by bootstrap of the particles against the "
             "reference as it is. Of one replicate; that of a mean is its NAME_sd over the root of the "
             "number of replicates."},
    {.name = "metrics.stderr.observables", .kind = Kind::group, .help = "Of the observables."},
    {.name = "metrics.stderr.observables.*", .over = Over::mean, .help = "Of one observable."},
    {.name = "metrics.stderr.*", .over = Over::mean, .help = "Of one metric."},
    {.name = "metrics.floor",
     .kind = Kind::group,
     .help = "What two perfect sets give: the mean over random splits of the reference in two halves of "
             "metrics.n_floor points each. Of the first replicate."},
    {.name = "metrics.floor.observables", .kind = Kind::group, .help = "Of the observables."},
    {.name = "metrics.floor.observables.*", .help = "Of one observable."},
    {.name = "metrics.floor.*", .help = "Of one metric."},
    {.name = "metrics.n_of",
     .kind = Kind::group,
     .help = "Particles compared: all, or as many drawn by their weights as a metric can afford."},
    {.name = "metrics.n_of.observables", .kind = Kind::group, .help = "Of the observables."},
    {.name = "metrics.n_of.observables.*", .kind = Kind::count, .help = "Of one observable."},
    {.name = "metrics.n_of.*", .kind = Kind::count, .help = "Of one metric."},
    {.name = "metrics.n_reference_of",
     .kind = Kind::group,
     .help = "Points of the reference that they were compared with."},
    {.name = "metrics.n_reference_of.observables", .kind = Kind::group, .help = "Of the observables."},
    {.name = "metrics.n_reference_of.observables.*", .kind = Kind::count, .help = "Of one observable."},
    {.name = "metrics.n_reference_of.*", .kind = Kind::count, .help = "Of one metric."},
    {.name = "metrics.n_floor",
     .kind = Kind::group,
     .help = "Points in each half of the reference: as many as were compared, or half of all."},
    {.name = "metrics.n_floor.observables", .kind = Kind::group, .help = "Of the observables."},
    {.name = "metrics.n_floor.observables.*", .kind = Kind::count, .help = "Of one observable."},
    {.name = "metrics.n_floor.*", .kind = Kind::count, .help = "Of one metric."},
};

}  // namespace

std::span<const SummaryKey> reference_keys() { return metrics; }

}  // namespace tempera
