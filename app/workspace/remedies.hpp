// SPDX-License-Identifier: MIT
// One-click edits for a run's warnings.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/settings.hpp"

namespace tempera::app {

/// What a button does, said on it, as edits of the preset.
struct Remedy {
    std::string label;
    std::vector<std::pair<std::string, Json>> values;
};

/// At most two for a warning of this id, the more promising first: those that change something and leave the
/// preset without problems. `document` is the preset as written, `resolved` with all defaults.
std::vector<Remedy> remedies(const std::string& warning, const Json& document, const Json& resolved);

/// The warnings that have remedies at all.
std::vector<std::string> warnings_with_remedies();

/// What was found for a document: checking a preset is too much for every frame.
class RemedyFinder {
public:
    const std::vector<Remedy>& of(const std::string& warning, const Json& document, const Json& resolved);

private:
    Json document_;
    std::map<std::string, std::vector<Remedy>> found_;
};

}  // namespace tempera::app
