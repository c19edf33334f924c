// SPDX-License-Identifier: MIT
// Guided stories: steps of captions, of lines that are performed in the window, and of statements that are
// measured on what really happened. Written as JSON in assets/stories.
#pragma once

#include <deque>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "app/stories/script.hpp"
#include "core/settings.hpp"

namespace tempera::app {

/// A number that a step claims: measured, compared with bounds and said.
struct StoryCheck {
    std::string quantity;         ///< see measure()
    std::optional<PathPlace> at;  ///< quantities of a level
    int mode = 0;                 ///< quantities of a mode
    std::string name;             ///< remedy_tv: which
    double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
    int decimals = 3;  ///< < 0: scientific
    std::string says;  ///< "{}" is the measured number
};

struct StoryOffer {
    std::string label;
    std::vector<std::string> actions;
};

struct StoryStep {
    std::string title, caption;
    std::vector<std::string> actions;
    std::vector<StoryCheck> checks;
    std::vector<StoryOffer> offers;
};

struct Story {
    std::string name, title, summary;
    std::vector<StoryStep> steps;
};

/// Throws ConfigError with the file, the step and what is wrong.
Story load_story(const std::filesystem::path& file);
/// Names and titles of the shipped stories.
std::vector<std::pair<std::string, std::string>> shipped_stories();

/// The measured quantity of a check; empty while it is not known yet.
///   exact, sampled, weighted, learned: mass of `mode` at a level; score_error: relative, at a level
///   ess, least_ess, log_z_error, resamplings, tv: of the finished run
///   score_change, loss_change, density_change: of the assumed weight at the level in view
///   seed_mass_least, seed_loss_spread: of the models trained with the first kind of loss
///   remedy_tv: of the named remedy
std::optional<double> measure(const Workbench& bench, const StoryCheck& check);

class StoryTeller {
public:
    enum class State { waiting, holds, differs };
    struct Finding {
        State state = State::waiting;
        double value = 0;
        std::string text;
    };

    /// Starts a shipped story at a step (0 = the first). Throws ConfigError.
    void start(const std::string& name, std::size_t step = 0);
    void start(Story story, std::size_t step = 0);
    void go(std::size_t step);  ///< performs the step from its beginning
    void next();
    void back();
    void take_offer(std::size_t index);
    void close();

    /// Once a frame: performs what can be performed and measures.
    void update(Workbench& bench);

    bool active() const { return story_.has_value(); }
    const Story& story() const { return *story_; }  ///< only while active
    std::size_t step() const { return step_; }
    const StoryStep& now() const { return story_->steps[step_]; }
    const std::vector<Finding>& findings() const { return findings_; }
    bool performing() const { return !queue_.empty(); }
    /// Everything is performed and measured.
    bool settled() const;
    const std::string& error() const { return error_; }  ///< why the step stopped
    bool hurry = false;                                  ///< paces are ignored (tests, pictures)

private:
    std::optional<Story> story_;
    std::size_t step_ = 0;
    std::deque<std::string> queue_;
    std::vector<Finding> findings_;
    std::string error_;
};

}  // namespace tempera::app
