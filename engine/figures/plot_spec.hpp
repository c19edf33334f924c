// SPDX-License-Identifier: MIT
// Retained plot model: builders make a PlotSpec from results; the window, SVG, PDF, PNG, CSV and JSON draw
// it. All numbers in a PlotSpec are finite (sanitize() drops what is not and counts it).
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/grid.hpp"
#include "core/settings.hpp"

namespace tempera {

/// Meaning of a series; the theme turns it into a colour: the same everywhere.
enum class Role { exact, sampled, weighted, learned, accent, threshold, dim, mode, run };

struct PlotAxis {
    std::string label, unit;
    bool log = false;
    bool reversed = false;                              ///< level axes run from n_levels (left) to 0 (right)
    double min = 0, max = 1;                            ///< always set by the builder; never auto-fitted
    std::vector<std::pair<double, std::string>> ticks;  ///< empty = nice ticks
};

struct PlotLayer {
    enum class Kind { line, band, bars, stairs, points, segments, area, image, vline, hline, text, quiver };
    Kind kind = Kind::line;
    std::string name;  ///< legend entry; empty = none
    Role role = Role::sampled;
    int index = 0;  ///< which mode or run, for Role::mode / Role::run
    std::vector<double> x, y,
        y2;                     ///< y2: upper edge of bands and areas; segments: consecutive pairs of (x, y)
    std::vector<int> group;     ///< points: mode per point
    std::vector<double> value;  ///< points: numbers on the plot's scale of colours, which colour them
    std::vector<int> id;        ///< points: which particle each of them is
    /// Quiver: vectors at (x, y). See arrow().
    std::vector<double> u, v;
    std::vector<double> shade;  ///< points, quiver: opacity of each; empty: the same for all
    double reach = 1;           ///< quiver: length of the longest arrow in units of the axes
    std::shared_ptr<const Grid> image;
    /// Image: the value of the strongest colour; quiver: the length of a vector with the longest arrow.
    /// 0: the largest there is.
    double limit = 0;
    bool diverging = false;  ///< image: colours around zero, up to +-limit; cells that are NaN are left out
    bool cells = false;      ///< image: every cell has one colour and edges; else what lies between is smooth
    bool hatched = false;    ///< image: cells that are NaN are hatched
    bool ring = false;       ///< points: circles that leave what they surround in view
    std::string text;
    float width = 2;
    bool dashed = false;
    bool right = false;  ///< y and y2 belong to the plot's right axis
};

struct PlotSpec {
    std::string id, title, state;  ///< state: right end of the title row
    PlotAxis x, y;
    std::optional<PlotAxis> right;  ///< second vertical axis, at the right edge; without grid lines
    /// Scale of the colours of points that have values: a bar beside the plot.
    std::optional<PlotAxis> colours;
    std::vector<PlotLayer> layers;
    bool equal_aspect = false;
    bool legend = true;
    std::string note;        ///< one sentence under the plot
    std::string empty;       ///< what to say when there is nothing to draw
    long dropped = 0;        ///< non-finite values taken out
    std::string provenance;  ///< run name, seed, build
    /// Vertical axis of a layer.
    const PlotAxis& vertical(const PlotLayer& layer) const { return layer.right && right ? *right : y; }
    std::string describe() const;  ///< a text summary of the plot
};

/// Way of vector i's arrow from its foot, in units of the axes: lengths are logarithmic over three decades,
/// so that weak fields keep their directions.
std::array<double, 2> arrow(const PlotLayer& layer, std::size_t i);
/// Length of the longest vector of a quiver.
double longest(const PlotLayer& layer);

/// A grid with every cell as a square of times x times equal ones.
Grid repeated(const Grid& grid, int times);
/// How often a cell that is to have edges is repeated in a picture.
int cell_pixels(const Grid& grid);
/// Points of this width are balls: each has a rim that parts it from those behind it.
inline constexpr float ball_width = 8;

/// A layer without its data.
PlotLayer make_layer(PlotLayer::Kind kind, std::string name, Role role, float width = 2, int index = 0);
/// What a legend names: one layer per name, in the order of meanings (exact first), whatever the order of
/// drawing; the right axis names its own.
std::vector<const PlotLayer*> legend_entries(const PlotSpec& plot);

void sanitize(PlotSpec& plot);
Json to_json(const PlotSpec& plot);
std::string to_csv(const PlotSpec& plot);

/// Colours of a theme by meaning, as 0xRRGGBB.
struct Palette {
    unsigned ground, panel, raised, field, field_hovered, border, grid, text, dim, accent, primary, good,
        warning, bad, exact, sampled, weighted, learned;
    std::vector<unsigned> modes;  ///< Okabe-Ito
    bool dark = false;
    unsigned role(Role role, int index = 0) const;
};
/// light, dark, high_contrast, print. Throws ConfigError for other names.
const Palette& palette(const std::string& theme);
/// Density colour (RGB 0..1) of a transferred value in [0, 1]: from the ground to the theme's peak colour.
std::array<double, 3> density_colour(const Palette& palette, double t);
/// Colour of a difference in [-1, 1]: blue, neutral at zero, orange.
std::array<double, 3> difference_colour(const Palette& palette, double t);
/// Colour of a place in [0, 1] on a scale of values: its palest stands out from the ground, too.
std::array<double, 3> value_colour(const Palette& palette, double t);
/// Place of a value on a scale of colours, in [0, 1].
double colour_place(const PlotAxis& scale, double value);
/// A colour as 0xRRGGBB.
unsigned packed_rgb(const std::array<double, 3>& colour);
/// Log transfer over 2.6 decades below the maximum, 0 at and below that.
double density_transfer(double value, double max);

/// Physical size of an exported figure.
struct FigureSize {
    double width_mm = 174, height_mm = 100;
};
std::string to_svg(const PlotSpec& plot, const Palette& palette,
                   FigureSize size = {});  ///< real <text>, deterministic bytes
std::string to_pdf(const PlotSpec& plot, const Palette& palette,
                   FigureSize size = {});  ///< cairo, fixed dates
std::string to_png(const PlotSpec& plot, const Palette& palette, FigureSize size = {}, double dpi = 200);

}  // namespace tempera
