// SPDX-License-Identifier: MIT
// Settings: plain structs whose one describe() feeds JSON in and out, the window's widgets, the command
// line's describe/--set, the documentation and the error messages.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "core/errors.hpp"
#include "core/json.hpp"

namespace tempera {

/// When an edit during a run takes effect: at the next move, at the next level or scan, or after a restart.
enum class Change { hot, warm, cold };

/// What is known of one setting.
struct Field {
    enum class Kind { boolean, integer, number, text, choice, numbers, matrix, json };
    std::string name;
    Kind kind = Kind::number;
    Json default_value;
    double min = -std::numeric_limits<double>::infinity(), max = std::numeric_limits<double>::infinity();
    bool open_min = false, open_max = false;  ///< the bound itself is not allowed
    bool log_scale = false;                   ///< drags move by factors
    bool optional = false;                    ///< null (or absence) means "decide for me"
    std::vector<std::string> choices;
    std::string unit, help;
    Change change = Change::cold;
};

/// Optional attributes of a field, for designated initialisers.
struct Attributes {
    double min = -std::numeric_limits<double>::infinity(), max = std::numeric_limits<double>::infinity();
    bool open_min = false, open_max = false, log_scale = false;
    Change change = Change::cold;
    std::string unit = {}, help = {};
};

/// Visits the fields of a settings struct in one of three ways: list them, read them from JSON, write them to
/// JSON. A settings struct has `void describe(Describer&)` and, where fields depend on each other, `void
/// check(const std::string& place, Problems&) const`.
class Describer {
public:
    static Describer lister(std::vector<Field>& out);
    /// Reads known keys of `in`; reports wrong types, non-finite and out-of-range values under `place`.
    static Describer reader(const Json& in, std::string place, Problems& problems);
    static Describer writer(Json& out);

    void boolean(const char* name, bool& value, Attributes a = {});
    void integer(const char* name, int& value, Attributes a = {});
    void integer(const char* name, long& value, Attributes a = {});
    void number(const char* name, double& value, Attributes a = {});
    void text(const char* name, std::string& value, Attributes a = {});
    void choice(const char* name, std::string& value, std::vector<std::string> choices, Attributes a = {});
    /// A list of numbers; an empty list means absent.
    void numbers(const char* name, std::vector<double>& value, Attributes a = {});
    /// A list of lists (rows may differ in length; check() says what is wrong); empty means absent.
    void matrix(const char* name, std::vector<std::vector<double>>& value, Attributes a = {});
    /// Anything else (nested documents, list of matrices, "auto" or a number); null means absent.
    void json(const char* name, Json& value, Attributes a = {});

private:
    enum class Mode { list, read, write } mode_ = Mode::list;
    std::vector<Field>* fields_ = nullptr;
    const Json* in_ = nullptr;
    Json* out_ = nullptr;
    std::string place_;
    Problems* problems_ = nullptr;

    template <class T, class Read>
    void visit(const char* name, T& value, Field::Kind kind, std::vector<std::string> choices,
               const Attributes& a, Read read);
};

/// The fields of a settings type with the defaults of a default-constructed object.
template <class Settings>
std::vector<Field> fields_of() {
    std::vector<Field> out;
    Settings s;
    auto lister = Describer::lister(out);
    s.describe(lister);
    return out;
}

/// Names the known key nearest to `key` (edit distance), or "" when none is near.
std::string nearest_name(const std::string& key, const std::vector<std::string>& known);

/// Reports keys of `in` that are neither in `fields` nor in `also`, with the nearest known one.
void check_unknown_keys(const Json& in, const std::vector<Field>& fields,
                        const std::vector<std::string>& also, const std::string& place, Problems& problems);

/// Reads settings from JSON (defaults for what is absent). `also` names keys that belong to somebody else
/// ("type").
template <class Settings>
Settings read_settings(const Json& in, const std::string& place, Problems& problems,
                       const std::vector<std::string>& also = {"type"}) {
    Settings s;
    check_unknown_keys(in, fields_of<Settings>(), also, place, problems);
    auto reader = Describer::reader(in, place, problems);
    s.describe(reader);
    if constexpr (requires { s.check(place, problems); }) {
        s.check(place, problems);
    }
    return s;
}

template <class Settings>
Json write_settings(Settings s) {
    Json out = Json::object();
    auto writer = Describer::writer(out);
    s.describe(writer);
    return out;
}

}  // namespace tempera
