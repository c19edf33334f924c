// SPDX-License-Identifier: MIT
// Rings in the plane: E(x) = min_k ((|x| - r_k) / width)^2, unnormalised. One ring, or five as modes.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "targets/quadrature.hpp"
#include "targets/target.hpp"

namespace tempera {

namespace {

struct RingSettings {
    void describe(Describer&) {}
};

template <class Real>
class Rings : public Target<Real> {
public:
    Rings(std::vector<double> radii, double width) : radii_(std::move(radii)), width_(width) {
        double total = 0, second = 0;
        for (std::size_t k = 0; k < radii_.size(); ++k) {
            const auto density = [&](double r) {
                return 2 * std::numbers::pi * r * std::exp(-std::pow((r - radii_[k]) / width_, 2));
            };
            masses_.push_back(integrate(density, inner(k), outer(k)));
            second += integrate([&](double r) { return r * r * density(r); }, inner(k), outer(k));
            total += masses_.back();
        }
        log_z_ = std::log(total);
        variance_ = 0.5 * second / total;
        for (double& m : masses_) {
            m /= total;
        }
    }

    int dim() const override { return 2; }
    std::optional<double> log_z() const override { return log_z_; }

    bool has_sampler() const override { return true; }
    /// Radius by rejection from a normal around the ring (r dr needs the factor r), angle uniform.
    void sample(const StreamKey& key, std::uint32_t first, Block<Real> out) const override {
        for (int lane = 0; lane < out.lanes(); ++lane) {
            Stream stream(key, first + static_cast<std::uint32_t>(lane));
            const std::size_t k = pick(stream.uniform());
            double r = 0;
            do {
                r = radii_[k] + width_ * std::numbers::sqrt2 / 2 * stream.normal();
            } while (r < inner(k) || r > outer(k) || stream.uniform() * outer(k) > r);
            const double angle = 2 * std::numbers::pi * stream.uniform();
            out(0, lane) = static_cast<Real>(r * std::cos(angle));
            out(1, lane) = static_cast<Real>(r * std::sin(angle));
        }
    }

    int n_modes() const override { return radii_.size() > 1 ? static_cast<int>(radii_.size()) : 0; }
    std::vector<std::string> mode_names() const override {
        std::vector<std::string> out;
        for (int k = 1; k <= n_modes(); ++k) {
            out.push_back("ring " + std::to_string(k));
        }
        return out;
    }
    std::vector<double> mode_weights() const override { return n_modes() ? masses_ : std::vector<double>(); }
    std::vector<double> mode_responsibilities(const std::vector<double>& x) const override {
        const std::size_t n = x.size() / 2, modes = static_cast<std::size_t>(n_modes());
        std::vector<double> out(n * modes, 0.0);
        for (std::size_t i = 0; modes && i < n; ++i) {
            out[i * modes + nearest(std::hypot(x[2 * i], x[2 * i + 1]))] = 1;
        }
        return out;
    }

    std::optional<Eigen::VectorXd> mean() const override { return Eigen::VectorXd::Zero(2); }
    std::optional<Eigen::MatrixXd> covariance() const override {
        return Eigen::MatrixXd(variance_ * Eigen::Matrix2d::Identity());
    }
    double local_variance() const override { return 0.5 * width_ * width_; }
    Box view_box() const override {
        const double half = radii_.back() + 4 * width_;
        return Box::around(0, 0, half, half);
    }

protected:
    void evaluate_block(Block<const Real> x, const Wanted<Real>& wanted) const override {
        const Real stiffness = static_cast<Real>(1 / (width_ * width_));
        // The direction of the score is undefined at the origin: a floor far below the spacing of floats near
        // a ring.
        constexpr Real smallest = Real(1e-12);
        for (int lane = 0; lane < x.lanes(); ++lane) {
            const Real a = x(0, lane), b = x(1, lane), r = std::hypot(a, b),
                       safe = r > smallest || std::isnan(r) ? r : smallest;
            const Real offset = r - static_cast<Real>(radii_[nearest(static_cast<double>(r))]);
            if (wanted.log_density) {
                wanted.log_density[lane] = -stiffness * offset * offset;
            }
            const Real slope = -2 * stiffness * offset / safe, ux = a / safe, uy = b / safe;
            if (wanted.score) {
                wanted.score[lane] = slope * a;
                wanted.score[block_size + lane] = slope * b;
            }
            if (wanted.hessian) {
                // Radial curvature along u u^T, slope across it.
                const Real radial = -2 * stiffness - slope;
                wanted.hessian[lane] = slope + radial * ux * ux;
                wanted.hessian[block_size + lane] = wanted.hessian[2 * block_size + lane] = radial * ux * uy;
                wanted.hessian[3 * block_size + lane] = slope + radial * uy * uy;
            }
        }
    }

private:
    double inner(std::size_t k) const { return k == 0 ? 0.0 : 0.5 * (radii_[k - 1] + radii_[k]); }
    /// Past the last ring the density is below e^-100 of its peak at ten widths.
    double outer(std::size_t k) const {
        return k + 1 == radii_.size() ? radii_[k] + 10 * width_ : 0.5 * (radii_[k] + radii_[k + 1]);
    }
    std::size_t nearest(double r) const {
        std::size_t k = 0;
        while (k + 1 < radii_.size() && r > outer(k)) {
            ++k;
        }
        return k;
    }
    std::size_t pick(double u) const {
        std::size_t k = 0;
        while (k + 1 < masses_.size() && u > masses_[k]) {
            u -= masses_[k++];
        }
        return k;
    }

    std::vector<double> radii_;
    double width_, log_z_ = 0, variance_ = 1;
    std::vector<double> masses_;  ///< share of each ring
};

template <class Real>
class Ring final : public Rings<Real> {
public:
    Ring(const RingSettings&, const TargetContext<Real>&) : Rings<Real>({2}, 0.4) {}
};

template <class Real>
class Ring5 final : public Rings<Real> {
public:
    Ring5(const RingSettings&, const TargetContext<Real>&) : Rings<Real>({1, 2, 3, 4, 5}, 0.2) {}
};

}  // namespace

TargetEntry ring_target() {
    return target_entry<Ring, RingSettings>("ring", "a ring of radius 2 and width 0.4 in the plane");
}

TargetEntry ring5_target() {
    return target_entry<Ring5, RingSettings>("ring5", "five rings of radius 1 to 5; rings are the modes");
}

}  // namespace tempera
