// SPDX-License-Identifier: MIT
#include "app/kit/text.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>

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

std::string grouped(long value) {
    std::string digits = std::to_string(std::labs(value)), out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i && (digits.size() - i) % 3 == 0) {
            out += ' ';
        }
        out += digits[i];
    }
    return value < 0 ? "-" + out : out;
}

std::string eta_text(double seconds) {
    if (!(seconds >= 0)) {
        return "ETA unknown";
    }
    return seconds < 90 ? "ETA " + std::to_string(static_cast<int>(std::ceil(seconds))) + " s"
                        : "ETA " + std::to_string(static_cast<int>(std::ceil(seconds / 60))) + " min";
}

std::string fixed(double value, int decimals, bool sign) {
    if (!std::isfinite(value)) {
        return "-";
    }
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, sign ? "%+.*f" : "%.*f", decimals, value);
    std::string text = buffer;
    if (text[0] == '-' && text.find_first_of("123456789") == std::string::npos) {  // no negative zero
        text = (sign ? "+" : "") + text.substr(1);
    }
    return text;
}

}  // namespace tempera::app
