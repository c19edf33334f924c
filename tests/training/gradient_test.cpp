// SPDX-License-Identifier: MIT
// What single losses and the trainer promise; what all losses do is in the contract tests.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "support/objectives.hpp"
#include "training/teacher.hpp"
#include "training/trainer.hpp"

namespace tempera::training {
namespace {

using test::lake_data, test::random_net;

TEST(EnergyDistillation, the_teacher_itself_has_nothing_to_learn) {
    const std::filesystem::path file = std::filesystem::temp_directory_path() /
                                       ("tempera_own_teacher_" + std::to_string(::getpid()) + ".npz");
    for (const Head taught : {Head::score, Head::scalar}) {
        test::write_teacher(file, taught);
        const Json s{{"type", "energy_distillation"}, {"teacher", file.string()}};
        const Net<double> teacher = load_teacher<double>(file.string(), 2);
        ObjectiveContext<double> context;
        context.spec = test::small_net(taught);
        const auto objective =
            find_entry(objective_catalogue(), "model.losses", "energy_distillation").make<double>(s, context);
        Parameters<double> gradient(teacher.parameters().size(), 0.0);
        const TrainingData data = lake_data(300);
        const NoiseLaw noise = test::small_noise();
        EXPECT_LT(objective->add_gradient({teacher, data, noise, StreamKey{}, 40}, 1, gradient), 1e-20);
        // and what it teaches to other heads is a gradient, whatever it is itself
        for (const Head head : {Head::scalar, Head::dot, Head::squared_norm, Head::score}) {
            EXPECT_LT(test::gradient_error(*objective, head), 1e-6)
                << to_string(head) << " from " << to_string(taught);
        }
    }
    std::filesystem::remove(file);
}

/// The backward kernel is held fixed, so that differences of the loss do not test its gradient; the residuals
/// do: at the exact density of one Gaussian they vanish with the second-order kernel.
TEST(Rne, first_order_kernels_leave_a_bias_that_second_order_ones_do_not) {
    Net<double> net(test::small_net(
        Head::scalar));  // all weights zero: U is the Gaussian of variance sigma^2 + sigma_data^2
    TrainingData data;
    data.dim = 2;
    for (int j = 0; j < 4000; ++j) {
        Stream stream(StreamKey{}, static_cast<std::uint32_t>(j));
        data.x.insert(data.x.end(), {2 * stream.normal(), 2 * stream.normal()});
    }
    const NoiseLaw noise = test::small_noise();
    const auto loss = [&](const char* backward) {
        const Json s{{"type", "rne"}, {"backward", backward}, {"gap", 0.7}, {"points", 512}};
        Parameters<double> gradient(net.parameters().size(), 0.0);
        return find_entry(objective_catalogue(), "model.losses", "rne")
            .make<double>(s, {})
            ->add_gradient({net, data, noise, StreamKey{}, 1}, 1, gradient);
    };
    EXPECT_LT(loss("second_order"), 1e-20);
    EXPECT_GT(loss("first_order"), 1e-3);
}

TEST(Hessian, is_the_derivative_of_the_slope) {
    for (const Head head : {Head::scalar, Head::dot, Head::squared_norm}) {
        const Net<double> net = random_net(head);
        PointBatch<double> at;
        at.y = Matrix<double>::Random(2, 5);
        at.sigma = Vector<double>::Constant(5, 0.7);
        net.evaluate(at, true);
        const auto hessian = net.hessian(at);
        for (int i = 0; i < 2; ++i) {
            PointBatch<double> up = at, down = at;
            up.y.row(i).array() += 1e-5, down.y.row(i).array() -= 1e-5;
            net.evaluate(up, true), net.evaluate(down, true);
            const Matrix<double> difference = (up.slope - down.slope) / 2e-5;
            EXPECT_LT((difference - hessian[static_cast<std::size_t>(i)]).norm(),
                      1e-8 * (1 + difference.norm()))
                << to_string(head);
        }
    }
}

TrainerSpec small_training(long seed) {
    TrainerSpec s;
    s.net = test::small_net(Head::scalar);
    s.net.hidden = {32, 32};
    s.training.seed = seed;
    s.training.batch_size = 64;
    s.training.noise.min = 0.1, s.training.noise.max = 5;
    s.losses =
        Json::array({Json{{"type", "dsm"}},
                     Json{{"type", "diffclf"}, {"warm_up", 10}, {"points", 16}, {"target_class", true}}});
    return s;
}

TEST(Trainer, goes_on_from_a_checkpoint_bit_for_bit) {
    Trainer whole(small_training(3), lake_data(500)), half(small_training(3), lake_data(500)),
        rest(small_training(3), lake_data(500));
    for (int i = 0; i < 40; ++i) {
        whole.step();
    }
    for (int i = 0; i < 15; ++i) {
        half.step();
    }
    rest.restore(half.checkpoint(), "checkpoint");
    for (int i = 0; i < 25; ++i) {
        rest.step();
    }
    for (const auto& [name, array] : whole.checkpoint()) {
        EXPECT_EQ(array.bytes, rest.checkpoint().at(name).bytes) << name;
    }
    TrainerSpec other = small_training(3);
    other.net.hidden = {16, 16};
    Trainer stranger(other, lake_data(500));
    EXPECT_THROW(stranger.restore(whole.checkpoint(), "checkpoint"), ConfigError);
}

TEST(Trainer, divergence_leaves_the_last_good_weights) {
    TrainingData data = lake_data(500);
    Trainer trainer(small_training(1), data);
    trainer.step();
    const Npz good = trainer.checkpoint();
    data.x.assign(data.x.size(), 1e30);
    TrainerSpec spec = small_training(1);
    Trainer bad(spec, data);
    bad.restore(good, "checkpoint");
    EXPECT_THROW(bad.step(), NumericalError);
    EXPECT_EQ(bad.steps_done(), 1);
    EXPECT_EQ(bad.checkpoint().at("parameters").bytes, good.at("parameters").bytes);
}

TEST(Trainer, the_loss_falls) {
    Trainer trainer(small_training(2), lake_data(2000));
    const double before = trainer.final_losses()[0];
    for (int i = 0; i < 300; ++i) {
        trainer.step();
    }
    EXPECT_LT(trainer.final_losses()[0], 0.9 * before);
}

TEST(Trainer, one_loss_is_clipped_alike_on_its_own_and_in_the_sum) {
    for (const bool two : {false, true}) {
        Npz end[2];
        double norm[2];
        for (const bool each : {false, true}) {
            TrainerSpec spec = small_training(2);
            spec.training.clip_each = each;
            spec.training.gradient_clip = 0.1;
            spec.losses = Json::array({Json{{"type", "dsm"}}});
            if (two) {
                spec.losses.push_back(Json{{"type", "energy_pinning"}, {"weight", 100}, {"warm_up", 0}});
            }
            Trainer trainer(spec, lake_data(500));
            norm[each] = trainer.step().gradient_norm;
            trainer.step();
            end[each] = trainer.checkpoint();
        }
        EXPECT_EQ(end[0].at("parameters").bytes == end[1].at("parameters").bytes, !two);
        EXPECT_GT(norm[0], 0.1) << "the limit must be felt";
        EXPECT_EQ(norm[0] == norm[1], !two);
    }
}

TEST(Trainer, scores_refuse_losses_of_densities) {
    TrainerSpec spec = small_training(1);
    spec.net.head = Head::score;
    EXPECT_THROW(Trainer(spec, lake_data(100)), ConfigError);
}

}  // namespace
}  // namespace tempera::training
