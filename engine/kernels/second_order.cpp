// SPDX-License-Identifier: MIT
// Gaussian kernels with the exact posterior mean and covariance: second-order Tweedie,
// Cov[x_k | x_{k+1} = x] = (v/a^2) (I + v H(x)), H the Hessian of the log density at level k+1 (Meng et al.
// 2021).
#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "core/loops.hpp"
#include "kernels/hessian_blocks.hpp"
#include "kernels/isotropic_step.hpp"
#include "kernels/lane_linalg.hpp"

namespace tempera {
namespace {

struct SecondOrderSettings {
    std::string covariance = "full";
    double floor = 0.4;

    void describe(Describer& d) {
        d.choice("covariance", covariance, {"full", "diagonal"},
                 {.change = Change::warm, .help = "diagonal keeps the diagonal of the Hessian only"});
        d.number(
            "floor", floor,
            {.min = 0,
             .max = 1,
             .open_min = true,
             .change = Change::warm,
             .help = "learned paths: smallest eigenvalue of I + v H (the same rule in both directions)"});
    }
};

/// What a group of 16 lanes works with; all [dim][16] or [dim * dim][16].
template <class Real>
struct Group {
    Real *matrix, *spare, *vector;
};

template <class Real>
class SecondOrder final : public TransitionKernel<Real> {
public:
    SecondOrder(const SecondOrderSettings& settings, const KernelContext<Real>& context)
        : path_(context.path), diagonal_(settings.covariance == "diagonal"), floor_(settings.floor),
          steps_(level_steps(*path_, "second_order", true)) {}

    double order() const override { return diagonal_ ? 1 : 1.5; }

    void down(int k, const LevelBlock<Real>& from, const Transition<Real>& out, const StreamKey& key,
              std::uint32_t first, Tally& tally) const override {
        const int dim = out.to.dim;
        const std::size_t size = static_cast<std::size_t>(dim) * block_size;
        Scratch frame;
        Block<Real> z{frame.take<Real>(size), dim, out.to.n};
        Real* buffer = from.score ? nullptr : frame.take<Real>(size);
        const Real* score = from.score ? from.score : buffer;
        const Group<Real> group = take_group(frame, dim);
        fill_normals(kernel_stream(key, Purpose::transition, k), first, z);
        const LevelStep& s = step(k);
        for_each_hessian(*path_->field(k + 1), from.x, buffer, tally, [&](int begin, const Real* hessian) {
            double log_det[lane_group];
            factorise(s, dim, hessian, group, log_det, std::min(lane_group, out.to.n - begin), tally);
            draw(s, from.x, score, z, out.to, begin, group.matrix, log_det, out.log_ratio);
        });
    }

    void up(int k, const LevelBlock<Real>& from, const Transition<Real>& out, const StreamKey& key,
            std::uint32_t first, Tally& tally) const override {
        const int dim = out.to.dim;
        Scratch frame;
        Real* score = frame.take<Real>(static_cast<std::size_t>(dim) * block_size);
        const Group<Real> group = take_group(frame, dim);
        double squares[block_size];
        const LevelStep& s = step(k);
        noise_up(s, from.x, out.to, squares, kernel_stream(key, Purpose::transition_up, k), first);
        for_each_hessian<Real>(
            *path_->field(k + 1), out.to, score, tally, [&](int begin, const Real* hessian) {
                double log_det[lane_group], w2[lane_group];
                const int n = std::min(lane_group, out.to.n - begin);
                factorise(s, dim, hessian, group, log_det, n, tally);
                residual(s, from.x, out.to, score, begin, group, w2);
                for (int l = 0; l < n; ++l) {
                    out.log_ratio[begin + l] =
                        0.5 * (w2[l] - squares[begin + l] + log_det[l]) - dim * std::log(s.a);
                }
            });
    }

private:
    const LevelStep& step(int k) const { return steps_[static_cast<std::size_t>(k)]; }

    static Group<Real> take_group(Scratch& frame, int dim) {
        const std::size_t row = static_cast<std::size_t>(dim) * lane_group;
        return {frame.take<Real>(row * static_cast<std::size_t>(dim)),
                frame.take<Real>(row * static_cast<std::size_t>(dim)), frame.take<Real>(row)};
    }

