// SPDX-License-Identifier: MIT
#include "targets/second_derivatives.hpp"

#include <algorithm>
#include <limits>

#include "core/errors.hpp"

namespace tempera {

void second_derivatives(const Density<double>& density, Block<const double> at, Block<double> out) {
    const int dim = density.dim(), n = at.n;
    if (density.has_hessian()) {
        Particles<double> hessian(n, dim * dim);
        density.evaluate_uncounted(at, {.hessian = hessian.block(0).data});
        for (int i = 0; i < dim; ++i) {
            std::copy_n(hessian.block(0).row(i * dim + i), n, out.row(i));
        }
        return;
    }
    Particles<double> axis(n, dim), product(n, dim);
    for (int i = 0; i < dim; ++i) {
        std::fill_n(axis.block(0).row(i), n, 1.0);
        try {
            density.hessian_vector_uncounted(at, axis.block(0), product.block(0));
            std::copy_n(product.block(0).row(i), n, out.row(i));
        } catch (const ConfigError&) {  // it cannot be differentiated twice
            std::fill_n(out.row(i), n, std::numeric_limits<double>::quiet_NaN());
        }
        std::fill_n(axis.block(0).row(i), n, 0.0);
    }
}

}  // namespace tempera
