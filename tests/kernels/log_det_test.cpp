// SPDX-License-Identifier: MIT
// Estimators of log |det DT| on midpoint steps of mixtures.
#include "kernels/log_det.hpp"

#include <gtest/gtest.h>

#include "support/kernels.hpp"

namespace tempera::testing {
namespace {

Mixture test_mixture(int dim) {
    return *find_entry(target_catalogue(), "target", "two_mode").make<double>(two_mode(dim), {})->mixture();
}

/// A step of the test mixture at noise level rho whose M has the given size, and points of that level.
struct Setting {
    MidpointStep<double> step;
    Particles<double> z;

    Setting(int dim, double rho, double half, int n) : z(n, dim) {
        const Mixture noised = test_mixture(dim).noised(1, rho);
        step = {make_mixture_density<double>(noised), half, 0};
        noised.sample(test_key(21), 0, z.block(0));
    }
    /// M of every particle.
    std::vector<Eigen::MatrixXd> matrices() const {
        std::vector<Eigen::MatrixXd> out;
        for (const Derivatives& d : derivatives<double>(*step.density, z.block(0))) {
            out.push_back(step.half * d.hessian);
        }
        return out;
    }
};

double log_det_of(const Eigen::MatrixXd& m) {
    const Eigen::MatrixXd one = Eigen::MatrixXd::Identity(m.rows(), m.cols());
    return std::log(std::abs((one + m).determinant() / (one - m).determinant()));
}

TEST(LogDet, ExactAgreesWithDeterminants) {
    for (const int dim : {2, 3, 8, 17, 40}) {
        const Setting s(dim, 0.5, 0.1, 70);
        double out[block_size] = {};
        Tally tally;
        add_exact_log_det<double>(s.step, s.z.block(0), out, tally);
        const auto m = s.matrices();
        for (int l = 0; l < 70; ++l) {
            EXPECT_NEAR(out[l], log_det_of(m[static_cast<std::size_t>(l)]), 1e-9) << dim;
        }
        EXPECT_EQ(tally.hessian, 70);
    }
}

/// A score that is not a gradient: its Jacobian (the "Hessian" here) has a skew part.
class Curl final : public Density<double> {
public:
    explicit Curl(int dim) : dim_(dim) {}
    int dim() const override { return dim_; }
    bool has_log_density() const override { return false; }
    double jacobian(int i, int j) const {
        return i == j ? -1.0 - 0.1 * i : 0.3 * std::sin(1 + 2 * i + 5 * j);
    }

protected:
    void evaluate_block(Block<const double> x, const Wanted<double>& wanted) const override {
        for (int i = 0; i < dim_; ++i) {
            for (int j = 0; j < dim_; ++j) {
                for (int l = 0; l < x.lanes(); ++l) {
                    if (wanted.score) {
                        wanted.score[i * block_size + l] =
                            (j ? wanted.score[i * block_size + l] : 0.0) + jacobian(i, j) * x(j, l);
                    }
                    if (wanted.hessian) {
                        wanted.hessian[(i * dim_ + j) * block_size + l] = jacobian(i, j);
                    }
                }
            }
        }
    }

private:
    int dim_;
};

TEST(LogDet, WorksForFieldsWithCurl) {
    const int dim = 6;
    const auto field = std::make_shared<Curl>(dim);
    const MidpointStep<double> step{field, 0.2, 0};
    Eigen::MatrixXd m(dim, dim);
    for (int i = 0; i < dim; ++i) {
        for (int j = 0; j < dim; ++j) {
            m(i, j) = 0.2 * field->jacobian(i, j);
        }
    }
    Particles<double> z(20, dim);
    double exact[block_size] = {}, mean[block_size] = {}, corrected[block_size] = {};
    Tally tally;
    add_exact_log_det<double>(step, z.block(0), exact, tally);
    EXPECT_NEAR(exact[3], log_det_of(m), 1e-12);
    const StreamKey stream = test_key(2).with(Purpose::probe, 1);
    add_hutchinson_log_det<double>(step, z.block(0), {2048, 16, 0}, stream, 0, mean, tally);
    add_hutchinson_log_det<double>(step, z.block(0), {2048, 16, -1}, stream, 0, corrected, tally);
    for (int l = 0; l < 20; ++l) {
        EXPECT_NEAR(mean[l], exact[l], 5 * std::sqrt(2 * (mean[l] - corrected[l])));
    }
}

TEST(LogDet, ExactSurvivesIndefiniteMatrices) {
    const Setting s(8, 0.3, 2.0, 64);  // spectral radius far above 1: pivots of any sign and size
    double out[block_size] = {};
    Tally tally;
    add_exact_log_det<double>(s.step, s.z.block(0), out, tally);
    const auto m = s.matrices();
    for (int l = 0; l < 64; ++l) {
        EXPECT_NEAR(out[l], log_det_of(m[static_cast<std::size_t>(l)]), 1e-7);
    }
}

TEST(LogDet, SeriesTruncationFallsWithTheSpectralRadius) {
    // An axis-aligned Gaussian: M is diagonal and signs make the traces exact, only the truncation is left.
    const double variance = 0.8, half = 0.4, m = -half / variance;  // M = m I
    Mixture g;
    g.shape = Mixture::Shape::isotropic;
    g.components.push_back({1.0, Eigen::VectorXd::Zero(3), Eigen::VectorXd::Constant(3, variance),
                            Eigen::MatrixXd::Identity(3, 3)});
    const MidpointStep<double> step{make_mixture_density<double>(g), half, 0};
    Particles<double> z(16, 3);
    const double exact = 3 * std::log((1 + m) / (1 - m));
    double before = 0;
    for (int terms = 1; terms <= 8; ++terms) {
        double out[block_size] = {};
        Tally tally;
        add_hutchinson_log_det<double>(step, z.block(0), {1, terms, 0}, test_key(1).with(Purpose::probe, 3),
                                       0, out, tally);
        double expected = 0;
        for (int j = 0; j < terms; ++j) {
            expected += 2 * 3 * std::pow(m, 2 * j + 1) / (2 * j + 1);
        }
        EXPECT_NEAR(out[5], expected, 1e-12);
        EXPECT_EQ(tally.hessian_vector, 16L * terms);
        const double error = std::abs(out[5] - exact);
        if (terms > 1) {  // ratio of successive remainders tends to m^2 from below
            EXPECT_LT(error / before, m * m);
            EXPECT_GT(error / before, 0.5 * m * m);
        }
        before = error;
    }
}

TEST(LogDet, HutchinsonIsUnbiasedForTheLogarithm) {
    const Setting s(8, 0.6, 0.1, 24);
    const int n_probes = 4096;
    double plain[block_size] = {}, corrected[block_size] = {};
    Tally tally;
    const StreamKey stream = test_key(5).with(Purpose::probe, 2);
    add_hutchinson_log_det<double>(s.step, s.z.block(0), {n_probes, 12, 0}, stream, 0, plain, tally);
    add_hutchinson_log_det<double>(s.step, s.z.block(0), {n_probes, 12, -1}, stream, 0, corrected, tally);
    const auto m = s.matrices();
    for (int l = 0; l < 24; ++l) {
        const double square_error = 2 * (plain[l] - corrected[l]);  // s^2 / P by definition of the correction
        ASSERT_GT(square_error, 0);
        EXPECT_NEAR(plain[l], log_det_of(m[static_cast<std::size_t>(l)]), 5 * std::sqrt(square_error) + 1e-9);
        const Eigen::MatrixXd off = m[static_cast<std::size_t>(l)] -
                                    Eigen::MatrixXd(m[static_cast<std::size_t>(l)].diagonal().asDiagonal());
        EXPECT_GT(square_error * n_probes, 0.5 * 8 * off.squaredNorm())
            << "Var = 8 sum_{i != j} M_ij^2 to leading order";
    }
}

TEST(LogDet, CorrectionRemovesTheBiasOfTheWeight) {
    // Mean of exp(estimate - exact) over many particles at the same points: 1 + Var/2 plain, near 1
    // corrected.
    Setting s(8, 0.6, 0.1, block_size);
    const auto matrices = s.matrices();
    const auto off_diagonal = [](const Eigen::MatrixXd& m) {
        return m.squaredNorm() - m.diagonal().squaredNorm();
    };
    const auto largest =
        std::max_element(matrices.begin(), matrices.end(),
                         [&](const auto& a, const auto& b) { return off_diagonal(a) < off_diagonal(b); });
    const Eigen::VectorXd point = column<double>(s.z.block(0), static_cast<int>(largest - matrices.begin()));
    for (int l = 0; l < block_size; ++l) {
        set_column(s.z.block(0), l, point);
    }
    const double exact = log_det_of(s.matrices()[0]);
    const auto mean_weight = [&](double correction) {
        double sum = 0, squares = 0;
        const int blocks = 600;
        Tally tally;
        for (int b = 0; b < blocks; ++b) {
            double out[block_size] = {};
            add_hutchinson_log_det<double>(s.step, s.z.block(0), {4, 10, correction},
                                           test_key(8).with(Purpose::probe, 1),
                                           static_cast<std::uint32_t>(b * block_size), out, tally);
            for (int l = 0; l < block_size; ++l) {
                const double w = std::exp(out[l] - exact);
                sum += w, squares += w * w;
            }
        }
        const double n = 600.0 * block_size, mean = sum / n;
        return std::pair(mean, std::sqrt((squares / n - mean * mean) / n));
    };
    const auto [plain, plain_se] = mean_weight(0);
    const auto [corrected, corrected_se] = mean_weight(-1);
    EXPECT_GT(plain - 1, 4 * plain_se);
    EXPECT_LT(std::abs(corrected - 1), 0.25 * (plain - 1) + 4 * corrected_se);
}

TEST(LogDet, AuxiliaryVectorsAreUnbiased) {
    // The estimator's variance is finite for singular values of e^c DT^{-1} above sqrt(1/2).
    Setting s(4, 0.6, 0.03, block_size);
    const Eigen::VectorXd point = column<double>(s.z.block(0), 0);
    for (int l = 0; l < block_size; ++l) {
        set_column(s.z.block(0), l, point);
    }
    const double exact = log_det_of(s.matrices()[0]), c = exact / 4;
    double sum = 0, squares = 0;
    const int blocks = 400;
    Particles<double> u(block_size, 4);
    unsigned char failed[block_size] = {};
    Tally tally;
    for (int b = 0; b < blocks; ++b) {
        fill_normals(test_key(4).with(Purpose::probe, 1), static_cast<std::uint32_t>(b * block_size),
                     u.block(0));
        double before[block_size];
        for (int l = 0; l < block_size; ++l) {
            before[l] = column<double>(u.block(0), l).squaredNorm();
        }
        carry_auxiliary<double>(s.step, true, c, s.z.block(0), u.block(0), failed, tally);
        for (int l = 0; l < block_size; ++l) {
            const double w =
                std::exp(4 * c + 0.5 * (before[l] - column<double>(u.block(0), l).squaredNorm()) - exact);
            sum += w, squares += w * w;
        }
    }
    const double n = static_cast<double>(blocks) * block_size, mean = sum / n,
                 se = std::sqrt((squares / n - mean * mean) / n);
    EXPECT_NEAR(mean, 1.0, 4 * se);
    EXPECT_LT(se, 0.01);
}

TEST(LogDet, AuxiliaryUpUndoesDown) {
    for (const double half : {0.05, 1.5}) {  // the second is indefinite and takes the dense solver
        const Setting s(6, 0.5, half, 50);
        Particles<double> u(50, 6);
        fill_normals(test_key(4).with(Purpose::probe, 1), 0, u.block(0));
        const Particles<double> start = u;
        unsigned char failed[block_size] = {};
        Tally tally;
        carry_auxiliary<double>(s.step, true, 0.1, s.z.block(0), u.block(0), failed, tally);
        const auto m = s.matrices();
        const Eigen::MatrixXd one = Eigen::MatrixXd::Identity(6, 6);
        for (int l = 0; l < 50; ++l) {
            const Eigen::MatrixXd& ml = m[static_cast<std::size_t>(l)];
            const Eigen::VectorXd expected =
                std::exp(0.1) *
                (one + ml).partialPivLu().solve((one - ml) * column<double>(start.block(0), l));
            EXPECT_LT((column<double>(u.block(0), l) - expected).norm(), 1e-8 * (1 + expected.norm()));
        }
        carry_auxiliary<double>(s.step, false, 0.1, s.z.block(0), u.block(0), failed, tally);
        for (int l = 0; l < 50; ++l) {
            EXPECT_LT((column<double>(u.block(0), l) - column<double>(start.block(0), l)).norm(), 1e-7);
            EXPECT_EQ(failed[l], 0);
        }
    }
}

TEST(LogDet, SpectralRadius) {
    const Setting s(2, 0.5, 0.3, 100);
    double radius[block_size];
    Tally tally;
    spectral_radii<double>(s.step, s.z.block(0), test_key(1).with(Purpose::pilot, 0), 0, radius, tally);
    const auto m = s.matrices();
    double largest = 0;
    for (int l = 0; l < 100;
         ++l) {  // power iterations approach from below; the largest of many points is what counts
        const double truth = m[static_cast<std::size_t>(l)]
                                 .selfadjointView<Eigen::Lower>()
                                 .eigenvalues()
                                 .cwiseAbs()
                                 .maxCoeff();
        EXPECT_LE(radius[l], truth * (1 + 1e-12));
        EXPECT_GT(radius[l], 0.5 * truth);
        largest = std::max(largest, truth);
    }
    EXPECT_GT(*std::max_element(radius, radius + 100), 0.97 * largest);
}

}  // namespace
}  // namespace tempera::testing
