// SPDX-License-Identifier: MIT
// The parts of the table of health rules. Internal to this folder.
#pragma once

#include <initializer_list>

#include "core/number_text.hpp"
#include "run/record/health.hpp"

namespace tempera {

/// ESS / N above which weights have no tail to speak of, whatever its index.
inline constexpr double nearly_equal = 0.9;

std::vector<HealthRule> estimate_rules();  ///< weights, mode weights, log Z, failures
std::vector<HealthRule> learned_rules();   ///< learned densities and their training
std::vector<HealthRule> sampling_rules();  ///< pilots, moves, replica exchange

std::vector<HealthRule> concatenated(std::initializer_list<std::vector<HealthRule>> parts);

inline std::string percent(double fraction) {
    return short_number(100 * fraction, fraction < 0.001 ? 2 : 3) + " %";
}

}  // namespace tempera
