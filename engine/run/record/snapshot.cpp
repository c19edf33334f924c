// SPDX-License-Identifier: MIT
#include "run/record/snapshot.hpp"

namespace tempera {

const char* to_string(RunState state) {
    switch (state) {
    case RunState::idle:
        return "idle";
    case RunState::preparing:
        return "preparing";
    case RunState::running:
        return "running";
    case RunState::paused:
        return "paused";
    case RunState::finished:
        return "finished";
    case RunState::cancelled:
        return "cancelled";
    case RunState::failed:
        return "failed";
    }
    return "";
}

bool is_over(RunState state) {
    return state == RunState::idle || state == RunState::finished || state == RunState::cancelled ||
           state == RunState::failed;
}

}  // namespace tempera
