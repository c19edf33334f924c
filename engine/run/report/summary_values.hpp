// SPDX-License-Identifier: MIT
// Values of summary.json as a report reads them: a key that is absent or null is no error. Internal to this
// folder.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/settings.hpp"

namespace tempera {

/// A finite number; none where there is no such.
std::optional<double> number(const Json& j, const char* key);
/// null where there is none.
const Json& part(const Json& j, const char* key);
/// Empty where there is none.
std::string word(const Json& j, const char* key);
/// Entries that are no numbers are NaN.
std::vector<double> list(const Json& j);

/// Fixed decimals where they can be read, powers of ten otherwise.
std::string readable(double value, int decimals);
/// The same; a dash for none.
std::string text_of(const std::optional<double>& value, int decimals);

}  // namespace tempera
