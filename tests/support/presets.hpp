// SPDX-License-Identifier: MIT
// A preset that is good, and what is said of one that is not.
#pragma once

#include <string>
#include <vector>

#include "run/preset/preset.hpp"

namespace tempera::test {

inline Json good_preset() {
    return parse_preset(R"({ "schema": "tempera-preset", "version": 1, "name": "good",   // a comment
        "target": { "type": "gaussian_mixture", "weights": [0.6666666666666666, 0.3333333333333333], "means": [[-4, 0], [4, 0]], "sigmas": [0.25, 1.0] },
        "path": { "type": "diffusion", "n_levels": 8 }, "kernel": { "type": "second_order" }, "sampler": { "type": "smc", "n_particles": 64 } })",
                        "good");
}

inline bool mentions(const std::vector<Problem>& problems, const std::string& place,
                     const std::string& text = "") {
    for (const Problem& p : problems) {
        if (p.place.find(place) != std::string::npos && p.text.find(text) != std::string::npos) {
            return true;
        }
    }
    return false;
}

inline std::string all_of(const std::vector<Problem>& problems) {
    std::string out;
    for (const Problem& p : problems) {
        out += p.place + ": " + p.text + "\n";
    }
    return out;
}

}  // namespace tempera::test
