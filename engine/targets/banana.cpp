// SPDX-License-Identifier: MIT
// A bent Gaussian (Haario, Saksman and Tamminen 1999): x_0 ~ N(0, spread^2),
// x_1 ~ N(curvature (x_0^2 - spread^2), width^2).
#include <cmath>
#include <numbers>

#include "targets/target.hpp"

namespace tempera {

namespace {

/// The bend is a square, and its variance a square of that.
constexpr double least_length = 1e-70, largest_length = 1e70;

struct BananaSettings {
    double spread = 2, curvature = 0.5, width = 0.5;

    void describe(Describer& d) {
        d.number("spread", spread,
                 {.min = least_length,
                  .max = largest_length,
                  .log_scale = true,
                  .help = "standard deviation along the first coordinate"});
        d.number("curvature", curvature, {.min = -100, .max = 100, .help = "how strongly it bends"});
        d.number("width", width,
                 {.min = least_length,
                  .max = largest_length,
                  .log_scale = true,
                  .help = "standard deviation across the bend"});
    }
};

template <class Real>
class Banana final : public Target<Real> {
public:
    Banana(const BananaSettings& s, const TargetContext<Real>&) : s_(s) {}
    int dim() const override { return 2; }
    std::optional<double> log_z() const override { return 0.0; }

    bool has_sampler() const override { return true; }
    void sample(const StreamKey& key, std::uint32_t first, Block<Real> out) const override {
        fill_normals(key, first, out);
        for (int lane = 0; lane < out.lanes(); ++lane) {
            const double x = s_.spread * static_cast<double>(out(0, lane));
            out(0, lane) = static_cast<Real>(x);
            out(1, lane) = static_cast<Real>(s_.curvature * (x * x - s_.spread * s_.spread) +
                                             s_.width * static_cast<double>(out(1, lane)));
        }
    }

    std::optional<Eigen::VectorXd> mean() const override { return Eigen::VectorXd::Zero(2); }
    std::optional<Eigen::MatrixXd> covariance() const override {
        Eigen::MatrixXd out = Eigen::MatrixXd::Zero(2, 2);
        out(0, 0) = s_.spread * s_.spread;
        out(1, 1) = s_.width * s_.width + 2 * std::pow(s_.curvature * s_.spread * s_.spread, 2);
        return out;
    }
    /// Narrowest direction one standard deviation from the middle.
    double local_variance() const override {
        return s_.width * s_.width / (1 + 4 * s_.curvature * s_.curvature * s_.spread * s_.spread);
    }
    Box view_box() const override {
        const double rise =
            s_.curvature * s_.spread * s_.spread;  // from the ridge at x_0 = 0 to where it crosses zero
        const double half = 3.5 * s_.width + 4 * std::abs(rise);
        return Box::around(0, 2.5 * rise, 3.2 * s_.spread, half);
    }

protected:
    void evaluate_block(Block<const Real> x, const Wanted<Real>& wanted) const override {
        const Real c = static_cast<Real>(s_.curvature), spread2 = static_cast<Real>(s_.spread * s_.spread);
        const Real across = static_cast<Real>(1 / (s_.width * s_.width)), along = 1 / spread2;
        const Real constant = static_cast<Real>(-std::log(2 * std::numbers::pi * s_.spread * s_.width));
        for (int lane = 0; lane < x.lanes(); ++lane) {
            const Real a = x(0, lane), u = x(1, lane) - c * (a * a - spread2);
            if (wanted.log_density) {
                wanted.log_density[lane] = constant - Real(0.5) * (along * a * a + across * u * u);
            }
            if (wanted.score) {
                wanted.score[lane] = a * (2 * c * across * u - along);
                wanted.score[block_size + lane] = -across * u;
            }
            if (wanted.hessian) {
                wanted.hessian[lane] = -along + 2 * c * across * (u - 2 * c * a * a);
                wanted.hessian[block_size + lane] = wanted.hessian[2 * block_size + lane] =
                    2 * c * across * a;
                wanted.hessian[3 * block_size + lane] = -across;
            }
        }
    }

private:
    BananaSettings s_;
};

}  // namespace

TargetEntry banana_target() {
    return target_entry<Banana, BananaSettings>("banana", "a bent Gaussian in the plane, log Z = 0");
}

}  // namespace tempera
