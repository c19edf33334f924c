#include "app/platform/imgui_config.hpp"

#include <stdexcept>
#include <string>

namespace tempera::app {

void imgui_assert_failed(const char* expression, const char* file, int line) {
    throw std::logic_error(std::string("Dear ImGui: ") + expression + " (" + file + ":" +
                           std::to_string(line) + ")");
}

}  // namespace tempera::app
