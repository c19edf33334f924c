// SPDX-License-Identifier: MIT
// Inference of networks against a plain reference and finite differences; files that must be refused.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "core/npy.hpp"
#include "models/mlp.hpp"
#include "models/model.hpp"
#include "support/networks.hpp"
#include "support/points.hpp"
#include "targets/hessian_products.hpp"

namespace tempera {
namespace {

NetworkWeights random_weights(const std::string& type, const std::string& head, int dim,
                              const std::vector<int>& hidden) {
    return test::random_network(type, head, dim, hidden, 5);
}

/// The formulas of docs/model_files.md, one particle at a time.
struct Reference {
    const NetworkWeights& w;
    double sigma;

    Eigen::VectorXd output(const Eigen::VectorXd& u) const {
        Eigen::VectorXd h(u.size() + 1);
        h << u, std::log(sigma) / 4;
        for (std::size_t l = 0; l < w.layers.size(); ++l) {
            const auto& layer = w.layers[l];
            const Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>> m(layer.weight.data(),
                                                                                    layer.out, layer.in);
            h = (m.cast<double>() * h +
                 Eigen::Map<const Eigen::VectorXf>(layer.bias.data(), layer.out).cast<double>())
                    .eval();
            for (int i = 0; l + 1 < w.layers.size() && i < h.size(); ++i) {
                h[i] /= 1 + std::exp(-h[i]);
            }
        }
        return h;
    }
    double log_density(const Eigen::VectorXd& y) const {
        const double t = sigma * sigma + w.sigma_data * w.sigma_data;
        const Eigen::VectorXd u = y / std::sqrt(t), f = output(u);
        const double g = w.head == "scalar" ? f[0] : w.head == "dot" ? u.dot(f) : -0.5 * f.squaredNorm();
        return -y.squaredNorm() / (2 * t) +
               w.sigma_data / std::sqrt(sigma * sigma + w.energy_scale_floor * w.energy_scale_floor) * g;
    }
    Eigen::VectorXd score(const Eigen::VectorXd& y) const {
        const double t = sigma * sigma + w.sigma_data * w.sigma_data;
        return -y / t + w.sigma_data / (sigma * std::sqrt(t)) * output(y / std::sqrt(t));
    }
};

struct Shape {
    std::string head;
    int dim;
    std::vector<int> hidden;
};

class EnergyNetwork : public ::testing::TestWithParam<Shape> {};

TEST_P(EnergyNetwork, MatchesTheFormulasAndItsOwnDerivatives) {
    const auto& [head, dim, hidden] = GetParam();
    const NetworkWeights w = random_weights("energy_mlp", head, dim, hidden);
    const auto packed = pack_network<double>(w);
    const auto packed_f32 = pack_network<float>(w);
    Stream random(StreamKey{.seed = 6, .purpose = Purpose::diagnostic}, 0);
    for (const double sigma : {0.03, 0.6, 7.0}) {
        const auto density = network_density<double>(packed, sigma);
        const auto single = network_density<float>(packed_f32, sigma);
        const Eigen::VectorXd y = Eigen::VectorXd::NullaryExpr(dim, [&] { return 2 * random.normal(); });
        const Eigen::VectorXd v = Eigen::VectorXd::NullaryExpr(dim, [&] { return random.normal(); });
        const test::Point p = test::evaluate(*density, y);
        EXPECT_NEAR(p.log_density, (Reference{w, sigma}.log_density(y)),
                    1e-11 * (1 + std::abs(p.log_density)));
        EXPECT_LT((p.score - test::difference_score(*density, y)).norm(),
                  1e-6 * (1 + p.score.norm() + std::abs(p.log_density)));
        EXPECT_LT((p.hessian - test::difference_hessian(*density, y)).norm(),
                  1e-6 * (1 + p.hessian.norm() + p.score.norm()));
        EXPECT_LT((p.hessian - p.hessian.transpose()).norm(), 1e-11 * (1 + p.hessian.norm()));
        EXPECT_LT((p.hessian * v - test::hessian_vector(*density, y, v)).norm(),
                  1e-11 * (1 + p.hessian.norm()));
        const test::Point q = test::evaluate(*single, y);
        EXPECT_NEAR(q.log_density, p.log_density, 1e-5 * (1 + std::abs(p.log_density)));
        EXPECT_LT((q.score - p.score).norm(), 2e-5 * (1 + p.score.norm()));
        EXPECT_LT((q.hessian - p.hessian).norm(), 5e-5 * (1 + p.hessian.norm()));
    }
}

INSTANTIATE_TEST_SUITE_P(Heads, EnergyNetwork,
                         ::testing::Values(Shape{"scalar", 2, {128, 128, 128}}, Shape{"dot", 3, {20, 9}},
                                           Shape{"squared_norm", 2, {16, 16}}, Shape{"scalar", 9, {5}},
                                           Shape{"dot", 8, {32, 32}}));

TEST(ScoreNetwork, MatchesTheFormulas) {
    const NetworkWeights w = random_weights("score_mlp", "scalar", 3, {24, 24});
    const auto density = network_density<double>(pack_network<double>(w), 0.4);
    EXPECT_FALSE(density->has_log_density());
    const Eigen::Vector3d y(0.3, -1, 2), v(1, 0.5, -2);
    const test::Point p = test::evaluate(*density, y);
    const Reference reference{w, 0.4};
    EXPECT_LT((p.score - reference.score(y)).norm(), 1e-11 * (1 + p.score.norm()));
    const Eigen::VectorXd slope = (reference.score(y + 1e-5 * v) - reference.score(y - 1e-5 * v)) / 2e-5;
    EXPECT_LT((p.hessian * v - slope).norm(), 1e-6 * (1 + slope.norm()));
    EXPECT_LT((test::hessian_vector(*density, y, v) - slope).norm(), 1e-6 * (1 + slope.norm()));
}

/// Lanes of a block do not depend on each other or on how many there are.
TEST(NetworkBlocks, LanesAreIndependent) {
    const auto density = network_density<float>(
        pack_network<float>(random_weights("energy_mlp", "scalar", 2, {128, 128, 128})), 0.7);
    Particles<float> x(256, 2);
    fill_normals(StreamKey{.seed = 2}, 0, x.block(0));
    AlignedArray<float> all(block_size), part(block_size);
    Tally tally;
    density->evaluate(x.block(0), {.log_density = all.data()}, tally);
    for (const int n : {1, 16, 33, 200}) {
        density->evaluate({x.block(0).data, 2, n}, {.log_density = part.data()}, tally);
        for (int l = 0; l < n; ++l) {
            EXPECT_EQ(part[static_cast<std::size_t>(l)], all[static_cast<std::size_t>(l)]) << n;
        }
    }
}

template <class Real>
void expect_equal_products(const Density<Real>& density) {
    const int d = density.dim();
    Particles<Real> x(block_size, d), v(block_size, d), one(block_size, d), kept(block_size, d);
    fill_normals(StreamKey{.seed = 2}, 0, x.block(0));
    for (const int n : {1, 48, 256}) {  // whole and half stripes
        const Block<Real> at{x.block(0).data, d, n};
        const auto products = hessian_products<Real>(density, at);
        for (std::uint64_t seed = 3; seed < 6; ++seed) {
            fill_normals(StreamKey{.seed = seed}, 0, v.block(0));
            Tally tally;
            density.hessian_vector(at, {v.block(0).data, d, n}, {one.block(0).data, d, n}, tally);
            products->multiply({v.block(0).data, d, n}, {kept.block(0).data, d, n}, tally);
            EXPECT_EQ(tally.hessian_vector, 2 * n);
            for (int l = 0; l < n; ++l) {
                for (int i = 0; i < d; ++i) {
                    ASSERT_EQ(kept(l, i), one(l, i)) << n << " " << l;
                    ASSERT_NE(one(l, i), 0);
                }
            }
        }
    }
}

TEST(NetworkBlocks, ManyProductsAtTheSamePointsHaveTheBitsOfSingleOnes) {
    for (const auto& [type, head] :
         {std::pair{"energy_mlp", "scalar"}, std::pair{"energy_mlp", "dot"},
          std::pair{"energy_mlp", "squared_norm"}, std::pair{"score_mlp", "scalar"}}) {
        SCOPED_TRACE(head);
        const NetworkWeights w = random_weights(type, head, 3, {40, 24});
        expect_equal_products(*network_density<float>(pack_network<float>(w), 0.7));
        expect_equal_products(*network_density<double>(pack_network<double>(w), 0.7));
    }
}

class WeightFiles : public ::testing::Test {
protected:
    void SetUp() override {
        std::filesystem::create_directories(folder);
        write_network_weights(folder / "weights.npz", weights);
        settings.hidden = {8, 8};
        settings.file = folder.string();
    }
    void TearDown() override { std::filesystem::remove_all(folder); }
    std::string refusal() const {
        try {
            read_network_weights("energy_mlp", settings, 2, {0, 0}, 1, "model.file");
            return "";
        } catch (const ConfigError& error) {
            EXPECT_EQ(error.problems().front().place, "model.file");
            return error.what();
        }
    }
    void change(const std::function<void(Npz&)>& edit) {
        Npz npz = read_npz(folder / "weights.npz");
        edit(npz);
        write_npz(folder / "weights.npz", npz);
    }
    std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / "tempera_weight_files";
    NetworkWeights weights = random_weights("energy_mlp", "scalar", 2, {8, 8});
    NetworkSettings settings;
};

TEST_F(WeightFiles, ComeBackAsTheyWere) {
    const NetworkWeights back = read_network_weights("energy_mlp", settings, 2, {0, 0}, 1, "model.file");
    ASSERT_EQ(back.layers.size(), weights.layers.size());
    for (std::size_t l = 0; l < back.layers.size(); ++l) {
        EXPECT_EQ(back.layers[l].weight, weights.layers[l].weight);
        EXPECT_EQ(back.layers[l].bias, weights.layers[l].bias);
    }
    EXPECT_EQ(back.sigma_data, weights.sigma_data);
    EXPECT_EQ(back.noise_max, 0) << "not known";
    weights.noise_min = 0.02, weights.noise_max = 10;
    write_network_weights(folder / "weights.npz", weights);
    const NetworkWeights trained = read_network_weights(folder, "model.file");
    EXPECT_EQ(trained.noise_min, 0.02);
    EXPECT_EQ(trained.noise_max, 10);
}

TEST_F(WeightFiles, AreRefusedWithTheReason) {
    settings.hidden = {8, 9};
    EXPECT_NE(refusal().find("hidden"), std::string::npos);
    settings.hidden = {8, 8};
    settings.head = "dot";
    EXPECT_NE(refusal().find("head"), std::string::npos);
    settings.head = "scalar";
    change([](Npz& npz) { npz["w1"] = NpyArray::of(std::vector<float>(35), {7, 5}); });
    EXPECT_NE(refusal().find("shape [7,5]"), std::string::npos) << refusal();
    write_network_weights(folder / "weights.npz", weights);
    change([](Npz& npz) { npz["b0"] = NpyArray::of(std::vector<float>(8, NAN), {8}); });
    EXPECT_NE(refusal().find("not a finite number"), std::string::npos);
    change([](Npz& npz) { npz.erase("meta"); });
    EXPECT_NE(refusal().find("meta"), std::string::npos);
    change([](Npz& npz) { npz["adam_first"] = NpyArray::of(std::vector<float>(1), {1}); });
    EXPECT_NE(refusal().find("checkpoint of a training"), std::string::npos) << refusal();
    std::ofstream(folder / "weights.npz") << "nonsense";
    EXPECT_NE(refusal().find("npz"), std::string::npos);
    std::filesystem::remove(folder / "weights.npz");
    EXPECT_NE(refusal().find("does not exist"), std::string::npos);
}

TEST_F(WeightFiles, BelongToADimensionAndToCoordinates) {
    EXPECT_THROW(read_network_weights("energy_mlp", settings, 3, {0, 0, 0}, 1, "model.file"), ConfigError);
    EXPECT_THROW(read_network_weights("energy_mlp", settings, 2, {0, 1}, 1, "model.file"), ConfigError);
    EXPECT_THROW(read_network_weights("score_mlp", settings, 2, {0, 0}, 1, "model.file"), ConfigError);
}

TEST(PerturbedExact, IsWrongBelowItsNoiseOnlyAndTheSameEveryTime) {
    const auto target = test::make_target<double>("two_mode", {{"dim", 2}});
    ModelContext<double> context;
    context.target = target;
    context.coordinates = Coordinates(2);
    context.mixture = *target->mixture();
    const ModelEntry& entry = find_entry(model_catalogue(), "model", "perturbed_exact");
    const auto model = entry.make<double>({{"logit_noise", 1.0}, {"below_rho", 0.5}}, context);
    const Eigen::VectorXd x = target->mixture()->components[0].mean;
    const auto exact = [&](double sigma) {
        return test::log_density(*make_mixture_density<double>(target->mixture()->noised(1, sigma)), x);
    };
    EXPECT_EQ(test::log_density(*model->at(0.5), x), exact(0.5));
    EXPECT_NE(test::log_density(*model->at(0.3), x), exact(0.3));
    EXPECT_EQ(test::log_density(*model->at(0.3), x),
              test::log_density(
                  *entry.make<double>({{"logit_noise", 1.0}, {"below_rho", 0.5}}, context)->at(0.3), x));
    EXPECT_NE(test::log_density(*model->at(0.3), x) - exact(0.3),
              test::log_density(*model->at(0.2), x) - exact(0.2));
    EXPECT_THROW(entry.make<double>({{"weights", {1.0, 2.0, 3.0}}}, context), ConfigError);
}

}  // namespace
}  // namespace tempera
