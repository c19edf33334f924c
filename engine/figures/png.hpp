// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

namespace tempera {

/// PNG bytes of 8-bit RGB rows, top row first (also used for screenshots). Deterministic.
std::string encode_png(int width, int height, const std::vector<unsigned char>& rgb);
std::string base64(const std::string& bytes);

}  // namespace tempera
