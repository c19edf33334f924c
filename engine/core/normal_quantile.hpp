// SPDX-License-Identifier: MIT
#pragma once

namespace tempera {

/// Quantile of the standard normal at 0 < p < 1 (Acklam 2003, relative error 1e-9).
double normal_quantile(double p);

}  // namespace tempera
