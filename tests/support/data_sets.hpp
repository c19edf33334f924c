// SPDX-License-Identifier: MIT
// Public data sets that some tests use where they are there: in shared/data beside the sources.
#pragma once

#include <filesystem>
#include <string>

#include "core/build_id.hpp"

namespace tempera::test {

/// Empty where there is no such file.
inline std::filesystem::path data_file(const std::string& name) {
    std::error_code ignored;
    const auto file = std::filesystem::path(source_dir()) / ".." / "shared" / "data" / name;
    return std::filesystem::exists(file, ignored) ? file : std::filesystem::path();
}

}  // namespace tempera::test
