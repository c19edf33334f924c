// SPDX-License-Identifier: MIT
#include "targets/far_hessian.hpp"

#include <limits>

namespace tempera {

namespace {

Eigen::MatrixXd precision_of(const Mixture::Component& c) {
    return c.axes * c.eigenvalues.cwiseInverse().asDiagonal() * c.axes.transpose();
}

}  // namespace

Eigen::MatrixXd far_hessian(const Mixture& mixture, const Eigen::VectorXd& x) {
    const auto& parts = mixture.components;
    const std::vector<double> r = mixture.responsibilities({x.data(), x.data() + x.size()});
    Eigen::MatrixXd out = Eigen::MatrixXd::Zero(x.size(), x.size());
    for (std::size_t c = 0; c < parts.size(); ++c) {
        const Eigen::MatrixXd precision = precision_of(parts[c]);
        out -= r[c] * precision;
        for (std::size_t b = 0; b < c; ++b) {
            if (r[b] * r[c] == 0) {
                continue;
            }
            const Eigen::MatrixXd other = precision_of(parts[b]);
            // Between equal precisions the gradients differ by the means alone, wherever x is.
            const Eigen::VectorXd difference =
                precision == other
                    ? Eigen::VectorXd(precision * (parts[c].mean - parts[b].mean))
                    : Eigen::VectorXd(precision * (parts[c].mean - x) - other * (parts[b].mean - x));
            out += r[b] * r[c] * difference * difference.transpose();
        }
    }
    return out;
}

bool drowns_in_rounding(const Eigen::VectorXd& score, const Eigen::MatrixXd& hessian) {
    constexpr double share = 1e-12;
    const double rounding = std::numeric_limits<double>::epsilon() * score.norm();
    return !(rounding * rounding <= share * hessian.cwiseAbs().maxCoeff());
}

}  // namespace tempera
