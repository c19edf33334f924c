// SPDX-License-Identifier: MIT
#include "figures/plot_spec.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "core/csv.hpp"

namespace tempera {
namespace {

using Kind = PlotLayer::Kind;

const char* name_of(Kind kind) {
    constexpr const char* names[] = {"line", "band",  "bars",  "stairs", "points", "segments",
                                     "area", "image", "vline", "hline",  "text",   "quiver"};
    return names[static_cast<int>(kind)];
}

const char* name_of(Role role) {
    constexpr const char* names[] = {"exact",     "sampled", "weighted", "learned", "accent",
                                     "threshold", "dim",     "mode",     "run"};
    return names[static_cast<int>(role)];
}

double tame(double v, bool log) {
    v = std::clamp(v, -1e30, 1e30);
    return log ? std::max(v, 1e-300) : v;
}

/// Keeps the rows of a layer whose numbers are all finite; returns how many were dropped. Segments go in
/// pairs.
long keep_finite(PlotLayer& layer, bool log_x, bool log_y) {
    const std::size_t n = std::max(layer.x.size(), layer.y.size());
    const std::size_t step = layer.kind == Kind::segments ? 2 : 1;
    const auto good = [](const std::vector<double>& v, std::size_t i) {
        return i >= v.size() || std::isfinite(v[i]);
    };
    std::size_t to = 0;
    long dropped = 0;
    for (std::size_t i = 0; i + step <= n; i += step) {
        bool keep = true;
        for (std::size_t k = i; k < i + step; ++k) {
            keep = keep && good(layer.x, k) && good(layer.y, k) && good(layer.y2, k) && good(layer.u, k) &&
                   good(layer.v, k) && good(layer.shade, k) && good(layer.value, k);
        }
        if (!keep) {
            ++dropped;
            continue;
        }
        for (std::size_t k = i; k < i + step; ++k, ++to) {
            if (k < layer.x.size()) {
                layer.x[to] = tame(layer.x[k], log_x);
            }
            if (k < layer.y.size()) {
                layer.y[to] = tame(layer.y[k], log_y);
            }
            if (k < layer.y2.size()) {
                layer.y2[to] = tame(layer.y2[k], log_y);
            }
            for (std::vector<int>* of : {&layer.group, &layer.id}) {
                if (k < of->size()) {
                    (*of)[to] = (*of)[k];
                }
            }
            for (std::vector<double>* of : {&layer.u, &layer.v, &layer.shade, &layer.value}) {
                if (k < of->size()) {
                    (*of)[to] = (*of)[k];
                }
            }
        }
    }
    layer.x.resize(std::min(layer.x.size(), to));
    layer.y.resize(std::min(layer.y.size(), to));
    layer.y2.resize(std::min(layer.y2.size(), to));
    for (std::vector<int>* of : {&layer.group, &layer.id}) {
        of->resize(std::min(of->size(), to));
    }
    for (std::vector<double>* of : {&layer.u, &layer.v, &layer.shade, &layer.value}) {
        of->resize(std::min(of->size(), to));
    }
    return dropped;
}

void widen(PlotAxis& axis) {
    if (!std::isfinite(axis.min) || !std::isfinite(axis.max)) {
        axis.min = axis.log ? 1 : 0, axis.max = axis.log ? 10 : 1;
    }
    axis.min = tame(axis.min, axis.log), axis.max = tame(axis.max, axis.log);
    if (axis.min > axis.max) {
        std::swap(axis.min, axis.max);
    }
    if (axis.log) {
        if (axis.max < axis.min * 1.001) {
            axis.min /= 3, axis.max *= 3;
        }
        return;
    }
    const double size = std::max(std::abs(axis.min), std::abs(axis.max));
    if (axis.max - axis.min <= 1e-12 * size || axis.max == axis.min) {
        const double half = size > 0 ? 0.05 * size : 0.5;
        axis.min -= half, axis.max += half;
    }
}

std::string range_text(const std::vector<double>& v) {
    const auto [low, high] = std::minmax_element(v.begin(), v.end());
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%.4g to %.4g", *low, *high);
    return buffer;
}

Json to_json(const PlotAxis& a) {
    Json j{{"label", a.label},
           {"unit", a.unit},
           {"scale", a.log ? "log" : "linear"},
           {"reversed", a.reversed},
           {"range", {a.min, a.max}}};
    for (const auto& [at, text] : a.ticks) {
        j["ticks"].push_back({at, text});
    }
    return j;
}

}  // namespace

std::string PlotSpec::describe() const {
    std::string out = title + (state.empty() ? "" : " (" + state + ")") + ".";
    if (layers.empty()) {
        return out + " " + (empty.empty() ? "Nothing to draw." : empty);
    }
    if (!x.label.empty()) {
        out += " Horizontal: " + x.label + (x.unit.empty() ? "" : " in " + x.unit) + ".";
    }
    if (!y.label.empty()) {
        out += " Vertical: " + y.label + (y.unit.empty() ? "" : " in " + y.unit) + ".";
    }
    if (right) {
        out += " Right axis: " + right->label + (right->unit.empty() ? "" : " in " + right->unit) + ".";
    }
    if (colours) {
        out += " Colours: " + colours->label + (colours->unit.empty() ? "" : " in " + colours->unit) + ".";
    }
    for (const PlotLayer& layer : layers) {
        if (layer.name.empty() && layer.kind != Kind::image) {
            continue;
        }
        const std::string what = layer.name.empty() ? name_of(layer.kind) : layer.name;
        if (layer.kind == Kind::image && layer.image) {
            out += " " + what + ": " + std::to_string(layer.image->nx) + " by " +
                   std::to_string(layer.image->ny) + " cells.";
        } else if (!layer.y.empty()) {
            out +=
                " " + what + ": " + std::to_string(layer.y.size()) + " values, " + range_text(layer.y) + ".";
        }
    }
    return out + (note.empty() ? "" : " " + note) +
           (dropped ? " " + std::to_string(dropped) + " values that are not finite were left out." : "");
}

double longest(const PlotLayer& layer) {
    double out = 0;
    for (std::size_t i = 0; i < std::min(layer.u.size(), layer.v.size()); ++i) {
        out = std::max(out, std::hypot(layer.u[i], layer.v[i]));
    }
    return out;
}

std::array<double, 2> arrow(const PlotLayer& layer, std::size_t i) {
    constexpr double decades = 3;
    const double length = std::hypot(layer.u[i], layer.v[i]);
    if (!(length > 0) || !(layer.limit > 0)) {
        return {0, 0};
    }
    const double shown =
        layer.reach * std::clamp(1 + std::log10(length / layer.limit) / decades, 0.0, 1.0) / length;
    return {layer.u[i] * shown, layer.v[i] * shown};
}

Grid repeated(const Grid& grid, int times) {
    Grid out = make_grid(grid.box, grid.nx * times, grid.ny * times);
    for (int iy = 0; iy < out.ny; ++iy) {
        for (int ix = 0; ix < out.nx; ++ix) {
            out.value[static_cast<std::size_t>(iy) * static_cast<std::size_t>(out.nx) +
                      static_cast<std::size_t>(ix)] =
                grid.value[static_cast<std::size_t>(iy / times) * static_cast<std::size_t>(grid.nx) +
                           static_cast<std::size_t>(ix / times)];
        }
    }
    out.max = grid.max;
    return out;
}

int cell_pixels(const Grid& grid) {
    constexpr int whole = 512;
    return std::max(1, whole / std::max({1, grid.nx, grid.ny}));
}

PlotLayer make_layer(PlotLayer::Kind kind, std::string name, Role role, float width, int index) {
    PlotLayer out;
    out.kind = kind;
    out.name = std::move(name);
    out.role = role;
    out.index = index;
    out.width = width;
    return out;
}

std::vector<const PlotLayer*> legend_entries(const PlotSpec& plot) {
    std::vector<const PlotLayer*> out;
    std::set<std::string> seen;
    for (const PlotLayer& layer : plot.layers) {
        if (!layer.name.empty() && !layer.right && layer.kind != Kind::image && layer.kind != Kind::text &&
            seen.insert(layer.name).second) {
            out.push_back(&layer);
        }
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const PlotLayer* a, const PlotLayer* b) { return a->role < b->role; });
    return out;
}

