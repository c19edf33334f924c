// SPDX-License-Identifier: MIT
// Internal to this folder: integrals of smooth functions of one variable, for exact normalisers and moments.
#pragma once

namespace tempera {

/// Composite Gauss-Legendre rule (5 nodes on each of n_panels equal panels): exact to rounding for what is
/// smooth on the scale of a panel.
template <class F>
double integrate(F f, double from, double to, int n_panels = 400) {
    constexpr double node[] = {0, 0.5384693101056831, 0.9061798459386640};
    constexpr double weight[] = {0.5688888888888889, 0.4786286704993665, 0.2369268850561891};
    const double half = 0.5 * (to - from) / n_panels;
    double sum = 0;
    for (int p = 0; p < n_panels; ++p) {
        const double middle = from + (2 * p + 1) * half;
        sum += weight[0] * f(middle);
        for (int i = 1; i < 3; ++i) {
            sum += weight[i] * (f(middle - half * node[i]) + f(middle + half * node[i]));
        }
    }
    return sum * half;
}

}  // namespace tempera
