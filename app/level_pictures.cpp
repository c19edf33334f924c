// SPDX-License-Identifier: MIT
#include "app/level_pictures.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace tempera::app {
namespace {

/// About 1 MB a level at most; a long path keeps every level, a very long one the recent half.
constexpr std::size_t most_pictures = 400;

/// Two box blurs, about a Gaussian, as wide as the counting noise of n particles asks for.
std::shared_ptr<const Grid> blurred(const Grid& grid, long n) {
    auto out = std::make_shared<Grid>(grid);
    const int nx = grid.nx, ny = grid.ny;
    const int radius =
        std::clamp(static_cast<int>(1.0 * nx / std::sqrt(static_cast<double>(std::max(1L, n)))), 1, 6);
    std::vector<float> line;
    const auto pass = [&](float* first, int count, int stride) {
        line.resize(static_cast<std::size_t>(count));
        double sum = 0;
        for (int i = -radius; i < count; ++i) {
            if (i + radius < count) {
                sum += first[static_cast<std::ptrdiff_t>(i + radius) * stride];
            }
            if (i >= 0) {
                line[static_cast<std::size_t>(i)] = static_cast<float>(sum / (2 * radius + 1));
                if (i - radius >= 0) {
                    sum -= first[static_cast<std::ptrdiff_t>(i - radius) * stride];
                }
            }
        }
        for (int i = 0; i < count; ++i) {
            first[static_cast<std::ptrdiff_t>(i) * stride] =
                std::max(0.0f, line[static_cast<std::size_t>(i)]);
        }
    };
    for (int round = 0; round < 2; ++round) {
        for (int y = 0; y < ny; ++y) {
            pass(out->value.data() + static_cast<std::ptrdiff_t>(y) * nx, nx, 1);
        }
        for (int x = 0; x < nx; ++x) {
            pass(out->value.data() + x, ny, nx);
        }
    }
    out->max = out->value.empty() ? 0 : *std::max_element(out->value.begin(), out->value.end());
    return out;
}

/// Density of the drawn particles over the same extent as the exact maps, for thumbnails.
std::shared_ptr<const Grid> thumbnail_grid(const SpriteSet& s, const PathMaps& maps) {
    Grid grid;
    grid.nx = grid.ny = 128;
    grid.x_min = maps.box[0], grid.x_max = maps.box[1], grid.y_min = maps.box[2], grid.y_max = maps.box[3];
    grid.value.assign(static_cast<std::size_t>(grid.nx) * grid.ny, 0.0f);
    for (std::size_t i = 0; i < s.x.size(); ++i) {
        const double u = (s.x[i] - grid.x_min) / (grid.x_max - grid.x_min),
                     v = (s.y[i] - grid.y_min) / (grid.y_max - grid.y_min);
        if (u >= 0 && u < 1 && v >= 0 && v < 1) {
            const auto cell =
                static_cast<std::size_t>(v * grid.ny) * grid.nx + static_cast<std::size_t>(u * grid.nx);
            grid.value[cell] += i < s.weight.size() ? s.weight[i] : 1.0f;
        }
    }
    return blurred(grid, static_cast<long>(s.x.size()));
}

}  // namespace

bool LevelPictures::take(const Snapshot& snapshot) {
    const bool fresh = snapshot.run_id != run_;
    if (fresh) {
        pictures_.clear();
        run_ = snapshot.run_id;
    }
    if (snapshot.sprites) {
        pictures_[snapshot.level] = {snapshot.sprites, snapshot.density, nullptr};
        if (pictures_.size() > most_pictures) {
            pictures_.erase(std::prev(pictures_.end()));
        }
    }
    return fresh;
}

void LevelPictures::smooth(const PathMaps& maps) {
    if (!(maps.box[1] > maps.box[0])) {
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
