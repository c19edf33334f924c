// SPDX-License-Identifier: MIT
// "ess_fraction > 0.9", "abs(log_z_error) < 0.05" on dotted keys of a summary.
#pragma once

#include <string>

#include "core/json.hpp"

namespace tempera {

/// Throws ConfigError for bad syntax, a key that no summary has, and values that cannot be compared so: what
/// can be said before there is a summary.
void check_assertion(const std::string& assertion);
/// A key that is null, or that this run has no value of, holds in no comparison of numbers. Throws
/// ConfigError as check_assertion() does, and for names of the run's own that it has not.
bool holds(const Json& summary, const std::string& assertion);
/// The value that an assertion looks at, as text; "null" where there is none.
std::string asserted_value(const Json& summary, const std::string& assertion);

}  // namespace tempera
