// SPDX-License-Identifier: MIT
// Every density path, one line each. A new one is a .cpp file that ends in NAME_path() and a line here.
#include "paths/density_path.hpp"

#define TEMPERA_PATHS(X)                                                                                     \
    X(diffusion, true)                                                                                       \
    X(learned_diffusion, true)                                                                               \
    X(tempering, false)

namespace tempera {

#define TEMPERA_DECLARE(name, uses_rho) PathEntry name##_path();
TEMPERA_PATHS(TEMPERA_DECLARE)
#undef TEMPERA_DECLARE

const std::vector<PathEntry>& path_catalogue() {
#define TEMPERA_ENTRY(name, uses_rho) name##_path(),
    static const std::vector<PathEntry> entries{TEMPERA_PATHS(TEMPERA_ENTRY)};
#undef TEMPERA_ENTRY
    return entries;
}

bool path_uses_rho(const std::string& path_type) {
#define TEMPERA_ENTRY(name, uses_rho)                                                                        \
    if (path_type == #name) {                                                                                \
        return uses_rho;                                                                                     \
    }
    TEMPERA_PATHS(TEMPERA_ENTRY)
#undef TEMPERA_ENTRY
    find_entry(path_catalogue(), "path", path_type);  // unknown: says which ones there are
    return false;
}

}  // namespace tempera
