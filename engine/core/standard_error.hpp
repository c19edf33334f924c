// SPDX-License-Identifier: MIT
#pragma once

#include <limits>
#include <string>

namespace tempera {

/// A standard error, or why there is none: an error that is not known is not shown.
struct StandardError {
    double value = std::numeric_limits<double>::quiet_NaN();
    std::string missing;  ///< why there is none; empty where there is one

    static StandardError unknown(std::string reason) {
        return {std::numeric_limits<double>::quiet_NaN(), std::move(reason)};
    }
    bool known() const { return missing.empty(); }
};

}  // namespace tempera
