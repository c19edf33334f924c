// SPDX-License-Identifier: MIT
#include "app/recovery/user_folders.hpp"

#include <cstdlib>

namespace tempera::app {

namespace fs = std::filesystem;

namespace {

fs::path user_folder(const char* variable, const char* below_home) {
    const char* chosen = std::getenv(variable);
    if (chosen && *chosen == '/') {  // relative ones are to be ignored
        return fs::path(chosen) / "tempera";
    }
    const char* home = std::getenv("HOME");
    return home && *home ? fs::path(home) / below_home / "tempera" : fs::path();
}

}  // namespace

fs::path state_folder() { return user_folder("XDG_STATE_HOME", ".local/state"); }

fs::path config_folder() { return user_folder("XDG_CONFIG_HOME", ".config"); }

}  // namespace tempera::app
