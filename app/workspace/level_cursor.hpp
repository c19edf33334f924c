// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>

namespace tempera::app {

/// The level that views look at: the run's own, one that was chosen, or one that moves by itself.
class LevelCursor {
public:
    bool following() const { return follow_; }
    bool playing() const { return playing_; }
    void follow() { follow_ = true, playing_ = false; }
    void look_at(int level, int n_levels) {
        follow_ = playing_ = false;
        level_ = std::clamp(level, 0, n_levels);
    }
    /// Starts at the reference, or halts.
    void play(int n_levels) {
        if (playing_) {
            playing_ = false;
            return;
        }
        follow_ = false;
        playing_ = true;
        position_ = 0;
        level_ = n_levels;
    }
    void advance(float seconds, int n_levels) {
        if (!playing_) {
            return;
        }
        position_ += seconds * std::max(6.0, n_levels / 5.0);
        level_ = std::max(0, n_levels - static_cast<int>(position_));
        playing_ = level_ > 0 || position_ <= n_levels + 2;  // rests at the end for a moment
    }
    int level(int run_level, int n_levels) const {
        return follow_ ? run_level : std::clamp(level_, 0, n_levels);
    }

private:
    bool follow_ = true, playing_ = false;
    int level_ = 0;
    double position_ = 0;
};

}  // namespace tempera::app
