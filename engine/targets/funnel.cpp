// SPDX-License-Identifier: MIT
// Neal's funnel (Annals of Statistics 31, 2003): x_0 ~ N(0, 9), x_i ~ N(0, exp(x_0)).
#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/scratch.hpp"
#include "targets/target.hpp"

namespace tempera {

namespace {

struct FunnelSettings {
    int dim = 10;
    void describe(Describer& d) { d.integer("dim", dim, {.min = 2, .max = 1024, .help = "dimension"}); }
};

template <class Real>
class Funnel final : public Target<Real> {
public:
    Funnel(const FunnelSettings& s, const TargetContext<Real>&) : dim_(s.dim) {}
    int dim() const override { return dim_; }
    std::optional<double> log_z() const override { return 0.0; }

    bool has_sampler() const override { return true; }
    void sample(const StreamKey& key, std::uint32_t first, Block<Real> out) const override {
        fill_normals(key, first, out);
        for (int lane = 0; lane < out.lanes(); ++lane) {
            out(0, lane) *= Real(3);
            const Real sd = std::exp(Real(0.5) * out(0, lane));
            for (int i = 1; i < dim_; ++i) {
                out(i, lane) *= sd;
            }
        }
    }

    std::optional<Eigen::VectorXd> mean() const override { return Eigen::VectorXd::Zero(dim_); }
    std::optional<Eigen::MatrixXd> covariance() const override {
        Eigen::VectorXd variances = Eigen::VectorXd::Constant(dim_, std::exp(4.5));  // E exp(x_0)
        variances(0) = 9;
        return Eigen::MatrixXd(variances.asDiagonal());
    }
    Box view_box() const override { return Box::around(0, 0, 10, 15); }

protected:
    // Everything goes through u_i = exp(-x_0 / 2) x_i: products of a vanishing scale and a huge square would
    // be NaN.
    void evaluate_block(Block<const Real> x, const Wanted<Real>& wanted) const override {
        const int lanes = x.lanes();
        Scratch frame;
        Real* scale = frame.take<Real>(block_size);
        Real* square = frame.take<Real>(block_size);
        scales(x, scale);
        std::fill_n(square, lanes, Real(0));
        for (int i = 1; i < dim_; ++i) {
            for (int lane = 0; lane < lanes; ++lane) {
                const Real u = scale[lane] * x(i, lane);
                square[lane] += u * u;
                if (wanted.score) {
                    wanted.score[static_cast<std::ptrdiff_t>(i) * block_size + lane] = -scale[lane] * u;
                }
            }
        }
        const Real others = static_cast<Real>(dim_ - 1);
        const Real constant = static_cast<Real>(-0.5 * dim_ * std::log(2 * std::numbers::pi) - std::log(3.0));
        for (int lane = 0; lane < lanes; ++lane) {
            const Real v = x(0, lane), energy = Real(0.5) * square[lane];
            if (wanted.log_density) {
                wanted.log_density[lane] = constant - v * v / 18 - energy - Real(0.5) * others * v;
            }
            if (wanted.score) {
                wanted.score[lane] = -v / 9 + energy - Real(0.5) * others;
            }
        }
        if (wanted.hessian) {
            std::fill_n(wanted.hessian, static_cast<std::size_t>(dim_) * dim_ * block_size, Real(0));
            for (int lane = 0; lane < lanes; ++lane) {
                wanted.hessian[lane] = Real(-1) / 9 - Real(0.5) * square[lane];
                for (std::ptrdiff_t i = 1; i < dim_; ++i) {
                    const Real cross = scale[lane] * (scale[lane] * x(static_cast<int>(i), lane));
                    wanted.hessian[i * block_size + lane] = wanted.hessian[i * dim_ * block_size + lane] =
                        cross;
                    wanted.hessian[(i * dim_ + i) * block_size + lane] = -scale[lane] * scale[lane];
                }
            }
        }
    }
    void hessian_vector_block(Block<const Real> x, Block<const Real> v, Block<Real> out) const override {
        Scratch frame;
        Real* scale = frame.take<Real>(block_size);
        scales(x, scale);
        for (int lane = 0; lane < x.lanes(); ++lane) {
            Real top = 0, square = 0;
            for (int i = 1; i < dim_; ++i) {
                const Real u = scale[lane] * x(i, lane);
                top += scale[lane] * u * v(i, lane);
                square += u * u;
                out(i, lane) = scale[lane] * (u * v(0, lane) - scale[lane] * v(i, lane));
            }
            out(0, lane) = top - (Real(0.5) * square + Real(1) / 9) * v(0, lane);
        }
    }

private:
    /// exp(-x_0 / 2); the exponent stops where the neck is narrower than any float.
    static void scales(Block<const Real> x, Real* out) {
        constexpr Real most = sizeof(Real) == 4 ? Real(40) : Real(350);
        for (int lane = 0; lane < x.lanes(); ++lane) {
            const Real exponent = Real(-0.5) * x(0, lane);
            out[lane] = std::exp(exponent > most ? most : exponent);
        }
    }

    int dim_;
};

}  // namespace

TargetEntry funnel_target() {
    return target_entry<Funnel, FunnelSettings>("funnel",
                                                "Neal's funnel: scales from exp(-9) to exp(9), log Z = 0");
}

}  // namespace tempera
