// SPDX-License-Identifier: MIT
#include "cli/exports.hpp"

#include <algorithm>

#include "core/settings.hpp"

namespace tempera::cli {

void check_exports(const std::vector<std::string>& exports, const std::vector<std::string>& kinds) {
    std::string all;
    for (const std::string& k : kinds) {
        all += (all.empty() ? "" : ", ") + k;
    }
    for (const std::string& e : exports) {
        if (std::find(kinds.begin(), kinds.end(), e) == kinds.end()) {
            const std::string near = nearest_name(e, kinds);
            throw ConfigError("--export",
                              "\"" + e + "\" is not known" +
                                  (near.empty() ? std::string() : "; did you mean \"" + near + "\"?") +
                                  " (any of: " + all + ")");
        }
    }
}

}  // namespace tempera::cli
