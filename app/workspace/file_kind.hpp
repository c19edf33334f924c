// SPDX-License-Identifier: MIT
// What a file that is opened or dropped may be.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tempera::app {

enum class FileKind {
    preset,  ///< or a run, or a file of one
    points,  ///< rows of numbers, or a network's weights; the folder of a training
    module,  ///< TorchScript
    unknown
};

/// In the folder of a training.
inline constexpr const char* weights_of_training = "weights.npz";

/// By its place, its ending and, where that says nothing, its first byte.
FileKind file_kind(const std::filesystem::path& file);
/// Endings of the files that Tempera opens, with their dots.
const std::vector<std::string>& opened_endings();
/// What Tempera opens, as a sentence for those who bring something else.
std::string what_opens();

}  // namespace tempera::app
