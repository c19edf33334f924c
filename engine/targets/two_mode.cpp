// SPDX-License-Identifier: MIT
// Two anisotropic Gaussians of unequal weight and differently oriented covariances, standardised: the main
// test target.
#include <cmath>

#include "core/number.hpp"
#include "targets/target.hpp"

namespace tempera {

namespace {

struct TwoModeSettings {
    int dim = 2;
    double wide = 2;

    void describe(Describer& d) {
        d.integer("dim", dim, {.min = 2, .max = 512, .help = "dimension"});
        d.number(
            "wide", wide,
            {.min = least_scale,
             .max = largest_scale,
             .log_scale = true,
             .help = "variances of the minority mode relative to the other: 2 makes it wider, 0.5 narrower"});
    }
};

/// Reflection I - 2 u u^T with u along `direction`.
Eigen::MatrixXd householder(Eigen::VectorXd direction) {
    direction.normalize();
    return Eigen::MatrixXd::Identity(direction.size(), direction.size()) -
           2 * direction * direction.transpose();
}

Mixture two_mode_mixture(const TwoModeSettings& s) {
    const int d = s.dim;
    Eigen::VectorXd variances(d), first(d), second(d);
    for (int i = 0; i < d; ++i) {
        variances(i) = 0.05 * std::pow(10.0, -1 + static_cast<double>(i) / (d - 1));
        first(i) = i + 1;
        second(i) = i == 0 ? d : i;
    }
    Mixture m;
    m.shape = Mixture::Shape::full;
    m.log_z = 2;
    m.components.push_back({2.0 / 3, Eigen::VectorXd::Constant(d, -1), variances, householder(first)});
    m.components.push_back(
        {1.0 / 3, Eigen::VectorXd::Constant(d, 1), s.wide * variances.reverse(), householder(second)});
    return m.standardised(m.mean(), std::sqrt(m.covariance().trace() / d));
}

template <class Real>
class TwoMode final : public MixtureTarget<Real> {
public:
    TwoMode(const TwoModeSettings& s, const TargetContext<Real>&)
        : MixtureTarget<Real>(two_mode_mixture(s)) {}
};

}  // namespace

TargetEntry two_mode_target() {
    return target_entry<TwoMode, TwoModeSettings>(
        "two_mode", "two anisotropic Gaussians with weights 2/3 and 1/3, standardised, log Z = 2");
}

}  // namespace tempera
