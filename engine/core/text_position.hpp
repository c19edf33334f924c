// SPDX-License-Identifier: MIT
// Where in a typed text something is wrong: written into messages, and read back by what marks the place.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tempera {

/// "column 7: text": how the message about a text that people type begins. Columns count characters from 1.
std::string at_column(int column, const std::string& text);

struct ColumnMessage {
    int column = 1;
    std::string text;  ///< without the column
};
/// What at_column() wrote; nothing for other messages.
std::optional<ColumnMessage> column_message(std::string_view message);

/// First byte of the character at a column of UTF-8; the end of the text for columns beyond it.
std::size_t byte_of_column(std::string_view text, int column);
/// The column of the character that a byte of UTF-8 belongs to or begins.
int column_of_byte(std::string_view text, std::size_t byte);

}  // namespace tempera
