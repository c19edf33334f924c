// SPDX-License-Identifier: MIT
#include "diagnostics/slice.hpp"

#include <algorithm>
#include <cmath>

namespace tempera {

namespace {

template <class Real>
struct Place {
    double log_density;
    Eigen::VectorXd score;
};

template <class Real>
Place<Real> place_at(const Density<Real>& density, const Eigen::VectorXd& x) {
    const int dim = density.dim();
    Particles<Real> point(1, dim), score(1, dim);
    PerParticle<Real> value(1);
    for (int i = 0; i < dim; ++i) {
        point(0, i) = static_cast<Real>(x(i));
    }
    Wanted<Real> wanted;
    wanted.log_density = value.block(0);
    wanted.score = score.block(0).data;
    density.evaluate_uncounted(point.block(0), wanted);
    Place<Real> out{static_cast<double>(value[0]), Eigen::VectorXd(dim)};
    for (int i = 0; i < dim; ++i) {
        out.score(i) = static_cast<double>(score(0, i));
    }
    return out;
}

/// Steepest ascent with steps after Barzilai and Borwein (IMA J. Numer. Anal. 8, 1988), none of which goes
/// down.
template <class Real>
Eigen::VectorXd climbed(const Density<Real>& density, Eigen::VectorXd x) {
    constexpr int most_steps = 200;
    constexpr double least_gain = 1e-6;
    Place<Real> here = place_at(density, x);
    double step = 0.1 / std::max(1.0, here.score.norm());
    for (int k = 0; k < most_steps && here.score.allFinite() && std::isfinite(here.log_density); ++k) {
        const Eigen::VectorXd next = x + step * here.score;
        const Place<Real> there = place_at(density, next);
        if (!(there.log_density >= here.log_density) || !there.score.allFinite()) {
            step /= 4;
            if (step * here.score.norm() < least_gain) {
                break;
            }
            continue;
        }
        const Eigen::VectorXd moved = next - x, turned = here.score - there.score;
        const bool arrived = there.log_density - here.log_density < least_gain && k > 0;
        x = next;
        here = there;
        if (arrived) {
            break;
        }
        const double curvature = moved.dot(turned);
        step = curvature > 0 ? moved.squaredNorm() / curvature : 2 * step;
    }
    return x;
}

}  // namespace

template <class Real>
Eigen::VectorXd slice_centre(const Target<Real>& target) {
    if (const auto mean = target.mean()) {
        return *mean;
    }
    if (target.dim() <= 2) {  // the plane holds all of it
        return Eigen::VectorXd::Zero(target.dim());
    }
    const Box box = target.view_box();
    const Eigen::Vector2d middle(box.centre_x(), box.centre_y());
    const Eigen::VectorXd start = target.view_plane().transpose() * middle;
    const Eigen::VectorXd top = climbed<Real>(target, start);
    return std::isfinite(place_at<Real>(target, top).log_density) ? top : Eigen::VectorXd::Zero(target.dim());
}

template Eigen::VectorXd slice_centre(const Target<float>&);
template Eigen::VectorXd slice_centre(const Target<double>&);

}  // namespace tempera
