// SPDX-License-Identifier: MIT
#include "core/value_text.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>

namespace tempera {

namespace {

constexpr int deepest = 16;

/// How deep the lists of a kind nest; 0: no lists.
int list_depth(Field::Kind kind) {
    switch (kind) {
    case Field::Kind::numbers:
        return 1;
    case Field::Kind::matrix:
        return 2;
    case Field::Kind::matrices:
        return 3;
    default:
        return 0;
    }
}

int depth_of(const Json& value) {
    int out = 0;
    for (const Json& item : value.is_array() ? value : Json::array()) {
        out = std::max(out, depth_of(item));
    }
    return value.is_array() ? out + 1 : 0;
}

std::string items_text(const Json& list, int digits) {
    std::string text;
    for (const Json& x : list) {
        std::string part;
        if (x.is_number_float() && digits > 0) {
            char buffer[40];
            std::snprintf(buffer, sizeof buffer, "%.*g", digits, x.get<double>());
            part = buffer;
        } else {
            part = x.is_array() ? "[" + items_text(x, digits) + "]" : x.dump();
        }
        text += (text.empty() ? "" : ", ") + part;
    }
    return text;
}

/// Items up to the closing bracket (or the end): numbers and lists, parted by commas, blanks and semicolons.
class ListReader {
public:
    explicit ListReader(const std::string& text) : text_(text) {}

    std::optional<Json> all() {
        auto out = items(0);
        return out && at_ >= text_.size() ? out : std::nullopt;
    }

private:
    std::optional<Json> items(int depth) {
        Json rows = Json::array(), row = Json::array();
        bool parted = false;
        for (; at_ < text_.size() && text_[at_] != ']';) {
            const char c = text_[at_];
            if (c == ';' || c == '\n') {
                parted = true;
                rows.push_back(std::exchange(row, Json::array()));
                ++at_;
            } else if (c == ',' || c == ' ' || c == '\t') {
                ++at_;
            } else if (c == '[') {
                ++at_;
                auto list = depth < deepest ? items(depth + 1) : std::nullopt;
                if (!list || at_ >= text_.size()) {
                    return std::nullopt;
                }
                ++at_;
                row.push_back(std::move(*list));
            } else {
                const std::size_t end = std::min(text_.find_first_of(",; \t\n[]", at_), text_.size());
                Json number = parse_json(std::string_view(text_).substr(at_, end - at_));
                if (!number.is_number()) {
                    return std::nullopt;
                }
                row.push_back(std::move(number));
                at_ = end;
            }
        }
        if (!parted) {
            return row;
        }
        rows.push_back(std::move(row));
        return rows_of(std::move(rows));
    }

    /// Semicolons part rows where one has several numbers; otherwise they part numbers.
    static Json rows_of(Json rows) {
        Json flat = Json::array();
        bool single = true;
        for (const Json& row : rows) {
            single = single && row.size() <= 1;
            for (const Json& x : row) {
                flat.push_back(x);
            }
        }
        if (single) {
            return flat;
        }
        rows.erase(std::remove(rows.begin(), rows.end(), Json::array()), rows.end());
        return rows;
    }

    const std::string& text_;
    std::size_t at_ = 0;
};

/// A typed list of a kind, or nothing.
std::optional<Json> read_list(const std::string& text, Field::Kind kind) {
    const int depth = list_depth(kind);
    auto items = ListReader(text).all();
    if (!items || items->empty()) {
        return items;
    }
    Json out = std::move(*items);
    while (depth > 0 && depth_of(out) > depth && out.size() == 1) {
        out = Json(out[0]);
    }
    if (kind == Field::Kind::rows && out.size() == 1 && out[0].is_array()) {  // its own brackets
        out = Json(out[0]);
    }
    if (depth == 1 && depth_of(out) == 2) {  // parted by semicolons and commas alike
        Json flat = Json::array();
        for (const Json& row : out) {
            flat.insert(flat.end(), row.begin(), row.end());
        }
        out = std::move(flat);
    }
    while (depth > 1 && depth_of(out) < depth) {
        out = Json::array({out});
    }
    return out;
}

std::string trimmed(const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool is_text(Field::Kind kind) {
    return kind == Field::Kind::text || kind == Field::Kind::file || kind == Field::Kind::choice;
}

}  // namespace

std::string value_text(const Json& value, const Field& field, int digits) {
    if (value.is_string()) {
        return value.get<std::string>();
    }
    if (!value.is_array()) {
        return value.is_null() ? "" : value.dump();
    }
    const std::string items = items_text(value, digits);
    const bool clear =
        list_depth(field.kind) > 0 || (field.kind == Field::Kind::rows && depth_of(value) == 1);
    return clear && !value.empty() ? items : "[" + items + "]";
}

Json read_value(const std::string& text, const Field& field) {
    const std::string typed = trimmed(text);
    Json value = parse_json(typed);
    if (is_text(field.kind)) {
        return value.is_string()                                    ? value
               : field.kind == Field::Kind::file && typed == "null" ? Json()
                                                                    : Json(text);
    }
    if (typed.empty() || typed == "null") {
        return nullptr;
    }
    const bool list = list_depth(field.kind) > 0 || field.kind == Field::Kind::rows;
    const bool json_list = field.kind == Field::Kind::rows && value.is_array();
    if (list && !json_list && !value.is_object()) {
        if (auto items = read_list(typed, field.kind)) {
            return *items;
        }
    }
    return value.is_discarded() ? Json(text) : value;
}

}  // namespace tempera
