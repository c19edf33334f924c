// SPDX-License-Identifier: MIT
// Replica exchange on the two-mode target: barriers, round trips, recovery from the worst start and
// invariance.
#include "runs.hpp"

namespace tempera::test {
namespace {

/// Sum of rejections over all pairs from one offer each in exact samples.
double barrier(const std::string& name, int dim, int n_levels) {
    const Json sampler{{"type", "replica_exchange"}, {"n_ensembles", 2000}, {"n_scans", 2},
                       {"burn_in_fraction", 0.0},    {"moves_per_scan", 0}, {"initial", "exact"}};
    return outcomes(preset(two_mode(dim), diffusion(n_levels), kernel(name), sampler, no_moves(), 2), 1)[0]
        .exchange.communication_barrier();
}

// Standard errors of a barrier: below 0.02 (identity, 64 pairs), 0.004 (second order).
TEST(Barrier, OfEveryMechanism) {
    EXPECT_NEAR(barrier("none", 2, 64), 2.09, 0.08);
    const double identity = barrier("none", 8, 64), second = barrier("second", 8, 64);
    EXPECT_NEAR(identity, 4.86, 0.2);
    EXPECT_NEAR(barrier("first", 8, 64) / identity, 0.95, 0.07);
    EXPECT_NEAR(second, 0.165, 0.03);
    EXPECT_NEAR(barrier("second", 8, 256) / second, 0.5, 0.08);
    EXPECT_LT(barrier("map", 8, 64), 0.012);
}

Json from_worst(int n_scans) {
    return {{"type", "replica_exchange"}, {"n_ensembles", 16},   {"n_scans", n_scans},
            {"burn_in_fraction", 0.5},    {"moves_per_scan", 1}, {"initial", "worst_mode"}};
}
double bias(const Outcome& r) { return r.exchange.occupancy[0][0] - 2.0 / 3; }
double trips(const Outcome& r) { return r.exchange.round_trips_per_scan(); }
double predicted(const Outcome& r) { return r.exchange.predicted_round_trips_per_scan(); }

TEST(WorstStart, TransportKernelsForgetItAndTheIdentityDoesNot) {
    const auto none =
        outcomes(preset(two_mode(8), diffusion(64), kernel("none"), from_worst(600), mala(1), 6), 2);
    EXPECT_LT(mean_of(none, bias).value, -0.1);
    EXPECT_GT(mean_of(none, bias).value, -0.45);
    EXPECT_LT(mean_of(none, trips).value, 0.05);
    for (const auto& [name, rate, tolerance] :
         {std::tuple("second", 0.425, 0.02), std::tuple("map", 0.4965, 0.006)}) {
        const auto runs =
            outcomes(preset(two_mode(8), diffusion(64), kernel(name), from_worst(600), mala(1), 6), 3);
        // The bias of one run scatters by 0.01 to 0.015.
        EXPECT_NEAR(mean_of(runs, bias).value, 0, 0.035) << name;
        EXPECT_NEAR(mean_of(runs, trips).value, rate, tolerance) << name;
        EXPECT_NEAR(mean_of(runs, trips).value / mean_of(runs, predicted).value, 1, 0.05) << name;
        EXPECT_NEAR(mean_of(runs, [](const Outcome& r) { return r.log_z; }).value, 2.0, 0.05) << name;
    }
}

TEST(RoundTrips, AreAsPredictedWithFewLevels) {
    for (const int dim : {2, 8}) {
        for (const char* name : {"second", "map"}) {
            const auto runs =
                outcomes(preset(two_mode(dim), diffusion(16), kernel(name), from_worst(600), mala(1), 7), 2);
            EXPECT_NEAR(mean_of(runs, trips).value / mean_of(runs, predicted).value, 1, 0.05)
                << name << " in dimension " << dim;
        }
    }
}

/// Mean and variance of the mean of four statistics of a level: mode weight, sum of coordinates, square, log
/// density.
struct Statistics {
    double mean[4] = {}, variance[4] = {};
};
Statistics statistics(const DensityPath<double>& path, int level, const Particles<double>& x) {
    const std::vector<double> r = path.mode_responsibilities(level, rows_of(x));
    PerParticle<double> log_density(x.size());
    Tally tally;
    for (int b = 0; b < x.n_blocks(); ++b) {
        path.density(level).evaluate(x.block(b), {log_density.block(b)}, tally);
    }
    Statistics out;
    const double n = x.size();
    for (int pass = 0; pass < 2; ++pass) {
        for (int e = 0; e < x.size(); ++e) {
            const double v[4] = {r[2 * static_cast<std::size_t>(e)], x(e, 0) + x(e, 1),
                                 x(e, 0) * x(e, 0) + x(e, 1) * x(e, 1), log_density[e]};
            for (int s = 0; s < 4; ++s) {
                (pass == 0 ? out.mean[s] : out.variance[s]) +=
                    (pass == 0 ? v[s] : std::pow(v[s] - out.mean[s], 2) / n) / n;
            }
        }
    }
    return out;
}

/// Swaps alone, from exact samples of every level: after 24 scans every level must still have its law. The
/// four numbers of a level are correlated, so 9 levels and 5 seeds give about 60 to 100 independent ones:
/// their rms is 1 +- 0.08.
class Invariance : public testing::TestWithParam<const char*> {};
TEST_P(Invariance, SwapsKeepEveryLevel) {
    const int n = 3000, n_levels = 8;
    double sum = 0;
    int count = 0;
    for (long seed = 1; seed <= 5; ++seed) {
        const Json sampler{{"type", "replica_exchange"}, {"n_ensembles", n},    {"n_scans", 24},
                           {"burn_in_fraction", 0.0},    {"moves_per_scan", 0}, {"initial", "exact"}};
        const auto experiment = build_experiment<double>(preset(
            two_mode(2), diffusion(n_levels, 0.03, 30), kernel(GetParam()), sampler, no_moves(), seed));
        const auto s = experiment.make_sampler(0);
        s->start();
        while (!s->finished()) {
            s->advance();
        }
        for (int k = 0; k <= n_levels; ++k) {
            Particles<double> fresh(n, 2);
            StreamKey key;
            key.seed = 1000 + static_cast<std::uint64_t>(seed);
            for (int b = 0; b < fresh.n_blocks(); ++b) {
                const auto first = static_cast<std::uint32_t>(b * block_size);
                if (k == n_levels) {
                    experiment.path->sample_reference(key.with(Purpose::reference, 8), first, fresh.block(b));
                } else {
                    experiment.path->sample_level(
                        k, key.with(Purpose::target_sample, static_cast<std::uint32_t>(k)), first,
                        fresh.block(b));
                }
            }
            const Statistics got = statistics(*experiment.path, k, *s->population(k).x),
                             want = statistics(*experiment.path, k, fresh);
            for (int j = 0; j < 4; ++j) {
                sum += std::pow(got.mean[j] - want.mean[j], 2) / (got.variance[j] + want.variance[j]);
                ++count;
            }
        }
    }
    const double rms = std::sqrt(sum / count);
    EXPECT_GT(rms, 0.68);
    EXPECT_LT(rms, 1.32);
}
INSTANTIATE_TEST_SUITE_P(Mechanisms, Invariance,
                         testing::Values("none", "first", "second", "second_diag", "map"));

}  // namespace
}  // namespace tempera::test
