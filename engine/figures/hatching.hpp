// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <vector>

#include "core/grid.hpp"
#include "figures/canvas.hpp"

namespace tempera {

/// Slanting lines, `spacing` apart, over the cells of a picture that are not known (NaN): ends (x, y, x, y)
/// of their pieces. The picture fills `where` and is seen in `visible`; both are of a surface with y
/// downwards.
std::vector<std::array<double, 4>> hatching(const Grid& picture, const Rect& where, const Rect& visible,
                                            double spacing);

}  // namespace tempera
