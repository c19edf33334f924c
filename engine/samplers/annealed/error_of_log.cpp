// SPDX-License-Identifier: MIT
#include "samplers/annealed/error_of_log.hpp"

#include <cmath>

namespace tempera {

StandardError error_of_log(double relative_variance, int n) {
    constexpr int fewest = 10;
    if (n < fewest) {
        return StandardError::unknown("fewer than " + std::to_string(fewest) + " particles");
    }
    // Of as few effective particles (1 / variance) neither the logarithm is linear nor the variance known.
    if (!(relative_variance * fewest <= 1)) {
        return StandardError::unknown("fewer than " + std::to_string(fewest) + " effective particles");
    }
    return {std::sqrt(relative_variance), {}};
}

}  // namespace tempera
