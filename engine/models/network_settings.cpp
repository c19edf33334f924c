// SPDX-License-Identifier: MIT
#include "models/network_settings.hpp"

#include <cmath>

namespace tempera {

void NetworkSettings::describe(Describer& d) {
    d.numbers("hidden", hidden, {.help = "widths of the hidden layers"});
    d.choice("activation", activation, {"silu"}, {.help = "between the layers"});
    d.choice(
        "head", head, {"scalar", "dot", "squared_norm"},
        {.help = "energy networks: potential G = F(u), u . F(u) or -|F(u)|^2 / 2 of the scaled input u"});
    d.choice("parameterisation", parameterisation, {"edm"},
             {.help = "scaling of input and output with the noise level (Karras et al. 2022)"});
    d.number_or("energy_scale_floor", energy_scale_floor, "auto",
                {.min = 0,
                 .help = "s0 of the energy's prefactor sd / sqrt(sigma^2 + s0^2): \"auto\" = the smallest "
                         "scale of the data, or a number"});
    d.file("file", file, {}, {.help = "trained weights (npz) or a training folder; empty: train first"});
}

void NetworkSettings::check(const std::string& place, Problems& problems) const {
    if (hidden.empty() || hidden.size() > 64) {
        problems.add(place + ".hidden", "has " + std::to_string(hidden.size()) +
                                            " layers; write 1 to 64 widths such as [128, 128, 128]");
    }
    for (double h : hidden) {
        if (!(h >= 1 && h <= 8192 && h == std::floor(h))) {
            problems.add(place + ".hidden", Json(h).dump() + " must be a whole number from 1 to 8192");
        }
    }
}

}  // namespace tempera
