// SPDX-License-Identifier: MIT
#include "run/report/summary_values.hpp"

#include <cmath>
#include <cstdio>

#include "figures/ticks.hpp"

namespace tempera {

std::optional<double> number(const Json& j, const char* key) {
    const auto it = j.find(key);
    return it != j.end() && it->is_number() && std::isfinite(it->get<double>())
               ? std::optional(it->get<double>())
               : std::nullopt;
}

const Json& part(const Json& j, const char* key) {
    static const Json none;
    const auto it = j.find(key);
    return it != j.end() ? *it : none;
}

std::string word(const Json& j, const char* key) {
    const auto it = j.find(key);
    return it != j.end() && it->is_string() ? it->get<std::string>() : "";
}

std::vector<double> list(const Json& j) {
    std::vector<double> out;
    if (j.is_array()) {
        for (const Json& v : j) {
            out.push_back(v.is_number() ? v.get<double>() : std::nan(""));
        }
    }
    return out;
}

std::string readable(double value, int decimals) {
    if (value != 0 && (std::abs(value) >= 1e6 || std::abs(value) < 0.5 * std::pow(10.0, -decimals))) {
        char buffer[32];
        std::snprintf(buffer, sizeof buffer, "%.2e", value);
        return buffer;
    }
    return typeset(value, decimals);
}

std::string text_of(const std::optional<double>& value, int decimals) {
    return value ? readable(*value, decimals) : "\u2013";
}

}  // namespace tempera
