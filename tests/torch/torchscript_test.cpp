// SPDX-License-Identifier: MIT
// Models that users bring: TorchScript files made here and used by the program in whole runs, and bad models
// of every kind, each refused with exit code 2 and a message that says where and what to do.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/npy.hpp"
#include "core/settings.hpp"
#include "torch/torch_network.hpp"

namespace tempera {
namespace {

// The exact noised standard normal of two dimensions, as an energy and as a score.
constexpr const char* energy_source = R"(
def forward(self, y, sigma):
    return 0.5 * (y * y).sum(1) / (1 + sigma * sigma)
)";
constexpr const char* score_source = R"(
def forward(self, y, sigma):
    return -y / (1 + sigma * sigma).unsqueeze(1)
)";

// The same with a rotation that leaves every level as it is: a field that is nobody's gradient.
constexpr const char* turning_source = R"(
def forward(self, y, sigma):
    turn = torch.stack([y[:, 1], -y[:, 0]], dim=1)
    return (turn - y) / (1 + sigma * sigma).unsqueeze(1)
)";

const Json second_order{{"type", "second_order"}, {"covariance", "full"}};

class BroughtModels : public ::testing::Test {
protected:
    void SetUp() override {
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
    }
    void TearDown() override { std::filesystem::remove_all(folder); }

    struct Outcome {
        int code;
        std::string said;
        Json summary;  ///< null when there is none
    };
    /// A run of 512 particles on a standard normal with this model.
    Outcome run(const Json& model, const std::string& sampler = "ais",
                const Json& kernel = second_order) const {
        const Json preset{
            {"schema", "tempera-preset"},
            {"version", 1},
            {"name", "brought"},
            {"target",
             {{"type", "gaussian_mixture"}, {"weights", {1.0}}, {"means", {{0, 0}}}, {"sigmas", {1.0}}}},
            {"path",
             {{"type", "learned_diffusion"},
              {"process", "ve"},
              {"n_levels", 12},
              {"standardise", false},
              {"schedule", {{"type", "log_snr"}, {"rho_min", 0.05}, {"rho_max", 10}}}}},
            {"kernel", kernel},
            {"moves", {{"type", "none"}, {"n_steps", 0}}},
            {"sampler", {{"type", sampler}, {"n_particles", 512}}},
            {"model", model},
            {"run", {{"seed", 3}, {"precision", "f64"}}}};
        std::ofstream(folder / "preset.json") << preset.dump();
        const std::filesystem::path out = folder / "run", said = folder / "said.txt";
        std::filesystem::remove_all(out);
        std::ostringstream command;  // paths are written in quotes: a folder may have a space in its name
        command << std::filesystem::path(TEMPERA_PROGRAM) << " run " << folder / "preset.json" << " --out "
                << out << " > " << said << " 2>&1";
        const int status = std::system(command.str().c_str());
        std::ostringstream text;
        text << std::ifstream(said).rdbuf();
        Outcome outcome{WIFEXITED(status) ? WEXITSTATUS(status) : -1, text.str(), nullptr};
        if (std::ifstream in(out / "summary.json"); in) {
            outcome.summary = Json::parse(in);
        }
        return outcome;
    }
    Json script(const std::string& source, const char* output = "energy") const {
        libtorch::write_script_module(source, folder / "model.pt");
        return {{"type", "torchscript"}, {"file", (folder / "model.pt").string()}, {"output", output}};
    }
    /// Refused: exit code 2, the place, every one of the words, and nothing written.
    void refused(const Json& model, std::initializer_list<const char*> words,
                 const std::string& sampler = "ais") const {
        const Outcome o = run(model, sampler);
        EXPECT_EQ(o.code, 2) << o.said;
        for (const char* word : words) {
            EXPECT_NE(o.said.find(word), std::string::npos) << "no \"" << word << "\" in: " << o.said;
        }
        EXPECT_FALSE(std::filesystem::exists(folder / "run" / "summary.json")) << o.said;
    }
    std::filesystem::path folder =
        std::filesystem::path(::testing::TempDir()) / ("tempera brought models " + std::to_string(getpid()));
};

