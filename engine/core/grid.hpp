// SPDX-License-Identifier: MIT
// Pictures of functions in the plane: a box and values on its cells.
#pragma once

#include <vector>

namespace tempera {

/// An axis-parallel rectangle; none as it is made.
struct Box {
    double x_min = 0, x_max = 0, y_min = 0, y_max = 0;

    double width() const { return x_max - x_min; }
    double height() const { return y_max - y_min; }
    double centre_x() const { return 0.5 * (x_min + x_max); }
    double centre_y() const { return 0.5 * (y_min + y_max); }
    /// False for boxes without area, and for NaN.
    bool has_area() const { return x_max > x_min && y_max > y_min; }
    static Box around(double x, double y, double half_width, double half_height) {
        return {x - half_width, x + half_width, y - half_height, y + half_height};
    }
    bool operator==(const Box&) const = default;
};

/// value[iy * nx + ix] over the box; iy = 0 at the bottom.
struct Grid {
    int nx = 0, ny = 0;
    Box box{0, 1, 0, 1};
    std::vector<float> value;
    float max = 0;

    double cell_width() const { return box.width() / nx; }
    double cell_height() const { return box.height() / ny; }
};

/// Zeros.
Grid make_grid(const Box& box, int nx, int ny);
void find_max(Grid& grid);
/// Scales a density so that it integrates to one over its box; leaves a grid without mass alone.
void normalise(Grid& grid);
/// log a - log b of two densities on the same cells; NaN where both are below 1e-8 of their maxima. Its max
/// is the largest absolute value.
Grid log_ratio(const Grid& a, const Grid& b);
/// Two box blurs of 2 radius + 1 cells, about a Gaussian; the border counts as empty.
void blur(Grid& grid, int radius);

}  // namespace tempera
