// SPDX-License-Identifier: MIT
// Stochastic kernels against their formulas, written out independently in Eigen: what they report is the log
// ratio of the forward and backward densities of the pair they made.
#include <gtest/gtest.h>

#include "support/kernels.hpp"

namespace tempera::testing {
namespace {

struct Case {
    std::string name;
    Json kernel;
    std::string process;
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

std::vector<Case> cases() {
    std::vector<Case> out;
    for (const std::string process : {"vp", "ve"}) {
        for (const char* variance : {"forward", "reverse", "posterior", "isotropic"}) {
            out.push_back(
                {process + "_" + variance, {{"type", "first_order"}, {"variance", variance}}, process});
        }
        out.push_back({process + "_exponential", {{"type", "exponential_integrator"}}, process});
        for (const char* covariance : {"full", "diagonal"}) {
            out.push_back({process + "_" + covariance,
                           {{"type", "second_order"}, {"covariance", covariance}},
                           process});
        }
    }
    return out;
}

/// Mean and covariance of B_k(. | x), from the definitions: alpha, sigma of the two levels and derivatives at
/// x.
std::pair<Eigen::VectorXd, Eigen::MatrixXd> backward(const Json& kernel, const std::string& process,
                                                     const Eigen::VectorXd& x, const Derivatives& d,
                                                     const LevelPosition& low, const LevelPosition& high) {
    const double a = high.alpha / low.alpha, v = high.sigma * high.sigma - a * a * low.sigma * low.sigma;
    const auto dim = x.size();
    const Eigen::MatrixXd one = Eigen::MatrixXd::Identity(dim, dim);
    const Eigen::VectorXd tweedie = (x + v * d.score) / a;
    if (kernel["type"] == "exponential_integrator") {
        if (process == "ve") {
            return {x + v * d.score, v * one};
        }
        return {x / a + 2 * (1 / a - 1) * d.score, (1 / (a * a) - 1) * one};
    }
    if (kernel["type"] == "second_order") {
        Eigen::MatrixXd h = d.hessian;
        if (kernel["covariance"] == "diagonal") {
            h = Eigen::MatrixXd(h.diagonal().asDiagonal());
        }
        return {tweedie, v / (a * a) * (one + v * h)};
    }
    const std::string variance = kernel["variance"];
    double value = v;
    if (variance == "reverse") {
        value = v / (a * a);
    } else if (variance == "posterior" && low.sigma > 0) {
        value = v * low.sigma * low.sigma / (high.sigma * high.sigma);
    } else if (variance == "isotropic") {
        value = v * (1 + v * d.hessian.trace() / static_cast<double>(dim)) / (a * a);
    }
    return {tweedie, value * one};
}

class StochasticKernel : public ::testing::TestWithParam<Case> {
protected:
    void check_level(const DensityPath<double>& path, const TransitionKernel<double>& kernel, int k) {
        const LevelPosition low = path.position(k), high = path.position(k + 1);
        const double a = high.alpha / low.alpha, v = high.sigma * high.sigma - a * a * low.sigma * low.sigma;
        const int n = 37, dim = path.dim();
        Particles<double> x(n, dim), out(n, dim);
        double log_ratio[block_size];
        unsigned char failed[block_size] = {};
        Tally tally;
        for (const bool down : {true, false}) {
            path.sample_level(down ? k + 1 : k,
                              test_key(5).with(Purpose::noise, static_cast<std::uint32_t>(k)), 0, x.block(0));
            down ? kernel.down(k, {x.block(0)}, {out.block(0), log_ratio, failed}, test_key(9), 0, tally)
                 : kernel.up(k, {x.block(0)}, {out.block(0), log_ratio, failed}, test_key(9), 0, tally);
            const Block<double> upper = down ? x.block(0) : out.block(0),
                                lower = down ? out.block(0) : x.block(0);
            const auto at = derivatives<double>(*path.field(k + 1), upper);
            for (int l = 0; l < n; ++l) {
                const Eigen::VectorXd xk = column<double>(lower, l), xk1 = column<double>(upper, l);
                const auto [mean, covariance] = backward(GetParam().kernel, GetParam().process, xk1,
                                                         at[static_cast<std::size_t>(l)], low, high);
                const Eigen::MatrixXd forward = v * Eigen::MatrixXd::Identity(dim, dim);
                const double f = log_normal(xk1, a * xk, forward), b = log_normal(xk, mean, covariance);
                ASSERT_NEAR(log_ratio[l], f - b, 1e-7 * (1 + std::abs(f) + std::abs(b)))
                    << "level " << k << (down ? " down" : " up");
                ASSERT_EQ(failed[l], 0);
            }
        }
    }
};

TEST_P(StochasticKernel, ReportsTheRatioOfItsDensities) {
    for (const int dim : {2, 5}) {
        const auto path =
            make_path<double>(two_mode(dim), log_snr(12, 0.03, 30), {{"process", GetParam().process}});
        const auto kernel = make_kernel<double>(GetParam().kernel, path);
        for (const int k : {0, 1, 5, 11}) {
            check_level(*path, *kernel, k);
        }
    }
}

TEST_P(StochasticKernel, DrawsFromItsLaw) {
    // Mean and covariance of many draws from one point, within 5 standard errors.
    const auto path =
        make_path<double>(two_mode(3), log_snr(12, 0.03, 30), {{"process", GetParam().process}});
    const auto kernel = make_kernel<double>(GetParam().kernel, path);
    const int n = 1 << 14, k = 4;
    Particles<double> x(block_size, 3), out(block_size, 3);
    const Eigen::Vector3d point(0.3, -0.5, 0.2);
    for (int l = 0; l < block_size; ++l) {
        set_column(x.block(0), l, point);
    }
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(3);
    Eigen::MatrixXd squares = Eigen::MatrixXd::Zero(3, 3);
    double log_ratio[block_size];
    unsigned char failed[block_size] = {};
    Tally tally;
    const auto at = derivatives<double>(*path->field(k + 1), x.block(0));
    const auto [mean, covariance] = backward(GetParam().kernel, GetParam().process, point, at[0],
                                             path->position(k), path->position(k + 1));
    for (int first = 0; first < n; first += block_size) {
        kernel->down(k, {x.block(0)}, {out.block(0), log_ratio, failed}, test_key(3),
                     static_cast<std::uint32_t>(first), tally);
        for (int l = 0; l < block_size; ++l) {
            const Eigen::VectorXd away = column<double>(out.block(0), l) - mean;
            sum += away / n;
            squares += away * away.transpose() / n;
        }
    }
    for (int i = 0; i < 3; ++i) {
        EXPECT_LT(std::abs(sum[i]), 5 * std::sqrt(covariance(i, i) / n));
        for (int j = 0; j < 3; ++j) {
            const double se =
                std::sqrt((covariance(i, i) * covariance(j, j) + covariance(i, j) * covariance(i, j)) / n);
            EXPECT_NEAR(squares(i, j), covariance(i, j), 5 * se);
        }
    }
}

TEST_P(StochasticKernel, GivenScoreChangesNothing) {
    const auto path =
        make_path<double>(two_mode(2), log_snr(12, 0.03, 30), {{"process", GetParam().process}});
    const auto kernel = make_kernel<double>(GetParam().kernel, path);
    Particles<double> x(40, 2), a(40, 2), b(40, 2), score(40, 2);
    path->sample_level(7, test_key(1).with(Purpose::noise, 7), 0, x.block(0));
    Tally tally;
    path->field(7)->evaluate(x.block(0), {.score = score.block(0).data}, tally);
    double ra[block_size], rb[block_size];
    unsigned char failed[block_size] = {};
    kernel->down(6, {x.block(0)}, {a.block(0), ra, failed}, test_key(2), 0, tally);
    kernel->down(6, {x.block(0), score.block(0).data}, {b.block(0), rb, failed}, test_key(2), 0, tally);
    for (int l = 0; l < 40; ++l) {
        EXPECT_NEAR(ra[l], rb[l], 1e-10 * (1 + std::abs(ra[l])));
        EXPECT_NEAR(a(l, 0), b(l, 0), 1e-12);
    }
}

INSTANTIATE_TEST_SUITE_P(All, StochasticKernel, ::testing::ValuesIn(cases()),
                         [](const auto& c) { return c.param.name; });

/// One step down in both processes from the same point in y = x / alpha with the same noise: {vp, ve} log
/// ratios, the second made comparable by the Jacobians of the coordinates.
std::pair<std::vector<double>, std::vector<double>> both_processes(const Json& kernel) {
    const Schedule rho = log_snr(8, 0.05, 20);
    const auto vp = make_path<double>(two_mode(2), rho, {{"process", "vp"}}),
               ve = make_path<double>(two_mode(2), rho, {{"process", "ve"}});
    Particles<double> x(64, 2), y(64, 2), out(64, 2);
    const int k = 4;
    vp->sample_level(k + 1, test_key(4).with(Purpose::noise, 5), 0, x.block(0));
    const double low = vp->position(k).alpha, high = vp->position(k + 1).alpha;
    for (int l = 0; l < 64; ++l) {
        set_column(y.block(0), l, column<double>(x.block(0), l) / high);
    }
    std::vector<double> a(block_size), b(block_size);
    unsigned char failed[block_size] = {};
    Tally tally;
    make_kernel<double>(kernel, vp)
        ->down(k, {x.block(0)}, {out.block(0), a.data(), failed}, test_key(2), 0, tally);
    make_kernel<double>(kernel, ve)
        ->down(k, {y.block(0)}, {out.block(0), b.data(), failed}, test_key(2), 0, tally);
    a.resize(64), b.resize(64);
    for (double& value : b) {
        value += 2 * std::log(low / high);
    }
    return {a, b};
}

TEST(Processes, PosteriorKernelsWeighTheSameInBoth) {
    for (const Json& kernel :
         {Json{{"type", "second_order"}}, Json{{"type", "first_order"}, {"variance", "posterior"}},
          Json{{"type", "first_order"}, {"variance", "reverse"}}}) {
        const auto [vp, ve] = both_processes(kernel);
        for (std::size_t i = 0; i < vp.size(); ++i) {
            EXPECT_NEAR(vp[i], ve[i], 1e-9) << kernel;
        }
    }
}

TEST(Processes, ForwardVarianceDoesNot) {
    const auto [vp, ve] = both_processes({{"type", "first_order"}});
    double away = 0;
    for (std::size_t i = 0; i < vp.size(); ++i) {
        away = std::max(away, std::abs(vp[i] - ve[i]));
    }
    EXPECT_GT(away, 0.1);
}

TEST(None, CopiesAndWeighsNothing) {
    const auto path = make_path<float>(two_mode(3), log_snr(4, 0.1, 10));
    const auto kernel = make_kernel<float>({{"type", "none"}}, path);
    Particles<float> x(20, 3), out(20, 3);
    path->sample_reference(test_key(1), 0, x.block(0));
    double log_ratio[block_size];
    unsigned char failed[block_size] = {};
    Tally tally;
    kernel->up(1, {x.block(0)}, {out.block(0), log_ratio, failed}, test_key(1), 0, tally);
    EXPECT_TRUE(kernel->is_identity());
    for (int l = 0; l < 20; ++l) {
        EXPECT_EQ(log_ratio[l], 0.0);
        EXPECT_EQ(out(l, 2), x(l, 2));
    }
    EXPECT_EQ(tally.evaluations(), 0);
}

}  // namespace
}  // namespace tempera::testing
