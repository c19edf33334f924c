// SPDX-License-Identifier: MIT
// The files of the workspace: presets and run folders in, presets out.
#include <unistd.h>

#include <algorithm>

#include "app/workspace/workspace.hpp"
#include "core/build_id.hpp"
#include "run/record/result.hpp"

namespace tempera::app {
namespace {

/// One of the program's own presets.
bool is_shipped(const std::filesystem::path& file) {
    std::error_code ignored;
    const std::filesystem::path own = std::filesystem::weakly_canonical(TEMPERA_PRESET_DIR, ignored);
    return std::filesystem::weakly_canonical(file, ignored).parent_path() == own;
}

}  // namespace

void Workspace::report(const std::string& title, const std::exception& e) {
    Message message{title, {}};
    if (const auto* config = dynamic_cast<const ConfigError*>(&e)) {
        for (const Problem& p : config->problems()) {
            message.lines.push_back((p.place.empty() ? "" : p.place + ": ") + p.text);
        }
    } else {
        message.lines.emplace_back(e.what());
    }
    for (const std::string& line : message.lines) {
        note(LogLine::Kind::error, line);
    }
    messages.push_back(std::move(message));
}

bool Workspace::open(const std::filesystem::path& file) {
    std::error_code ignored;
    const std::filesystem::path folder = run_folder_of(file);
    if (!folder.empty() || std::filesystem::is_directory(file, ignored)) {
        return open_run(folder.empty() ? file : folder);
    }
    try {
        Json document = load_preset(file);
        std::vector<Problem> problems = read_preset(document).problems;  // missing files are told in Setup
        if (!problems.empty()) {
            throw ConfigError(std::move(problems));
        }
        adopt(std::move(document), file, file);
    } catch (const std::exception& e) {
        report(file.filename().string() + " cannot be opened. Nothing was changed.", e);
        return false;
    }
    note(LogLine::Kind::command, "open " + file.string());
    start_if_wished();
    return true;
}

void Workspace::start_if_wished() {
    held_back_ = autostart && hold_back && hold_back();
    if (autostart && !held_back_) {
        start();
    }
}

void Workspace::use(const Proposal& proposal, const std::string& what) {
    try {
        // An own file stays what it is: the new preset asks for one when it is saved.
        const bool of_own_file = proposal.basis.empty() && saves_in_place();
        const Json saved = proposal.basis.empty() ? document_.saved() : load_preset(proposal.basis);
        look_anew();
        document_.replace(proposal.preset, saved,
                          !proposal.basis.empty() ? proposal.basis
                          : of_own_file           ? std::filesystem::path()
                                                  : file(),
                          what);
        checked(false);
    } catch (const std::exception& e) {
        report(what + " cannot be used. Nothing was changed.", e);
        return;
    }
    note(LogLine::Kind::command, "use " + what);
    start_if_wished();
}

bool Workspace::open_run(const std::filesystem::path& folder) {
    try {
        adopt(resolve_preset(load_preset(folder / "preset.json")), folder / "preset.json", folder);
    } catch (const std::exception& e) {
        report(folder.filename().string() + " is not a readable run folder. Nothing was changed.", e);
        return false;
    }
    note(LogLine::Kind::command, "open " + folder.string());
    if (!reader_) {
        reader_ = make_stored_run_reader();
        reader_->set_on_publish(on_publish_);
    }
    wanted_folder_ = folder;
    reader_->request(std::to_string(opened_), folder);
    return true;
}

/// The results of the run folder that was opened last, once they are read.
void Workspace::take_stored() {
    const auto read = reader_ ? reader_->latest() : nullptr;
    if (!read || wanted_folder_.empty() || read->folder != wanted_folder_) {
        return;
    }
    wanted_folder_.clear();
    const std::string name = read->folder.filename().string();
    if (!read->error.empty()) {
        messages.push_back(
            {"The stored results of " + name + " cannot be read. Press Space to run its preset again.",
             {read->error}});
        note(LogLine::Kind::error, name + ": " + read->error);
        return;
    }
    stored_ = read;
    snapshot_ = read->snapshot;
    runs_.push_back(stored_run(*read->result, read->folder));
    note(LogLine::Kind::note, name + ": stored results are shown; Run starts the preset again");
    take_snapshot();
}

/// Nothing of what was looked at belongs to what is opened: not even the last words of its run.
void Workspace::look_anew() {
    link_->cancel();
    ++opened_;
    stored_.reset();
    wanted_folder_.clear();
    cursor_.follow();
    held_back_ = false;
    dropped_run_ = std::max(link_->latest()->id, started_run_);  // which may have published nothing yet
    auto nothing = std::make_shared<Snapshot>();
    nothing->id = -1;
    snapshot_ = std::move(nothing);
    take_snapshot();
}

void Workspace::adopt(Json document, std::filesystem::path file, const std::filesystem::path& opened) {
    look_anew();
    recents_.add(opened);
    document_.adopt(std::move(document), std::move(file));
    checked(false);
}

void Workspace::recover(Json saved, Json edited, Json basis, const std::filesystem::path& file) {
    look_anew();
    if (!file.empty()) {
        recents_.add(file);
    }
    document_.adopt(std::move(saved), file, std::move(edited), std::move(basis));
    checked(false);
    note(LogLine::Kind::note, "restored " + name());
}

bool Workspace::saves_in_place() const {
    return !file().empty() && !is_shipped(file()) && run_folder_of(file()).empty() &&
           ::access(file().c_str(), W_OK) == 0;
}

bool Workspace::save_as(const std::filesystem::path& file) {
    try {
        if (!problems().empty()) {
            throw ConfigError(problems());
        }
        if (file.has_parent_path()) {
            std::filesystem::create_directories(file.parent_path());
        }
        document_.save_as(file);
    } catch (const std::exception& e) {
        report(file.filename().string() + " could not be saved", e);
        return false;
    }
    note(LogLine::Kind::command, "save " + file.string());
    return true;
}

}  // namespace tempera::app
