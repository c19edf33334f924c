// SPDX-License-Identifier: MIT
#include "run/experiment/learned_evidence.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "core/files.hpp"
#include "core/parallel.hpp"
#include "diagnostics/sample_sizes.hpp"
#include "models/weights.hpp"
#include "run/experiment/experiment.hpp"
#include "run/folder/run_folder.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_files.hpp"
#include "run/record/result.hpp"
#include "run/report/report.hpp"
#include "run/work/run_work.hpp"
#include "support/networks.hpp"

namespace tempera {
namespace {

Json preset(const std::string& target, const std::string& model, int n_levels, int n_replicates = 1) {
    return resolve_preset(parse_preset(
        R"({ "schema": "tempera-preset", "version": 1, "name": "evidence", "target": )" + target +
            R"(, "path": { "type": "learned_diffusion", "process": "ve", "n_levels": )" +
            std::to_string(n_levels) +
            R"(, "schedule": { "type": "log_snr", "rho_min": 0.05, "rho_max": 8 } },
            "kernel": { "type": "first_order" }, "model": )" +
            model +
            R"(, "sampler": { "type": "ais", "n_particles": 256 }, "run": { "seed": 3, "n_replicates": )" +
            std::to_string(n_replicates) + "} }",
        "evidence"));
}

const char* lakes =
    R"({ "type": "gaussian_mixture", "weights": [0.75, 0.25], "means": [[-3, 0], [3, 0]], "sigmas": [0.25, 1.0] })";
const char* wrong =
    R"({ "type": "perturbed_exact", "weights": [0.9, 0.1], "logit_noise": 0, "below_rho": 0.5 })";

TEST(LearnedEvidence, TwoComponentsHaveSampleSizesAtEveryLevel) {
    const RunResult run = run_preset(preset(lakes, wrong, 9, 2));
    for (const Json* summary : {&run.summary, &run.summary["replicates"][0]}) {
        const Json& path = (*summary)["learned_path"];
        ASSERT_EQ(path["n_dsm"].size(), 10u);
        ASSERT_EQ(path["n_clf"].size(), 10u);
        EXPECT_TRUE(path["bar_weights"].is_null());  // quadrature knows better
        EXPECT_TRUE(path["n_dsm"][0].is_null() && path["n_clf"][0].is_null() && path["n_clf"][9].is_null());
        const auto truth = build_path<double>(run.preset).path->level_mixture(0);
        for (std::size_t k = 1; k < 9; ++k) {
            const SampleSizes n = sample_sizes(*truth, run.positions[k].rho, run.positions[k + 1].rho);
            EXPECT_DOUBLE_EQ(path["n_dsm"][k].get<double>(), n.denoising);
            EXPECT_DOUBLE_EQ(path["n_clf"][k].get<double>(), n.classification);
        }
        // The lowest level tells nothing of the weights to a score; the classification goes on.
        EXPECT_GT(path["n_dsm"][1].get<double>(), 1e5 * path["n_clf"][1].get<double>());
        EXPECT_FALSE(path.contains("n_dsm_sd"));  // the same in every replicate
    }
    const std::string page = html_report(run), table = summary_table(run);
    EXPECT_NE(page.find("Learned densities"), std::string::npos);
    EXPECT_NE(page.find("n DiffCLF"), std::string::npos);
    EXPECT_NE(table.find("samples for the weights, DSM"), std::string::npos);
}

TEST(LearnedEvidence, OtherMixturesHaveWeightsWithoutSampleSizes) {
    const RunResult run =
        run_preset(preset(R"({ "type": "mog9" })", R"({ "type": "perturbed_exact", "logit_noise": 1 })", 4));
    const Json& path = run.summary["learned_path"];
    EXPECT_TRUE(path["n_dsm"].is_null() && path["n_clf"].is_null() && path["bar_weights"].is_null());
    EXPECT_TRUE(path["max_total_variation"].is_number());
}

/// An untrained network with random weights in the plane.
class Untrained : public ::testing::Test {
protected:
    std::filesystem::path file = std::filesystem::path(::testing::TempDir()) / "tempera_learned_evidence.npz";

