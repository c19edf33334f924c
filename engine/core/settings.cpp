// SPDX-License-Identifier: MIT
#include "core/settings.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <optional>

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

std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& n : names) {
        out += (out.empty() ? "" : ", ") + n;
    }
    return out;
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
    // 2^53 bounds what a double can tell apart; JSON integers beyond it would be rounded without notice.
    const double limit = sizeof(T) == 8 ? 0x1p53 : static_cast<double>(std::numeric_limits<T>::max());
    a.min = std::max(a.min, -limit), a.max = std::min(a.max, limit);
    const std::string rule = broken_rule(v, a);
    if (!rule.empty()) {
        place.complain(rule, value);
        return {};
    }
    return static_cast<T>(v);
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

template <class T>
Json to_json(const T& value) {
    if constexpr (requires { value.empty(); } && !std::is_same_v<T, std::string> &&
                  !std::is_same_v<T, Json>) {
        return value.empty() ? Json() : Json(value);
    } else {
        return Json(value);
    }
}

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

template <class T, class Read>
void Describer::visit(const char* name, T& value, Field::Kind kind, std::vector<std::string> choices,
                      const Attributes& a, Read read) {
    if (mode_ == Mode::list) {
        Field f{name,        kind,  to_json(value),     a.min,  a.max,  a.open_min, a.open_max,
                a.log_scale, false, std::move(choices), a.unit, a.help, a.change};
        f.optional = kind == Field::Kind::numbers || kind == Field::Kind::matrix ||
                     (kind == Field::Kind::json && value == T{});
        fields_->push_back(std::move(f));
    } else if (mode_ == Mode::write) {
        (*out_)[name] = to_json(value);
    } else if (in_->contains(name)) {
        const Place place{place_.empty() ? name : place_ + "." + name, *problems_};
        if (auto read_value = read(in_->at(name), place)) {
            value = std::move(*read_value);
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
    visit(name, value, Field::Kind::text, {}, a,
          [](const Json& in, const Place& place) -> std::optional<std::string> {
              if (in.is_string()) {
                  return in.get<std::string>();
              }
              if (in.is_null()) {
                  return "";
              }
              place.complain("must be text", in);
              return {};
          });
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

void Describer::json(const char* name, Json& value, Attributes a) {
    visit(name, value, Field::Kind::json, {}, a,
          [](const Json& in, const Place&) -> std::optional<Json> { return in; });
}

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
