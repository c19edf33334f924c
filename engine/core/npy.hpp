// SPDX-License-Identifier: MIT
// NumPy's npy (own header reader and writer) and npz (zip by libzip) files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tempera {

/// A C-ordered array as it stands in a file.
struct NpyArray {
    enum class Type { f32, f64, i32, i64, u8 };
    Type type = Type::f64;
    std::vector<std::size_t> shape;
    std::vector<std::uint8_t> bytes;

    static NpyArray of(const std::vector<double>& values, std::vector<std::size_t> shape);
    static NpyArray of(const std::vector<float>& values, std::vector<std::size_t> shape);
    static NpyArray of(const std::vector<std::int32_t>& values, std::vector<std::size_t> shape);
    static NpyArray of(const std::vector<std::int64_t>& values, std::vector<std::size_t> shape);
    std::size_t size() const;
    /// Values converted to double whatever the type.
    std::vector<double> to_doubles() const;
};

/// Reads f4, f8, i4, i8, u1 little-endian arrays, C or Fortran order; anything else, truncated or oversized
/// headers throw ConfigError naming the file and what is wrong.
NpyArray read_npy(const std::filesystem::path& file);
NpyArray parse_npy(const std::vector<std::uint8_t>& bytes, const std::string& name);
std::vector<std::uint8_t> format_npy(const NpyArray& array);
/// Written to a temporary name, then renamed.
void write_npy(const std::filesystem::path& file, const NpyArray& array);

using Npz = std::map<std::string, NpyArray>;
Npz read_npz(const std::filesystem::path& file);
/// Stored without compression (fixed time stamps: equal contents give equal bytes); temporary name, then
/// renamed.
void write_npz(const std::filesystem::path& file, const Npz& arrays);

/// Writes text or bytes to `file` through a temporary name and a rename; throws std::runtime_error with the
/// reason.
void write_file_atomically(const std::filesystem::path& file, const std::string& contents);

}  // namespace tempera