    /// Lower triangle (or diagonal) of I + v H, symmetrised.
    void assemble(double v, int dim, const Real* hessian, Real shift, Real* out) const {
        const Real scale = static_cast<Real>(diagonal_ ? v : 0.5 * v);
        for (int i = 0; i < dim; ++i) {
            for (int j = diagonal_ ? i : 0; j <= i; ++j) {
                const Real* below = hessian + (static_cast<std::ptrdiff_t>(i) * dim + j) * block_size;
                const Real* above = hessian + (static_cast<std::ptrdiff_t>(j) * dim + i) * block_size;
                Real* a = lane_element(out, dim, i, j);
                const Real one = i == j ? 1 - shift : Real(0), mirrored = diagonal_ ? Real(0) : scale;
                TEMPERA_INDEPENDENT
                for (int l = 0; l < lane_group; ++l) {
                    a[l] = one + scale * below[l] + mirrored * above[l];
                }
            }
        }
    }

    /// Factor L of the floored I + v H into group.matrix (its lower triangle or diagonal) and its log
    /// determinant.
    void factorise(const LevelStep& s, int dim, const Real* hessian, const Group<Real>& group,
                   double* log_det, int n, Tally& tally) const {
        const bool exact = path_->exact_hessian();
        assemble(s.v, dim, hessian, Real(0), group.matrix);
        if (diagonal_) {
            factorise_diagonal(dim, group.matrix,
                               exact ? std::numeric_limits<Real>::epsilon() : static_cast<Real>(floor_),
                               log_det, n, tally);
            return;
        }
        // I + v H >= floor exactly when I + v H - floor I has a Cholesky factor; exact Hessians only need one
        // of I + v H.
        Real smallest[lane_group];
        bool suspicious = false;
        if (!exact) {
            assemble(s.v, dim, hessian, static_cast<Real>(floor_), group.spare);
            cholesky_lanes(group.spare, dim, smallest, log_det);
            suspicious = any_not_positive(smallest, n);
        }
        Real below_floor[lane_group];
        std::copy_n(smallest, exact ? 0 : lane_group, below_floor);
        Real* const a = group.matrix;
        cholesky_lanes(a, dim, smallest, log_det);
        if (!suspicious && !any_not_positive(smallest, n)) {
            return;
        }
        assemble(s.v, dim, hessian, Real(0), group.spare);
        for (int l = 0; l < n; ++l) {
            if (!(smallest[l] > 0) || (suspicious && !(below_floor[l] > 0))) {
                floor_lane(dim, group.spare, l, exact ? 1e-6 : floor_, a, log_det);
                ++tally.hessian_floored;
            }
        }
    }

    static bool any_not_positive(const Real* values, int n) {
        return std::any_of(values, values + n, [](Real value) { return !(value > 0); });
    }

    static void factorise_diagonal(int dim, Real* a, Real floor, double* log_det, int n, Tally& tally) {
        LogProducts products;
        unsigned char floored[lane_group] = {};
        for (int i = 0; i < dim; ++i) {
            Real* d = lane_element(a, dim, i, i);
            for (int l = 0; l < lane_group; ++l) {
                floored[l] |= d[l] < floor;
                d[l] = d[l] < floor ? floor : d[l];
            }
            products.multiply(d);
            for (int l = 0; l < lane_group; ++l) {
                d[l] = std::sqrt(d[l]);
            }
        }
        products.finish(log_det);
        for (int l = 0; l < n; ++l) {
            tally.hessian_floored += floored[l];
        }
    }

    /// Raises the eigenvalues of one lane's matrix to the floor and puts its Cholesky factor in place.
    static void floor_lane(int dim, const Real* matrix, int lane, double floor, Real* factor,
                           double* log_det) {
        Eigen::MatrixXd m(dim, dim);
        for (int i = 0; i < dim; ++i) {
            for (int j = 0; j <= i; ++j) {
                m(i, j) = m(j, i) = static_cast<double>(lane_element(matrix, dim, i, j)[lane]);
            }
        }
        const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(m);
        const Eigen::VectorXd raised = solver.eigenvalues().cwiseMax(floor);
        m = solver.eigenvectors() * raised.asDiagonal() * solver.eigenvectors().transpose();
        const Eigen::MatrixXd root = m.llt().matrixL();
        for (int i = 0; i < dim; ++i) {
            for (int j = 0; j <= i; ++j) {
                lane_element(factor, dim, i, j)[lane] = static_cast<Real>(root(i, j));
            }
        }
        log_det[lane] = raised.array().log().sum();
    }

