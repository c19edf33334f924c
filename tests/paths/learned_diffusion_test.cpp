// SPDX-License-Identifier: MIT
// Diffusion paths with learned densities: exact at the ends, the model's between them, in the path's
// coordinates.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "models/weights.hpp"
#include "support/networks.hpp"
#include "support/points.hpp"
#include "targets/hessian_products.hpp"

namespace tempera {
namespace {

class LearnedPath : public ::testing::Test {
protected:
    std::filesystem::path file = std::filesystem::path(::testing::TempDir()) / "tempera_learned_path.npz";
    std::shared_ptr<const Target<double>> target = test::make_target<double>("two_mode", {{"dim", 2}});

    void TearDown() override { std::filesystem::remove(file); }

    /// A path on an untrained network with random weights.
    std::shared_ptr<DensityPath<double>> path_on(const std::string& type, const Json& settings) {
        const NetworkWeights w = test::small_network(type);
        write_network_weights(file, w);
        PathContext<double> context;
        context.target = target;
        context.schedule = {0.05, 0.4, 3, 30};
        context.model = {{"type", type}, {"hidden", {12, 12}}, {"file", file.string()}};
        return find_entry(path_catalogue(), "path", "learned_diffusion").make<double>(settings, context);
    }
};

/// Several products at the same point have the bits of single ones.
void expect_kept_products(const Density<double>& density, const Eigen::Vector2d& at) {
    Particles<double> x(1, 2), v(1, 2), out(1, 2);
    for (int l = 0; l < x.block(0).lanes(); ++l) {
        x.block(0)(0, l) = at[0], x.block(0)(1, l) = at[1];
    }
    const auto products = hessian_products<double>(density, x.block(0));
    for (const std::uint64_t seed : {1, 2}) {
        fill_normals(StreamKey{.seed = seed}, 0, v.block(0));
        Tally tally;
        products->multiply(v.block(0), out.block(0), tally);
        const Eigen::Vector2d one = test::hessian_vector(density, at, Eigen::Vector2d(v(0, 0), v(0, 1)));
        EXPECT_EQ(out(0, 0), one[0]);
        EXPECT_EQ(out(0, 1), one[1]);
    }
}

TEST_F(LearnedPath, DensitiesTransformWithTheSignalAndEndExactly) {
    const Eigen::Vector2d x(0.7, -0.4);
    for (const char* process : {"vp", "ve"}) {
        const auto path = path_on("energy_mlp", {{"standardise", false}, {"process", process}});
        EXPECT_TRUE(path->learned());
        EXPECT_FALSE(path->exact_hessian());
        EXPECT_TRUE(path->has_level_densities());
        EXPECT_DOUBLE_EQ(test::log_density(path->density(0), x), test::log_density<double>(*target, x));
        for (int k = 1; k <= 4; ++k) {
            const test::Point p = test::evaluate(*path->field(k), x);
            EXPECT_LT((p.score - test::difference_score(*path->field(k), x)).norm(),
                      1e-6 * (1 + p.score.norm()));
            EXPECT_LT((p.hessian - test::difference_hessian(*path->field(k), x)).norm(),
                      1e-6 * (1 + p.hessian.norm()));
            const LevelPosition at = path->position(k);
            const double inner = test::log_density(*path->field_at(1, at.rho), Eigen::VectorXd(x / at.alpha));
            EXPECT_NEAR(p.log_density, inner - 2 * std::log(at.alpha), 1e-12 * (1 + std::abs(inner)));
        }
        expect_kept_products(*path->field(2), x);
        EXPECT_EQ(path->log_normaliser(4), 0.0);
        EXPECT_FALSE(path->log_normaliser(2));
    }
}

TEST_F(LearnedPath, ScoresAloneLeaveOnlyTheEndsWithDensities) {
    const auto path = path_on("score_mlp", {{"standardise", false}});
    EXPECT_FALSE(path->has_level_densities());
    EXPECT_TRUE(path->density(0).has_log_density());
    EXPECT_TRUE(path->density(4).has_log_density());
    EXPECT_FALSE(path->field(2)->has_log_density());
}

TEST_F(LearnedPath, RefusesNetworksOfOtherCoordinatesAndNoModel) {
    target = test::make_target<double>(
        "gaussian_mixture", {{"weights", {0.5, 0.5}}, {"means", {{-4, 0}, {4, 0}}}, {"sigmas", {1, 1}}});
    EXPECT_NO_THROW(path_on("energy_mlp", {{"standardise", false}}));
    EXPECT_THROW(path_on("energy_mlp", {{"standardise", true}}), ConfigError);
    PathContext<double> context;
    context.target = target;
    context.schedule = {0.05, 3};
    EXPECT_THROW(
        find_entry(path_catalogue(), "path", "learned_diffusion").make<double>(Json::object(), context),
        ConfigError);
}

}  // namespace
}  // namespace tempera
