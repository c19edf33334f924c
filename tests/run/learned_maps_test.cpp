// SPDX-License-Identifier: MIT
#include "run/background/learned_maps.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <condition_variable>
#include <thread>

#include "core/build_id.hpp"
#include "run/background/latest_job.hpp"
#include "run/experiment/experiment.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_files.hpp"

namespace tempera {
namespace {

Json preset(const char* name) { return load_preset(std::string(TEMPERA_PRESET_DIR) + "/" + name + ".json"); }

Json lakes(const Json& model, int n_levels = 9) {
    Json p = preset("blindness_story");
    p["path"]["n_levels"] = n_levels;
    p["model"] = model;
    return resolve_preset(p);
}

std::shared_ptr<const LearnedMaps> wait_for(const LearnedMapper& mapper,
                                            const std::function<bool(const LearnedMaps&)>& done) {
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(120);
    while (std::chrono::steady_clock::now() < until) {
        const auto maps = mapper.latest();
        if (maps && done(*maps)) {
            return maps;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    ADD_FAILURE() << "no maps";
    return mapper.latest();
}

std::shared_ptr<const LearnedMaps> maps_of(const Json& resolved) {
    LearnedMapper mapper;
    mapper.request(resolved);
    return wait_for(mapper, [](const LearnedMaps& m) { return m.complete || !m.error.empty(); });
}

float at(const Grid& g, double x, double y) {
    const auto ix = static_cast<std::size_t>((x - g.box.x_min) / g.box.width() * g.nx);
    const auto iy = static_cast<std::size_t>((y - g.box.y_min) / g.box.height() * g.ny);
    return g.value[iy * static_cast<std::size_t>(g.nx) + ix];
}

double integral(const Grid& g) {
    double sum = 0;
    for (float v : g.value) {
        sum += static_cast<double>(v);
    }
    return sum * g.cell_width() * g.cell_height();
}

TEST(LearnedMaps, WrongMassesAreTheKnownLogRatio) {
    const Json resolved =
        lakes({{"type", "perturbed_exact"}, {"weights", {0.9, 0.1}}, {"logit_noise", 0}, {"below_rho", 0.5}});
    const auto maps = maps_of(resolved);
    ASSERT_TRUE(maps->complete) << maps->error;
    ASSERT_EQ(maps->difference.size(), 10u);
    const double rho = maps->levels[2].rho;
    ASSERT_LT(rho, 0.5);
    const Grid& d = *maps->difference[2];
    EXPECT_NEAR(at(d, -4, 0), std::log(0.9 / (2.0 / 3)), 2e-3);
    EXPECT_NEAR(at(d, 4, 0), std::log(0.1 / (1.0 / 3)), 2e-3);
    EXPECT_TRUE(std::isnan(d.value.back())) << "no difference where there is no mass";
    EXPECT_NEAR(integral(*maps->density[2]), 1, 1e-5);
    EXPECT_NEAR(maps->levels[2].weights[0], 0.9, 1e-3);
    EXPECT_NEAR(maps->levels[2].total_variation, 0.9 - 2.0 / 3, 1e-3);
    // Above the threshold of noise the model is exact, and at both ends the path is.
    for (int level : {0, 8, 9}) {
        const Grid& none = *maps->difference[static_cast<std::size_t>(level)];
        EXPECT_LT(none.max, 1e-3) << level;
    }
    EXPECT_NEAR(maps->roughness, 2 * (std::log(9.0) - std::log(2.0)), 2e-2);
}

TEST(LearnedMaps, MarginalsInHighDimensionsCarryTheWrongMasses) {
    Json p = preset("blindness_d8");
    p["path"]["n_levels"] = 6;
    p["model"] = {
        {"type", "perturbed_exact"}, {"weights", {0.5, 0.5}}, {"logit_noise", 0}, {"below_rho", 1000}};
    const Json resolved = resolve_preset(p);
    const auto maps = maps_of(resolved);
    ASSERT_TRUE(maps->complete) << maps->error;
    const int level = 2;
    std::shared_ptr<const PathMaps> exact;
    compute_path_maps(resolved, 192, {}, [&](auto m) { exact = m; });
    ASSERT_TRUE(exact->error.empty()) << exact->error;
    const std::vector<double>& truth = exact->mode_weights[level];
    const Grid& p_exact = *exact->density[level];
    const Grid& d = *maps->difference[level];
    // Where the exact density peaks, one mode alone counts: its mass changed by a known factor.
    const std::size_t peak = static_cast<std::size_t>(
        std::max_element(p_exact.value.begin(), p_exact.value.end()) - p_exact.value.begin());
    const double up = std::abs(static_cast<double>(d.value[peak]) - std::log(0.5 / truth[0])),
                 down = std::abs(static_cast<double>(d.value[peak]) - std::log(0.5 / truth[1]));
    EXPECT_LT(std::min(up, down), 0.02);
    EXPECT_TRUE(maps->scores[level] == nullptr);
    EXPECT_NEAR(maps->levels[level].weights[0], 0.5, 0.02);
}

TEST(LearnedMaps, NetworksInMemoryLookLikeTheirFile) {
    const Json resolved = resolve_preset([] {
        Json p = preset("blindness_story");
        p["path"]["n_levels"] = 8;
        return p;
    }());
    const auto from_file = maps_of(resolved);
    ASSERT_TRUE(from_file->complete) << from_file->error;
    const auto weights = std::make_shared<NetworkWeights>(
        read_network_weights(with_found_files(resolved)["model"]["file"].get<std::string>(), "model.file"));
    Json untrained = resolved;
    untrained["model"]["file"] = "";
    LearnedMapper mapper;
    mapper.request(untrained, weights, 40);
    const auto live = wait_for(mapper, [](const LearnedMaps& m) { return m.complete || !m.error.empty(); });
    ASSERT_TRUE(live->complete) << live->error;
    EXPECT_EQ(live->step, 40);
    for (std::size_t level : {2u, 4u, 6u}) {
        const LearnedLevel &a = from_file->levels[level], &b = live->levels[level];
        EXPECT_NEAR(a.weights[0], b.weights[0], 1e-3);
        EXPECT_NEAR(a.score_error / a.score_energy, b.score_error / b.score_energy,
                    0.5 * a.score_error / a.score_energy);
        EXPECT_NEAR(at(*from_file->density[level], -4, 0) / at(*live->density[level], -4, 0), 1, 0.35);
    }
    const ScoreField &f = *from_file->scores[4], &g = *live->scores[4];
    ASSERT_EQ(f.learned_x.size(), 32u * 32u);
    double worst = 0, largest = 0;
    for (std::size_t i = 0; i < f.learned_x.size(); ++i) {
        worst = std::max(worst, static_cast<double>(std::abs(f.learned_x[i] - g.learned_x[i])));
        largest = std::max(largest, static_cast<double>(std::abs(f.learned_x[i])));
    }
    EXPECT_LT(worst, 1e-3 * largest);
}

TEST(LearnedMaps, ScoresAloneHaveFieldsAndNoDensities) {
    NetworkWeights w;
    w.type = "score_mlp";
    w.dim = 2;
    w.hidden = {4};
    w.sigma_data = 4;
    w.shift = {0, 0};
    w.layers = {{3, 4, std::vector<float>(12, 0.1f), std::vector<float>(4, 0.0f)},
                {4, 2, std::vector<float>(8, 0.1f), std::vector<float>(2, 0.0f)}};
    Json p = preset("learned_two_lakes_dsm");
    p["path"]["n_levels"] = 9;
    p["model"] = {{"type", "score_mlp"}, {"hidden", {4}}};
    const Json resolved = resolve_preset(p);
    LearnedMapper mapper;
    mapper.request(resolved, std::make_shared<NetworkWeights>(w), 1);
    const auto maps = wait_for(mapper, [](const LearnedMaps& m) { return m.complete || !m.error.empty(); });
    ASSERT_TRUE(maps->complete) << maps->error;
    EXPECT_TRUE(maps->density[4] == nullptr);
    EXPECT_TRUE(maps->density[0] != nullptr);
    ASSERT_TRUE(maps->scores[4] != nullptr);
    EXPECT_EQ(maps->scores[4]->learned_x.size(), 32u * 32u);
    EXPECT_TRUE(maps->levels[4].weights.empty());
    EXPECT_TRUE(std::isfinite(maps->levels[4].score_error));
}

TEST(LearnedMaps, ErrorsAreTextAndTheLatestRequestWins) {
    LearnedMapper mapper;
    Json broken = lakes({{"type", "perturbed_exact"}});
    broken["model"] = preset("blindness_story")["model"];
    broken["model"]["file"] = "/nowhere/net.npz";
    mapper.request(lakes({{"type", "perturbed_exact"}}, 64));
    mapper.request(lakes({{"type", "perturbed_exact"}}, 48));
    mapper.request(broken);
    const auto maps = wait_for(mapper, [](const LearnedMaps& m) { return !m.error.empty(); });
    EXPECT_NE(maps->error.find("/nowhere/net.npz"), std::string::npos) << maps->error;
    mapper.request(lakes({{"type", "perturbed_exact"}}, 5));
    const auto next = wait_for(mapper, [](const LearnedMaps& m) { return m.complete && m.error.empty(); });
    EXPECT_EQ(next->n_levels, 5);
}

TEST(LearnedMaps, ExactMapsOfALearnedPathNeedNoModel) {
    Json p = preset("learned_two_lakes_dsm");
    p["path"]["n_levels"] = 6;
    const Json learned = resolve_preset(p);
    p["path"]["type"] = "diffusion";
    p.erase("model");
    std::shared_ptr<const PathMaps> a, b;
    compute_path_maps(learned, 48, {}, [&](auto m) { a = m; });
    compute_path_maps(resolve_preset(p), 48, {}, [&](auto m) { b = m; });
    ASSERT_TRUE(a->error.empty()) << a->error;
    ASSERT_TRUE(b->error.empty()) << b->error;
    EXPECT_EQ(a->box, b->box);
    for (std::size_t level = 0; level < 7; ++level) {
        EXPECT_EQ(a->density[level]->value, b->density[level]->value) << level;
        EXPECT_NEAR(integral(*a->density[level]), 1, 1e-5);
    }
}

TEST(LatestJob, PatientRequestsLetTheWorkUnderWayFinish) {
    std::mutex mutex;
    std::condition_variable changed;
    bool begun = false, go_on = false;
    LatestJob<int, int> job([&](const int& request, const auto& context) {
        {
            std::unique_lock lock(mutex);
            begun = true;
            changed.notify_all();
            changed.wait(lock, [&] { return go_on || context.stop.stop_requested(); });
        }
        context.publish(std::make_shared<int>(request));
    });
    job.request("1", 1);
    {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return begun; });
    }
    std::vector<int> seen;
    job.set_on_publish([&] {
        std::lock_guard lock(mutex);
        seen.push_back(*job.latest());
        changed.notify_all();
    });
    job.request("2", 2, true);
    job.request("3", 3, true);
    std::unique_lock lock(mutex);
    go_on = true;
    changed.notify_all();
    changed.wait(lock, [&] { return !seen.empty() && seen.back() == 3; });
    EXPECT_EQ(seen, (std::vector<int>{1, 3}));
}

TEST(LatestJob, ImpatientRequestsReplaceTheWorkUnderWay) {
    std::mutex mutex;
    std::condition_variable_any changed;
    int begun = 0;
    LatestJob<int, int> job([&](const int& request, const auto& context) {
        if (request == 1) {
            std::unique_lock lock(mutex);
            begun = 1;
            changed.notify_all();
            changed.wait(lock, context.stop, [] { return false; });
        }
        context.publish(std::make_shared<int>(request));
    });
    std::vector<int> seen;
    job.set_on_publish([&] {
        std::lock_guard lock(mutex);
        seen.push_back(*job.latest());
        changed.notify_all();
    });
    job.request("1", 1);
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return begun == 1; });
    lock.unlock();
    job.request("2", 2);
    lock.lock();
    changed.wait(lock, [&] { return !seen.empty(); });
    EXPECT_EQ(seen, std::vector<int>{2});
}

}  // namespace
}  // namespace tempera
