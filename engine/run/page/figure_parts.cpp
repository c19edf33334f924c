// SPDX-License-Identifier: MIT
#include "run/page/figure_parts.hpp"

#include <algorithm>

#include "figures/ticks.hpp"

namespace tempera {

PlotSpec level_figure(const std::string& id, std::string title, int n_levels) {
    PlotSpec p;
    p.id = id;
    p.title = std::move(title);
    p.x.label = "level, from reference to target";
    p.x.reversed = true;
    p.x.min = -0.012 * n_levels;  // room for what stands at the ends
    p.x.max = 1.012 * std::max(1, n_levels);
    p.x.ticks = level_ticks(std::max(1, n_levels));
    return p;
}

}  // namespace tempera
