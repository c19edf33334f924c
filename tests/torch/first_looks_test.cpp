// SPDX-License-Identifier: MIT
// TorchScript files looked at before they are used: what they are is found out by calling them.
#include "run/background/first_looks.hpp"

#include <gtest/gtest.h>

#include "core/build_id.hpp"
#include "models/weights.hpp"
#include "run/preset/preset.hpp"
#include "run/work/run_work.hpp"
#include "support/files.hpp"
#include "torch/torch_network.hpp"
#include "torch/torchscript.hpp"

namespace tempera {
namespace {

namespace fs = std::filesystem;

Json two_lakes() { return load_preset(fs::path(TEMPERA_PRESET_DIR) / "two_lakes.json"); }

class ScriptLook : public ::testing::Test {
protected:
    void SetUp() override { fs::create_directories(folder.path); }

    fs::path script(const std::string& body) const {
        const fs::path file = folder.path / ("module" + std::to_string(n_files++) + ".pt");
        libtorch::write_script_module(body, file);
        return file;
    }
    static std::shared_ptr<const TargetLook> as_target(const fs::path& file) {
        return look_at_target({.present = two_lakes(),
                               .target = {{"type", "torchscript"}, {"file", file.string()}},
                               .name = "mine",
                               .dims = {2, 3, 4, 1}},
                              {});
    }
    static std::shared_ptr<const ModelLook> as_model(const fs::path& file,
                                                     const Json& present = two_lakes()) {
        return look_at_model({.present = present, .file = file, .name = "mine"}, {});
    }
    const test::ScratchFolder folder{"script_looks"};
    mutable int n_files = 0;
};

TEST_F(ScriptLook, FindsTheDimensionThatADensityTakes) {
    const auto any = as_target(script("def forward(self, x):\n    return -(x ** 2).sum(1)\n"));
    EXPECT_TRUE(any->problems.empty());
    EXPECT_EQ(any->target["dim"], 2) << "the first of those that it takes";
    const auto three = as_target(script("def forward(self, x):\n    return -(x * torch.tensor([1.0, 2.0, "
                                        "3.0], dtype=x.dtype)).pow(2).sum(1)\n"));
    ASSERT_TRUE(three->problems.empty()) << three->problems.front().text;
    EXPECT_EQ(three->target["dim"], 3);
    EXPECT_EQ(three->shown, TargetLook::Shown::slice);
    ASSERT_EQ(three->use.refused, "");
    Json preset = three->use.preset;
    EXPECT_TRUE(check_preset(preset).empty());
    preset["sampler"]["n_particles"] = 64;
    preset["path"]["n_levels"] = 4;
    EXPECT_EQ(run_preset(resolve_preset(preset)).dim, 3);
}

TEST_F(ScriptLook, LooksWhereTheMassIs) {
    const std::string far = "def forward(self, x):\n    return -((x - 40.0) ** 2).sum(1) / 2\n";
    const auto seen = as_target(script(far));
    ASSERT_TRUE(seen->problems.empty());
    EXPECT_GT(seen->density->box.x_min, 30);
    EXPECT_LT(seen->density->box.x_max, 50);
    EXPECT_GE(seen->use.preset["path"]["reference_scale"].get<double>(), 20) << "a Gaussian that comes there";
    // In float32, too.
    const auto single =
        find_entry(target_catalogue(), "target", "torchscript")
            .make<float>({{"type", "torchscript"}, {"file", script(far).string()}, {"dim", 2}},
                         {.load_torchscript = torchscript_density_loader<float>()});
    EXPECT_NEAR(single->view_box().centre_x(), 40, 1);
}

TEST_F(ScriptLook, ShowsWhatTheModuleSays) {
    const auto bad =
        as_target(script("def forward(self, x):\n    return torch.ones([3, 3]) @ torch.ones([4])\n"));
    ASSERT_FALSE(bad->problems.empty());
    EXPECT_EQ(bad->problems[0].place, "target.file");
    EXPECT_NE(bad->problems[0].text.find("is no log density"), std::string::npos) << bad->problems[0].text;
    EXPECT_TRUE(bad->use.preset.is_null());
}

TEST_F(ScriptLook, TellsEnergiesFromScoresAndFromDensities) {
    const fs::path energy = script(
                       "def forward(self, y, sigma):\n    return (y ** 2).sum(1) / (2 * (1 + sigma ** 2))\n"),
                   score =
                       script("def forward(self, y, sigma):\n    return -y / (1 + sigma ** 2)[:, None]\n"),
                   density = script("def forward(self, x):\n    return -(x ** 2).sum(1)\n");
    const auto a = as_model(energy), b = as_model(score), c = as_model(density);
    EXPECT_EQ(a->use.refused, "");
    EXPECT_EQ(a->use.preset["model"]["output"], "energy");
    EXPECT_EQ(a->use.preset["target"], two_lakes()["target"]);
    EXPECT_TRUE(check_preset(a->use.preset).empty());
    EXPECT_EQ(b->use.refused, "");
    EXPECT_EQ(b->use.preset["model"]["output"], "score");
    EXPECT_FALSE(c->use.refused.empty());
    EXPECT_TRUE(c->use.preset.is_null());
    EXPECT_FALSE(as_target(energy)->problems.empty());
}

TEST_F(ScriptLook, TakesANetworkAsItIs) {
    NetworkWeights network;
    network.dim = 2;
    network.hidden = {4};
    network.shift = {0, 0};
    network.layers = {{3, 4, std::vector<float>(12, 0.1f), std::vector<float>(4, 0.f)},
                      {4, 1, std::vector<float>(4, 0.1f), std::vector<float>(1, 0.f)}};
    const fs::path file = folder.path / "weights.npz";
    write_network_weights(file, network);
    Json present = load_preset(fs::path(TEMPERA_PRESET_DIR) / "learned_two_lakes_dsm.json");
    const auto seen = as_model(file, present);
    ASSERT_EQ(seen->use.refused, "");
    EXPECT_EQ(seen->use.preset["model"]["hidden"], Json({4}));
    EXPECT_TRUE(look_at_points({.present = present, .file = file}, {})->network);
    // In the coordinates that it was trained in, and which the usual preset may not have.
    EXPECT_EQ(as_model(file)->use.refused, "");
    EXPECT_EQ(as_model(file)->use.preset["path"]["standardise"], false);
    // The state of a training has the ending of a module.
    fs::copy_file(file, folder.path / "checkpoint.pt");
    EXPECT_NE(as_model(folder.path / "checkpoint.pt")->use.refused.find("weights.npz"), std::string::npos);
    present["target"]["means"] = {{-4, 0, 0}, {4, 0, 0}};
    EXPECT_NE(as_model(file, present)->use.refused.find("dim"), std::string::npos)
        << as_model(file, present)->use.refused;
}

}  // namespace
}  // namespace tempera
