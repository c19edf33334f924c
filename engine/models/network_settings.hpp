// SPDX-License-Identifier: MIT
// Settings that energy and score networks share; those of their training: training/training_settings.hpp.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/settings.hpp"

namespace tempera {

struct NetworkSettings {
    std::vector<double> hidden{128, 128, 128};
    std::string activation = "silu", parameterisation = "edm", head = "scalar", file;
    std::optional<double> energy_scale_floor;  ///< none: from the data

    void describe(Describer& d);
    void check(const std::string& place, Problems& problems) const;
};

}  // namespace tempera
