// SPDX-License-Identifier: MIT
#include "app/learning/learning.hpp"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <utility>

#include "app/workspace/workspace.hpp"
#include "models/model.hpp"
#include "paths/density_path.hpp"
#include "run/preset/preset_files.hpp"
#include "run/record/result.hpp"
#include "run/training/training_health.hpp"

namespace tempera::app {
namespace {

namespace fs = std::filesystem;

class TrainingRunnerLink final : public RunnerLink<TrainingLink, TrainingRunner> {
public:
    long start(const Json& resolved, const fs::path& folder, bool paused) override {
        return runner_.start(resolved, folder, paused);
    }
};

/// What trained weights depend on: a training fits every preset that agrees in this.
std::string subject_of(const Json& resolved) {
    Json model = get_value(resolved, "model");
    if (model.is_object()) {
        model.erase("file");
    }
    Json parts{{"target", get_value(resolved, "target")}, {"model", model}};
    parts["standardise"] = get_value(resolved, "path.standardise");
    return parts.dump();
}

std::string number(double v, const char* format = "%.3g") {
    char text[32];
    std::snprintf(text, sizeof text, format, v);
    return text;
}

/// "held-out dsm 0.412; lake A at sigma 0.2: 0.991 (truth 0.667)".
std::string reached(const TrainingSnapshot& s) {
    std::string text;
    if (!s.judgements || s.judgements->empty()) {
        return text;
    }
    const Judgement& j = *s.judgements->back();
    for (std::size_t i = 0; i < j.held_out.size() && i < s.loss_names.size(); ++i) {
        if (std::isfinite(j.held_out[i])) {
            text += (text.empty() ? "held-out " : ", ") + s.loss_names[i] + " " + number(j.held_out[i]);
        }
    }
    for (const NoiseLevel& level : j.levels) {
        if (same_noise(level.sigma, telling_sigma) && !level.mode_weights.empty() &&
            !s.true_mode_weights.empty()) {
            text += (text.empty() ? "" : "; ") + (s.mode_names.empty() ? "mode 1" : s.mode_names[0]) +
                    " at sigma 0.2: " + number(level.mode_weights[0], "%.3f") + " (truth " +
                    number(s.true_mode_weights[0], "%.3f") + ")";
        }
    }
    return text;
}

/// How the open preset names the folder of a training.
std::string model_file(const Workspace& workspace, const fs::path& folder) {
    return named_file(workspace.document(), folder);
}

}  // namespace

std::unique_ptr<TrainingLink> make_training_link() { return std::make_unique<TrainingRunnerLink>(); }

Learning::Learning(Workspace& workspace, std::unique_ptr<TrainingLink> link)
    : workspace_(workspace), link_(std::move(link)), mapper_(std::make_unique<LearnedMapper>()),
      training_(link_->latest()) {
    workspace_.put_off = [this](bool paused) { return put_off(paused); };
}

Learning::~Learning() {
    workspace_.put_off = {};
    set_on_publish({});
}

void Learning::set_on_publish(std::function<void()> callback) {
    link_->set_on_publish(callback);
    mapper_->set_on_publish(std::move(callback));
}

bool Learning::learned_path() const {
    const Json& resolved = workspace_.resolved();
    return path_info(get_value(resolved, "path")).uses_model &&  // null where nothing is open
           model_info(get_value(resolved, "model")).present;
}

std::string Learning::obstacle() const {
    const Json& resolved = workspace_.resolved();
    if (!workspace_.problems().empty()) {
        const Problem& p = workspace_.problems().front();
        return p.place + ": " + p.text;
    }
    if (const Json model = get_value(resolved, "model"); !model_info(model).trainable) {
        return "There is no network to train: model.type is " +
               (model_info(model).present ? type_of(model) : std::string("none")) + ". Choose " +
               trainable_models() + " in Setup, or open the preset learned_two_lakes_dsm.";
    }
    return {};
}

bool Learning::active() const {
    const RunState s = training_->state;
    return s == RunState::preparing || s == RunState::running || s == RunState::paused;
}

bool Learning::before_run() const { return run_after_ && active(); }

bool Learning::of_this_preset() const {
    return training_->id > 0 && training_->id == started_ && subject_ == subject_now();
}

const std::string& Learning::subject_now() const {
    if (subject_preset_ != workspace_.resolved()) {
        subject_preset_ = workspace_.resolved();
        subject_text_ = subject_of(subject_preset_);
    }
    return subject_text_;
}

bool Learning::usable() const {
    return !active() && !training_->folder.empty() && of_this_preset() &&
           workspace_.value("model.file") != Json(model_file(workspace_, training_->folder));
}

bool Learning::start(bool paused, bool before_run) {
    follow_workspace();
    const std::string why = obstacle();
    if (!why.empty()) {
        workspace_.messages.push_back({"This model cannot be trained yet", {why}});
        return false;
    }
    const Json resolved = workspace_.resolved();
    const std::string name = resolved.value("name", "tempera");
    try {
        started_ = link_->start(resolved, fs::absolute(fs::path("out") / (name + "-model")), paused);
    } catch (const std::exception& e) {
        workspace_.messages.push_back({"The training could not start", {e.what()}});
        workspace_.note(LogLine::Kind::error, e.what());
        return false;
    }
    subject_ = subject_now();
    adopt_ = true;
    for_story_ = false;
    run_after_ = before_run;
    announce_ = true;
    const Json losses = get_value(resolved, "model.losses"),
               steps = get_value(resolved, "model.training.n_steps");
    std::string text = "training " + std::to_string(started_) + " started: " + steps.dump() + " steps,";
    for (const Json& loss : losses) {
        text += " " + loss.value("type", "");
    }
    workspace_.note(LogLine::Kind::note,
                    text + (before_run ? "; the run follows, because its model has no file yet" : ""));
    take(link_->latest());
    return true;
}

/// This session trained the preset's model, and nothing that matters has changed since.
bool Learning::trained_here() const {
    return training_->state == RunState::finished && usable() && fs::exists(training_->folder);
}

bool Learning::would_train() const {
    return learned_path() && needs_training(get_value(workspace_.resolved(), "model")) && !trained_here();
}

/// A run on an untrained model: it is trained first.
bool Learning::put_off(bool paused) {
    follow_workspace();
    const Json& resolved = workspace_.resolved();
    if (!learned_path() || !needs_training(get_value(resolved, "model"))) {
        return false;
    }
    run_paused_ = paused;
    if (active() && of_this_preset()) {
        run_after_ = true;
        if (training_->state == RunState::paused) {
            link_->resume();
        }
        return true;
    }
    if (trained_here()) {
        use();
        return false;
    }
    start(false, true);
    return true;
}

std::vector<RunWarning> Learning::warnings() const { return health_warnings(training_health(*training_)); }

void Learning::train(bool paused) { start(paused, false); }

void Learning::train_for_story() {
    for_story_ = start(false, false);
    story_target_ = get_value(workspace_.resolved(), "target");
}

void Learning::use_of_story() {
    if (!story_model_.empty() && fs::exists(story_model_) &&
        story_target_ == get_value(workspace_.resolved(), "target")) {
        workspace_.stage("model.file", model_file(workspace_, story_model_));
        workspace_.note(LogLine::Kind::note, "the story goes on with the network that it trained");
    }
}

void Learning::pause() { link_->pause(); }
void Learning::resume() { link_->resume(); }

void Learning::run_or_pause() {
    if (training_->state == RunState::paused) {
        resume();
    } else if (active()) {
        pause();
    } else {
        train();
    }
}

void Learning::step() {
    if (active() || start(true, false)) {
        link_->step(StepSize::smallest);
    }
}

void Learning::stop() {
    if (active()) {
        run_after_ = adopt_ = false;
        link_->cancel();
    }
}

void Learning::use() {
    const std::string file = model_file(workspace_, training_->folder);
    if (for_story_) {
        workspace_.stage("model.file", file);
        return;
    }
    workspace_.set("model.file", file);
    workspace_.commit();
}

/// Another preset is open: its model is another one.
void Learning::follow_workspace() {
    if (workspace_.opened() == opened_) {
        return;
    }
    opened_ = workspace_.opened();
    if (active()) {
        stop();
        workspace_.note(LogLine::Kind::note,
                        "training " + std::to_string(training_->id) + " stopped: another preset was opened");
    }
}

void Learning::update() {
    const auto before = std::chrono::steady_clock::now();
    std::shared_ptr<const TrainingSnapshot> latest = link_->latest();
    std::shared_ptr<const LearnedMaps> maps = mapper_->latest();
    workspace_.add_lock_wait(std::chrono::steady_clock::now() - before);
    follow_workspace();
    take(std::move(latest));
    request_maps();
    maps_ = asked_ ? std::move(maps) : nullptr;
}

void Learning::take(std::shared_ptr<const TrainingSnapshot> latest) {
    if (latest == training_) {
        return;
    }
    training_ = std::move(latest);
    const TrainingSnapshot& s = *training_;
    if (s.id != started_ || active() || ended_ == s.id) {
        return;
    }
    if (s.result_follows) {
        return;  // acknowledged; its folder follows
    }
    ended_ = s.id;
    ended();
}

void Learning::ended() {
    const TrainingSnapshot& s = *training_;
    const bool run = std::exchange(run_after_, false), adopt = std::exchange(adopt_, false);
    const std::string name = "training " + std::to_string(s.id);
    const std::string saved = s.folder.empty() ? "" : "; saved in " + s.folder.string();
    std::string numbers = reached(s);
    numbers = numbers.empty() ? "" : "; " + numbers;
    if (s.state == RunState::failed) {
        workspace_.note(LogLine::Kind::error, name + " failed: " + s.error + saved);
        std::vector<std::string> lines{s.error};
        if (!s.folder.empty()) {
            lines.push_back("The last good weights are in " + s.folder.string() + ".");
        }
        workspace_.messages.push_back({"The training stopped", std::move(lines)});
        return;
    }
    if (s.state != RunState::finished) {
        workspace_.note(LogLine::Kind::note, name + " stopped at step " + std::to_string(s.step) + " of " +
                                                 std::to_string(s.n_steps) + numbers + saved);
        return;
    }
    workspace_.note(LogLine::Kind::note, name + " finished: " + std::to_string(s.step) + " steps in " +
                                             number(s.seconds, "%.1f") + " s" + numbers + saved);
    if (!s.notice.empty()) {  // trained, but not written where it should be
        workspace_.messages.push_back({"The training is saved elsewhere", {s.notice}});
    }
    if (!adopt) {
        return;
    }
    if (!of_this_preset()) {
        workspace_.note(LogLine::Kind::warning,
                        name + " is not used: target, model or losses were changed meanwhile");
        return;
    }
    use();
    if (for_story_) {
        story_model_ = s.folder;
    }
    workspace_.note(LogLine::Kind::note, "model.file is now this training; undo returns the one before");
    if (run) {
        workspace_.start(run_paused_);
    }
}

/// Asks for the maps of what the views shall show; costs nothing while nothing changes.
void Learning::request_maps() {
    const Json& resolved = workspace_.resolved();
    if (!resolved.is_object()) {  // nothing is open yet
        asked_ = false;
        return;
    }
    const bool own = !needs_training(get_value(resolved, "model"));
    const bool trains = training_->weights && (active() || !own) && of_this_preset();
    asked_ = learned_path() && (trains || own);
    const std::shared_ptr<const NetworkWeights> weights = trains ? training_->weights : nullptr;
    if (!asked_ || (weights == asked_weights_ && resolved == asked_preset_)) {
        return;
    }
    asked_weights_ = weights;
    asked_preset_ = resolved;
    mapper_->request(resolved, weights, trains ? training_->judgements->back()->step : -1);
}

}  // namespace tempera::app
