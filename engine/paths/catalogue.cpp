// SPDX-License-Identifier: MIT
// Every density path, one line each. A new one is a .cpp file that ends in NAME_path() and a line here.
#include "paths/density_path.hpp"

#define TEMPERA_PATHS(X)                                                                                     \
    X(diffusion)                                                                                             \
    X(learned_diffusion)                                                                                     \
    X(tempering)

namespace tempera {

#define TEMPERA_DECLARE(name) PathEntry name##_path();
TEMPERA_PATHS(TEMPERA_DECLARE)
#undef TEMPERA_DECLARE

const std::vector<PathEntry>& path_catalogue() {
#define TEMPERA_ENTRY(name) name##_path(),
    static const std::vector<PathEntry> entries{TEMPERA_PATHS(TEMPERA_ENTRY)};
#undef TEMPERA_ENTRY
    return entries;
}

PathInfo path_info(const Json& section) {
    const std::string type = type_of(section);
    for (const PathEntry& entry : path_catalogue()) {
        if (entry.info.name == type) {
            return entry.made_of;
        }
    }
    return {};
}

bool path_uses_rho(const std::string& path_type) {
    return find_entry(path_catalogue(), "path", path_type).made_of.uses_rho;
}

}  // namespace tempera