void sanitize(PlotSpec& plot) {
    widen(plot.x);
    widen(plot.y);
    if (plot.right) {
        widen(*plot.right);
        std::erase_if(plot.right->ticks, [](const auto& t) { return !std::isfinite(t.first); });
    }
    if (plot.colours) {
        widen(*plot.colours);
    }
    for (PlotLayer& layer : plot.layers) {
        plot.dropped += keep_finite(layer, plot.x.log, plot.vertical(layer).log);
        if (!std::isfinite(layer.width) || layer.width < 0) {
            layer.width = 1;
        }
        if (layer.kind == Kind::quiver && !(layer.limit > 0)) {
            layer.limit = longest(layer);
        }
    }
    std::erase_if(plot.x.ticks, [](const auto& t) { return !std::isfinite(t.first); });
    std::erase_if(plot.y.ticks, [](const auto& t) { return !std::isfinite(t.first); });
}

Json to_json(const PlotSpec& plot) {
    Json j{{"id", plot.id},
           {"title", plot.title},
           {"state", plot.state},
           {"x", to_json(plot.x)},
           {"y", to_json(plot.y)}};
    if (plot.right) {
        j["right"] = to_json(*plot.right);
    }
    if (plot.colours) {
        j["colours"] = to_json(*plot.colours);
    }
    j["equal_aspect"] = plot.equal_aspect;
    j["note"] = plot.note;
    j["empty"] = plot.empty;
    j["dropped"] = plot.dropped;
    j["provenance"] = plot.provenance;
    j["describe"] = plot.describe();
    j["layers"] = Json::array();
    for (const PlotLayer& layer : plot.layers) {
        Json l{{"kind", name_of(layer.kind)},
               {"name", layer.name},
               {"role", name_of(layer.role)},
               {"index", layer.index},
               {"width", layer.width},
               {"dashed", layer.dashed},
               {"x", layer.x},
               {"y", layer.y}};
        if (layer.right) {
            l["axis"] = "right";
        }
        if (!layer.y2.empty()) {
            l["y2"] = layer.y2;
        }
        if (!layer.group.empty()) {
            l["group"] = layer.group;
        }
        if (!layer.value.empty()) {
            l["value"] = layer.value;
        }
        if (!layer.id.empty()) {
            l["id"] = layer.id;
        }
        if (layer.kind == Kind::quiver) {
            l["u"] = layer.u, l["v"] = layer.v, l["limit"] = layer.limit;
        }
        if (!layer.text.empty()) {
            l["text"] = layer.text;
        }
        if (layer.image) {
            const Grid& g = *layer.image;
            l["image"] = {{"nx", g.nx},
                          {"ny", g.ny},
                          {"box", {g.box.x_min, g.box.x_max, g.box.y_min, g.box.y_max}},
                          {"max", g.max}};
        }
        j["layers"].push_back(std::move(l));
    }
    return j;
}

