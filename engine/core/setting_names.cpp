// SPDX-License-Identifier: MIT
// Names that are not known, and the known one that was meant.
#include <algorithm>
#include <cctype>
#include <limits>

#include "core/joined.hpp"
#include "core/settings.hpp"

namespace tempera {

namespace {

/// Edits (insert, delete, replace, swap neighbours) between two names.
std::size_t edit_distance(const std::string& a, const std::string& b) {
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
            }
        }
    }
    return d[a.size()][b.size()];
}

/// Lower case, without what people leave out or put in: "n-levels", "nLevels" and "n_levels" are the same.
std::string plain(const std::string& name) {
    std::string out;
    for (const char c : name) {
        if (std::isalnum(static_cast<unsigned char>(c))) {
            out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
    }
    return out;
}

}  // namespace

std::string nearest_name(const std::string& key, const std::vector<std::string>& known) {
    const std::string k = plain(key);
    std::string best;
    std::size_t best_distance = std::numeric_limits<std::size_t>::max();
    for (const std::string& name : known) {
        const std::string n = plain(name);
        std::size_t distance = edit_distance(k, n);
        // A beginning or an end of a name ("particles" for "n_particles") is near as well.
        if (k.size() >= 3 && n.size() > k.size() && (n.starts_with(k) || n.ends_with(k))) {
            distance = std::min<std::size_t>(distance, 2);
        }
        if (distance < best_distance &&
            distance <= std::max<std::size_t>(1, std::min(k.size(), n.size()) / 3 + 1)) {
            best_distance = distance;
            best = name;
        }
    }
    return best;
}

const SettingsType* find_type(const std::vector<SettingsType>& types, const Json& settings,
                              const std::string& place, Problems& problems) {
    std::vector<std::string> known;
    for (const SettingsType& type : types) {
        known.push_back(type.name);
    }
    const std::string at = place + ".type";
    if (!settings.contains("type")) {
        problems.add(at, "is missing; choose one of: " + joined(known));
        return nullptr;
    }
    const Json& given = settings["type"];
    if (!given.is_string()) {
        problems.add(at, given.dump() + " must be a text, one of: " + joined(known));
        return nullptr;
    }
    const std::string name = given.get<std::string>();
    for (const SettingsType& type : types) {
        if (type.name == name) {
            return &type;
        }
    }
    const std::string near = nearest_name(name, known);
    problems.add(at, "\"" + name + "\" is not known" +
                         (near.empty() ? "" : "; did you mean \"" + near + "\"?") +
                         " (one of: " + joined(known) + ")");
    return nullptr;
}

void check_unknown_keys(const Json& in, const std::vector<Field>& fields,
                        const std::vector<std::string>& also, const std::string& place, Problems& problems) {
    if (!in.is_object()) {
        return;
    }
    std::vector<std::string> known;
    for (const Field& f : fields) {
        known.push_back(f.name);
    }
    known.insert(known.end(), also.begin(), also.end());
    for (const auto& [key, value] : in.items()) {
        if (std::find(known.begin(), known.end(), key) == known.end()) {
            const std::string near = nearest_name(key, known);
            problems.add(place.empty() ? key : place + "." + key,
                         "is not known" +
                             (near.empty() ? std::string() : "; did you mean \"" + near + "\"?") +
                             " (known: " + joined(known) + ")");
        }
    }
}

}  // namespace tempera
