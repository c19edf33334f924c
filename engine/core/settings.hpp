// SPDX-License-Identifier: MIT
// Settings: plain structs whose one describe() feeds JSON in and out, the window's widgets, the command
// line's describe/--set, the documentation and the error messages.
#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "core/errors.hpp"
#include "core/json.hpp"

namespace tempera {

/// When an edit during a run takes effect: at the next move, at the next level or scan, or after a restart.
enum class Change { hot, warm, cold };

struct SettingsType;
/// The types that a family's catalogue offers.
using Family = const std::vector<SettingsType>& (*)();

/// What is known of one setting.
struct Field {
    enum class Kind {
        boolean,
        integer,
        number,
        text,
        choice,
        numbers,
        matrix,    ///< a list of lists
        rows,      ///< numbers, or a list of lists
        matrices,  ///< a list of matrices
        json,
        file,
        group,
        entry,
        list
    };
    std::string name;
    Kind kind = Kind::number;
    Json default_value;
    double min = -std::numeric_limits<double>::infinity(), max = std::numeric_limits<double>::infinity();
    bool open_min = false, open_max = false;  ///< the bound itself is not allowed
    bool log_scale = false;                   ///< drags move by factors
    bool optional = false;                    ///< null (or absence) means "decide for me"
    std::vector<std::string> choices;         ///< of a file: words that name none ("exact")
    std::string unit, help;
    Change change = Change::cold;
    std::string word;  ///< of a number: what may stand instead of one ("auto"); null where `optional`
    std::vector<Field> fields;  ///< of a group
    Family family = nullptr;    ///< of an entry (one type with its settings) and of a list of such
};

/// One type of a family without what it makes: its settings, how they are checked and filled in.
struct SettingsType {
    std::string name, summary;
    std::vector<Field> fields;
    /// Reports every problem of the settings under `place`.
    std::function<void(const Json& settings, const std::string& place, Problems& problems)> check;
    /// The settings with "type" and every default; throws ConfigError when they are not good.
    std::function<Json(const Json& settings)> resolve;
};

/// Optional attributes of a field, for designated initialisers.
struct Attributes {
    double min = -std::numeric_limits<double>::infinity(), max = std::numeric_limits<double>::infinity();
    bool open_min = false, open_max = false, log_scale = false;
    Change change = Change::cold;
    std::string unit = {}, help = {};
};

/// Visits the fields of a settings struct in one of three ways: list them, read them from JSON, write them to
/// JSON. A settings struct has `void describe(Describer&)`, which changes nothing by itself, and may have
/// `void complete()`, called after reading, which fills in what depends on what was given, and
/// `void check(const std::string& place, Problems&) const` for fields that depend on each other.
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
    /// Numbers or lists of numbers, and matrices, unread: check() says what is wrong; null means absent.
    void rows(const char* name, Json& value, Attributes a = {});
    void matrices(const char* name, Json& value, Attributes a = {});
    /// Anything else; null means absent.
    void json(const char* name, Json& value, Attributes a = {});
    /// A number, or the word (null where `word` is null) that stands for no number.
    void number_or(const char* name, std::optional<double>& value, const char* word, Attributes a = {});
    void integer_or(const char* name, std::optional<long>& value, const char* word, Attributes a = {});
    /// A file or folder, looked up beside the preset; "" and `words` name none.
    void file(const char* name, std::string& value, std::vector<std::string> words = {}, Attributes a = {});
    /// Settings of their own under one name.
    template <class Settings>
    void group(const char* name, Settings& value, Attributes a = {});
    /// { "type": ..., its settings }: one type of a family; read, it has every default.
    void entry(const char* name, Json& value, Family family, Attributes a = {});
    /// A list of such; a.min is the least length.
    void list(const char* name, Json& value, Family family, Attributes a = {});

private:
    enum class Mode { list, read, write } mode_ = Mode::list;
    std::vector<Field>* fields_ = nullptr;
    const Json* in_ = nullptr;
    Json* out_ = nullptr;
    std::string place_;
    Problems* problems_ = nullptr;

    Field& add_field(const char* name, Field::Kind kind, Json default_value, const Attributes& a);
    std::string place_of(const char* name) const { return place_.empty() ? name : place_ + "." + name; }
    template <class T, class Read>
    void visit(const char* name, T& value, Field::Kind kind, std::vector<std::string> choices,
               const Attributes& a, Read read);
    template <class T, class Read>
    void visit_or(const char* name, std::optional<T>& value, const char* word, Field::Kind kind,
                  const char* kind_text, const Attributes& a, Read read);
    template <class Read>
    void visit_family(const char* name, Json& value, Field::Kind kind, Family family, const Attributes& a,
                      Read read);
};

/// The fields of settings, with their values as defaults.
template <class Settings>
std::vector<Field> fields_of(Settings s = {}) {
    std::vector<Field> out;
    auto lister = Describer::lister(out);
    s.describe(lister);
    return out;
}

/// Names the known key nearest to `key` (edit distance), or "" when none is near.
std::string nearest_name(const std::string& key, const std::vector<std::string>& known);

/// Reports keys of `in` that are neither in `fields` nor in `also`, with the nearest known one.
void check_unknown_keys(const Json& in, const std::vector<Field>& fields,
                        const std::vector<std::string>& also, const std::string& place, Problems& problems);

/// The type that settings name; null, and a problem at `place`.type, when it is missing, no text or unknown
/// (with the nearest name).
const SettingsType* find_type(const std::vector<SettingsType>& types, const Json& settings,
                              const std::string& place, Problems& problems);

/// Reads settings from JSON; what is absent stays as it is in `s`. `also` names keys that belong to somebody
/// else.
template <class Settings>
void read_into(Settings& s, const Json& in, const std::string& place, Problems& problems,
               const std::vector<std::string>& also) {
    check_unknown_keys(in, fields_of(s), also, place, problems);
    auto reader = Describer::reader(in, place, problems);
    s.describe(reader);
    if constexpr (requires { s.complete(); }) {
        s.complete();
    }
    if constexpr (requires { s.check(place, problems); }) {
        s.check(place, problems);
    }
}

template <class Settings>
Settings read_settings(const Json& in, const std::string& place, Problems& problems,
                       const std::vector<std::string>& also = {"type"}) {
    Settings s;
    read_into(s, in, place, problems, also);
    return s;
}

template <class Settings>
Json write_settings(Settings s) {
    Json out = Json::object();
    auto writer = Describer::writer(out);
    s.describe(writer);
    return out;
}

template <class Settings>
void Describer::group(const char* name, Settings& value, Attributes a) {
    if (mode_ == Mode::list) {
        add_field(name, Field::Kind::group, write_settings(value), a).fields = fields_of(value);
    } else if (mode_ == Mode::write) {
        (*out_)[name] = write_settings(value);
    } else if (in_->contains(name)) {
        read_into(value, in_->at(name), place_of(name), *problems_, {});
    }
}

}  // namespace tempera
