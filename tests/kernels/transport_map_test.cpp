// SPDX-License-Identifier: MIT
// The midpoint map: inverse, determinant against finite differences, behaviour where it has no inverse.
#include <gtest/gtest.h>

#include "support/kernels.hpp"

namespace tempera::testing {
namespace {

struct Moved {
    Particles<double> x;
    std::vector<double> log_ratio;
    std::vector<unsigned char> failed;
};

Moved move(const TransitionKernel<double>& kernel, int k, bool down, const Particles<double>& from,
           Tally& tally, bool check_inverse = false) {
    Moved out{Particles<double>(from.size(), from.dim()), std::vector<double>(block_size),
              std::vector<unsigned char>(block_size)};
    const Transition<double> to{out.x.block(0), out.log_ratio.data(), out.failed.data(), check_inverse};
    down ? kernel.down(k, {from.block(0)}, to, test_key(1), 0, tally)
         : kernel.up(k, {from.block(0)}, to, test_key(1), 0, tally);
    return out;
}

struct Shape {
    int dim, n_levels;
    std::string coordinates;
    Json n_substeps;
};

std::ostream& operator<<(std::ostream& out, const Shape& s) {
    return out << s.dim << s.coordinates << s.n_levels;
}

class TransportMap : public ::testing::TestWithParam<Shape> {
protected:
    std::shared_ptr<const DensityPath<double>> path =
        make_path<double>(two_mode(GetParam().dim), log_snr(GetParam().n_levels, 0.01, 80));
    std::shared_ptr<const TransitionKernel<double>> kernel =
        make_kernel<double>({{"type", "transport_midpoint"},
                             {"coordinates", GetParam().coordinates},
                             {"n_substeps", GetParam().n_substeps}},
                            path);

