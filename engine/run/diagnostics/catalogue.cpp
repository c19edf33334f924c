// SPDX-License-Identifier: MIT
#include "run/diagnostics/diagnostic.hpp"

// One line per diagnostic; the name is that of its file and of its entry function.
#define TEMPERA_DIAGNOSTICS(X)                                                                               \
    X(weights)                                                                                               \
    X(log_z)                                                                                                 \
    X(observables)

namespace tempera {

#define TEMPERA_DECLARE(name) DiagnosticEntry name##_diagnostic();
TEMPERA_DIAGNOSTICS(TEMPERA_DECLARE)
#undef TEMPERA_DECLARE

const std::vector<DiagnosticEntry>& diagnostic_catalogue() {
#define TEMPERA_LIST(name) name##_diagnostic(),
    static const std::vector<DiagnosticEntry> entries = {TEMPERA_DIAGNOSTICS(TEMPERA_LIST)};
#undef TEMPERA_LIST
    return entries;
}

const std::vector<SettingsType>& diagnostic_types() {
    static const std::vector<SettingsType> types = settings_types(diagnostic_catalogue());
    return types;
}

}  // namespace tempera
