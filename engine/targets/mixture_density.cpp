// SPDX-License-Identifier: MIT
#include "targets/mixture_density.hpp"

namespace tempera {

template <class Real>
std::shared_ptr<const Density<Real>> make_mixture_density(const Mixture& mixture) {
    return mixture.shape == Mixture::Shape::full ? make_full_density<Real>(mixture)
                                                 : make_axis_density<Real>(mixture);
}

template std::shared_ptr<const Density<float>> make_mixture_density<float>(const Mixture&);
template std::shared_ptr<const Density<double>> make_mixture_density<double>(const Mixture&);

}  // namespace tempera
