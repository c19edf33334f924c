// SPDX-License-Identifier: MIT
// Convergence of chains: the numbers of ArviZ 0.23.4 on series that a formula gives.
#include <gtest/gtest.h>

#include <cmath>

#include "diagnostics/chain_statistics.hpp"

namespace tempera {
namespace {

struct Known {
    int n_steps, n_chains;
    double memory, shift;
    bool rounded;
    double r_hat, ess_bulk, ess_tail, autocorrelation_time;
};

/// Autoregressive with a deterministic noise; chain c lies `shift` c apart; rounded ones have ties.
ChainSeries series_of(const Known& k) {
    ChainSeries out(k.n_steps, k.n_chains);
    for (int c = 0; c < k.n_chains; ++c) {
        double last = 0;
        for (int t = 0; t < k.n_steps; ++t) {
            last = k.memory * last + std::sin(0.37 * (t + 1) * (t + 1) + 1.3 * (c + 1));
            const double value = last + k.shift * c;
            out(t, c) = k.rounded ? std::floor(4 * value) / 4 : value;
        }
    }
    return out;
}

TEST(ChainStatistics, AreThoseOfArviz) {
    const double none = std::numeric_limits<double>::quiet_NaN();
    const Known rows[] = {
        {500, 4, 0, 0, false, 1.000071453, 1995.774965, 1857.796501, 0.989013323},
        {500, 4, 0.9, 0, false, 1.025660232, 110.7046499, 590.2249432, 18.29194965},
        {301, 3, 0.5, 0.4, false, 1.083310829, 92.59952472, 354.827724, 9.106374453},
        {200, 2, 0.6, 0, true, 1.010179927, 84.26682669, 189.3727394, 4.740228803},
        {11, 4, 0.3, 0, false, 1.325615291, 19.444746, 17.49271137, 1.783270943},
        {400, 1, 0.8, 0, false, none, 45.56816542, 178.5867469, 8.947729101},
        {300, 4, -0.7, 0, false, 0.9987532703, 3695.017495, 1356.771025, 0.3247616558},
    };
    for (const Known& k : rows) {
        SCOPED_TRACE(k.n_steps * 1000 + k.n_chains);
        const ChainStatistics found = chain_statistics(series_of(k));
        if (std::isnan(k.r_hat)) {
            EXPECT_TRUE(std::isnan(found.r_hat));
        } else {
            EXPECT_NEAR(found.r_hat, k.r_hat, 1e-6 * k.r_hat);
        }
        EXPECT_NEAR(found.ess_bulk, k.ess_bulk, 1e-6 * k.ess_bulk);
        EXPECT_NEAR(found.ess_tail, k.ess_tail, 1e-6 * k.ess_tail);
        EXPECT_NEAR(found.autocorrelation_time, k.autocorrelation_time, 1e-6 * k.autocorrelation_time);
    }
}

TEST(ChainStatistics, AreUnknownWhereThereIsTooLittle) {
    ChainSeries tiny(3, 4);
    EXPECT_TRUE(std::isnan(chain_statistics(tiny).ess_bulk));
    ChainSeries broken(50, 4);
    broken(7, 2) = std::numeric_limits<double>::infinity();
    EXPECT_TRUE(std::isnan(chain_statistics(broken).r_hat));
}

}  // namespace
}  // namespace tempera
