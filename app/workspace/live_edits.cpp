// SPDX-License-Identifier: MIT
#include "app/workspace/live_edits.hpp"

#include "app/workspace/document.hpp"
#include "run/work/work.hpp"

namespace tempera::app {

LiveEdits live_edits(const Json& running, const Json& edited) {
    LiveEdits out;
    Json wanted = running;
    for (const char* section : {"path", "kernel", "moves", "sampler", "run", "target", "model"}) {
        if (!running.contains(section) || !edited.contains(section)) {
            continue;
        }
        Json part = running;
        part[section] = edited[section];
        const std::vector<std::string> different = preset_difference(running, part);
        bool cold = false;
        for (const std::string& field : different) {
            if (change_class(edited, field) == Change::cold) {
                cold = true;
                out.pending.push_back(field);
            }
        }
        if (!cold) {
            wanted[section] = edited[section];
            continue;
        }
        for (const std::string& field : different) {
            const Json v = get_value(edited, field);
            if (change_class(edited, field) != Change::cold && !v.is_null() &&
                !get_value(running, field).is_null()) {
                value_slot(wanted, field) = v;
            }
        }
    }
    out.edits = edits_between(running, wanted);
    return out;
}

}  // namespace tempera::app
