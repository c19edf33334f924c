// SPDX-License-Identifier: MIT
// Edits of the workspace's preset, and what of them the run takes on its way.
#include "app/workspace/live_edits.hpp"
#include "app/workspace/workspace.hpp"

namespace tempera::app {

void Workspace::set(const std::string& dotted, Json value) {
    if (document_.set(dotted, std::move(value))) {
        checked(true);
    }
}

void Workspace::commit() {
    const std::string field = document_.commit();
    if (!field.empty()) {
        note(LogLine::Kind::command, "set " + field + " = " + value(field).dump());
    }
}

void Workspace::stage(const std::string& dotted, const Json& value) {
    if (get_value(document(), dotted) == value) {
        return;
    }
    document_.stage(dotted, value);
    checked(true);
}

void Workspace::apply(const std::vector<std::pair<std::string, Json>>& values, const std::string& what) {
    document_.set_all(values, what);
    for (const auto& [dotted, value] : values) {
        note(LogLine::Kind::command, "set " + dotted + " = " + value.dump());
    }
    checked(true);
}

void Workspace::reset(const std::string& dotted) {
    document_.reset(dotted);
    checked(true);
}

void Workspace::revert_all() {
    document_.revert_all();
    checked(true);
}

void Workspace::undo() {
    const std::string what = document_.undo();
    if (!what.empty()) {
        note(LogLine::Kind::command, "undo " + what);
        checked(true);
    }
}

void Workspace::redo() {
    const std::string what = document_.redo();
    if (!what.empty()) {
        note(LogLine::Kind::command, "redo " + what);
        checked(true);
    }
}

/// A document without problems is mapped anew, and what may change live goes to the run.
void Workspace::checked(bool may_edit_run) {
    if (!problems().empty()) {
        return;
    }
    mapper_->request(resolved());
    if (may_edit_run) {
        send_edits();
    }
}

void Workspace::send_edits() {
    pending_.clear();
    if (!snapshot_->preset || !busy()) {
        return;
    }
    LiveEdits live = live_edits(*snapshot_->preset, resolved());
    pending_ = std::move(live.pending);
    // What the run refused once counts from the next one.
    std::erase_if(live.edits, [&](const Edit& edit) {
        const auto known = refused_.find(edit.place);
        const bool again = known != refused_.end() && known->second == edit.value;
        if (again) {
            pending_.push_back(edit.place);
        }
        return again;
    });
    if (live.edits.empty()) {
        return;
    }
    try {
        link_->edit(live.edits);
    } catch (const std::exception& e) {
        note(LogLine::Kind::error, e.what());
    }
}

}  // namespace tempera::app
