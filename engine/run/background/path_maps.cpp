// SPDX-License-Identifier: MIT
#include "run/background/path_maps.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <exception>

#include "run/background/latest_job.hpp"
#include "run/experiment/experiment.hpp"
#include "run/preset/preset_schema.hpp"

namespace tempera {
namespace {

bool adaptive(const Json& preset) {
    const Json path = preset.value("path", Json::object());
    if (!path.contains("schedule") || !path["schedule"].is_object()) {
        return false;
    }
    const std::string type = path["schedule"].value("type", "");
    return type == "equal_rejection" || type == "equal_cess";
}

/// The target's box; a variance-preserving path is centred on its reference and shows two standard deviations
/// of it, so that the reference is cut alike on all sides or not at all.
template <class Real>
Box framed(const DensityPath<Real>& path, const ViewPlane& plane) {
    Box box = plane.box;
    const LevelPosition top = path.position(path.n_levels());
    const bool unit_reference = std::isfinite(top.sigma) && top.sigma < 1.5;
    const double margin = 1.06, spread = 2.2 * path.coordinates().scale();
    for (std::size_t axis = 0; axis < 2; ++axis) {
        double &low = axis == 0 ? box.x_min : box.y_min, &high = axis == 0 ? box.x_max : box.y_max;
        double centre = 0.5 * (low + high), half = 0.5 * (high - low);
        if (unit_reference) {
            centre = 0;
            for (std::size_t i = 0; i < plane.shift.size(); ++i) {
                centre += plane.axis[axis][i] * plane.shift[i];
            }
            half = std::max({centre - low, high - centre, spread});
        }
        low = centre - margin * half;
        high = centre + margin * half;
    }
    return box;
}

/// A square around the frame, large enough that thumbnails up to 1.6 times as wide as high show none of its
/// edges.
Box shared_box(const Box& frame) {
    const double half = 1.25 * std::max(0.5 * frame.width(), 1.28 * (0.5 * frame.height()));
    return Box::around(frame.centre_x(), frame.centre_y(), half, half);
}

/// The path whose densities are exact: a learned one without its model, which may not be there (yet).
PathSetup<double> build_exact_path(const Json& resolved, const std::stop_token& stop) {
    if (!path_info(resolved["path"]).uses_model) {
        return build_path<double>(resolved, stop);
    }
    Json exact = resolved;
    exact["path"]["type"] = "diffusion";
    exact["model"] = Json{{"type", "none"}};
    if (adaptive(resolved)) {  // the levels are those that a pilot finds on the learned densities
        const PathSetup<double> learned = build_path<double>(resolved, stop);
        exact["path"]["schedule"] = learned.path->frozen_schedule();
        exact["path"]["n_levels"] = learned.path->n_levels();
    }
    try {
        return build_path<double>(exact, stop);
    } catch (const ConfigError&) {  // exact noised densities are not known for this target
        return build_path<double>(resolved, stop);
    }
}

}  // namespace

std::vector<int> map_order(int n_levels) {
    std::vector<int> order = thumbnail_levels(n_levels, n_thumbnails);
    std::vector<char> seen(static_cast<std::size_t>(n_levels) + 1, 0);
    for (int level : order) {
        seen[static_cast<std::size_t>(level)] = 1;
    }
    const int stride = (n_levels + most_maps) / most_maps;
    for (int level = n_levels; level >= 0; level -= stride) {
        if (!seen[static_cast<std::size_t>(level)]) {
            order.push_back(level);
        }
    }
    return order;
}

template <class Real>
PathFrame path_frame(const DensityPath<Real>& path) {
    PathFrame f;
    f.plane = view_plane(path);
    f.frame = framed(path, f.plane);
    f.box = shared_box(f.frame);
    return f;
}
template PathFrame path_frame(const DensityPath<float>&);
template PathFrame path_frame(const DensityPath<double>&);

std::string path_key(const Json& resolved) {
    Json parts = Json::object();
    const bool pilot = adaptive(resolved);
    for (const char* section : {"target", "path", "kernel", "moves", "sampler", "model", "run"}) {
        const bool defines = std::string(section) == "target" || std::string(section) == "path";
        if ((defines || pilot) && resolved.contains(section)) {
            parts[section] = resolved[section];
        }
    }
    // A target without exact noised densities needs its model even for the ends.
    if (resolved.contains("model") && path_info(resolved["path"]).uses_model) {
        parts["model_file"] = model_in_use(resolved).value("file", "");
    }
    return parts.dump();
}

void compute_path_maps(const Json& resolved, int resolution, std::stop_token stop,
                       const std::function<void(std::shared_ptr<const PathMaps>)>& publish) {
    PathMaps maps;
    maps.key = path_key(resolved);
    try {
        const PathSetup<double> setup = build_exact_path(resolved, stop);
        const DensityPath<double>& path = *setup.path;
        maps.n_levels = path.n_levels();
        maps.dim = path.dim();
        const PathFrame frame = path_frame(path);
        maps.plane = frame.plane, maps.frame = frame.frame, maps.box = frame.box;
        maps.mode_names = path.target().mode_names();
        maps.density.resize(static_cast<std::size_t>(maps.n_levels) + 1);
        for (int level = 0; level <= maps.n_levels && !stop.stop_requested(); ++level) {
            maps.positions.push_back(path.position(level));
            maps.mode_weights.push_back(path.mode_weights(level));
        }
        auto last = std::chrono::steady_clock::now();
        int done = 0;
        for (int level : map_order(maps.n_levels)) {
            if (stop.stop_requested()) {
                return;
            }
            Grid grid = exact_level_density(path, level, maps.plane, maps.box, resolution, resolution);
            if (grid.nx > 0) {
                normalise(grid);
                maps.density[static_cast<std::size_t>(level)] = std::make_shared<Grid>(std::move(grid));
            }
            ++done;
            const auto now = std::chrono::steady_clock::now();
            if (done == 8 || now - last > std::chrono::milliseconds(100)) {
                publish(std::make_shared<PathMaps>(maps));
                last = now;
            }
        }
        if (static_cast<int>(map_order(maps.n_levels).size()) <= maps.n_levels) {
            fill_between(maps.density);
        }
    } catch (const Stopped&) {
        return;
    } catch (const std::exception& e) {
        maps.error = e.what();
    }
    if (!stop.stop_requested()) {
        maps.complete = true;
        publish(std::make_shared<PathMaps>(std::move(maps)));
    }
}

struct PathMapper::Implementation {
    LatestJob<Json, PathMaps> job{[](const Json& preset, const LatestJob<Json, PathMaps>::Context& context) {
        compute_path_maps(preset, 192, context.stop, context.publish);
    }};
};

PathMapper::PathMapper() : self_(std::make_unique<Implementation>()) {}
PathMapper::~PathMapper() = default;

void PathMapper::request(const Json& resolved) { self_->job.request(path_key(resolved), resolved); }

std::shared_ptr<const PathMaps> PathMapper::latest() const { return self_->job.latest(); }

void PathMapper::set_on_publish(std::function<void()> callback) {
    self_->job.set_on_publish(std::move(callback));
}

}  // namespace tempera
