// SPDX-License-Identifier: MIT
#include "run/preset/preset_notes.hpp"

namespace tempera {

std::vector<Problem> preset_notes(const Json& resolved) {
    std::vector<Problem> out;
    const Json &moves = resolved["moves"], &sampler = resolved["sampler"];
    if (sampler.contains("moves_per_scan") && moves.contains("n_steps") && moves["type"] != "none" &&
        moves["n_steps"] != sampler["moves_per_scan"]) {
        out.push_back({"moves.n_steps",
                       moves["n_steps"].dump() + " is not used: " + sampler["type"].get<std::string>() +
                           " makes sampler.moves_per_scan = " + sampler["moves_per_scan"].dump() +
                           " moves at every level"});
    }
    return out;
}

}  // namespace tempera
