// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <vector>

#include "targets/mixture.hpp"

namespace tempera {

/// Masses [n_components] of the modes of p_beta ~ N(0, s^2 I)^(1 - beta) (sum_c a_c)^beta, a_c = w_c N(m_c,
/// S_c): the means of the responsibilities r_c = a_c / sum a, by importance sampling from the mixture of
/// tempered components q ~ sum_c N(0, s^2 I)^(1 - beta) a_c^beta, whose masses and draws are known exactly.
/// The weights p / q ~ 1 / sum_c r_c^beta lie in [C^(beta - 1), 1] for C components. Draws are
/// low-discrepancy points along the directions in which the means differ most. 0 <= beta <= 1. Error at most
/// a few 1e-4 in two dimensions, some 1e-3 in many.
std::vector<double> tempered_masses(const Mixture& mixture, double beta, double reference_scale);

/// Means of responsibilities [n * n_modes], a function of points [n, dim], under N(0, s^2 I).
std::vector<double>
reference_masses(int dim, int n_modes, double reference_scale,
                 const std::function<std::vector<double>(const std::vector<double>&)>& responsibilities);

}  // namespace tempera
