// SPDX-License-Identifier: MIT
#include "paths/density_path.hpp"

#include <cmath>

namespace tempera {

template <class Real>
double DensityPath<Real>::shrinkage(int level) const {
    const double alpha = position(level).alpha;
    return std::isfinite(alpha) ? alpha : 1;
}

template <class Real>
std::vector<double> DensityPath<Real>::to_target(int level, std::vector<double> y) const {
    return coordinates().to_target(std::move(y), shrinkage(level));
}

template class DensityPath<float>;
template class DensityPath<double>;

}  // namespace tempera
