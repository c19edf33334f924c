// SPDX-License-Identifier: MIT
// Kernels on paths whose derivatives are learned: Hessians that belong to no density (asymmetric, I + v H not
// positive) are symmetrised and floored by one rule in both directions, and counted; scores without Hessians
// still give products.
#include <gtest/gtest.h>

#include "support/kernels.hpp"

namespace tempera::testing {
namespace {

/// The exact density with errors in its Hessian, or without one.
class Imperfect final : public Density<double> {
public:
    Imperfect(std::shared_ptr<const Density<double>> exact, double error, bool hessian)
        : exact_(std::move(exact)), error_(error), hessian_(hessian) {}
    int dim() const override { return exact_->dim(); }
    bool has_hessian() const override { return hessian_; }

protected:
    void evaluate_block(Block<const double> x, const Wanted<double>& wanted) const override {
        Tally tally;
        exact_->evaluate(x, wanted, tally);
        for (int i = 0; wanted.hessian && i < x.dim * x.dim; ++i) {
            for (int l = 0; l < x.lanes(); ++l) {
                wanted.hessian[i * block_size + l] += error_ * std::sin(3.0 * i + 1 + 5 * x(0, l));
            }
        }
    }

private:
    std::shared_ptr<const Density<double>> exact_;
    double error_;
    bool hessian_;
};

/// A diffusion path that looks learned.
class ImperfectPath final : public DensityPath<double> {
public:
    ImperfectPath(std::shared_ptr<const DensityPath<double>> exact, double error, bool hessian)
        : exact_(std::move(exact)), error_(error), hessian_(hessian) {
        for (int k = 1; k <= exact_->n_levels(); ++k) {
            const LevelPosition p = exact_->position(k);
            fields_.push_back(field_at(p.alpha, p.sigma));
        }
    }
    const Coordinates& coordinates() const override { return exact_->coordinates(); }
    int n_levels() const override { return exact_->n_levels(); }
    LevelPosition position(int level) const override { return exact_->position(level); }
    const Density<double>& density(int level) const override { return exact_->density(level); }
    std::optional<double> log_normaliser(int level) const override { return exact_->log_normaliser(level); }
    const Density<double>* field(int level) const override {
        return fields_.at(static_cast<std::size_t>(level - 1)).get();
    }
    std::shared_ptr<const Density<double>> field_at(double alpha, double sigma) const override {
        return std::make_shared<Imperfect>(exact_->field_at(alpha, sigma), error_, hessian_);
    }
    bool exact_hessian() const override { return false; }
    void sample_reference(const StreamKey& key, std::uint32_t first, Block<double> out) const override {
        exact_->sample_reference(key, first, out);
    }
    bool has_level_sampler(int) const override { return false; }
    void sample_level(int level, const StreamKey& key, std::uint32_t first,
                      Block<double> out) const override {
        exact_->sample_level(level, key, first, out);
    }
    double move_variance(int level) const override { return exact_->move_variance(level); }
    std::vector<double> mode_weights(int level) const override { return exact_->mode_weights(level); }
    std::vector<double> mode_responsibilities(int level, const std::vector<double>& x) const override {
        return exact_->mode_responsibilities(level, x);
    }
    const Target<double>& target() const override { return exact_->target(); }
    Json frozen_schedule() const override { return exact_->frozen_schedule(); }

private:
    std::shared_ptr<const DensityPath<double>> exact_;
    double error_;
    bool hessian_;
    std::vector<std::shared_ptr<const Density<double>>> fields_;
};

std::shared_ptr<const DensityPath<double>> imperfect(int dim, double error, bool hessian = true) {
    return std::make_shared<ImperfectPath>(make_path<double>(two_mode(dim), log_snr(12, 0.03, 30)), error,
                                           hessian);
}

/// (v/a^2) times the floored I + v H.
Eigen::MatrixXd floored_covariance(const DensityPath<double>& path, int k, const Eigen::MatrixXd& hessian,
                                   double floor, bool diagonal) {
    const LevelPosition low = path.position(k), high = path.position(k + 1);
    const double a = high.alpha / low.alpha, v = high.sigma * high.sigma - a * a * low.sigma * low.sigma;
    const auto dim = hessian.rows();
    Eigen::MatrixXd m = Eigen::MatrixXd::Identity(dim, dim) + 0.5 * v * (hessian + hessian.transpose());
    if (diagonal) {
        m = Eigen::MatrixXd(m.diagonal().asDiagonal());
    }
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(m);
    return v / (a * a) * solver.eigenvectors() * solver.eigenvalues().cwiseMax(floor).asDiagonal() *
           solver.eigenvectors().transpose();
}

TEST(LearnedHessian, IsFlooredTheSameWayInBothDirections) {
    for (const bool diagonal : {false, true}) {
        const auto path = imperfect(5, 8.0);
        const auto kernel = make_kernel<double>(
            {{"type", "second_order"}, {"covariance", diagonal ? "diagonal" : "full"}}, path);
        long floored = 0;
        for (const int k : {0, 4, 6, 9}) {
            const LevelPosition low = path->position(k), high = path->position(k + 1);
            const double a = high.alpha / low.alpha,
                         v = high.sigma * high.sigma - a * a * low.sigma * low.sigma;
            for (const bool down : {true, false}) {
                Particles<double> x(100, 5), out(100, 5);
                path->sample_level(down ? k + 1 : k, test_key(3).with(Purpose::noise, 1), 0, x.block(0));
                double log_ratio[block_size];
                unsigned char failed[block_size] = {};
                Tally tally;
                down ? kernel->down(k, {x.block(0)}, {out.block(0), log_ratio, failed}, test_key(9), 0, tally)
                     : kernel->up(k, {x.block(0)}, {out.block(0), log_ratio, failed}, test_key(9), 0, tally);
                const Block<double> upper = down ? x.block(0) : out.block(0),
                                    lower = down ? out.block(0) : x.block(0);
                const auto at = derivatives<double>(*path->field(k + 1), upper);
                for (int l = 0; l < 100; ++l) {
                    const Derivatives& d = at[static_cast<std::size_t>(l)];
                    const Eigen::VectorXd high_x = column<double>(upper, l), low_x = column<double>(lower, l);
                    const double forward = log_normal(high_x, a * low_x, v * Eigen::MatrixXd::Identity(5, 5));
                    const double backward =
                        log_normal(low_x, (high_x + v * d.score) / a,
                                   floored_covariance(*path, k, d.hessian, 0.4, diagonal));
                    ASSERT_NEAR(log_ratio[l], forward - backward,
                                1e-8 * (1 + std::abs(forward) + std::abs(backward)))
                        << "level " << k << (down ? " down" : " up");
                }
                floored += tally.hessian_floored;
            }
        }
        EXPECT_GT(floored, 0);
        EXPECT_LT(floored, 800);
    }
}

TEST(LearnedHessian, FlooredKernelsStayUnbiased) {
    // Mean of the weights of a whole way down, within 4 standard errors of Z.
    for (const Json& kernel :
         {Json{{"type", "second_order"}}, Json{{"type", "second_order"}, {"covariance", "diagonal"}},
          Json{{"type", "first_order"}, {"variance", "isotropic"}}}) {
        const auto path = imperfect(2, 0.4);
        const Descent run = descend(*path, *make_kernel<double>(kernel, path), 1 << 14, 5);
        double sum = 0, squares = 0;
        for (const double w : run.log_weight) {
            const double ratio = std::exp(w - path->target().log_z().value());
            sum += ratio, squares += ratio * ratio;
        }
        const double n = 1 << 14, mean = sum / n, se = std::sqrt((squares / n - mean * mean) / n);
        EXPECT_NEAR(mean, 1.0, 4 * se) << kernel;
        EXPECT_LT(se, 0.1) << kernel;
        EXPECT_GT(run.tally.hessian_floored, 0) << kernel;
    }
}

TEST(LearnedScore, MapsWithoutHessiansUseDifferenceQuotients) {
    const auto exact = make_path<double>(two_mode(2), log_snr(12, 0.03, 30)), scores = imperfect(2, 0, false);
    EXPECT_THROW(make_kernel<double>({{"type", "transport_midpoint"}}, scores), ConfigError);
    EXPECT_THROW(make_kernel<double>({{"type", "second_order"}}, scores), ConfigError);
    EXPECT_THROW(make_kernel<double>({{"type", "first_order"}, {"variance", "isotropic"}}, scores),
                 ConfigError);
    EXPECT_NO_THROW(make_kernel<double>({{"type", "first_order"}}, scores));
    const Json settings = {{"type", "transport_midpoint"}, {"log_det", "hutchinson"}, {"n_substeps", 2}};
    Particles<double> x(64, 2), a(64, 2), b(64, 2);
    exact->sample_level(6, test_key(3).with(Purpose::noise, 1), 0, x.block(0));
    double ra[block_size], rb[block_size];
    unsigned char failed[block_size] = {};
    Tally tally;
    make_kernel<double>(settings, exact)
        ->down(5, {x.block(0)}, {a.block(0), ra, failed}, test_key(1), 0, tally);
    make_kernel<double>(settings, scores)
        ->down(5, {x.block(0)}, {b.block(0), rb, failed}, test_key(1), 0, tally);
    for (int l = 0; l < 64; ++l) {
        EXPECT_EQ(a(l, 1), b(l, 1));
        EXPECT_NEAR(ra[l], rb[l], 1e-5 * (1 + std::abs(ra[l])));
    }
    // Without level samples the pilot is carried down by the map itself.
    EXPECT_NO_THROW(
        make_kernel<double>({{"type", "transport_midpoint"}, {"log_det", "auxiliary"}}, imperfect(2, 0)));
}

}  // namespace
}  // namespace tempera::testing
