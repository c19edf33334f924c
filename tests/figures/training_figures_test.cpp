// SPDX-License-Identifier: MIT
#include "run/figures/training_figures.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "run/preset/preset.hpp"
#include "run/training/training_folder.hpp"
#include "support/files.hpp"
#include "support/runs.hpp"

namespace tempera {
namespace {

using test::small_training;

const PlotLayer* named(const PlotSpec& plot, const std::string& name) {
    const auto at = std::find_if(plot.layers.begin(), plot.layers.end(),
                                 [&](const PlotLayer& l) { return l.name == name; });
    return at == plot.layers.end() ? nullptr : &*at;
}

const NoiseLevel* at_noise(const std::vector<NoiseLevel>& levels, double sigma) {
    const auto at = std::find_if(levels.begin(), levels.end(),
                                 [&](const NoiseLevel& l) { return same_noise(l.sigma, sigma); });
    return at == levels.end() ? nullptr : &*at;
}

/// A view judges the training at noise levels of its own and on its way; the folder holds the report at the
/// levels of the path. Losses, and the levels that both judge in the end, are the same.
TEST(TrainingFigures, ATrainingUnderWayAndItsFolderGiveTheSame) {
    const test::ScratchFolder folder("training_figures");
    TrainingRunner runner;
    runner.start(small_training(), folder.path);
    runner.wait();
    const TrainingSnapshot live = *runner.latest();
    ASSERT_EQ(live.state, RunState::finished) << live.error;
    const TrainingSnapshot stored = snapshot_of(read_training_folder(live.folder));
    const PlotSpec a = loss_figure(live), b = loss_figure(stored);
    EXPECT_EQ(a.provenance, b.provenance);
    EXPECT_NE(a.provenance.find("small, seed 4, training step 40"), std::string::npos) << a.provenance;
    for (const char* name : {"dsm", "learning rate"}) {
        ASSERT_TRUE(named(a, name) && named(b, name)) << name;
        EXPECT_EQ(named(a, name)->x, named(b, name)->x);
        EXPECT_EQ(named(a, name)->y, named(b, name)->y);
    }
    EXPECT_EQ(named(a, "held out")->y.back(), named(b, "held out")->y.back());
    const Judgement &now = *live.judgements->back(), &then = *stored.judgements->back();
    int shared = 0;
    for (const NoiseLevel& level : now.levels) {
        if (const NoiseLevel* other = at_noise(then.levels, level.sigma)) {
            EXPECT_EQ(level.loss, other->loss) << level.sigma;
            EXPECT_EQ(level.score_error, other->score_error);
            EXPECT_EQ(level.mode_weights, other->mode_weights);
            ++shared;
        }
    }
    EXPECT_GE(shared, 3);
    EXPECT_EQ(learned_weights_figure(live).state, learned_weights_figure(stored).state);
}

NoiseLevel judged(double sigma, double error, std::vector<double> weights) {
    return {sigma, 1.5, error, 1.0, std::move(weights)};
}

TEST(TrainingFigures, SeveralTrainingsShareAnAxisAndALegendEntryPerGroup) {
    const std::vector<LevelCurve> curves = {
        {"dsm", {judged(0.1, 0.2, {0.9, 0.1}), judged(1, 0.1, {0.7, 0.3})}, Role::run, 0, 1.6f},
        {"", {judged(0.1, 0.3, {0.8, 0.2}), judged(2, 0.1, {0.7, 0.3})}, Role::run, 0, 1.6f},
        {"diffclf", {judged(0.1, 0.2, {0.75, 0.25}), judged(1, 0.05, {0.75, 0.25})}, Role::run, 1, 1.6f}};
    const PlotSpec weights = learned_weights_figure(curves, {{"left", "right"}, {0.75, 0.25}});
    EXPECT_EQ(weights.id, "learned_mode_weights");
    EXPECT_EQ(weights.title, "Mass of left in the learned density");
    ASSERT_EQ(weights.layers.size(), 4u);
    EXPECT_EQ(named(weights, "exact")->y, std::vector<double>{0.75});
    EXPECT_LT(weights.x.min, 0.1);
    EXPECT_GT(weights.x.max, 2);
    const PlotSpec error = score_error_figure(curves);
    EXPECT_EQ(error.id, "score_error");
    EXPECT_EQ(named(error, "diffclf")->y, (std::vector<double>{0.2, 0.05}));
}

TEST(TrainingFigures, OfManyModesTheDistanceFromTheTruthIsDrawn) {
    const std::vector<LevelCurve> curves = {
        {"one", {judged(0.1, 0.2, {0.6, 0.2, 0.2}), judged(1, 0.1, {0.5, 0.3, 0.2})}}};
    const PlotSpec all = learned_weights_figure(curves, {{}, {0.5, 0.3, 0.2}});
    EXPECT_EQ(all.title, "Total variation of the learned mode weights");
    EXPECT_NEAR(named(all, "one")->y[0], 0.1, 1e-12);
    EXPECT_EQ(learned_weights_figure(curves, {{}, {0.5, 0.3, 0.2}}, 2).title,
              "Mass of mode 3 in the learned density");
}

TEST(TrainingFigures, WithoutAnExactScoreTheLossIsDrawnByNoiseLevel) {
    NoiseLevel low{0.1, 1.8, NoiseLevel::unknown, NoiseLevel::unknown, {}}, high = low;
    high.sigma = 1, high.loss = 1.2;
    const PlotSpec plot = score_error_figure(std::vector<LevelCurve>{{"one", {low, high}}});
    EXPECT_EQ(plot.id, "denoising_loss");
    EXPECT_EQ(named(plot, "one")->y, (std::vector<double>{1.8, 1.2}));
}

}  // namespace
}  // namespace tempera