    /// x_k = mu + (sqrt(v)/a) L z for 16 lanes, and log F - log B.
    void draw(const LevelStep& s, Block<const Real> x, const Real* score, Block<Real> z, Block<Real> to,
              int begin, const Real* factor, const double* log_det, double* log_ratio) const {
        const int dim = to.dim;
        const Real inverse = static_cast<Real>(1 / s.a), c_s = static_cast<Real>(s.v / s.a),
                   a = static_cast<Real>(s.a);
        const Real sd = static_cast<Real>(std::sqrt(s.v) / s.a);
        alignas(64) Real z2[lane_group] = {}, r2[lane_group] = {};
        for (int i = 0; i < dim; ++i) {
            alignas(64) Real step_i[lane_group] = {};
            for (int j = diagonal_ ? i : 0; j <= i; ++j) {
                const Real *root = lane_element(factor, dim, i, j), *noise = z.row(j) + begin;
                for (int l = 0; l < lane_group; ++l) {
                    step_i[l] += root[l] * noise[l];
                }
            }
            const Real *from = x.row(i) + begin, *noise = z.row(i) + begin;
            const Real* g = score + static_cast<std::ptrdiff_t>(i) * block_size + begin;
            Real* out = to.row(i) + begin;
            TEMPERA_INDEPENDENT
            for (int l = 0; l < lane_group; ++l) {
                const Real low = inverse * from[l] + c_s * g[l] + sd * step_i[l];
                const Real r = from[l] - a * low;
                out[l] = low;
                z2[l] += noise[l] * noise[l];
                r2[l] += r * r;
            }
        }
        const double log_a = std::log(s.a), precision = 0.5 / s.v;
        for (int l = 0; l < std::min(lane_group, to.n - begin); ++l) {
            log_ratio[begin + l] = 0.5 * (static_cast<double>(z2[l]) + log_det[l]) - dim * log_a -
                                   precision * static_cast<double>(r2[l]);
        }
    }

    /// |L^-1 (x_k - mu(x_{k+1})) a / sqrt(v)|^2 per lane by forward substitution.
    void residual(const LevelStep& s, Block<const Real> low, Block<const Real> high, const Real* score,
                  int begin, const Group<Real>& group, double* w2) const {
        const int dim = low.dim;
        const Real a = static_cast<Real>(s.a), scale = static_cast<Real>(1 / std::sqrt(s.v)),
                   v = static_cast<Real>(s.v);
        alignas(64) Real sum[lane_group] = {};
        for (int i = 0; i < dim; ++i) {
            Real* w = group.vector + static_cast<std::ptrdiff_t>(i) * lane_group;
            const Real *x = low.row(i) + begin, *y = high.row(i) + begin;
            const Real* g = score + static_cast<std::ptrdiff_t>(i) * block_size + begin;
            alignas(64) Real r[lane_group];
            for (int l = 0; l < lane_group; ++l) {
                r[l] = (a * x[l] - y[l] - v * g[l]) * scale;
            }
            for (int j = diagonal_ ? i : 0; j < i; ++j) {
                const Real* root = lane_element(group.matrix, dim, i, j);
                const Real* known = group.vector + static_cast<std::ptrdiff_t>(j) * lane_group;
                for (int l = 0; l < lane_group; ++l) {
                    r[l] -= root[l] * known[l];
                }
            }
            const Real* root = lane_element(group.matrix, dim, i, i);
            for (int l = 0; l < lane_group; ++l) {
                r[l] /= root[l];
                sum[l] += r[l] * r[l];
            }
            load_lanes(r, w);
        }
        std::copy_n(sum, lane_group, w2);
    }

    std::shared_ptr<const DensityPath<Real>> path_;
    bool diagonal_;
    double floor_;
    std::vector<LevelStep> steps_;
};

}  // namespace

KernelEntry second_order_kernel() {
    KernelEntry entry = make_entry<TransitionKernel, KernelContext, SecondOrder, SecondOrderSettings>(
        "kernel", "second_order", "Gaussian step with the exact mean and covariance (score and Hessian)");
    entry.hessian_numbers = [](const Json&, int dim) { return hessian_numbers(dim, 2); };
    return entry;
}

}  // namespace tempera