    Particles<double> level_points(int level, int n) const {
        Particles<double> x(n, GetParam().dim);
        path->sample_level(level, test_key(11).with(Purpose::noise, static_cast<std::uint32_t>(level)), 0,
                           x.block(0));
        return x;
    }
};

TEST_P(TransportMap, UpUndoesDown) {
    double away = 0, asymmetry = 0;
    for (int k = 0; k < GetParam().n_levels; k += 3) {
        const Particles<double> x = level_points(k + 1, 200);
        Tally tally;
        const Moved down = move(*kernel, k, true, x, tally), up = move(*kernel, k, false, down.x, tally);
        for (int p = 0; p < x.size(); ++p) {
            const auto i = static_cast<std::size_t>(p);
            if (down.failed[i] || up.failed[i]) {
                continue;
            }
            const Eigen::VectorXd start = column<double>(x.block(0), p);
            away = std::max(away, (column<double>(up.x.block(0), p) - start).cwiseAbs().maxCoeff() /
                                      (1 + start.cwiseAbs().maxCoeff()));
            asymmetry = std::max(asymmetry, std::abs(down.log_ratio[i] - up.log_ratio[i]));
        }
        EXPECT_EQ(tally.map_not_converged, 0) << "level " << k;
    }
    EXPECT_LT(away, 1e-9);
    EXPECT_LT(asymmetry, 1e-9);
}

TEST_P(TransportMap, DeterminantIsThatOfFiniteDifferences) {
    const int dim = GetParam().dim;
    for (const int k : {0, GetParam().n_levels / 2, GetParam().n_levels - 1}) {
        const Particles<double> x = level_points(k + 1, 8);
        Tally tally;
        const Moved centre = move(*kernel, k, true, x, tally);
        for (int p = 0; p < x.size(); ++p) {
            // Central differences with two step widths (Richardson): error of fourth order.
            Eigen::MatrixXd jacobian(dim, dim);
            const double h = 1e-3 * path->position(k + 1).sigma;
            Particles<double> probe(4 * dim, dim);
            for (int i = 0; i < dim; ++i) {
                for (int s = 0; s < 4; ++s) {
                    Eigen::VectorXd point = column<double>(x.block(0), p);
                    point[i] += (s < 2 ? 1 : 2) * (s % 2 ? -h : h);
                    set_column(probe.block(0), 4 * i + s, point);
                }
            }
            const Moved moved = move(*kernel, k, true, probe, tally);
            for (int i = 0; i < dim; ++i) {
                const auto at = [&](int s) { return column<double>(moved.x.block(0), 4 * i + s); };
                jacobian.col(i) = (8 * (at(0) - at(1)) - (at(2) - at(3))) / (12 * h);
            }
            EXPECT_NEAR(centre.log_ratio[static_cast<std::size_t>(p)],
                        std::log(std::abs(jacobian.determinant())), 2e-6)
                << "level " << k;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(All, TransportMap,
                         ::testing::Values(Shape{2, 64, "rho", 1}, Shape{2, 16, "rho", "auto"},
                                           Shape{8, 64, "rho", "auto"}, Shape{8, 16, "rho", "auto"},
                                           Shape{8, 16, "rho", 3}, Shape{2, 64, "ou", "auto"}),
                         [](const auto& test) {
                             const Shape& s = test.param;
                             return "d" + std::to_string(s.dim) + "_K" + std::to_string(s.n_levels) + "_" +
                                    s.coordinates + "_" + std::to_string(test.index);
                         });

/// The number of sub-steps that "auto" takes at a level: its map is that of one of the fixed numbers, bit for
/// bit. 0: of none.
int substeps_of(const std::shared_ptr<const DensityPath<double>>& path, int k) {
    Particles<double> x(8, path->dim());
    path->sample_level(k + 1, test_key(2).with(Purpose::noise, 1), 0, x.block(0));
    const auto work = [&](const Json& n_substeps) {
        const auto kernel =
            make_kernel<double>({{"type", "transport_midpoint"}, {"n_substeps", n_substeps}}, path);
        Tally tally;
        return move(*kernel, k, true, x, tally).log_ratio;
    };
    const std::vector<double> automatic = work("auto");
    for (int n = 1; n <= 8; ++n) {
        if (work(n) == automatic) {
            return n;
        }
    }
    return 0;
}

TEST(TransportSubsteps, FollowTheSpectralRadius) {
    const auto fine = make_path<double>(two_mode(2), log_snr(64, 0.01, 80)),
               coarse = make_path<double>(two_mode(2), log_snr(12, 0.01, 80));
    for (int k = 0; k < 64; k += 9) {
        EXPECT_EQ(substeps_of(fine, k), 1) << k;
    }
    int most = 0;
    for (int k = 0; k < 12; ++k) {
        const int n = substeps_of(coarse, k);
        EXPECT_GE(n, 1) << k;
        most = std::max(most, n);
    }
    EXPECT_GT(most, 1);
    EXPECT_LE(most, 6);
}

TEST(TransportFailures, AreCountedAndNeverRepaired) {
    // A tolerance that rounding errors cannot meet for every particle.
    const auto path = make_path<double>(two_mode(8), log_snr(4, 0.05, 20));
    const auto kernel =
        make_kernel<double>({{"type", "transport_midpoint"}, {"n_substeps", 1}, {"tolerance", 1e-17}}, path);
    long failures = 0;
    for (int k = 0; k < 4; ++k) {
        Particles<double> x(block_size, 8);
        path->sample_level(k + 1, test_key(2).with(Purpose::noise, static_cast<std::uint32_t>(k)), 0,
                           x.block(0));
        Tally tally;
        const Moved out = move(*kernel, k, true, x, tally, true);
        long marked = 0;
        for (int p = 0; p < x.size(); ++p) {
            const auto i = static_cast<std::size_t>(p);
            if (out.failed[i]) {
                ++marked;
                EXPECT_EQ(out.log_ratio[i], -std::numeric_limits<double>::infinity());
                EXPECT_EQ(column<double>(out.x.block(0), p), column<double>(x.block(0), p));
            } else {
                EXPECT_TRUE(std::isfinite(out.log_ratio[i]));
            }
        }
        EXPECT_EQ(marked, tally.map_not_converged);
        failures += marked;
    }
    EXPECT_GT(failures, 0);
}

TEST(TransportFailures, InverseCheckLeavesAnInvolution) {
    const auto path = make_path<double>(two_mode(2), log_snr(8, 0.02, 40));
    const auto kernel = make_kernel<double>({{"type", "transport_midpoint"}, {"n_substeps", 1}}, path);
    for (int k = 0; k < 8; ++k) {
        Particles<double> x(block_size, 2);
        path->sample_level(k + 1, test_key(6).with(Purpose::noise, static_cast<std::uint32_t>(k)), 0,
                           x.block(0));
        Tally tally;
        const Moved down = move(*kernel, k, true, x, tally, true),
                    up = move(*kernel, k, false, down.x, tally, true);
        for (int p = 0; p < x.size(); ++p) {
            const auto i = static_cast<std::size_t>(p);
            if (!down.failed[i]) {
                EXPECT_EQ(up.failed[i], 0) << "level " << k;
                EXPECT_LT(
                    (column<double>(up.x.block(0), p) - column<double>(x.block(0), p)).cwiseAbs().maxCoeff(),
                    1e-6);
            }
        }
    }
}

TEST(TransportPrecision, FloatAgreesWithDouble) {
    const Json target = two_mode(8);
    const Schedule rho = log_snr(64, 0.01, 80);
    const auto wide = make_path<double>(target, rho);
    const auto narrow = make_path<float>(target, rho);
    const auto map64 = make_kernel<double>({{"type", "transport_midpoint"}}, wide);
    const auto map32 = make_kernel<float>({{"type", "transport_midpoint"}}, narrow);
    double worst = 0;
    for (int k = 0; k < 64; k += 9) {
        Particles<double> x(128, 8), y(128, 8);
        Particles<float> xf(128, 8), yf(128, 8);
        wide->sample_level(k + 1, test_key(3).with(Purpose::noise, static_cast<std::uint32_t>(k)), 0,
                           x.block(0));
        for (int p = 0; p < 128; ++p) {
            for (int i = 0; i < 8; ++i) {
                xf(p, i) = static_cast<float>(x(p, i));
                x(p, i) = static_cast<double>(xf(p, i));
            }
        }
        double r64[block_size], r32[block_size];
        unsigned char failed[block_size] = {};
        Tally tally;
        map64->down(k, {x.block(0)}, {y.block(0), r64, failed}, test_key(1), 0, tally);
        map32->down(k, {xf.block(0)}, {yf.block(0), r32, failed}, test_key(1), 0, tally);
        for (int p = 0; p < 128; ++p) {
            worst = std::max(worst, std::abs(r64[p] - r32[p]));
        }
        EXPECT_EQ(tally.map_not_converged, 0);
    }
    EXPECT_LT(worst, 1e-3);
}

}  // namespace
}  // namespace tempera::testing
