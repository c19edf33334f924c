// SPDX-License-Identifier: MIT
#include "run/preset/preset_text.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

namespace tempera {

namespace {

constexpr std::size_t nowhere = std::string::npos, line_width = 108;

std::string on_one_line(const Json& value) {
    if (!value.is_structured()) {
        return value.dump();
    }
    std::string out;
    for (const auto& [key, entry] : value.items()) {
        out += out.empty() ? "" : ", ";
        if (value.is_object()) {
            out += Json(key).dump();
            out += ": ";
        }
        out += on_one_line(entry);
    }
    return value.is_object() ? (out.empty() ? "{}" : "{ " + out + " }") : "[" + out + "]";
}

void format_value(const Json& value, std::size_t indent, std::size_t column, std::string& out) {
    const std::string spaced = on_one_line(value);
    if (!value.is_structured() || value.empty() || (column > 0 && column + spaced.size() <= line_width)) {
        out += spaced;
        return;
    }
    const std::string pad(indent + 2, ' ');
    out += value.is_object() ? "{" : "[";
    bool first = true;
    for (const auto& [key, entry] : value.items()) {
        out += first ? "\n" : ",\n";
        out += pad;
        first = false;
        std::size_t at = indent + 2;
        if (value.is_object()) {
            const std::string name = Json(key).dump();
            out += name;
            out += ": ";
            at += name.size() + 2;
        }
        format_value(entry, indent + 2, at, out);
    }
    out += '\n';
    out.append(indent, ' ');
    out += value.is_object() ? '}' : ']';
}

/// Where a value stands in the text: [begin, end); in an object also its key, and the comma behind it.
struct Node {
    std::size_t begin = 0, end = 0, key_begin = 0, comma = nowhere;
    std::string key;
    std::vector<Node> items;
};

/// Finds the places in a text that is known to be JSON.
class Scanner {
public:
    explicit Scanner(const std::string& text) : text_(text) {}

    Node document() {
        skip();
        return value();
    }

private:
    char now() const { return at_ < text_.size() ? text_[at_] : '\0'; }

    /// Blanks and comments.
    void skip() {
        while (at_ < text_.size()) {
            if (text_.compare(at_, 2, "//") == 0) {
                at_ = std::min(text_.find('\n', at_), text_.size());
            } else if (text_.compare(at_, 2, "/*") == 0) {
                const std::size_t close = text_.find("*/", at_ + 2);
                at_ = close == nowhere ? text_.size() : close + 2;
            } else if (std::string(" \t\r\n\xEF\xBB\xBF").find(text_[at_]) != nowhere) {
                ++at_;
            } else {
                return;
            }
        }
    }

    void skip_string() {
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            at_ += text_[at_] == '\\';
        }
        ++at_;
    }

    Node value() {
        Node node;
        node.begin = at_;
        if (now() == '{' || now() == '[') {
            items(node, now() == '{');
        } else if (now() == '"') {
            skip_string();
        } else {
            at_ = std::min(text_.find_first_of(",]} \t\r\n/", at_), text_.size());
        }
        node.end = at_;
        return node;
    }

    void items(Node& node, bool object) {
        ++at_;
        for (skip(); at_ < text_.size() && now() != '}' && now() != ']'; skip()) {
            const std::size_t key_begin = at_;
            std::string key;
            if (object) {
                skip_string();
                key =
                    parse_json(std::string_view(text_).substr(key_begin, at_ - key_begin)).get<std::string>();
                skip();
                ++at_;  // the colon
                skip();
            }
            Node item = value();
            item.key_begin = key_begin;
            item.key = std::move(key);
            skip();
            if (now() == ',') {
                item.comma = at_++;
            }
            node.items.push_back(std::move(item));
        }
        ++at_;
    }

    const std::string& text_;
    std::size_t at_ = 0;
};

std::string line_and_column(const std::string& text, std::size_t at) {
    const auto line = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n') + 1;
    const std::size_t begin = at == 0 ? nowhere : text.rfind('\n', at - 1);
    return "line " + std::to_string(line) + " column " +
           std::to_string(begin == nowhere ? at + 1 : at - begin);
}

void find_duplicates(const std::string& text, const std::string& name, const Node& node,
                     const std::string& place, Problems& problems) {
    std::map<std::string, std::size_t> seen;
    for (std::size_t i = 0; i < node.items.size(); ++i) {
        const Node& item = node.items[i];
        const bool keyed = text[node.begin] == '{';
        const std::string at = keyed ? (place.empty() ? item.key : place + "." + item.key)
                                     : place + "[" + std::to_string(i) + "]";
        if (keyed) {
            const auto [first, fresh] = seen.emplace(item.key, item.key_begin);
            if (!fresh) {
                problems.add(at, "stands twice in " + name + ": " + line_and_column(text, first->second) +
                                     " and " + line_and_column(text, item.key_begin) + "; keep one");
            }
        }
        find_duplicates(text, name, item, at, problems);
    }
}

/// Collects replacements of stretches of a text.
class TextEdits {
public:
    explicit TextEdits(const std::string& text) : text_(text) {}

    void change(const Node& node, const Json& before, const Json& wanted) {
        if (before == wanted) {
            return;
        }
        if (before.is_object() && wanted.is_object() && !node.items.empty()) {
            change_object(node, before, wanted);
        } else if (before.is_array() && wanted.is_array() && before.size() == wanted.size()) {
            for (std::size_t i = 0; i < node.items.size(); ++i) {
                change(node.items[i], before[i], wanted[i]);
            }
        } else {
            const std::size_t line = line_begin(node.begin);
            replace(node.begin, node.end, format_json(wanted, indent_of(line), node.begin - line + 1));
        }
    }

