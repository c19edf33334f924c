// SPDX-License-Identifier: MIT
// What the Blindness panel shows: curves for the weight that the person assumes, trained seeds, remedies. No
// drawing here.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "run/background/blindness_curves.hpp"
#include "run/background/learned_maps.hpp"
#include "run/background/seed_study.hpp"

namespace tempera::app {

class Learning;
class Workspace;

/// One way to get the weights right, as measured.
struct StudiedRemedy {
    std::string name, what;
    double tv = NoiseLevel::unknown;  ///< total variation of the mode weights that come out
    double tv_low = NoiseLevel::unknown, tv_high = NoiseLevel::unknown;  ///< over seeds
    double seconds = NoiseLevel::unknown;                                ///< what it costs
    std::string note;
};
/// Columns name, what, tv, tv_low, tv_high, seconds, note; throws ConfigError.
std::vector<StudiedRemedy> read_remedies(const std::filesystem::path& file);

/// Noise of the level in view, in the target's coordinates; NaN where the path has none.
double noise_in_view(const Workspace& w);

class BlindnessBoard {
public:
    BlindnessBoard();
    ~BlindnessBoard();
    /// Once a frame, after the updates of both: asks for what changed and takes what is new.
    void update(const Workspace& workspace, const Learning& learning);

    double assumed = 0.5;  ///< mass of mode 1, 0.01 .. 0.99
    /// Null before the first.
    const WrongWeightCurves* curves() const { return curves_.get(); }

    /// Trained seeds: of this session's study once it has any, otherwise the stored ones where they are of
    /// this target.
    const std::vector<SeedPoint>& seeds() const;
    bool stored_seeds() const;
    const SeedStudy::State& study() const { return *study_state_; }
    /// Seconds to the end of the study under way; < 0: unknown.
    double study_eta() const;
    /// Why the preset's model cannot be trained from seeds; empty = it can.
    std::string obstacle(const Workspace& workspace) const;
    void train_seeds(const Workspace& workspace, int n_seeds);
    void stop_seeds() { study_.cancel(); }
    /// The model that the window shows, in the same plane; NaN where unknown.
    const SeedPoint& own() const { return own_; }

    const std::vector<StudiedRemedy>& remedies() const { return remedies_; }
    /// True for the target that the stored studies are of.
    bool studied_target() const { return studied_; }

    void set_on_publish(std::function<void()> callback);

private:
    bool own_seeds() const { return !study_state_->points.empty() && seeds_target_ == target_; }
    void look_at_model(std::shared_ptr<const LearnedMaps> maps, const PathMaps* path);

    WrongWeightCurver curver_;
    SeedStudy study_;
    std::shared_ptr<const WrongWeightCurves> curves_;
    std::shared_ptr<const SeedStudy::State> study_state_;
    std::vector<SeedPoint> stored_;
    std::vector<StudiedRemedy> remedies_;
    SeedPoint own_;
    std::shared_ptr<const LearnedMaps> learned_;
    Json studied_target_, target_;
    Json seeds_target_;  ///< of this session's study
    bool studied_ = false;
    std::chrono::steady_clock::time_point study_begin_;
};

}  // namespace tempera::app
