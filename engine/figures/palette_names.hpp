// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace tempera {

/// The themes that palette() knows: light, dark, high_contrast, print.
const std::vector<std::string>& palette_names();

}  // namespace tempera
