// SPDX-License-Identifier: MIT
// What every target promises, over the whole catalogue.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "support/points.hpp"

namespace tempera {
namespace {

class TargetContract : public ::testing::TestWithParam<std::pair<std::string, Json>> {
protected:
    std::shared_ptr<Target<double>> target = test::make_target<double>(GetParam().first, GetParam().second);
};

TEST_P(TargetContract, DerivativesAreThoseOfTheDensity) {
    const Particles<double> x = test::typical(*target, 6, 71);
    for (int p = 0; p < x.size(); ++p) {
        Eigen::VectorXd at(target->dim()), v(target->dim());
        for (int i = 0; i < target->dim(); ++i) {
            at[i] = x(p, i), v[i] = std::cos(1.0 + 2 * i);
        }
        const test::Point f = test::evaluate(*target, at);
        ASSERT_TRUE(std::isfinite(f.log_density));
        EXPECT_LT((f.score - test::difference_score(*target, at)).norm(),
                  1e-6 * (1 + f.score.norm() + std::abs(f.log_density)));
        EXPECT_LT((f.hessian - test::difference_hessian(*target, at)).norm(), 1e-5 * (1 + f.hessian.norm()));
        EXPECT_LT((f.hessian - f.hessian.transpose()).norm(), 1e-12 * (1 + f.hessian.norm()));
        EXPECT_LT((f.hessian * v - test::hessian_vector(*target, at, v)).norm(),
                  1e-10 * (1 + f.hessian.norm()));
    }
}

/// For x ~ pi: E s_i = 0 and E x_i s_j = -[i = j] (Stein's identities tie the sampler to the score).
TEST_P(TargetContract, SamplesBelongToTheDensity) {
    if (GetParam().first == "funnel" || !target->has_sampler()) {
        return;  // of the funnel the identities' averages have no variance there; its own tests compare
                 // conditionals
    }
    const int n = 1 << 14, dim = target->dim();
    const Particles<double> x = test::draw(*target, n, 13);
    Particles<double> score(n, dim);
    Tally tally;
    for (int b = 0; b < x.n_blocks(); ++b) {
        target->evaluate(x.block(b), {.score = score.block(b).data}, tally);
    }
    for (int i = 0; i < dim; ++i) {
        for (int j = 0; j < dim; ++j) {
            double sum = 0, squares = 0, plain = 0, plain2 = 0;
            for (int p = 0; p < n; ++p) {
                const double value = x(p, i) * score(p, j) + (i == j);
                sum += value, squares += value * value;
                plain += score(p, j), plain2 += score(p, j) * score(p, j);
            }
            EXPECT_LT(std::abs(sum), 5 * std::sqrt(squares)) << i << " " << j;
            EXPECT_LT(std::abs(plain), 5 * std::sqrt(plain2)) << j;
        }
    }
}

TEST_P(TargetContract, ClaimedNormaliserIsTheIntegral) {
    if (!target->log_z() || target->dim() != 2) {
        return;
    }
    const Box box = target->view_box();
    const double x = box.centre_x(), y = box.centre_y(), w = box.width(),
                 h = box.height();  // twice the view: the tails
    const double integral = test::log_integral_2d(*target, x - w, x + w, y - h, y + h, 1200);
    EXPECT_NEAR(integral, *target->log_z(),
                GetParam().first == "funnel" || GetParam().first == "banana" ? 0.02 : 1e-3);
}

TEST_P(TargetContract, ModesAndMomentsAreConsistent) {
    EXPECT_EQ(target->mode_names().size(), static_cast<std::size_t>(target->n_modes()));
    double total = 0;
    for (const double w : target->mode_weights()) {
        EXPECT_GT(w, 0);
        total += w;
    }
    EXPECT_TRUE(target->mode_weights().empty() || std::abs(total - 1) < 1e-9);
    EXPECT_GT(target->local_variance(), 0);
    EXPECT_EQ(target->view_plane().rows(), 2);
    EXPECT_EQ(target->view_plane().cols(), target->dim());
    EXPECT_TRUE(target->view_box().has_area());
}

INSTANTIATE_TEST_SUITE_P(Unsampled, TargetContract, ::testing::ValuesIn(test::unsampled_targets()),
                         [](const auto& test) {
                             return test.param.first + "_" + std::to_string(test.index);
                         });

INSTANTIATE_TEST_SUITE_P(All, TargetContract, ::testing::ValuesIn(test::small_targets()),
                         [](const auto& test) {
                             return test.param.first + "_" + std::to_string(test.index);
                         });

TEST(TargetContracts, CoverTheCatalogue) {
    std::set<std::string> tested;
    for (const auto& [name, settings] : test::small_targets()) {
        tested.insert(name);
    }
    for (const auto& [name, settings] : test::unsampled_targets()) {
        tested.insert(name);
    }
    for (const TargetEntry& entry : target_catalogue()) {
        // What is made from a user's file is tested where such files are made.
        EXPECT_TRUE(test::needs_file(entry) || tested.count(entry.info.name))
            << entry.info.name << " is missing in test::small_targets()";
    }
}

}  // namespace
}  // namespace tempera
