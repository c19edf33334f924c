// SPDX-License-Identifier: MIT
// What the window knows of learned models: the training in the background and the maps of the model. No
// drawing here.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "app/workspace/work_link.hpp"
#include "run/background/learned_maps.hpp"
#include "run/record/health.hpp"
#include "run/training/training_runner.hpp"

namespace tempera::app {

class Workspace;

/// What the window needs of the runner of trainings.
class TrainingLink : public WorkLink<TrainingSnapshot> {
public:
    virtual long start(const Json& resolved, const std::filesystem::path& folder, bool paused) = 0;
};

/// The engine's own runner.
std::unique_ptr<TrainingLink> make_training_link();

/// Trains the workspace's model, also before a run that needs it, and keeps the maps of what is learned.
class Learning {
public:
    explicit Learning(Workspace& workspace, std::unique_ptr<TrainingLink> link = make_training_link());
    ~Learning();
    Learning(const Learning&) = delete;
    Learning& operator=(const Learning&) = delete;

    /// Once a frame, after the workspace's update: takes what is new and never waits.
    void update();

    const TrainingSnapshot& training() const { return *training_; }
    std::shared_ptr<const TrainingSnapshot> shared_training() const { return training_; }
    /// Of the preset's model, or of the network in training at its last judgement; null before there are any.
    const LearnedMaps* maps() const { return maps_.get(); }
    std::shared_ptr<const LearnedMaps> shared_maps() const { return maps_; }

    /// Why the edited preset's model cannot be trained; empty = it can.
    std::string obstacle() const;
    bool active() const;      ///< preparing, running or paused
    bool before_run() const;  ///< a run waits for the training's end
    /// Running the edited preset would train its model first.
    bool would_train() const;
    /// What is wrong with the training: diverged, rising, learning its points by heart. Empty = nothing.
    std::vector<RunWarning> warnings() const;
    /// Until the folder of the last training is written.
    bool busy() const { return started_ != ended_; }
    /// The training is of the model, data and target that the preset now has.
    bool of_this_preset() const;
    /// Path and model are learned: there is, or will be, something to show.
    bool learned_path() const;

    void train(bool paused = false);
    void train_for_story();  ///< what comes of it is no edit of the person's
    /// Makes the network that the story trained the preset's model, where there is one for its target.
    void use_of_story();
    void forget_story() { story_model_.clear(); }
    void run_or_pause();  ///< trains, pauses or goes on
    void pause();
    void resume();
    void step();  ///< one optimiser step; starts paused when nothing trains
    void stop();  ///< keeps what was reached; a run that waited for it does not start
    /// A training that ended, whole or in part, fits this preset and is not its model yet.
    bool usable() const;
    void use();  ///< makes its folder model.file: one undo step

    /// Once after each start, so that the window shows the training.
    bool take_start() { return std::exchange(announce_, false); }

    void set_on_publish(std::function<void()> callback);  ///< of trainings and maps

private:
    bool put_off(bool paused);
    bool start(bool paused, bool before_run);
    bool trained_here() const;
    void follow_workspace();
    void take(std::shared_ptr<const TrainingSnapshot> latest);
    void ended();
    void request_maps();
    const std::string& subject_now() const;

    Workspace& workspace_;
    std::unique_ptr<TrainingLink> link_;
    std::unique_ptr<LearnedMapper> mapper_;
    std::shared_ptr<const TrainingSnapshot> training_;
    std::shared_ptr<const LearnedMaps> maps_;
    long started_ = 0, ended_ = 0;  ///< ids
    long opened_ = 0;               ///< the workspace's count of opened presets
    bool run_after_ = false, run_paused_ = false, adopt_ = false, announce_ = false, for_story_ = false;
    std::filesystem::path story_model_;  ///< folder of the last training of a story
    Json story_target_;
    std::string subject_;  ///< of the training: what a preset must agree in to use its weights
    // What maps were asked for.
    bool asked_ = false;
    std::shared_ptr<const NetworkWeights> asked_weights_;
    Json asked_preset_;
    mutable Json subject_preset_;
    mutable std::string subject_text_;
};

}  // namespace tempera::app
