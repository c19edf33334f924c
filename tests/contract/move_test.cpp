// SPDX-License-Identifier: MIT
// Every move leaves its level's density invariant; a move without its acceptance step must be caught.
#include <gtest/gtest.h>

#include "../moves/invariance.hpp"
#include "targets/target.hpp"

namespace tempera {
namespace {

Mixture skewed_mixture() {
    const Json settings = {{"type", "two_mode"}, {"dim", 2}};
    return *find_entry(target_catalogue(), "target", "two_mode").make<double>(settings, {})->mixture();
}

class MoveContract : public ::testing::TestWithParam<std::string> {};

TEST_P(MoveContract, LeavesTheDensityInvariant) {
    const auto& entry = find_entry(move_catalogue(), "moves", GetParam());
    const auto exact = entry.make<double>({{"type", GetParam()}}, MoveContext<double>{2});
    const InvarianceResult result = test_invariance<double>(*exact, skewed_mixture(), 3, 64, 41);
    if (GetParam() == "none") {
        EXPECT_EQ(result.moved, 0);
        return;
    }
    EXPECT_LT(result.largest(), 4.5);
    EXPECT_GT(result.moved, 0.3);
    EXPECT_GT(result.acceptance, 0.1);
    EXPECT_LE(result.acceptance, 1.0 + 1e-12);
}

std::vector<std::string> names() {
    std::vector<std::string> out;
    for (const MoveEntry& entry : move_catalogue()) {
        out.push_back(entry.info.name);
    }
    return out;
}

INSTANTIATE_TEST_SUITE_P(All, MoveContract, ::testing::ValuesIn(names()),
                         [](const auto& test) { return test.param; });

/// Langevin without acceptance: close to invariant, yet not.
class Unadjusted final : public Move<double> {
public:
    int n_steps() const override { return 1; }
    bool adapt() const override { return false; }
    double target_acceptance() const override { return 1; }
    bool uses_score() const override { return true; }
    double apply(const Density<double>& density, MoveState<double> state, double variance, double,
                 const StreamKey& key, std::uint32_t first, Tally& tally) const override {
        const double e = 0.3 * variance;
        Particles<double> noise(state.x.n, state.x.dim);
        fill_normals(key, first, noise.block(0));
        for (int i = 0; i < state.x.dim; ++i) {
            for (int l = 0; l < state.x.n; ++l) {
                state.x(i, l) += e * state.score[i * block_size + l] + std::sqrt(2 * e) * noise(l, i);
            }
        }
        density.evaluate(state.x, {.log_density = state.log_density, .score = state.score}, tally);
        return state.x.n;
    }
};

TEST(MoveContracts, CatchAMoveWithoutAcceptance) {
    EXPECT_GT(test_invariance<double>(Unadjusted(), skewed_mixture(), 3, 64, 43).largest(), 8.0);
}

}  // namespace
}  // namespace tempera
