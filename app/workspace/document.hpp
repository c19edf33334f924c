// SPDX-License-Identifier: MIT
// The preset being edited: its values, what is wrong with them, undo and redo. Knows no run and no drawing.
#pragma once

#include <deque>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "run/preset/preset.hpp"

namespace tempera::app {

/// Place of a dotted path in a document, made when absent.
Json& value_slot(Json& document, const std::string& dotted);

class Document {
public:
    /// Starts anew with the contents of a file. `edited` is what stands in the fields where edits of that
    /// file were not saved, and `basis` what of it stood there before the person's own edits.
    void adopt(Json contents, std::filesystem::path file, std::optional<Json> edited = std::nullopt,
               std::optional<Json> basis = std::nullopt);
    /// Takes another document as an edit that undo() takes back: `contents` with its edits, made from the
    /// preset in `file` as that was `saved`.
    void replace(Json contents, Json saved, std::filesystem::path file, const std::string& what);
    /// Writes the preset as it stands; of the file it came from stays what was not edited. Throws
    /// std::runtime_error; nothing changes then.
    void save_as(const std::filesystem::path& file);
    const std::filesystem::path& file() const { return file_; }
    /// There are edits of the person's that would be missed. What stories and hints set is none.
    bool modified() const { return now_ != basis_; }
    /// The edits so far may be lost from now on: the person gave them up.
    void give_up_edits() { basis_ = now_; }

    const Json& json() const { return now_; }
    const Json& saved() const { return saved_; }
    const Json& basis() const { return basis_; }        ///< what the person's edits started from
    const Json& resolved() const { return resolved_; }  ///< the last good one
    std::string name() const;
    Json value(const std::string& dotted) const;  ///< what stands there, or its default
    const std::vector<Problem>& problems() const { return problems_; }
    const Problem* problem_at(const std::string& dotted) const;
    bool differs_from_file(const std::string& dotted) const;

    /// Sets a value; edits of one field up to commit() are one undo step. Setting a "type" changes its
    /// section by the rule of change_type(). False when the value stood there already.
    bool set(const std::string& dotted, Json value);
    /// Sets a value in an undo step of its own that is no edit of the person's (stories, hints).
    void stage(const std::string& dotted, const Json& value);
    /// Sets several values in one undo step, named `what`.
    void set_all(const std::vector<std::pair<std::string, Json>>& values, const std::string& what);
    /// Ends an edit; the field's name, or empty when there was none.
    std::string commit();
    void reset(const std::string& dotted);  ///< to the value of the file
    void revert_all();
    /// The name of what was undone; empty when there was nothing.
    std::string undo();
    std::string redo();
    bool can_undo() const { return !undo_.empty(); }
    bool can_redo() const { return !redo_.empty(); }
    /// Options of the command line that turn the saved file into what stands here: " --set 'a.b=c' ...".
    std::string command_options() const;

private:
    struct Step {
        Json document, basis, saved;
        std::filesystem::path file;
        std::string what;
        int of;  ///< which document: two without a file are two
    };
    Step now(const std::string& what) const { return {now_, basis_, saved_, file_, what, number_}; }
    std::string travel(std::deque<Step>& from, std::deque<Step>& to);
    void remember(const std::string& what);
    void check();

    std::filesystem::path file_;
    Json now_ = Json::object(), saved_, basis_ = Json::object(), resolved_;
    std::vector<Problem> problems_;
    std::deque<Step> undo_, redo_;
    std::string open_edit_;
    int number_ = 0, last_number_ = 0;
};

}  // namespace tempera::app
