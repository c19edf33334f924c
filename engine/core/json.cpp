// SPDX-License-Identifier: MIT
#include "core/json.hpp"

#include <cmath>

template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace tempera {

Json parse_json(std::string_view text) { return Json::parse(text, nullptr, false); }

Json parse_json(std::span<const std::uint8_t> bytes) {
    return Json::parse(bytes.begin(), bytes.end(), nullptr, false);
}

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

}  // namespace tempera
