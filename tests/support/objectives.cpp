// SPDX-License-Identifier: MIT
#include "support/objectives.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "training/teacher.hpp"

namespace tempera::test {

using namespace training;

Mixture lakes() {
    Mixture m;
    m.components.push_back(
        {2.0 / 3, Eigen::Vector2d(-2, 0), Eigen::Vector2d(0.25, 0.25), Eigen::Matrix2d::Identity()});
    m.components.push_back(
        {1.0 / 3, Eigen::Vector2d(2, 1), Eigen::Vector2d(1, 1), Eigen::Matrix2d::Identity()});
    return m;
}

TrainingData lake_data(int n) {
    TrainingData d;
    d.dim = 2;
    d.target = make_mixture_density<double>(lakes());
    Particles<double> p(n, 2);
    StreamKey key;
    key.purpose = Purpose::target_sample;
    for (int b = 0; b < p.n_blocks(); ++b) {
        lakes().sample<double>(key, static_cast<std::uint32_t>(b * block_size), p.block(b));
    }
    for (int j = 0; j < n; ++j) {
        d.x.insert(d.x.end(), {p(j, 0), p(j, 1)});
    }
    return d;
}

NetSpec small_net(Head head) {
    NetSpec s;
    s.hidden = {9, 7};
    s.head = head;
    s.type = head == Head::score ? "score_mlp" : "energy_mlp";
    s.sigma_data = 2, s.scale_floor = 0.3, s.noise_min = 0.1, s.noise_max = 5;
    return s;
}

NoiseLaw small_noise() {
    NoiseSettings s;
    s.min = 0.1, s.max = 5;
    return NoiseLaw(s);
}

Net<double> random_net(Head head) {
    Net<double> net(small_net(head));
    std::vector<double> start;
    initialise(net.shape(), 5, start);
    std::copy(start.begin(), start.end(), net.parameters().begin());
    for (std::size_t i = start.size(); i < net.parameters().size(); ++i) {
        net.parameters()[i] = 0.01 * std::sin(static_cast<double>(i));
    }
    return net;
}

void write_teacher(const std::filesystem::path& file, Head head) {
    Net<double> teacher = random_net(head);
    for (double& p : teacher.parameters()) {
        p = static_cast<float>(1.1 * p);  // files hold float32
    }
    NetworkWeights weights = export_weights(teacher, teacher.parameters());
    weights.shift = {0, 0};
    write_network_weights(file, weights);
}

double gradient_error(const Objective<double>& objective, Head head) {
    constexpr double weight = 0.7, h = 1e-5;
    Net<double> net = random_net(head);
    const Net<double> held = net;
    const TrainingData data = lake_data(300);
    const NoiseLaw noise = small_noise();
    StreamKey key;
    key.purpose = Purpose::training;
    const Batch<double> batch{net, data, noise, key, 40, &held};
    Parameters<double> gradient(net.parameters().size(), 0.0), ignored = gradient;
    objective.add_gradient(batch, weight, gradient);
    double worst = 0, squares = 0;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
        const double at = net.parameters()[i];
        const auto value = [&](double x) {
            net.parameters()[i] = x;
            return objective.add_gradient(batch, 0, ignored);
        };
        const double difference = (value(at + h) - value(at - h)) / (2 * h);
        net.parameters()[i] = at;
        worst = std::max(worst, std::abs(weight * difference - gradient[i]));
        squares += gradient[i] * gradient[i];
    }
    EXPECT_GT(squares, 0);
    return worst / std::sqrt(squares);
}

}  // namespace tempera::test
