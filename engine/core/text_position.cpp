// SPDX-License-Identifier: MIT
#include "core/text_position.hpp"

#include <algorithm>
#include <charconv>

namespace tempera {

namespace {

constexpr std::string_view word = "column ";

/// Bytes that go on with a character are none of their own.
bool continues(char c) { return (c & 0xC0) == 0x80; }

}  // namespace

std::string at_column(int column, const std::string& text) {
    return std::string(word) + std::to_string(column) + ": " + text;
}

std::optional<ColumnMessage> column_message(std::string_view message) {
    if (!message.starts_with(word)) {
        return {};
    }
    const std::string_view rest = message.substr(word.size());
    ColumnMessage out;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), out.column);
    const auto n = static_cast<std::size_t>(end - rest.data());
    if (error != std::errc() || !rest.substr(n).starts_with(": ")) {
        return {};
    }
    out.text = rest.substr(n + 2);
    return out;
}

std::size_t byte_of_column(std::string_view text, int column) {
    std::size_t byte = 0;
    for (int left = column - 1; left > 0 && byte < text.size(); --left) {
        ++byte;
        while (byte < text.size() && continues(text[byte])) {
            ++byte;
        }
    }
    return byte;
}

int column_of_byte(std::string_view text, std::size_t byte) {
    const std::string_view before = text.substr(0, std::min(byte, text.size()));
    return 1 + static_cast<int>(
                   std::count_if(before.begin(), before.end(), [](char c) { return !continues(c); }));
}

}  // namespace tempera
