// SPDX-License-Identifier: MIT
#pragma once

#include "core/standard_error.hpp"

namespace tempera {

/// The standard error of the logarithm of an estimate from n particles whose relative variance is given
/// (delta method): its square root where that is small enough for the logarithm to be about normal.
StandardError error_of_log(double relative_variance, int n);

}  // namespace tempera
