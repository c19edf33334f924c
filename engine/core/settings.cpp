// SPDX-License-Identifier: MIT
#include "core/settings.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/joined.hpp"

namespace tempera {

namespace {

constexpr std::size_t shown_length = 60;

/// A value as it stands in the input, shortened.
std::string shown(const Json& value) {
    std::string text;
    if (value.is_number_float() && !std::isfinite(value.get<double>())) {
        text = std::isnan(value.get<double>()) ? "NaN" : value.get<double>() > 0 ? "infinity" : "-infinity";
    } else {
        text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    return text.size() > shown_length ? text.substr(0, shown_length) + "..." : text;
}

std::string shown(double value) {
    return shown(value == std::floor(value) && std::abs(value) < 1e16 ? Json(static_cast<long>(value))
                                                                      : Json(value));
}

std::string is(const Json& value) { return " (is " + shown(value) + ")"; }

/// The rule that a number breaks, or "".
std::string broken_rule(double value, const Attributes& a) {
    if (!std::isfinite(value)) {
        return "must be finite";
    }
    if (a.open_min ? value <= a.min : value < a.min) {
        return (a.open_min ? "must be greater than " : "must be at least ") + shown(a.min);
    }
    if (a.open_max ? value >= a.max : value > a.max) {
        return (a.open_max ? "must be less than " : "must be at most ") + shown(a.max);
    }
    return "";
}

/// Where problems go while a value is read.
struct Place {
    std::string at;
    Problems& problems;

    void complain(const std::string& rule, const Json& value) const { problems.add(at, rule + is(value)); }
    Place item(std::size_t i) const { return {at + "[" + std::to_string(i) + "]", problems}; }
};

std::optional<double> read_number(const Json& value, const Attributes& a, const Place& place) {
    if (!value.is_number()) {
        place.complain("must be a number", value);
        return {};
    }
    const double v = value.get<double>();
    const std::string rule = broken_rule(v, a);
    if (!rule.empty()) {
        place.complain(rule, value);
        return {};
    }
    return v;
}

/// 2^53 bounds what a double can tell apart, and JSON's readers elsewhere hold integers in doubles: beyond it
/// they would be rounded without notice.
constexpr long most_exact = 1L << 53;

template <class T>
std::optional<T> read_integer(const Json& value, Attributes a, const Place& place) {
    if (!value.is_number()) {
        place.complain("must be a whole number", value);
        return {};
    }
    const double v = value.get<double>();
    if (std::isfinite(v) && v != std::floor(v)) {
        place.complain("must be a whole number", value);
        return {};
    }
    const double limit = sizeof(T) == 8 ? most_exact : static_cast<double>(std::numeric_limits<T>::max());
    a.min = std::max(a.min, -limit), a.max = std::min(a.max, limit);
    std::string rule = broken_rule(v, a);
    // a JSON integer just beyond may have been rounded to the limit, a float at the limit has been already
    const bool rounded = value.is_number_float() ? std::abs(v) >= most_exact
                                                 : (v > 0 && value.get<std::uint64_t>() > most_exact) ||
                                                       (v < 0 && value.get<std::int64_t>() < -most_exact);
    if (rule.empty() && rounded) {
        rule = (v > 0 ? "must be at most " : "must be at least ") + std::string(v > 0 ? "" : "-") +
               std::to_string(most_exact) + (value.is_number_float() ? ", written without a point" : "");
    }
    if (!rule.empty()) {
        place.complain(rule, value);
        return {};
    }
    return value.is_number_float() ? static_cast<T>(v) : value.get<T>();
}

std::optional<std::vector<double>> read_numbers(const Json& value, const Attributes& a, const Place& place) {
    if (value.is_null()) {
        return std::vector<double>{};
    }
    if (!value.is_array()) {
        place.complain("must be a list of numbers", value);
        return {};
    }
    std::vector<double> out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (const auto v = read_number(value[i], a, place.item(i))) {
            out.push_back(*v);
        }
    }
    return out.size() == value.size() ? std::optional(out) : std::nullopt;
}

std::optional<std::vector<std::vector<double>>> read_matrix(const Json& value, const Attributes& a,
                                                            const Place& place) {
    if (value.is_null()) {
        return std::vector<std::vector<double>>{};
    }
    if (!value.is_array()) {
        place.complain("must be a list of lists of numbers", value);
        return {};
    }
    std::vector<std::vector<double>> out;
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (!value[i].is_array()) {
            place.item(i).complain("must be a list of numbers", value[i]);
        } else if (auto row = read_numbers(value[i], a, place.item(i))) {
            out.push_back(std::move(*row));
        }
    }
    return out.size() == value.size() ? std::optional(out) : std::nullopt;
}

std::optional<std::string> read_choice(const Json& value, const std::vector<std::string>& choices,
                                       const Place& place) {
    if (value.is_string() &&
        std::find(choices.begin(), choices.end(), value.get<std::string>()) != choices.end()) {
        return value.get<std::string>();
    }
    const std::string near = value.is_string() ? nearest_name(value.get<std::string>(), choices) : "";
    place.problems.add(place.at, "must be one of: " + joined(choices) + is(value) +
                                     (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
    return {};
}

std::optional<std::string> read_text(const Json& value, const Place& place) {
    if (value.is_string()) {
        return value.get<std::string>();
    }
    if (value.is_null()) {
        return "";
    }
    place.complain("must be text", value);
    return {};
}

std::optional<Json> read_as_it_is(const Json& value, const Place&) { return value; }

/// The settings of one type with all defaults; nothing when they are not good.
std::optional<Json> read_entry(const Json& value, const std::vector<SettingsType>& types,
                               const Place& place) {
    if (!value.is_object()) {
        place.complain("must be an object such as { \"type\": \"" + types.front().name + "\" }", value);
        return {};
    }
    const SettingsType* type = find_type(types, value, place.at, place.problems);
    if (!type) {
        return {};
    }
    const std::size_t before = place.problems.list().size();
    type->check(value, place.at, place.problems);
    return place.problems.list().size() == before ? std::optional(type->resolve(value)) : std::nullopt;
}

std::optional<Json> read_list(const Json& value, const std::vector<SettingsType>& types, double least,
                              const Place& place) {
    if (!value.is_array() || static_cast<double>(value.size()) < least) {
        place.complain(std::string("must be a list") + (value.is_array() ? " that is not empty," : "") +
                           " such as [{ \"type\": \"" + types.front().name + "\" }]",
                       value);
        return {};
    }
    Json out = Json::array();
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (auto entry = read_entry(value[i], types, place.item(i))) {
            out.push_back(std::move(*entry));
        }
    }
    return out.size() == value.size() ? std::optional(out) : std::nullopt;
}

template <class T>
Json to_json(const T& value) {
    if constexpr (requires { value.empty(); } && !std::is_same_v<T, std::string> &&
                  !std::is_same_v<T, Json>) {
        return value.empty() ? Json() : Json(value);
    } else {
        return Json(value);
    }
}

}  // namespace

Describer Describer::lister(std::vector<Field>& out) {
    Describer d;
    d.mode_ = Mode::list;
    d.fields_ = &out;
    return d;
}

Describer Describer::reader(const Json& in, std::string place, Problems& problems) {
    static const Json nothing = Json::object();
    Describer d;
    d.mode_ = Mode::read;
    d.in_ = &in;
    if (!in.is_object()) {
        problems.add(place, "must be an object with settings" + is(in));
        d.in_ = &nothing;
    }
    d.place_ = std::move(place);
    d.problems_ = &problems;
    return d;
}

Describer Describer::writer(Json& out) {
    Describer d;
    d.mode_ = Mode::write;
    d.out_ = &out;
    return d;
}

Field& Describer::add_field(const char* name, Field::Kind kind, Json default_value, const Attributes& a) {
    Field f;
    f.name = name, f.kind = kind, f.default_value = std::move(default_value);
    f.min = a.min, f.max = a.max, f.open_min = a.open_min, f.open_max = a.open_max;
    f.log_scale = a.log_scale, f.unit = a.unit, f.help = a.help, f.change = a.change;
    fields_->push_back(std::move(f));
    return fields_->back();
}

template <class T, class Read>
void Describer::visit(const char* name, T& value, Field::Kind kind, std::vector<std::string> choices,
                      const Attributes& a, Read read) {
    if (mode_ == Mode::list) {
        Field& f = add_field(name, kind, to_json(value), a);
        f.choices = std::move(choices);
        f.optional = kind == Field::Kind::numbers || kind == Field::Kind::matrix ||
                     (std::is_same_v<T, Json> && value == T{});
    } else if (mode_ == Mode::write) {
        (*out_)[name] = to_json(value);
    } else if (in_->contains(name)) {
        const Place place{place_of(name), *problems_};
        if (auto read_value = read(in_->at(name), place)) {
            value = std::move(*read_value);
        }
    }
}

template <class T, class Read>
void Describer::visit_or(const char* name, std::optional<T>& value, const char* word, Field::Kind kind,
                         const char* kind_text, const Attributes& a, Read read) {
    const Json none = word ? Json(word) : Json();
    if (mode_ == Mode::list) {
        Field& f = add_field(name, kind, value ? Json(*value) : none, a);
        f.word = word ? word : "";
        f.optional = !word;
    } else if (mode_ == Mode::write) {
        (*out_)[name] = value ? Json(*value) : none;
    } else if (in_->contains(name)) {
        const Json& in = in_->at(name);
        const Place place{place_of(name), *problems_};
        if (in == none) {
            value.reset();
        } else if (!in.is_number()) {
            place.complain(std::string("must be ") + kind_text + " or " + none.dump(), in);
        } else if (auto number = read(in, a, place)) {
            value = *number;
        }
    }
}

void Describer::boolean(const char* name, bool& value, Attributes a) {
    visit(name, value, Field::Kind::boolean, {}, a,
          [](const Json& in, const Place& place) -> std::optional<bool> {
              if (in.is_boolean()) {
                  return in.get<bool>();
              }
              place.complain("must be true or false", in);
              return {};
          });
}

void Describer::integer(const char* name, int& value, Attributes a) {
    visit(name, value, Field::Kind::integer, {}, a,
          [&](const Json& in, const Place& place) { return read_integer<int>(in, a, place); });
}

void Describer::integer(const char* name, long& value, Attributes a) {
    visit(name, value, Field::Kind::integer, {}, a,
          [&](const Json& in, const Place& place) { return read_integer<long>(in, a, place); });
}

void Describer::number(const char* name, double& value, Attributes a) {
    visit(name, value, Field::Kind::number, {}, a,
          [&](const Json& in, const Place& place) { return read_number(in, a, place); });
}

void Describer::text(const char* name, std::string& value, Attributes a) {
    visit(name, value, Field::Kind::text, {}, a, read_text);
}

void Describer::file(const char* name, std::string& value, std::vector<std::string> words, Attributes a) {
    visit(name, value, Field::Kind::file, std::move(words), a, read_text);
}

void Describer::number_or(const char* name, std::optional<double>& value, const char* word, Attributes a) {
    visit_or(name, value, word, Field::Kind::number, "a number", a, read_number);
}

void Describer::integer_or(const char* name, std::optional<long>& value, const char* word, Attributes a) {
    visit_or(name, value, word, Field::Kind::integer, "a whole number", a, read_integer<long>);
}

void Describer::choice(const char* name, std::string& value, std::vector<std::string> choices, Attributes a) {
    visit(name, value, Field::Kind::choice, choices, a,
          [&](const Json& in, const Place& place) { return read_choice(in, choices, place); });
}

void Describer::numbers(const char* name, std::vector<double>& value, Attributes a) {
    visit(name, value, Field::Kind::numbers, {}, a,
          [&](const Json& in, const Place& place) { return read_numbers(in, a, place); });
}

void Describer::matrix(const char* name, std::vector<std::vector<double>>& value, Attributes a) {
    visit(name, value, Field::Kind::matrix, {}, a,
          [&](const Json& in, const Place& place) { return read_matrix(in, a, place); });
}

void Describer::rows(const char* name, Json& value, Attributes a) {
    visit(name, value, Field::Kind::rows, {}, a, read_as_it_is);
}

void Describer::matrices(const char* name, Json& value, Attributes a) {
    visit(name, value, Field::Kind::matrices, {}, a, read_as_it_is);
}

void Describer::json(const char* name, Json& value, Attributes a) {
    visit(name, value, Field::Kind::json, {}, a, read_as_it_is);
}

/// What is not given is read as its default, whose entries have defaults of their own.
template <class Read>
void Describer::visit_family(const char* name, Json& value, Field::Kind kind, Family family,
                             const Attributes& a, Read read) {
    if (mode_ == Mode::list) {
        add_field(name, kind, value, a).family = family;
    } else if (mode_ == Mode::write) {
        (*out_)[name] = value;
    } else {
        const Place place{place_of(name), *problems_};
        value = read(in_->contains(name) ? in_->at(name) : value, family(), place).value_or(value);
    }
}

void Describer::entry(const char* name, Json& value, Family family, Attributes a) {
    visit_family(name, value, Field::Kind::entry, family, a, read_entry);
}

void Describer::list(const char* name, Json& value, Family family, Attributes a) {
    visit_family(name, value, Field::Kind::list, family, a,
                 [&](const Json& in, const std::vector<SettingsType>& types, const Place& place) {
                     return read_list(in, types, a.min, place);
                 });
}

}  // namespace tempera
