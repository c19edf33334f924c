// SPDX-License-Identifier: MIT
// Every loss and every head: hand-written gradients against central differences in float64.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "targets/mixture.hpp"
#include "training/objective.hpp"
#include "training/teacher.hpp"
#include "training/trainer.hpp"

namespace tempera::training {
namespace {

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

NetSpec small(Head head) {
    NetSpec s;
    s.hidden = {9, 7};
    s.head = head;
    s.sigma_data = 2, s.scale_floor = 0.3, s.noise_min = 0.1, s.noise_max = 5;
    return s;
}

NoiseLaw law() {
    NoiseSettings s;
    s.min = 0.1, s.max = 5;
    return NoiseLaw(s);
}

Net<double> random_net(Head head) {
    Net<double> net(small(head));
    std::vector<double> start;
    initialise(net.shape(), 5, start);
    std::copy(start.begin(), start.end(), net.parameters().begin());
    for (std::size_t i = start.size(); i < net.parameters().size(); ++i) {
        net.parameters()[i] = 0.01 * std::sin(static_cast<double>(i));
    }
    return net;
}

/// Largest difference between gradient and central differences over all parameters, relative to the
/// gradient's norm.
double gradient_error(const char* loss, const Json& settings, Head head) {
    ObjectiveContext<double> context;
    context.has_energy = head != Head::score;
    context.spec = small(head);
    const auto objective =
        find_entry(objective_catalogue(), "model.losses", loss).make<double>(settings, context);
    Net<double> net = random_net(head);
    const TrainingData data = lake_data(300);
    const NoiseLaw noise = law();
    StreamKey key;
    key.purpose = Purpose::training;
    Parameters<double> gradient(net.parameters().size(), 0.0), ignored = gradient;
    const Net<double> held = net;
    objective->add_gradient({net, data, noise, key, 40, &held}, 0.7, gradient);
    double worst = 0, norm = 0;
    for (std::size_t i = 0; i < gradient.size(); ++i) {
        const double h = 1e-5, at = net.parameters()[i];
        const auto value = [&](double x) {
            net.parameters()[i] = x;
            return objective->add_gradient({net, data, noise, key, 40, &held}, 0, ignored);
        };
        const double difference = (value(at + h) - value(at - h)) / (2 * h);
        net.parameters()[i] = at;
        worst = std::max(worst, std::abs(0.7 * difference - gradient[i]));
        norm += gradient[i] * gradient[i];
    }
    EXPECT_GT(norm, 0);
    return worst / std::sqrt(norm);
}

TEST(Gradient, score_losses_on_every_head) {
    for (const Head head : {Head::scalar, Head::dot, Head::squared_norm, Head::score}) {
        EXPECT_LT(gradient_error("dsm", Json{{"type", "dsm"}}, head), 1e-6) << to_string(head);
        EXPECT_LT(gradient_error("tsm", Json{{"type", "tsm"}}, head), 1e-6) << to_string(head);
    }
}

TEST(Gradient, density_losses_on_every_head) {
    for (const Head head : {Head::scalar, Head::dot, Head::squared_norm}) {
        for (const char* mode : {"multi", "bi"}) {
            for (const bool target_class : {false, true}) {
                const Json s{{"type", "diffclf"},
                             {"points", 6},
                             {"n_levels", 4},
                             {"mode", mode},
                             {"target_class", target_class}};
                EXPECT_LT(gradient_error("diffclf", s, head), 1e-6)
                    << mode << " " << to_string(head) << " " << target_class;
            }
        }
        EXPECT_LT(gradient_error("energy_pinning", Json{{"type", "energy_pinning"}, {"points", 20}}, head),
                  1e-6)
            << to_string(head);
    }
}

TEST(Gradient, consistency_loss_with_its_backward_kernel_held) {
    for (const Head head : {Head::scalar, Head::dot, Head::squared_norm}) {
        for (const char* backward : {"first_order", "second_order"}) {
            const Json s{{"type", "rne"}, {"points", 20}, {"gap", 0.3}, {"backward", backward}};
            EXPECT_LT(gradient_error("rne", s, head), 1e-6) << to_string(head) << " " << backward;
        }
    }
}

TEST(Gradient, energy_distillation_from_scores_and_energies) {
    const std::filesystem::path file = std::filesystem::temp_directory_path() / "tempera_teacher.npz";
    for (const Head taught : {Head::score, Head::scalar}) {
        Net<double> teacher = random_net(taught);
        for (double& p : teacher.parameters()) {
            p = static_cast<float>(1.1 * p);  // files hold float32
        }
        NetworkWeights weights = export_weights(teacher, teacher.parameters());
        weights.shift = {0, 0};
        write_network_weights(file, weights);
        const Json s{{"type", "energy_distillation"}, {"teacher", file.string()}};
        for (const Head head : {Head::scalar, Head::dot, Head::squared_norm, Head::score}) {
            EXPECT_LT(gradient_error("energy_distillation", s, head), 1e-6)
                << to_string(head) << " from " << to_string(taught);
        }
        // the teacher itself has nothing to learn
        ObjectiveContext<double> context;
        context.spec = small(taught);
        Parameters<double> gradient(teacher.parameters().size(), 0.0);
        const TrainingData data = lake_data(300);
        const NoiseLaw noise = law();
        const auto objective =
            find_entry(objective_catalogue(), "model.losses", "energy_distillation").make<double>(s, context);
        EXPECT_LT(objective->add_gradient({teacher, data, noise, StreamKey{}, 40}, 1, gradient), 1e-20);
    }
    std::filesystem::remove(file);
}

/// The backward kernel is held fixed, so that differences of the loss do not test its gradient; the residuals
/// do: at the exact density of one Gaussian they vanish with the second-order kernel.
TEST(Rne, first_order_kernels_leave_a_bias_that_second_order_ones_do_not) {
    Net<double> net(
        small(Head::scalar));  // all weights zero: U is the Gaussian of variance sigma^2 + sigma_data^2
    TrainingData data;
    data.dim = 2;
    for (int j = 0; j < 4000; ++j) {
        Stream stream(StreamKey{}, static_cast<std::uint32_t>(j));
        data.x.insert(data.x.end(), {2 * stream.normal(), 2 * stream.normal()});
    }
    const NoiseLaw noise = law();
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
    s.net = small(Head::scalar);
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
        if (name != "history") {  // holds NaN where a loss had not started
            EXPECT_EQ(array.bytes, rest.checkpoint().at(name).bytes) << name;
        }
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
