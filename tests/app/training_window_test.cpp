// SPDX-License-Identifier: MIT
// A training watched in the window: live, paused, stepped, stopped, before a run; with a training of the
// engine's own and with snapshots made up here.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "app/stories/story.hpp"
#include "core/build_id.hpp"
#include "null_bench.hpp"
#include "run/figures/training_figures.hpp"
#include "run/preset/preset_files.hpp"

namespace tempera::app {
namespace {

namespace fs = std::filesystem;

/// Trainings write into out/ of the current folder: here one of its own.
class TrainingWindow : public ::testing::Test {
protected:
    TrainingWindow() : before_(fs::current_path()) {
        folder_ = fs::temp_directory_path() / ("tempera_training_window_" + std::to_string(getpid()));
        fs::remove_all(folder_);
        fs::create_directories(folder_);
        fs::current_path(folder_);
    }
    ~TrainingWindow() override {
        fs::current_path(before_);
        fs::remove_all(folder_);
    }
    /// The preset of the two lakes with a network that trains in a second.
    void open(NullBench& window, int n_steps) {
        Workspace& w = window.bench->workspace;
        ASSERT_TRUE(w.open(std::string(TEMPERA_PRESET_DIR) + "/learned_two_lakes_dsm.json"));
        w.set("model.hidden", Json::array({12, 12}));
        w.set("model.training.batch_size", 48);
        w.set("model.training.n_data", 300);
        w.set("model.training.n_steps", n_steps);
        w.set("sampler.n_particles", 200);
        w.set("path.n_levels", 8);
        w.commit();
        ASSERT_TRUE(w.problems().empty()) << w.problems().front().text;
        window.frames(2);
    }
    fs::path folder_, before_;
};

template <class Condition>
bool until(NullBench& window, Condition holds) {
    for (int i = 0; i < 6000; ++i) {
        window.frames();
        if (holds()) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
    return false;
}

void set_layout_with_training(NullBench& window) {
    window.bench->set_layout("mode_blindness");
    window.bench->view.raise.emplace_back("training");
    window.frames(3);
}

TEST_F(TrainingWindow, LearnsLivePausesStepsAndStops) {
    NullBench window;
    open(window, 100000);
    set_layout_with_training(window);
    Learning& learning = window.bench->learning;
    EXPECT_TRUE(learning.obstacle().empty());
    ASSERT_TRUE(window.bench->commands.run("train.toggle", *window.bench));
    ASSERT_TRUE(until(window, [&] { return learning.training().step >= 50; }));
    window.bench->commands.run("train.toggle", *window.bench);
    ASSERT_TRUE(until(window, [&] { return learning.training().state == RunState::paused; }));
    const long at = learning.training().step;
    EXPECT_EQ(learning.training().judgements->back()->step, at);
    window.bench->commands.run("train.step", *window.bench);
    ASSERT_TRUE(until(window, [&] { return learning.training().step == at + 1; }));
    EXPECT_EQ(learning.training().state, RunState::paused);
    window.bench->commands.run("train.toggle", *window.bench);
    ASSERT_TRUE(until(window, [&] { return learning.training().step > at + 5; }));
    window.bench->commands.run("train.stop", *window.bench);
    ASSERT_TRUE(until(window, [&] { return !learning.busy(); }));
    EXPECT_EQ(learning.training().state, RunState::cancelled);
    ASSERT_TRUE(fs::exists(learning.training().folder / "weights.npz"));
    // What was stopped is used only when the person asks for it.
    EXPECT_TRUE(window.bench->workspace.value("model.file").get<std::string>().empty());
    ASSERT_TRUE(learning.usable());
    window.bench->commands.run("train.use", *window.bench);
    window.frames(2);
    const Workspace& w = window.bench->workspace;
    const std::string named = w.value("model.file").get<std::string>();
    EXPECT_TRUE(fs::path(named).is_relative()) << "so that the preset and its model can be moved: " << named;
    EXPECT_EQ(find_file(w.document(), named), learning.training().folder);
    EXPECT_FALSE(learning.usable());
    EXPECT_TRUE(w.problems().empty());
    fs::create_directories(folder_ / "mine");
    ASSERT_TRUE(window.bench->workspace.save_as(folder_ / "mine" / "p.json"));
    EXPECT_EQ(w.value("model.file"), Json("../out/" + learning.training().folder.filename().string()));
    EXPECT_FALSE(learning.usable()) << "it is the same model, told from another folder";
    window.bench->workspace.undo();
    EXPECT_TRUE(window.bench->workspace.value("model.file").get<std::string>().empty());
}

TEST_F(TrainingWindow, ARunOfAnUntrainedModelTrainsItFirst) {
    NullBench window;
    open(window, 60);
    Workspace& w = window.bench->workspace;
    Learning& learning = window.bench->learning;
    fs::create_directories(folder_ / "out" / "learned_two_lakes_dsm-model");  // taken: never overwritten
    window.bench->commands.run("run.toggle", *window.bench);
    EXPECT_TRUE(learning.before_run());
    EXPECT_FALSE(w.busy());
    ASSERT_TRUE(until(window, [&] { return w.snapshot().state == RunState::finished; }));
    EXPECT_EQ(learning.training().state, RunState::finished);
    EXPECT_EQ(learning.training().folder.filename(), "learned_two_lakes_dsm-model-2");
    EXPECT_TRUE(fs::is_empty(folder_ / "out" / "learned_two_lakes_dsm-model"));
    EXPECT_EQ(find_file(w.document(), w.value("model.file").get<std::string>()), learning.training().folder);
    EXPECT_EQ(get_value(*w.snapshot().preset, "model.file"), w.value("model.file"));
    EXPECT_EQ(w.runs().size(), 1u);
    bool told = false;
    for (const LogLine& line : w.log()) {
        told = told || line.text.find("model.file is now this training") != std::string::npos;
    }
    EXPECT_TRUE(told);
    // Run again: the model is there now; undo and run: the same training is taken, none starts.
    const long id = learning.training().id;
    w.undo();
    w.start();
    ASSERT_TRUE(until(window, [&] { return w.runs().size() == 2u; }));
    EXPECT_EQ(learning.training().id, id);
}

TEST_F(TrainingWindow, StopEndsATrainingBeforeARunAndTheRun) {
    NullBench window;
    open(window, 100000);
    Learning& learning = window.bench->learning;
    window.bench->workspace.start();
    ASSERT_TRUE(until(window, [&] { return learning.training().step > 3; }));
    window.bench->commands.run("run.stop", *window.bench);
    ASSERT_TRUE(until(window, [&] { return !learning.busy(); }));
    window.frames(5);
    EXPECT_EQ(learning.training().state, RunState::cancelled);
    EXPECT_EQ(window.bench->workspace.snapshot().state, RunState::idle);
    EXPECT_TRUE(window.bench->workspace.runs().empty());
}

TEST_F(TrainingWindow, AnotherPresetStopsTheTraining) {
    NullBench window;
    open(window, 100000);
    Learning& learning = window.bench->learning;
    learning.train();
    ASSERT_TRUE(until(window, [&] { return learning.training().step > 3; }));
    ASSERT_TRUE(window.bench->workspace.open(std::string(TEMPERA_PRESET_DIR) + "/two_lakes.json"));
    ASSERT_TRUE(until(window, [&] { return !learning.busy(); }));
    EXPECT_EQ(learning.training().state, RunState::cancelled);
    EXPECT_FALSE(learning.of_this_preset());
    EXPECT_FALSE(learning.usable());
    EXPECT_EQ(learning.maps(), nullptr);
    EXPECT_FALSE(learning.obstacle().empty());
    EXPECT_TRUE(window.bench->workspace.value("model.file").is_null());
}

TEST_F(TrainingWindow, AModelChangedMeanwhileIsNotReplaced) {
    NullBench window;
    open(window, 40);
    Learning& learning = window.bench->learning;
    learning.train(true);
    ASSERT_TRUE(until(window, [&] { return learning.training().state == RunState::paused; }));
    window.bench->workspace.set("model.hidden", Json::array({8}));
    window.bench->workspace.commit();
    learning.resume();
    ASSERT_TRUE(until(window, [&] { return !learning.busy(); }));
    window.frames(2);
    EXPECT_EQ(learning.training().state, RunState::finished);
    EXPECT_TRUE(window.bench->workspace.value("model.file").get<std::string>().empty());
    EXPECT_EQ(window.bench->workspace.log().back().kind, LogLine::Kind::warning);
}

/// The shipped story with a training and with runs that take no time.
Story small_story() {
    Story story = load_story(fs::path(TEMPERA_SOURCE_DIR) / "assets/stories/mode_blindness.json");
    const auto before = [](std::vector<std::string>& lines, const std::string& line, const char* inserted) {
        const auto at = std::find(lines.begin(), lines.end(), line);
        ASSERT_NE(at, lines.end()) << line;
        lines.insert(at, inserted);
    };
    StoryStep& learn = story.steps.at(2);
    for (const char* setting : {"set model.training.n_steps = 20", "set model.training.batch_size = 64",
                                "set model.training.n_data = 300"}) {
        before(learn.offers.at(0).actions, "train", setting);
    }
    before(learn.offers.at(1).actions, "run", "set sampler.n_particles = 256");
    before(story.steps.at(3).actions, "run", "set sampler.n_particles = 256");
    return story;
}

TEST_F(TrainingWindow, AStoryGoesOnWithTheNetworkThatWasTrainedInIt) {
    NullBench window;
    Workbench& bench = *window.bench;
    bench.workspace.set_pace(0);
    StoryTeller& teller = *bench.story;
    teller.hurry = true;
    teller.start(small_story(), 2);
    const auto told = [&] { return !teller.performing() || !teller.error().empty(); };
    const auto model_of_the_run = [&] {
        const Json& preset = *bench.workspace.snapshot().preset;
        return find_file(preset, get_value(preset, "model.file").get<std::string>());
    };
    teller.take_offer(0);
    ASSERT_TRUE(until(window, told));
    ASSERT_EQ(teller.error(), "");
    EXPECT_EQ(bench.learning.training().state, RunState::finished);
    EXPECT_EQ(bench.learning.training().step, 20);
    const fs::path trained = bench.learning.training().folder;
    teller.next();
    ASSERT_TRUE(until(window, told));
    ASSERT_EQ(teller.error(), "");
    EXPECT_EQ(bench.workspace.snapshot().state, RunState::finished);
    EXPECT_EQ(model_of_the_run(), trained);
    EXPECT_FALSE(bench.workspace.modified()) << "the story's network is no edit of the person's";
    teller.back();
    teller.take_offer(1);
    ASSERT_TRUE(until(window, told));
    teller.next();
    ASSERT_TRUE(until(window, told));
    ASSERT_EQ(teller.error(), "");
    const fs::path shipped = model_of_the_run();
    EXPECT_NE(shipped, trained);
    EXPECT_TRUE(fs::exists(shipped)) << shipped;
}

TEST_F(TrainingWindow, PlotsSayWhatTheyHave) {
    NullBench window;
    open(window, 60);
    Learning& learning = window.bench->learning;
    const auto all = [&] {
        const TrainingSnapshot& s = learning.training();
        return std::vector{loss_figure(s), learned_weights_figure(s, 0), score_error_figure(s),
                           score_error_map(s)};
    };
    EXPECT_TRUE(training_figures(learning.training()).empty());
    for (const PlotSpec& plot : all()) {
        EXPECT_TRUE(plot.layers.empty()) << plot.id;
        EXPECT_FALSE(plot.empty.empty()) << plot.id;
    }
    learning.train();
    ASSERT_TRUE(until(window, [&] { return !learning.busy(); }));
    EXPECT_EQ(training_figures(learning.training()).size(), 4u);
    for (const PlotSpec& plot : all()) {
        EXPECT_FALSE(plot.layers.empty()) << plot.id;
        EXPECT_LT(plot.x.min, plot.x.max) << plot.id;
        EXPECT_LT(plot.y.min, plot.y.max) << plot.id;
        EXPECT_NE(plot.provenance.find("training step 60"), std::string::npos);
    }
    const auto named = [](const PlotSpec& plot, const std::string& name) {
        return *std::find_if(plot.layers.begin(), plot.layers.end(),
                             [&](const PlotLayer& l) { return l.name == name; });
    };
    const PlotSpec loss = loss_figure(learning.training(), {0, true});
    ASSERT_TRUE(loss.right);
    const PlotLayer rate = named(loss, "learning rate");
    EXPECT_TRUE(rate.right);
    EXPECT_EQ(rate.y.front(), learning.training().record->find("learning_rate")->y.front());
    EXPECT_GT(loss.right->max, rate.y.front());
    EXPECT_NE(to_svg(loss, palette("light")).find(">learning rate<"), std::string::npos);
    EXPECT_EQ(to_json(loss)["right"]["label"], "learning rate");
    EXPECT_FALSE(loss_figure(learning.training(), {0.9, false}).right);
    // Without a past the running mean is the batches' own line; with one it is smoother.
    const auto variation = [](const PlotLayer& l) {
        double sum = 0;
        for (std::size_t i = 1; i < l.y.size(); ++i) {
            sum += std::abs(l.y[i] - l.y[i - 1]);
        }
        return sum;
    };
    const PlotLayer batches = named(loss, "dsm");
    for (std::size_t i = 0; i < batches.y.size(); ++i) {
        EXPECT_DOUBLE_EQ(batches.y[i], learning.training().record->find("dsm")->y[i]);
    }
    EXPECT_LT(variation(named(loss_figure(learning.training(), {0.9, true}), "dsm")),
              0.5 * variation(batches));
    // The legend's mass is that of the last judgement.
    const PlotSpec mass = learned_weights_figure(learning.training(), 0);
    for (const NoiseLevel& level : learning.training().judgements->back()->levels) {
        if (level.sigma == 0.2) {
            char text[16];
            std::snprintf(text, sizeof text, "%.3f", level.mode_weights[0]);
            EXPECT_EQ(mass.state.rfind(text, 0), 0u) << mass.state;
        }
    }
}

/// A training of snapshots made up by the test.
class ScriptedTraining final : public TrainingLink {
public:
    explicit ScriptedTraining(std::shared_ptr<const TrainingSnapshot>* shown) : shown_(shown) {}
    long start(const Json&, const fs::path&, bool) override { return 1; }
    void pause() override {}
    void resume() override {}
    void step(StepSize) override {}
    void cancel() override {}
    std::shared_ptr<const TrainingSnapshot> latest() const override { return *shown_; }
    void set_on_publish(std::function<void()>) override {}

private:
    std::shared_ptr<const TrainingSnapshot>* shown_;
};

TrainingSnapshot made_up(double last_loss, double held_out) {
    TrainingSnapshot s;
    s.id = 1;
    s.state = RunState::running;
    s.step = 400;
    s.n_steps = 500;
    s.loss_names = {"dsm"};
    auto told = std::make_shared<Record>();
    for (int i = 1; i <= 400; ++i) {
        const double loss = i > 300 ? last_loss : 1.0;
        told->series_of("total", "step").add(i, loss);
        told->series_of("dsm", "step").add(i, loss);
    }
    s.record = told;
    auto j = std::make_shared<Judgement>();
    j->step = 400;
    j->train = {last_loss};
    j->held_out = {held_out};
    s.judgements = std::make_shared<std::vector<std::shared_ptr<const Judgement>>>(1, j);
    return s;
}

std::vector<std::string> warnings_of(const TrainingSnapshot& snapshot) {
    std::shared_ptr<const TrainingSnapshot> shown = std::make_shared<TrainingSnapshot>(snapshot);
    Workspace workspace(make_runner_link());
    const Learning learning(workspace, std::make_unique<ScriptedTraining>(&shown));
    std::vector<std::string> out;
    for (const RunWarning& w : learning.warnings()) {
        out.push_back(w.id);
    }
    return out;
}

TEST(TrainingWarnings, SayWhatIsWrong) {
    EXPECT_TRUE(warnings_of(made_up(0.9, 0.95)).empty());
    EXPECT_EQ(warnings_of(made_up(9, 9)), std::vector<std::string>{"loss_rises"});
    EXPECT_EQ(warnings_of(made_up(0.5, 0.9)), std::vector<std::string>{"held_out_gap"});
    TrainingSnapshot failed = made_up(0.9, 0.9);
    failed.state = RunState::failed;
    failed.error = "training diverged at step 401";
    EXPECT_EQ(warnings_of(failed), std::vector<std::string>{"training_failed"});
}

}  // namespace
}  // namespace tempera::app
