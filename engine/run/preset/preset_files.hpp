// SPDX-License-Identifier: MIT
// Files that a preset names (weights, teachers, data). A document keeps them as they are written, relative to
// its own folder; the folder travels with a document that was read from a file (place_key) and is never
// stored, and files are looked up when they are used.
#pragma once

#include <filesystem>

#include "core/settings.hpp"

namespace tempera {

/// Key under which a document that was read knows its folder; no setting, never written.
inline constexpr const char* place_key = "folder";

/// The file of that name: beside the preset, or else, where one exists, in the working folder or in that of
/// TEMPERA_DATA; a data set goes by its name without ending, too (core/number_table.hpp).
std::filesystem::path find_file(const Json& preset, const std::string& name);
/// How the preset names a file: from its own folder where it has one, else from the root.
std::string named_file(const Json& preset, const std::filesystem::path& file);
/// The preset with every file it names as an absolute path: for those who read the files.
Json with_found_files(Json preset);
/// The document as it reads in another folder: relative files are told from there.
Json moved_preset(Json preset, const std::filesystem::path& folder);
/// The document to store in a folder that may be moved: no absolute path, no folder of its own.
Json stored_preset(Json preset, const std::filesystem::path& folder);
/// Does a section name a file that is not there?
bool lacks_files(const Json& preset, const std::string& section);
/// Every file that the preset needs and that is not there.
void check_files(const Json& preset, Problems& problems);

/// Writes an edited preset. What is equal keeps the text of `source`, the file that it was read from
/// (comments, parent, order, relative files); in another folder parents are told in full. Throws
/// std::runtime_error.
void save_preset(const Json& preset, const std::filesystem::path& source,
                 const std::filesystem::path& target);

}  // namespace tempera