/// The model is exact and Gaussian, and so are second-order kernels: log weights are nearly equal, log Z is
/// 0.
TEST_F(BroughtModels, RunAsEnergyAndAsScore) {
    for (const bool energy : {true, false}) {
        const Outcome o = run(energy ? script(energy_source) : script(score_source, "score"));
        ASSERT_EQ(o.code, 0) << o.said;
        EXPECT_EQ(o.summary.at("status"), "finished");
        EXPECT_GT(o.summary.at("ess_fraction").get<double>(), 0.95);
        EXPECT_NEAR(o.summary.at("log_z").get<double>(), 0,
                    4 * o.summary.at("log_z_stderr").get<double>() + 1e-3);
    }
    const Outcome smc = run(script(energy_source), "smc");
    EXPECT_EQ(smc.code, 0) << smc.said;
}

/// A map's determinant is that of the field's own Jacobian, which has no symmetry; with that of its symmetric
/// part log Z would be .18 off.
TEST_F(BroughtModels, MapsOfFieldsThatAreNoGradientsHaveTheirOwnDeterminant) {
    const Json map{{"type", "transport_midpoint"}, {"log_det", "exact"}, {"tolerance", 1e-5}};
    const Outcome o = run(script(turning_source, "score"), "ais", map);
    ASSERT_EQ(o.code, 0) << o.said;
    EXPECT_GT(o.summary.at("ess_fraction").get<double>(), 0.9);
    EXPECT_NEAR(o.summary.at("log_z").get<double>(), 0,
                4 * o.summary.at("log_z_stderr").get<double>() + 1e-3);
}

TEST_F(BroughtModels, BadScriptsAreRefused) {
    refused(script("def forward(self, y, sigma):\n    return y.sum()\n"),
            {"model.file", "one energy per point"});
    refused(script("def forward(self, y, sigma):\n    return y[:, :1]\n", "score"),
            {"model.file", "one score per point"});
    refused(script("def forward(self, y, sigma):\n    return (y.sum(1) * float('nan'))\n"),
            {"model.file", "not finite"});
    refused(script("def forward(self, y, sigma):\n    return torch.mm(y, torch.ones([3, 1])).squeeze(1)\n"),
            {"model.file", "failed"});
    refused(script(score_source, "score"), {"log densities", "sampler"}, "smc");
    std::ofstream(folder / "text.pt") << "not a model";
    refused({{"type", "torchscript"}, {"file", (folder / "text.pt").string()}},
            {"model.file", "TorchScript"});
    write_npz(folder / "zip.pt", {{"w0", NpyArray::of(std::vector<float>{1}, {1})}});
    refused({{"type", "torchscript"}, {"file", (folder / "zip.pt").string()}}, {"model.file", "TorchScript"});
    refused({{"type", "torchscript"}, {"file", (folder / "missing.pt").string()}},
            {"model.file", "missing.pt"});
}

TEST_F(BroughtModels, BadWeightsAreRefused) {
    NetworkWeights w;
    w.dim = 2, w.hidden = {4}, w.shift = {0, 0};
    w.layers = {{3, 4, std::vector<float>(12, 0.1F), std::vector<float>(4, 0.0F)},
                {4, 1, std::vector<float>(4, 0.1F), {0.0F}}};
    const std::filesystem::path file = folder / "weights.npz";
    const Json model{{"type", "energy_mlp"}, {"hidden", {4}}, {"file", file.string()}};
    write_network_weights(file, w);
    EXPECT_EQ(run(model).code, 0) << run(model).said;
    Json other = model;
    other["hidden"] = {8, 8};
    refused(other, {"model.file", "hidden", "set model.hidden"});
    other = model;
    other["type"] = "score_mlp";
    refused(other, {"model.file", "score_mlp"});
    other = model;
    other["file"] = (folder / "none.npz").string();
    refused(other, {"model.file", "does not exist", "tempera train"});
    w.layers[0].weight[3] = NAN;
    write_network_weights(file, w);
    refused(model, {"model.file", "not a finite number"});
    w.layers[0].weight[3] = 0;
    w.dim = 3, w.shift = {0, 0, 0};
    w.layers[0] = {4, 4, std::vector<float>(16, 0.1F), std::vector<float>(4, 0.0F)};
    write_network_weights(file, w);
    refused(model, {"model.file", "dimension 3"});
    w.dim = 2, w.shift = {0, 0}, w.type = "score_mlp";
    w.layers = {{3, 4, std::vector<float>(12, 0.1F), std::vector<float>(4, 0.0F)},
                {4, 2, std::vector<float>(8, 0.1F), {0.0F, 0.0F}}};
    write_network_weights(file, w);
    Json score = model;
    score["type"] = "score_mlp";
    refused(score, {"log densities", "sampler"}, "smc");
}

}  // namespace
}  // namespace tempera
