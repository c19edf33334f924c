// SPDX-License-Identifier: MIT
// JSON whose objects keep their order. What most files use of it is compiled once, in json.cpp: reading and
// writing JSON took seconds of every file that did either.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>

namespace tempera {

using Json = nlohmann::ordered_json;

/// The value of a text without comments; a discarded one (`is_discarded()`) where it is none.
Json parse_json(std::string_view text);
Json parse_json(std::span<const std::uint8_t> bytes);

/// A number, or null when it is not finite.
Json number_or_null(double value);

}  // namespace tempera

extern template class nlohmann::basic_json<nlohmann::ordered_map>;