    std::string result() {
        // from the end; at one place what goes before what comes
        std::sort(edits_.begin(), edits_.end(), [](const Edit& a, const Edit& b) {
            return std::tuple(b.begin, b.end, b.order) < std::tuple(a.begin, a.end, a.order);
        });
        std::string out = text_;
        for (const Edit& e : edits_) {
            out.replace(e.begin, e.end - e.begin, e.text);
        }
        return out;
    }

private:
    struct Edit {
        std::size_t begin, end;
        std::string text;
        std::size_t order;
    };
    void replace(std::size_t begin, std::size_t end, std::string text) {
        edits_.push_back({begin, end, std::move(text), edits_.size()});
    }

    std::size_t line_begin(std::size_t at) const {
        const std::size_t newline = at == 0 ? nowhere : text_.rfind('\n', at - 1);
        return newline == nowhere ? 0 : newline + 1;
    }
    std::size_t indent_of(std::size_t line) const {
        return std::min(text_.find_first_not_of(" \t", line), text_.size()) - line;
    }
    bool begins_line(std::size_t at) const {
        const std::size_t line = line_begin(at);
        return line + indent_of(line) == at;
    }
    /// End of the line when only blanks and a comment follow, otherwise nothing.
    std::optional<std::size_t> rest_of_line(std::size_t at) const {
        const std::size_t next = text_.find_first_not_of(" \t\r", at);
        if (next == nowhere || text_[next] == '\n' || text_.compare(next, 2, "//") == 0) {
            return std::min(text_.find('\n', at), text_.size());
        }
        return std::nullopt;
    }

    void change_object(const Node& node, const Json& before, const Json& wanted) {
        std::vector<const Node*> kept;
        for (const Node& item : node.items) {
            if (wanted.contains(item.key)) {
                kept.push_back(&item);
                change(item, before[item.key], wanted[item.key]);
            }
        }
        std::vector<std::string> fresh;
        for (const auto& [key, value] : wanted.items()) {
            if (!before.contains(key)) {
                fresh.push_back(key);
            }
        }
        if (kept.empty()) {
            const std::size_t line = line_begin(node.begin);
            replace(node.begin, node.end, format_json(wanted, indent_of(line), node.begin - line + 1));
            return;
        }
        // members behind the last one that stays leave it their comma when others come
        const bool keep_comma = !fresh.empty() && kept.back()->comma != nowhere;
        take_out(node, wanted, *kept.back(), keep_comma);
        for (const std::string& key : fresh) {
            add(*kept.back(), key, wanted[key], key == fresh.front(), keep_comma);
        }
    }

    /// Members that are not wanted, each with one comma and, where it has its lines for itself, with these.
    void take_out(const Node& node, const Json& wanted, const Node& last_kept, bool keep_comma) {
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            const Node& item = node.items[i];
            if (wanted.contains(item.key)) {
                continue;
            }
            const std::size_t end = item.comma == nowhere ? item.end : item.comma + 1;
            const Node* before = item.begin > last_kept.begin ? &node.items[i - 1] : nullptr;
            const bool drop_comma = before == &last_kept && !keep_comma;
            const auto rest = rest_of_line(end);
            if (begins_line(item.key_begin) && rest) {
                if (drop_comma) {
                    replace(last_kept.comma, last_kept.comma + 1, "");
                }
                replace(line_begin(item.key_begin), std::min(*rest + 1, text_.size()), "");
            } else if (before) {
                replace(drop_comma || before != &last_kept ? before->end : before->comma + 1, item.end, "");
            } else {
                replace(item.key_begin, std::min(text_.find_first_not_of(" \t", end), text_.size()), "");
            }
        }
    }

    void add(const Node& after, const std::string& key, const Json& value, bool first, bool keep_comma) {
        const std::string name = Json(key).dump() + ": ";
        const std::size_t line = line_begin(after.key_begin), column = after.key_begin - line;
        const std::size_t end = keep_comma ? after.comma + 1 : after.end;
        const auto rest = begins_line(after.key_begin) ? rest_of_line(end) : std::nullopt;
        if (!rest) {
            replace(end, end,
                    (first && keep_comma ? " " : ", ") + name + format_json(value, column, column + 1));
            return;
        }
        if (!first) {
            edits_.back().text += ",";
        } else if (!keep_comma) {
            replace(end, end, ",");
        }
        replace(*rest, *rest,
                "\n" + text_.substr(line, column) + name + format_json(value, column, column + name.size()));
    }

    const std::string& text_;
    std::vector<Edit> edits_;
};

}  // namespace

std::string format_json(const Json& value, std::size_t indent, std::size_t column) {
    std::string out;
    format_value(value, indent, column, out);
    return out;
}

void check_duplicate_keys(const std::string& text, const std::string& name, Problems& problems) {
    find_duplicates(text, name, Scanner(text).document(), "", problems);
}

std::string edit_json_text(const std::string& text, const Json& wanted) {
    TextEdits edits(text);
    edits.change(Scanner(text).document(), Json::parse(text, nullptr, true, true), wanted);
    return edits.result();
}

}  // namespace tempera
