// SPDX-License-Identifier: MIT
#include "app/kit/text.hpp"

#include <cmath>

namespace tempera::app {

std::string shown(const std::string& text) {
    std::string out;
    for (const char c : text) {
        if (c == '#' && !out.empty() && out.back() == '#') {
            out += "\xe2\x80\x8b";  // a space without width, which the faces have
        }
        out += c;
    }
    return out;
}

std::string eta_text(double seconds) {
    if (!(seconds >= 0)) {
        return "ETA unknown";
    }
    return seconds < 90 ? "ETA " + std::to_string(static_cast<int>(std::ceil(seconds))) + " s"
                        : "ETA " + std::to_string(static_cast<int>(std::ceil(seconds / 60))) + " min";
}

}  // namespace tempera::app