std::string to_csv(const PlotSpec& plot) {
    const auto any = [&](auto has) { return std::any_of(plot.layers.begin(), plot.layers.end(), has); };
    const bool vectors = any([](const PlotLayer& l) { return l.kind == Kind::quiver; }),
               values = any([](const PlotLayer& l) { return !l.value.empty(); });
    const std::string unused = std::string(vectors ? ",," : "") + (values ? "," : "") + "\r\n";
    std::string out = std::string("layer,kind,name,x,y,y2,group") + (vectors ? ",u,v" : "") +
                      (values ? ",value" : "") + "\r\n";
    for (std::size_t l = 0; l < plot.layers.size(); ++l) {
        const PlotLayer& layer = plot.layers[l];
        const std::string head = std::to_string(l) + "," + name_of(layer.kind) + "," +
                                 csv_text(layer.name.empty() ? layer.text : layer.name) + ",";
        if (layer.image) {
            const Grid& g = *layer.image;
            for (std::size_t i = 0; i < g.value.size(); ++i) {
                if (!std::isfinite(g.value[i])) {
                    continue;
                }
                const double ix = static_cast<double>(i % static_cast<std::size_t>(g.nx)) + 0.5;
                const double iy = static_cast<double>(i / static_cast<std::size_t>(g.nx)) + 0.5;
                out += head + csv_number(g.box.x_min + ix * g.box.width() / g.nx) + "," +
                       csv_number(g.box.y_min + iy * g.box.height() / g.ny) + "," + csv_number(g.value[i]) +
                       "," + unused;
            }
            continue;
        }
        const auto cell = [](const std::vector<double>& v, std::size_t i) {
            return i < v.size() ? csv_number(v[i], false) : "";
        };
        for (std::size_t i = 0; i < std::max(layer.x.size(), layer.y.size()); ++i) {
            out += head + cell(layer.x, i) + "," + cell(layer.y, i) + "," + cell(layer.y2, i) + "," +
                   (i < layer.group.size() ? std::to_string(layer.group[i]) : "") +
                   (vectors ? "," + cell(layer.u, i) + "," + cell(layer.v, i) : "") +
                   (values ? "," + cell(layer.value, i) : "") + "\r\n";
        }
    }
    return out;
}

}  // namespace tempera
