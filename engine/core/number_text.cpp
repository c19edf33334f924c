// SPDX-License-Identifier: MIT
#include "core/number_text.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace tempera {

std::string short_number(double value, int digits) {
    char text[48];
    std::snprintf(text, sizeof text, "%.*g", digits, value);
    return text;
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

std::string small_number(double value) {
    char text[32];
    if (value == 0 || !std::isfinite(value)) {
        return value == 0 ? "0" : "-";
    }
    if (std::abs(value) >= 1e-3) {
        std::snprintf(text, sizeof text, "%.*f", std::abs(value) >= 0.1 ? 2 : 3, value);
        return text;
    }
    std::snprintf(text, sizeof text, "%.1e", value);
    std::string out = text;  // 1.6e-08 -> 1.6e-8
    const std::size_t e = out.find('e');
    if (e != std::string::npos && out.size() > e + 3 && out[e + 2] == '0') {
        out.erase(e + 2, 1);
    }
    return out;
}

}  // namespace tempera
