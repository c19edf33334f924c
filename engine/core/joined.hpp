// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace tempera {

/// "a, b, c".
inline std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& n : names) {
        out += (out.empty() ? "" : ", ") + n;
    }
    return out;
}

}  // namespace tempera
