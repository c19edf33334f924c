// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "diagnostics/chain_error.hpp"

namespace tempera {

/// How values of chains are correlated in time.
struct Autocorrelation {
    std::vector<double> rho;    ///< by lag from 0, where it is 1; empty where it is not known
    IntegratedTime integrated;  ///< the sum of them
    double time_error = 0;      ///< standard error of integrated.time; NaN where it is not known
    double mean = 0;            ///< of all values
    double scatter = 0;         ///< sum of their squares about it

    bool known() const { return !rho.empty(); }
};

/// Of all chains together about their common mean (as in variance_of_sum(): chains apart show as a
/// correlation that does not die), at lags of up to half of the steps, by fast Fourier transforms. The
/// standard error is time * sqrt(2 (2 window + 1) / values) (Madras and Sokal, J. Stat. Phys. 50, 1988, eq.
/// C.8), known where the chains together are fifty such times long. Not known of fewer than four steps, of a
/// constant and of values that are not finite.
Autocorrelation autocorrelation(const ChainSeries& series);

}  // namespace tempera
