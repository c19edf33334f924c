// SPDX-License-Identifier: MIT
#include "core/json.hpp"

template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace tempera {

Json parse_json(std::string_view text) { return Json::parse(text, nullptr, false); }

Json parse_json(std::span<const std::uint8_t> bytes) {
    return Json::parse(bytes.begin(), bytes.end(), nullptr, false);
}

}  // namespace tempera
