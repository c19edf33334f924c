// SPDX-License-Identifier: MIT
#include "app/workspace/document.hpp"

#include <sstream>

#include "run/preset/preset_files.hpp"

namespace tempera::app {
namespace {

constexpr std::size_t undo_depth = 300;

bool is_type(const std::string& dotted) {
    return dotted.size() > 5 && dotted.compare(dotted.size() - 5, 5, ".type") == 0;
}

/// Sets a value; a "type" changes its section by the rule of change_type().
void put(Json& document, const std::string& dotted, Json value) {
    const std::string section = is_type(dotted) ? dotted.substr(0, dotted.size() - 5) : "";
    if (!section.empty() && value.is_string()) {
        change_type(document, section, value.get<std::string>());
    } else {
        value_slot(document, dotted) = std::move(value);
    }
}

}  // namespace

Json& value_slot(Json& document, const std::string& dotted) {
    Json* at = &document;
    std::istringstream parts(dotted);
    for (std::string part; std::getline(parts, part, '.');) {
        if (!at->is_object()) {
            *at = Json::object();
        }
        at = &(*at)[part];
    }
    return *at;
}

void Document::adopt(Json contents, std::filesystem::path file, std::optional<Json> edited,
                     std::optional<Json> basis) {
    saved_ = std::move(contents);
    now_ = edited ? std::move(*edited) : saved_;
    basis_ = basis ? std::move(*basis) : saved_;
    file_ = std::move(file);
    number_ = ++last_number_;
    undo_.clear();
    redo_.clear();
    open_edit_.clear();
    check();
}

void Document::replace(Json contents, Json saved, std::filesystem::path file, const std::string& what) {
    remember(what);
    open_edit_.clear();
    now_ = std::move(contents);
    saved_ = saved;
    basis_ = std::move(saved);
    file_ = std::move(file);
    number_ = ++last_number_;
    check();
}

void Document::save_as(const std::filesystem::path& file) {
    save_preset(now_, file_, file);
    now_ = moved_preset(now_, std::filesystem::absolute(file).parent_path());
    saved_ = basis_ = now_;
    for (std::deque<Step>* steps : {&undo_, &redo_}) {  // what they lead to is no longer what the file holds
        for (Step& step : *steps) {
            if (step.of == number_) {
                step.basis = step.saved = basis_;
                step.file = file;
            }
        }
    }
    file_ = file;
    check();
}

std::string Document::name() const {
    const Json n = get_value(now_, "name");
    if (n.is_string() && !n.get<std::string>().empty()) {
        return n.get<std::string>();
    }
    return file_.empty() ? "untitled" : file_.stem().string();
}

Json Document::value(const std::string& dotted) const {
    const Json own = get_value(now_, dotted);
    return own.is_null() ? get_value(resolved_, dotted) : own;
}

const Problem* Document::problem_at(const std::string& dotted) const {
    for (const Problem& p : problems_) {
        if (p.place == dotted || p.place.rfind(dotted + "[", 0) == 0) {
            return &p;
        }
    }
    return nullptr;
}

bool Document::differs_from_file(const std::string& dotted) const {
    return get_value(now_, dotted) != get_value(saved_, dotted);
}

void Document::remember(const std::string& what) {
    undo_.push_back(now(what));
    if (undo_.size() > undo_depth) {
        undo_.pop_front();
    }
    redo_.clear();
}

bool Document::set(const std::string& dotted, Json value) {
    if (get_value(now_, dotted) == value) {
        return false;
    }
    if (open_edit_ != dotted) {
        remember(dotted);
        open_edit_ = dotted;
    }
    redo_.clear();
    put(now_, dotted, std::move(value));
    check();
    return true;
}

void Document::stage(const std::string& dotted, const Json& value) {
    remember(dotted);
    open_edit_.clear();
    put(now_, dotted, value);
    put(basis_, dotted, value);
    check();
}

void Document::set_all(const std::vector<std::pair<std::string, Json>>& values, const std::string& what) {
    remember(what);
    open_edit_.clear();
    for (const auto& [dotted, value] : values) {
        put(now_, dotted, value);
    }
    check();
}

std::string Document::commit() {
    std::string field;
    std::swap(field, open_edit_);
    return field;
}

void Document::reset(const std::string& dotted) {
    const Json old = get_value(saved_, dotted);
    remember(dotted);
    open_edit_.clear();
    if (old.is_null()) {
        erase_value(now_, dotted);
    } else {
        value_slot(now_, dotted) = old;
    }
    check();
}

void Document::revert_all() {
    remember("everything");
    open_edit_.clear();
    now_ = basis_ = saved_;
    check();
}

std::string Document::undo() { return travel(undo_, redo_); }
std::string Document::redo() { return travel(redo_, undo_); }

/// To the document that was remembered last in `from`; the one of now is remembered in `to`.
std::string Document::travel(std::deque<Step>& from, std::deque<Step>& to) {
    if (from.empty()) {
        return {};
    }
    open_edit_.clear();
    Step step = std::move(from.back());
    from.pop_back();
    to.push_back(now(step.what));
    now_ = std::move(step.document);
    basis_ = std::move(step.basis);
    saved_ = std::move(step.saved);
    file_ = std::move(step.file);
    number_ = step.of;
    check();
    return step.what;
}

/// Finds what is wrong and keeps the last good resolved form.
void Document::check() {
    Resolved read = read_preset(now_);
    problems_ = std::move(read.problems);
    if (problems_.empty()) {
        resolved_ = std::move(read.preset);
        Problems missing;
        check_files(resolved_, missing);
        problems_ = missing.list();
    }
}

std::string Document::command_options() const {
    std::string options;
    if (!problems_.empty() || saved_.empty() || !modified()) {
        return options;
    }
    try {
        for (const std::string& field : preset_difference(resolve_preset(saved_), resolved_)) {
            const Json v = get_value(resolved_, field);
            options += " --set '" + field + "=" + (v.is_string() ? v.get<std::string>() : v.dump()) + "'";
        }
    } catch (const std::exception&) {  // the file's own form is always good; nothing to add
    }
    return options;
}

}  // namespace tempera::app
