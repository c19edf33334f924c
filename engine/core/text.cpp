// SPDX-License-Identifier: MIT
#include "core/text.hpp"

#include <cstdint>

namespace tempera {

namespace {

/// One character at the head of a text: its bytes, or one byte that begins none.
struct Character {
    std::size_t bytes = 1;
    std::uint32_t code = 0;
    bool well_formed = false;
};

Character first_character(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) {
        return {1, lead, true};
    }
    const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) {
        return {};
    }
    std::uint32_t code = lead & (0x7Fu >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        if ((byte(i) & 0xC0u) != 0x80u) {
            return {};
        }
        code = code << 6 | (byte(i) & 0x3Fu);
    }
    constexpr std::uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    return code < least[bytes] || code > 0x10FFFF || surrogate ? Character{} : Character{bytes, code, true};
}

bool is_shown(const Character& c) {
    const bool control = c.code < 0x20 || (c.code >= 0x7F && c.code < 0xA0);
    const bool line_end = c.code == 0x2028 || c.code == 0x2029;
    const bool turns = c.code == 0x200E || c.code == 0x200F || (c.code >= 0x202A && c.code <= 0x202E) ||
                       (c.code >= 0x2066 && c.code <= 0x2069);
    return c.well_formed && !control && !line_end && !turns;
}

}  // namespace

bool is_shown_text(std::string_view text, std::string_view allowed) {
    while (!text.empty()) {
        const Character c = first_character(text);
        if (!is_shown(c) && allowed.find(text.front()) == std::string_view::npos) {
            return false;
        }
        text.remove_prefix(c.bytes);
    }
    return true;
}

std::string printable(std::string_view text) {
    constexpr const char* digits = "0123456789abcdef";
    std::string out;
    while (!text.empty()) {
        const Character c = first_character(text);
        if (is_shown(c) || text.front() == '\n' || text.front() == '\t') {
            out += text.substr(0, c.bytes);
        } else {
            for (const char byte : text.substr(0, c.bytes)) {
                const auto value = static_cast<unsigned char>(byte);
                out += {'\\', 'x', digits[value >> 4], digits[value & 15]};
            }
        }
        text.remove_prefix(c.bytes);
    }
    return out;
}

}  // namespace tempera
