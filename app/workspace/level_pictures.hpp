// SPDX-License-Identifier: MIT
// What was seen of a run, level by level, so that scrubbing back shows it again.
#pragma once

#include <map>
#include <memory>

#include "run/background/path_maps.hpp"
#include "run/record/snapshot.hpp"

namespace tempera::app {

/// Particles as they were at a level.
struct LevelPicture {
    std::shared_ptr<const SpriteSet> sprites;
    std::shared_ptr<const Grid> density;
    std::shared_ptr<const Grid> smooth;      ///< the density for thumbnails: counting noise blurred away
    std::shared_ptr<const PointSet> points;  ///< null where there was no memory for them any more
    bool kept = false;                       ///< by the run itself, as the level was left
    long seen = 0;                           ///< order of seeing
};

class LevelPictures {
public:
    /// Keeps what the snapshot shows; a new run's first snapshot forgets the former run. True then.
    bool take(const Snapshot& snapshot);
    /// Densities for thumbnails, over the extent of the maps, of the pictures that have none yet.
    void smooth(const PathMaps& maps);
    const LevelPicture* at(int level) const;  ///< null when the level was not seen
    const LevelPicture* nearest(int level, int within) const;

private:
    void forget_oldest();
    void save_memory();
    std::map<int, LevelPicture> pictures_;
    long run_ = -1, seen_ = 0;
};

}  // namespace tempera::app
