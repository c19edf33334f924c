// SPDX-License-Identifier: MIT
// The field that is trained and the one that samples from its weights are the same function.
#include <gtest/gtest.h>

#include "models/mlp.hpp"
#include "training/teacher.hpp"

namespace tempera::training {
namespace {

TEST(Inference, agrees_with_training_on_every_head) {
    for (const Head head : {Head::scalar, Head::dot, Head::squared_norm, Head::score}) {
        NetSpec spec;
        spec.dim = 3;
        spec.hidden = {40, 24};
        spec.head = head;
        spec.type = head == Head::score ? "score_mlp" : "energy_mlp";
        spec.sigma_data = 1.7, spec.scale_floor = 0.2;
        Net<float> net(spec);
        std::vector<double> start;
        initialise(net.shape(), 9, start);
        std::copy(start.begin(), start.end(), net.parameters().begin());
        NetworkWeights weights = export_weights(net, net.parameters());
        weights.shift.assign(3, 0.0);
        const auto density = network_density<float>(pack_network<float>(weights), 0.6);
        constexpr int n = 32;
        PointBatch<float> batch;
        batch.y = 2 * Matrix<float>::Random(3, n);
        batch.sigma = Vector<float>::Constant(n, 0.6F);
        net.evaluate(batch, true);
        Particles<float> x(n, 3), score(n, 3);
        PerParticle<float> value(n);
        for (int j = 0; j < n; ++j) {
            for (int i = 0; i < 3; ++i) {
                x(j, i) = batch.y(i, j);
            }
        }
        Wanted<float> wanted;
        wanted.score = score.block(0).data;
        wanted.log_density = net.has_energy() ? value.block(0) : nullptr;
        Tally tally;
        density->evaluate(x.block(0), wanted, tally);
        for (int j = 0; j < n; ++j) {
            for (int i = 0; i < 3; ++i) {
                EXPECT_NEAR(score(j, i), -batch.slope(i, j), 1e-5 * (1 + std::abs(batch.slope(i, j))))
                    << to_string(head);
            }
            if (net.has_energy()) {
                EXPECT_NEAR(value[j], -batch.energy[j], 1e-5 * (1 + std::abs(batch.energy[j])))
                    << to_string(head);
            }
        }
    }
}

}  // namespace
}  // namespace tempera::training
