// SPDX-License-Identifier: MIT
#include "app/workspace/level_pictures.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace tempera::app {
namespace {

/// About 1 MB a level at most; a long path keeps every level, a very long one those seen last.
constexpr std::size_t most_pictures = 400;

constexpr std::size_t most_bytes_of_points = 128 << 20;

std::size_t bytes_of(const PointSet& p) {
    return sizeof(double) * (p.x.size() + 2 * p.principal[0].size() + 2 * p.distance.size() +
                             p.observables.size() * p.weight.size()) +
           sizeof(float) * (2 * p.weight.size() + p.force.size() + p.energy.size());
}

/// Density of the drawn particles over the same extent as the exact maps, for thumbnails.
std::shared_ptr<const Grid> thumbnail_grid(const SpriteSet& s, const PathMaps& maps) {
    Grid grid;
    grid.nx = grid.ny = 128;
    grid.box = maps.box;
    grid.value.assign(static_cast<std::size_t>(grid.nx) * grid.ny, 0.0f);
    for (std::size_t i = 0; i < s.x.size(); ++i) {
        const double u = (s.x[i] - grid.box.x_min) / grid.box.width(),
                     v = (s.y[i] - grid.box.y_min) / grid.box.height();
        if (u >= 0 && u < 1 && v >= 0 && v < 1) {
            const auto cell =
                static_cast<std::size_t>(v * grid.ny) * grid.nx + static_cast<std::size_t>(u * grid.nx);
            grid.value[cell] += i < s.weight.size() ? s.weight[i] : 1.0f;
        }
    }
    // As wide as the counting noise asks for: narrow where there are many, wide in the tails.
    const double n = static_cast<double>(std::max<std::size_t>(1, s.x.size()));
    const int narrow = std::clamp(static_cast<int>(grid.nx / std::sqrt(n)), 1, 6);
    Grid wide = grid;
    blur(grid, narrow);
    blur(wide, 2 * narrow + 2);
    const float few = 6.0f / static_cast<float>((4 * narrow + 5) * (4 * narrow + 5));
    for (std::size_t i = 0; i < grid.value.size(); ++i) {
        const float share = wide.value[i] / (wide.value[i] + few);
        grid.value[i] = share * grid.value[i] + (1 - share) * wide.value[i];
    }
    blur(grid, 1);
    return std::make_shared<Grid>(std::move(grid));
}

}  // namespace

bool LevelPictures::take(const Snapshot& snapshot) {
    const bool fresh = snapshot.id != run_;
    if (fresh) {
        pictures_.clear();
        run_ = snapshot.id;
    }
    const auto kept = [&](int level) {
        const auto it = pictures_.find(level);
        return it != pictures_.end() && it->second.kept;
    };
    if (snapshot.sights) {
        for (const LevelSight& s : *snapshot.sights) {
            if (!kept(s.level)) {
                pictures_[s.level] = {s.sprites, s.density, nullptr, s.points, true, ++seen_};
            }
        }
    }
    if (snapshot.sprites && !kept(snapshot.level)) {
        pictures_[snapshot.level] = {snapshot.sprites, snapshot.density, nullptr, snapshot.points, false,
                                     ++seen_};
        if (pictures_.size() > most_pictures) {
            forget_oldest();
        }
        save_memory();
    }
    return fresh;
}

/// Those that the run itself keeps stay: it hands them over again with every snapshot.
void LevelPictures::forget_oldest() {
    const auto oldest =
        std::min_element(pictures_.begin(), pictures_.end(), [](const auto& a, const auto& b) {
            return std::pair(a.second.kept, a.second.seen) < std::pair(b.second.kept, b.second.seen);
        });
    if (!oldest->second.kept) {
        pictures_.erase(oldest);
    }
}

/// Points of large systems take more than their pictures: those seen first are let go of.
void LevelPictures::save_memory() {
    std::size_t bytes = 0;
    std::vector<std::pair<long, LevelPicture*>> latest_last;
    for (auto& [level, p] : pictures_) {
        if (p.points && !p.kept) {
            latest_last.emplace_back(p.seen, &p);
            bytes += bytes_of(*p.points);
        }
    }
    std::sort(latest_last.begin(), latest_last.end());
    for (std::size_t i = 0; i + 1 < latest_last.size() && bytes > most_bytes_of_points; ++i) {
        LevelPicture& oldest = *latest_last[i].second;
        bytes -= bytes_of(*oldest.points);
        oldest.points.reset();
    }
}

void LevelPictures::smooth(const PathMaps& maps) {
    if (!maps.box.has_area()) {
        return;
    }
    for (auto& [level, p] : pictures_) {
        if (!p.smooth && p.sprites) {
            p.smooth = thumbnail_grid(*p.sprites, maps);
        }
    }
}

const LevelPicture* LevelPictures::at(int level) const {
    const auto it = pictures_.find(level);
    return it == pictures_.end() ? nullptr : &it->second;
}

const LevelPicture* LevelPictures::nearest(int level, int within) const {
    for (int d = 0; d <= within; ++d) {
        for (int l : {level + d, level - d}) {
            if (const LevelPicture* p = at(l)) {
                return p;
            }
        }
    }
    return nullptr;
}

}  // namespace tempera::app
