// SPDX-License-Identifier: MIT
// Whole files, as bytes or as text. write_file_atomically() for text is in core/npy.hpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace tempera {

/// Throws ConfigError with the file and the reason.
std::vector<std::uint8_t> read_file_bytes(const std::filesystem::path& file);
std::string read_file_text(const std::filesystem::path& file);

/// Written under a temporary name beside `file`, then renamed: whoever looks sees the old file or the new
/// one. Throws std::runtime_error with the file and the reason (no such folder, no permission, disk full).
void write_bytes_atomically(const std::filesystem::path& file, const void* data, std::size_t size);

}  // namespace tempera
