// SPDX-License-Identifier: MIT
// What every density path promises, over the whole catalogue.
#include <gtest/gtest.h>

#include <cmath>

#include "support/points.hpp"

namespace tempera {
namespace {

struct Case {
    std::string label, type;
    Json settings;
    Schedule schedule;
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.label; }

std::vector<Case> cases() {
    const Schedule rho{0.05, 0.2, 0.8, 3, 20}, beta{1, 0.5, 0.2, 0.05, 0.01, 0};
    std::vector<Case> out;
    for (const PathEntry& entry : path_catalogue()) {
        const Schedule& schedule = path_uses_rho(entry.info.name) ? rho : beta;
        for (const bool standardise : {false, true}) {
            out.push_back({entry.info.name + (standardise ? "_standardised" : ""),
                           entry.info.name,
                           {{"standardise", standardise}},
                           schedule});
        }
    }
    out.push_back({"diffusion_ve", "diffusion", {{"standardise", false}, {"process", "ve"}}, rho});
    out.push_back({"diffusion_exact", "diffusion", {{"standardise", false}, {"reference", "exact"}}, rho});
    return out;
}

class PathContract : public ::testing::TestWithParam<Case> {
protected:
    std::shared_ptr<const Target<double>> target = test::make_target<double>("two_mode", {{"dim", 2}});
    std::shared_ptr<DensityPath<double>> path =
        test::make_path<double>(GetParam().type, GetParam().settings, target, GetParam().schedule);
};

TEST_P(PathContract, DerivativesAreThoseOfTheDensities) {
    for (int k = 0; k <= path->n_levels(); ++k) {
        const Eigen::Vector2d at(0.3, -0.4);
        const test::Point f = test::evaluate(path->density(k), at);
        EXPECT_LT((f.score - test::difference_score(path->density(k), at)).norm(),
                  1e-6 * (1 + f.score.norm() + std::abs(f.log_density)));
        EXPECT_LT((f.hessian - test::difference_hessian(path->density(k), at)).norm(),
                  1e-5 * (1 + f.hessian.norm()));
        if (k > 0 && path->field(k)) {
            const test::Point g = test::evaluate(*path->field(k), at);
            EXPECT_LT((g.score - test::difference_score(*path->field(k), at)).norm(),
                      1e-6 * (1 + g.score.norm() + std::abs(g.log_density)));
        }
    }
}

TEST_P(PathContract, NormalisersAreIntegrals) {
    for (int k = 0; k <= path->n_levels(); ++k) {
        if (path->log_normaliser(k)) {
            const double sigma = path->position(k).sigma;
            const double reach = std::isfinite(sigma) ? 4 + 9 * sigma : 12;
            EXPECT_NEAR(test::log_integral_2d(path->density(k), -reach, reach, -reach, reach, 1600),
                        *path->log_normaliser(k), 1e-3)
                << k;
        }
    }
}

/// Stein's identities at every level with a sampler: E s_i = 0 and E x_i s_j = -[i = j].
TEST_P(PathContract, LevelSamplesBelongToTheLevels) {
    const int n = 1 << 13;
    for (int k = 0; k <= path->n_levels(); ++k) {
        if (!path->has_level_sampler(k)) {
            continue;
        }
        Particles<double> x(n, 2), score(n, 2);
        Tally tally;
        const StreamKey key = StreamKey{.seed = 3}.with(Purpose::noise, static_cast<std::uint32_t>(k));
        for (int b = 0; b < x.n_blocks(); ++b) {
            path->sample_level(k, key, static_cast<std::uint32_t>(b * block_size), x.block(b));
            path->density(k).evaluate(x.block(b), {.score = score.block(b).data}, tally);
        }
        for (int i = 0; i < 2; ++i) {
            for (int j = 0; j < 2; ++j) {
                double sum = 0, squares = 0;
                for (int p = 0; p < n; ++p) {
                    const double value = x(p, i) * score(p, j) + (i == j);
                    sum += value, squares += value * value;
                }
                EXPECT_LT(std::abs(sum), 5 * std::sqrt(squares)) << "level " << k;
            }
        }
    }
}

TEST_P(PathContract, FrozenScheduleMakesTheSamePath) {
    const Json frozen = path->frozen_schedule();
    EXPECT_EQ(frozen["type"], "explicit");
    const Schedule again = frozen[path_uses_rho(GetParam().type) ? "rho" : "beta"].get<Schedule>();
    EXPECT_EQ(again, GetParam().schedule);
    for (int k = 0; k <= path->n_levels(); ++k) {
        EXPECT_GT(path->move_variance(k), 0);
    }
    EXPECT_GT(path->coordinates().scale(), 0);
}

INSTANTIATE_TEST_SUITE_P(All, PathContract, ::testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param.label; });

}  // namespace
}  // namespace tempera
