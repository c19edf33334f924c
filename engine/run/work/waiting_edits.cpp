// SPDX-License-Identifier: MIT
#include "run/work/waiting_edits.hpp"

#include <algorithm>
#include <utility>

#include "run/preset/preset.hpp"
#include "run/work/work.hpp"

namespace tempera {

namespace {

bool lies_in(const std::string& place, const std::string& outer) {
    return place == outer || place.rfind(outer + ".", 0) == 0;
}

}  // namespace

Json WaitingEdits::edited() const {
    Json preset = running_;
    for (const Batch& batch : in_hand_) {
        preset = with_edits(std::move(preset), batch.edits);
    }
    for (const Batch& batch : waiting_) {
        preset = with_edits(std::move(preset), batch.edits);
    }
    return preset;
}

/// A setting of a method that is still to come waits for it.
bool WaitingEdits::method_waits(const Edits& edits) const {
    return std::any_of(waiting_.begin(), waiting_.end(), [&](const Batch& batch) {
        return std::any_of(batch.edits.begin(), batch.edits.end(), [&](const Edit& whole) {
            return whole.value.is_object() && std::any_of(edits.begin(), edits.end(), [&](const Edit& e) {
                       return lies_in(e.place, whole.place);
                   });
        });
    });
}

void WaitingEdits::supersede(const Edits& edits) {
    for (Batch& batch : waiting_) {
        std::erase_if(batch.edits, [&](const Edit& old) {
            return std::any_of(edits.begin(), edits.end(),
                               [&](const Edit& e) { return lies_in(old.place, e.place); });
        });
    }
    std::erase_if(waiting_, [](const Batch& batch) { return batch.edits.empty(); });
}

bool WaitingEdits::accept(const Edits& edits) {
    if (closed_) {
        throw ConfigError("", "the run is done; edits count from the next run");
    }
    const Json before = edited(), after = resolve_preset(with_edits(before, edits));
    Batch batch{edits_between(before, after), {}, false};
    Problems problems;
    for (const std::string& place : preset_difference(before, after)) {
        const Change change = change_class(after, place);
        if (change == Change::cold) {
            problems.add(place, "cannot change while it runs; restart to apply it");
        }
        batch.warm = batch.warm || change == Change::warm;
    }
    problems.throw_if_any();
    if (batch.edits.empty()) {
        return false;
    }
    batch.warm = batch.warm || method_waits(batch.edits);
    supersede(batch.edits);
    waiting_.push_back(std::move(batch));
    return true;
}

std::vector<WaitingEdits::Batch> WaitingEdits::due(bool at_boundary) {
    std::deque<Batch> later;
    for (Batch& batch : waiting_) {
        if (batch.warm && !at_boundary) {
            later.push_back(std::move(batch));
        } else {
            batch.text = edit_text(running_, batch.edits);
            in_hand_.push_back(std::move(batch));
        }
    }
    waiting_ = std::move(later);
    return in_hand_;
}

void WaitingEdits::settle(Json running) {
    running_ = std::move(running);
    in_hand_.clear();
}

std::vector<WaitingEdits::Batch> WaitingEdits::close() {
    closed_ = true;
    for (Batch& batch : waiting_) {
        batch.text = edit_text(running_, batch.edits);
    }
    std::vector<Batch> rest(std::make_move_iterator(waiting_.begin()),
                            std::make_move_iterator(waiting_.end()));
    waiting_.clear();
    return rest;
}

}  // namespace tempera