    void SetUp() override { write_network_weights(file, test::small_network("energy_mlp")); }
    void TearDown() override { std::filesystem::remove(file); }
    Json wells() const {
        Json p =
            preset(R"({ "type": "many_well", "dim": 2 })",
                   R"({ "type": "energy_mlp", "hidden": [12, 12], "file": ")" + file.string() + R"(" })", 8);
        p["path"]["standardise"] = false;
        return p;
    }
};

TEST_F(Untrained, NoiseBeyondTheTrainingIsNamed) {
    NetworkWeights weights = test::small_network("energy_mlp");
    const auto warned = [&] {
        const RunResult run = run_preset(wells());
        for (const Json& w : run.summary["warnings"]) {
            if (w["id"] == "beyond_training") {
                return w["text"].get<std::string>();
            }
        }
        return std::string();
    };
    EXPECT_EQ(warned(), "") << "a file that does not say what it was trained on";
    weights.noise_min = 0.05, weights.noise_max = 8;
    write_network_weights(file, weights);
    EXPECT_EQ(warned(), "");
    weights.noise_min = 0.1;
    write_network_weights(file, weights);
    EXPECT_NE(warned().find("trained on noise levels from 0.1 to 8, but the path uses 0.05 to 8"),
              std::string::npos)
        << warned();
}

TEST_F(Untrained, ARunFolderKeepsItsModelWhereverItIsMoved) {
    namespace fs = std::filesystem;
    const fs::path root = fs::path(::testing::TempDir()) / "tempera_moved_run";
    fs::remove_all(root);
    fs::create_directories(root / "here");
    Json p = wells();
    p["sampler"]["n_particles"] = 64;
    write_run_folder(run_preset(p), root / "here" / "run", {}, false);
    fs::rename(root / "here", root / "there");
    fs::remove(file);
    const Json stored = load_preset(root / "there" / "run" / "preset.json");
    EXPECT_EQ(read_file_text(root / "there" / "run" / "preset.json").find(::testing::TempDir()),
              std::string::npos)
        << "no absolute path";
    EXPECT_TRUE(check_preset(stored).empty());
    EXPECT_EQ(find_file(stored, stored["model"]["file"].get<std::string>()).parent_path(),
              root / "there" / "run");
    EXPECT_NO_THROW(run_preset(resolve_preset(stored)));
    fs::remove_all(root);
}

TEST_F(Untrained, BasinsWithoutExactDensitiesAreWeighedByBennettsRatio) {
    const RunResult run = run_preset(wells());
    const Json& path = run.summary["learned_path"];
    ASSERT_EQ(path["bar_weights"].size(), 9u);
    EXPECT_TRUE(path["n_dsm"].is_null());
    EXPECT_TRUE(path["max_relative_score_error"].is_null() && path["min_ess_fraction"].is_null());
    const std::vector<double> truth = run.summary["mode_weights"]["true"].get<std::vector<double>>();
    ASSERT_EQ(path["bar_standard_errors"].size(), 9u);
    double worst = 0;
    for (std::size_t k = 0; k < 9; ++k) {
        const auto e = path["bar_standard_errors"][k].get<std::vector<double>>();
        ASSERT_EQ(e.size(), 2u);
        if (k == 0 || k == 8) {
            EXPECT_EQ(e[0], 0) << k;  // both ends are known
        } else {
            EXPECT_GT(e[0], 0) << k;
            EXPECT_LT(e[0], 0.2) << k;  // a few hundred points say it
        }
        const auto w = path["bar_weights"][k].get<std::vector<double>>();
        EXPECT_NEAR(w[0] + w[1], 1, 1e-12) << k;
        worst = std::max(worst, std::abs(w[0] - truth[0]));
        if (k == 0 || k == 8) {
            EXPECT_NEAR(w[0], truth[0], 1e-12) << k;  // both ends are exact
        }
    }
    EXPECT_GT(worst, 1e-3);  // random weights know nothing of masses
    EXPECT_NEAR(path["max_total_variation"].get<double>(), worst, 1e-12);
    ASSERT_FALSE(run.first.modes.empty());
    for (const ModeRow& row : run.first.modes) {
        EXPECT_EQ(row.learned,
                  path["bar_weights"][static_cast<std::size_t>(row.level)].get<std::vector<double>>());
    }
    const std::string page = html_report(run);
    EXPECT_NE(page.find("by Bennett"), std::string::npos);
    EXPECT_NE(page.find("standard error of a mass"), std::string::npos);
    EXPECT_NE(page.find("\u00b1"), std::string::npos);
    EXPECT_FALSE(run.summary["learned_path"].contains("bar_standard_errors_sd"));
}

TEST_F(Untrained, SameBitsForAnyNumberOfThreadsAndNoneAfterAStop) {
    const PathSetup<double> built = build_path<double>(wells());
    set_thread_count(1);
    const Json one = learned_summary(learned_evidence(*built.path, StreamKey{.seed = 3}, {}));
    set_thread_count(3);
    const Json three = learned_summary(learned_evidence(*built.path, StreamKey{.seed = 3}, {}));
    set_thread_count(0);
    EXPECT_EQ(one, three);
    std::stop_source source;
    source.request_stop();
    EXPECT_THROW(learned_evidence(*built.path, StreamKey{.seed = 3}, source.get_token()), Stopped);
    const PathSetup<double> mixture = build_path<double>(preset(lakes, wrong, 5));
    EXPECT_THROW(learned_evidence(*mixture.path, StreamKey{.seed = 3}, source.get_token()), Stopped);
}

}  // namespace
}  // namespace tempera
