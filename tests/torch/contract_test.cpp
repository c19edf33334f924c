// SPDX-License-Identifier: MIT
// The engine's kernels and hand-written gradients against automatic differentiation of the same weights.
#include <gtest/gtest.h>

#include <cmath>

#include "core/rng.hpp"
#include "models/mlp.hpp"
#include "support/networks.hpp"
#include "torch/torch_network.hpp"
#include "training/objective.hpp"
#include "training/teacher.hpp"

namespace tempera {
namespace {

struct Shape {
    const char *type, *head;
    int dim;
    std::vector<int> hidden;
};

std::ostream& operator<<(std::ostream& out, const Shape& s) {
    return out << s.type << " " << s.head << " " << s.dim;
}

NetworkWeights random_weights(const Shape& s) {
    return test::random_network(s.type, s.head, s.dim, s.hidden, 11);
}

/// Rows [n, rows of the block] of a block in float64.
template <class Real>
std::vector<double> rows_of(const Real* data, int rows, int n) {
    std::vector<double> out;
    for (int j = 0; j < n; ++j) {
        for (int i = 0; i < rows; ++i) {
            out.push_back(static_cast<double>(data[i * block_size + j]));
        }
    }
    return out;
}

/// Largest difference relative to the root mean square of the truth (entries may pass through zero).
double relative_error(const std::vector<double>& a, const std::vector<double>& truth) {
    EXPECT_EQ(a.size(), truth.size());
    double worst = 0, squares = 0;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        EXPECT_TRUE(std::isfinite(a[i]) && std::isfinite(truth[i]));
        worst = std::max(worst, std::abs(a[i] - truth[i]));
        squares += truth[i] * truth[i];
    }
    EXPECT_GT(squares, 0);
    return worst / std::sqrt(squares / static_cast<double>(truth.size()));
}

std::vector<double> traces(const std::vector<double>& matrices, int d) {
    std::vector<double> out;
    const auto size = static_cast<std::size_t>(d);
    for (std::size_t at = 0; at < matrices.size(); at += size * size) {
        out.push_back(0);
        for (std::size_t i = 0; i < size; ++i) {
            out.back() += matrices[at + i * (size + 1)];
        }
    }
    return out;
}

class TorchContract : public ::testing::TestWithParam<Shape> {};

template <class Real>
void compare(const Shape& shape, double sigma, double tolerance) {
    const NetworkWeights w = random_weights(shape);
    constexpr int n = 35;  // a stripe and a part of one
    const int d = shape.dim;
    Particles<Real> x(n, d), v(n, d), out(n, d), score(n, d), hessian(n, d * d);
    fill_normals(StreamKey{.seed = 1}, 0, x.block(0));
    fill_normals(StreamKey{.seed = 2}, 0, v.block(0));
    // points on the scale of the noised data; torch gets the rounded ones
    for (int j = 0; j < n; ++j) {
        for (int i = 0; i < d; ++i) {
            x.block(0)(i, j) *= static_cast<Real>(std::sqrt(sigma * sigma + 1.69));
        }
    }
    const std::vector<double> points = rows_of(x.block(0).data, d, n),
                              directions = rows_of(v.block(0).data, d, n);
    const libtorch::TorchNetwork torch(w, sigma);
    const auto field = network_density<Real>(pack_network<Real>(w), sigma);
    PerParticle<Real> value(n);
    Tally tally;
    Wanted<Real> wanted{.score = score.block(0).data};
    wanted.hessian = hessian.block(0).data;
    wanted.log_density = field->has_log_density() ? value.block(0) : nullptr;
    field->evaluate(x.block(0), wanted, tally);
    const auto error = [&](const Real* data, int rows, const std::vector<double>& truth) {
        return relative_error(rows_of(data, rows, n), truth);
    };
    if (field->has_log_density()) {
        EXPECT_LT(error(value.block(0), 1, torch.log_density(points)), tolerance) << "log density";
    }
    EXPECT_LT(error(score.block(0).data, d, torch.score(points)), tolerance) << "score";
    const std::vector<double> jacobian = torch.jacobian(points);
    EXPECT_LT(error(hessian.block(0).data, d * d, jacobian), tolerance) << "Hessian";
    field->hessian_vector(x.block(0), v.block(0), out.block(0), tally);
    EXPECT_LT(error(out.block(0).data, d, torch.jacobian_vector(points, directions)), tolerance) << "J v";
    field->vector_jacobian(x.block(0), v.block(0), out.block(0), tally);
    EXPECT_LT(error(out.block(0).data, d, torch.vector_jacobian(points, directions)), tolerance) << "J^T v";
    field->laplacian(x.block(0), value.block(0), tally);
    EXPECT_LT(error(value.block(0), 1, traces(jacobian, d)), tolerance) << "Laplacian";
    // without the Hessian the score takes another way through the kernels
    wanted.hessian = nullptr;
    field->evaluate(x.block(0), wanted, tally);
    EXPECT_LT(error(score.block(0).data, d, torch.score(points)), tolerance) << "score alone";
}

TEST_P(TorchContract, SinglePrecisionWithin1e5) {
    for (const double sigma : {0.05, 0.7}) {
        SCOPED_TRACE(sigma);
        compare<float>(GetParam(), sigma, 1e-5);
    }
}

TEST_P(TorchContract, DoublePrecisionWithin1e10) {
    for (const double sigma : {0.05, 8.0}) {
        SCOPED_TRACE(sigma);
        compare<double>(GetParam(), sigma, 1e-10);
    }
}

INSTANTIATE_TEST_SUITE_P(Heads, TorchContract,
                         ::testing::Values(Shape{"energy_mlp", "scalar", 2, {128, 128, 128}},
                                           Shape{"energy_mlp", "dot", 2, {128, 128, 128}},
                                           Shape{"energy_mlp", "squared_norm", 2, {128, 128, 128}},
                                           Shape{"score_mlp", "scalar", 2, {128, 128, 128}},
                                           Shape{"energy_mlp", "scalar", 64, {96, 40}},
                                           Shape{"energy_mlp", "dot", 13, {33, 17}},
                                           Shape{"energy_mlp", "squared_norm", 8, {24}},
                                           Shape{"score_mlp", "scalar", 64, {64, 64}}));

/// The denoising loss that trains: one batch's value and gradient for every weight.
TEST(TorchContract, TrainingGradientsOfTheDenoisingLoss) {
    using namespace training;
    const Shape shapes[] = {{"energy_mlp", "scalar", 2, {128, 128, 128}},
                            {"energy_mlp", "dot", 3, {24, 20}},
                            {"energy_mlp", "squared_norm", 3, {24, 20}},
                            {"score_mlp", "scalar", 3, {24, 20}}};
    for (const Shape& shape : shapes) {
        SCOPED_TRACE(shape.head);
        const NetworkWeights w = random_weights(shape);
        NetSpec spec;
        spec.dim = shape.dim, spec.hidden = shape.hidden, spec.head = head_of(w.has_energy(), shape.head);
        spec.sigma_data = w.sigma_data, spec.scale_floor = w.energy_scale_floor;
        Net<float> net(spec);
        std::size_t at = 0;
        for (const NetworkWeights::Layer& l : w.layers) {
            at = static_cast<std::size_t>(
                std::copy(l.weight.begin(), l.weight.end(),
                          net.parameters().begin() + static_cast<std::ptrdiff_t>(at)) -
                net.parameters().begin());
            at = static_cast<std::size_t>(
                std::copy(l.bias.begin(), l.bias.end(),
                          net.parameters().begin() + static_cast<std::ptrdiff_t>(at)) -
                net.parameters().begin());
        }
        TrainingData data;
        data.dim = shape.dim;
        Stream random(StreamKey{.seed = 3, .purpose = Purpose::diagnostic}, 0);
        for (int i = 0; i < 1000 * shape.dim; ++i) {
            data.x.push_back(1.2 * random.normal());
        }
        NoiseSettings noise;
        const NoiseLaw law(noise);
        StreamKey key;
        key.purpose = Purpose::training;
        const Batch<float> batch{net, data, law, key, 512};
        ObjectiveContext<float> context;
        context.spec = spec;
        context.has_energy = spec.head != Head::score;
        Parameters<float> gradient(net.parameters().size(), 0.0F);
        const double loss = find_entry(objective_catalogue(), "model.losses", "dsm")
                                .make<float>(Json{{"type", "dsm"}}, context)
                                ->add_gradient(batch, 1, gradient);
        const NoisedPoints<float> drawn = draw_points(batch, 512);
        std::vector<double> y, z, sigma;
        for (int j = 0; j < drawn.points.size(); ++j) {
            for (int i = 0; i < shape.dim; ++i) {
                y.push_back(static_cast<double>(drawn.points.y(i, j)));
                z.push_back(static_cast<double>(drawn.z(i, j)));
            }
            sigma.push_back(static_cast<double>(drawn.points.sigma[j]));
        }
        const libtorch::LossGradient torch = libtorch::denoising_gradient(w, y, z, sigma);
        ASSERT_EQ(torch.gradient.size(), at);
        EXPECT_NEAR(loss, torch.loss, 1e-4 * torch.loss);
        double difference = 0, norm = 0;
        for (std::size_t i = 0; i < at; ++i) {
            difference += std::pow(static_cast<double>(gradient[i]) - torch.gradient[i], 2);
            norm += torch.gradient[i] * torch.gradient[i];
        }
        EXPECT_GT(norm, 0);
        EXPECT_LT(std::sqrt(difference / norm), 1e-4);
    }
}

}  // namespace
}  // namespace tempera
