// SPDX-License-Identifier: MIT
// Catalogues: readable lists of the methods of a family. An entry knows its name, its settings and how to
// make the method in either precision from JSON and a context (what the family needs: a target, a path, ...).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "core/settings.hpp"

namespace tempera {

/// Name, one-line summary and settings of a method, without its types.
struct MethodInfo {
    std::string family, name, summary;
    std::vector<Field> fields;
};

template <template <class> class Base, template <class> class Context>
struct Entry {
    MethodInfo info;
    /// Reads and checks settings only; reports every problem.
    std::function<void(const Json&, const std::string& place, Problems&)> check;
    /// The settings with every default filled in.
    std::function<Json(const Json&)> resolve;
    std::function<std::shared_ptr<Base<float>>(const Json&, const Context<float>&)> make_f32;
    std::function<std::shared_ptr<Base<double>>(const Json&, const Context<double>&)> make_f64;

    template <class Real>
    std::shared_ptr<Base<Real>> make(const Json& settings, const Context<Real>& context) const {
        if constexpr (std::is_same_v<Real, float>) {
            return make_f32(settings, context);
        } else {
            return make_f64(settings, context);
        }
    }
};

/// Builds an entry from a method template with constructor Method<Real>(const Settings&, const
/// Context<Real>&). The constructor throws ConfigError when settings and context do not go together.
template <template <class> class Base, template <class> class Context, template <class> class Method,
          class Settings>
Entry<Base, Context> make_entry(const char* family, const char* name, const char* summary) {
    static_assert(std::is_base_of_v<Base<double>, Method<double>>);
    Entry<Base, Context> e;
    e.info = {family, name, summary, fields_of<Settings>()};
    const std::string place = family;
    const auto read = [place](const Json& in) {
        Problems problems;
        Settings s = read_settings<Settings>(in, place, problems);
        problems.throw_if_any();
        return s;
    };
    e.check = [](const Json& in, const std::string& at, Problems& problems) {
        read_settings<Settings>(in, at, problems);
    };
    e.resolve = [name = std::string(name), read](const Json& in) {
        Json out = Json::object();
        out["type"] = name;
        out.update(write_settings(read(in)));
        return out;
    };
    e.make_f32 = [read](const Json& in, const Context<float>& c) {
        return std::make_shared<Method<float>>(read(in), c);
    };
    e.make_f64 = [read](const Json& in, const Context<double>& c) {
        return std::make_shared<Method<double>>(read(in), c);
    };
    return e;
}

/// The "type" of a preset's section; empty where it has none.
inline std::string type_of(const Json& section) {
    const auto type = section.is_object() ? section.find("type") : section.end();
    return type != section.end() && type->is_string() ? type->template get<std::string>() : std::string();
}

/// The types of a catalogue, for a Family.
template <class E>
std::vector<SettingsType> settings_types(const std::vector<E>& catalogue) {
    std::vector<SettingsType> out;
    for (const E& e : catalogue) {
        out.push_back({e.info.name, e.info.summary, e.info.fields, e.check, e.resolve});
    }
    return out;
}

/// Finds an entry by name; otherwise throws ConfigError at "<family>.type" with the nearest known name.
template <class E>
const E& find_entry(const std::vector<E>& catalogue, const std::string& family, const std::string& name) {
    std::vector<std::string> known;
    for (const E& e : catalogue) {
        if (e.info.name == name) {
            return e;
        }
        known.push_back(e.info.name);
    }
    std::string text = "\"" + name + "\" is not known", all;
    for (const std::string& k : known) {
        all += (all.empty() ? "" : ", ") + k;
    }
    const std::string near = nearest_name(name, known);
    throw ConfigError(family + ".type", text + (near.empty() ? "" : "; did you mean \"" + near + "\"?") +
                                            " (one of: " + all + ")");
}

}  // namespace tempera
