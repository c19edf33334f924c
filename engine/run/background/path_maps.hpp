// SPDX-License-Identifier: MIT
// Pictures of the exact densities along a path, computed on a background thread: the window asks and never
// waits.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "core/settings.hpp"
#include "diagnostics/grid.hpp"
#include "run/record/thumbnail_levels.hpp"

namespace tempera {

/// How a path is looked at: one plane and one extent for all of its levels.
struct PathFrame {
    ViewPlane plane;
    Box box;    ///< the extent that all maps share
    Box frame;  ///< what of it shows both ends: for thumbnails and first views
};
template <class Real>
PathFrame path_frame(const DensityPath<Real>& path);

/// What is known of a path so far; immutable, a later one replaces it.
struct PathMaps {
    std::string key;  ///< of the preset's parts that define the path
    int n_levels = 0, dim = 0;
    ViewPlane plane;
    Box box, frame;  ///< see PathFrame
    /// [n_levels + 1], normalised over the box; null = not computed yet, or not known: the exact densities,
    /// also of a learned path.
    std::vector<std::shared_ptr<const Grid>> density;
    std::vector<LevelPosition> positions;           ///< [n_levels + 1]
    std::vector<std::vector<double>> mode_weights;  ///< [n_levels + 1], exact, empty where unknown
    std::vector<std::string> mode_names;
    bool complete = false;
    std::string error;  ///< why there are none
};

/// A path keeps pictures of about so many levels at most (some 150 MB).
inline constexpr int most_maps = 1024;
/// The order in which levels are worth knowing: thumbnails, then the rest from the reference down; evenly
/// thinned where there are more than most_maps.
std::vector<int> map_order(int n_levels);
/// Levels between those that have a picture take that of the nearest: on so long a path no eye tells them
/// apart.
template <class Picture>
void fill_between(std::vector<std::shared_ptr<const Picture>>& pictures) {
    std::vector<std::size_t> known;
    for (std::size_t level = 0; level < pictures.size(); ++level) {
        if (pictures[level]) {
            known.push_back(level);
        }
    }
    const auto distance = [&](std::size_t i, std::size_t level) {
        return known[i] > level ? known[i] - level : level - known[i];
    };
    std::size_t nearest = 0;
    for (std::size_t level = 0; level < pictures.size() && !known.empty(); ++level) {
        while (nearest + 1 < known.size() && distance(nearest + 1, level) <= distance(nearest, level)) {
            ++nearest;
        }
        pictures[level] = pictures[known[nearest]];
    }
}
/// Computes the maps in useful order (thumbnails, then the rest) and publishes after each few. Throws
/// nothing.
void compute_path_maps(const Json& resolved, int resolution, std::stop_token stop,
                       const std::function<void(std::shared_ptr<const PathMaps>)>& publish);
/// The parts of a preset that the maps depend on, as text.
std::string path_key(const Json& resolved);

/// One background thread that keeps the maps of the latest requested preset.
class PathMapper {
public:
    PathMapper();
    ~PathMapper();
    /// Returns at once; does nothing when the maps of this preset are there or under way.
    void request(const Json& resolved);
    std::shared_ptr<const PathMaps> latest() const;  ///< null before the first
    void set_on_publish(std::function<void()> callback);

private:
    struct Implementation;
    std::unique_ptr<Implementation> self_;
};

}  // namespace tempera
