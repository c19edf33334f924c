// SPDX-License-Identifier: MIT
#include "run/work/work.hpp"

#include "core/thread.hpp"
#include "run/preset/preset.hpp"
#include "run/work/checkpoint.hpp"
#include "run/work/take_back.hpp"

namespace tempera {

namespace {

constexpr double progress_interval = 0.1;  // seconds

std::string short_text(const Json& value) {
    std::string text = value.dump();
    return text.size() > 40 ? text.substr(0, 37) + "..." : text;
}

}  // namespace

/// A section whose method changes comes whole: what its methods share need not mean the same.
Edits edits_between(const Json& from, const Json& to) {
    Edits edits;
    for (const std::string& place : preset_difference(from, to)) {
        const std::string section = place.substr(0, place.find('.'));
        const bool whole = get_value(from, section + ".type") != get_value(to, section + ".type");
        if (whole && !edits.empty() && edits.back().place == section) {
            continue;
        }
        const std::string& at = whole ? section : place;
        edits.push_back({at, get_value(to, at)});
    }
    return edits;
}

Json with_edits(Json preset, const Edits& edits) {
    for (const Edit& edit : edits) {
        if (edit.value.is_null()) {
            erase_value(preset, edit.place);
        } else if (get_value(preset, edit.place) != edit.value) {
            set_value(preset, edit.place, edit.value);
        }
    }
    return preset;
}

std::string edit_text(const Json& preset, const Edits& edits) {
    const Json after = with_edits(preset, edits);
    std::string text;
    for (const std::string& place : preset_difference(preset, after)) {
        text += (text.empty() ? "" : ", ") + place + " " + short_text(get_value(preset, place)) + " -> " +
                short_text(get_value(after, place));
    }
    return text;
}

const char* Ending::status() const {
    return kind == Kind::finished ? "finished" : kind == Kind::stopped ? "partial" : "failed";
}

bool advance_to_end(Work& work, const std::function<bool()>& ready, const std::function<void()>& after_step,
                    const std::stop_token& stop) {
    TakeBack take_back;
    while (!work.finished()) {
        if (!ready()) {
            return false;
        }
        if (take_back.advance(work, stop) && after_step) {
            after_step();
        }
    }
    return true;
}

Ending drive(Work& work, const DriveOptions& options) {
    const Stopwatch watch;
    double told = 0;
    RunCheckpoint* checkpoint = options.checkpoint;
    const auto after_step = [&] {
        if (checkpoint && checkpoint->due()) {
            checkpoint->save(work);
        }
        if (options.progress && watch.seconds() - told >= progress_interval) {
            told = watch.seconds();
            const WorkProgress progress = work.progress();
            options.progress(progress.fraction, progress.text);
        }
    };
    Ending ending;
    try {
        if (!checkpoint || !checkpoint->restore(work)) {
            work.start();
        }
        if (!advance_to_end(work, [&] { return !options.stop.stop_requested(); }, after_step, options.stop)) {
            ending.kind = Ending::Kind::stopped;
            if (checkpoint) {
                checkpoint->save(work);
            }
        }
    } catch (const NumericalError& error) {
        ending.kind = Ending::Kind::failed;
        ending.error = error.what();
    }
    ending.seconds = watch.seconds();
    return ending;
}

}  // namespace tempera
