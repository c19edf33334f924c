// SPDX-License-Identifier: MIT
// Public data sets that some tests use where they are there: in the folder that TEMPERA_DATA names, or in
// shared/data beside the sources.
#pragma once

#include <filesystem>
#include <string>

#include "core/build_id.hpp"
#include "core/number_table.hpp"

namespace tempera::test {

/// Empty where there is no such file.
inline std::filesystem::path data_file(const std::string& name) {
    std::error_code ignored;
    for (const std::filesystem::path& folder :
         {data_folder(), std::filesystem::path(source_dir()) / ".." / "shared" / "data"}) {
        if (!folder.empty() && std::filesystem::exists(folder / name, ignored)) {
            return folder / name;
        }
    }
    return {};
}

}  // namespace tempera::test
