// SPDX-License-Identifier: MIT
// Densities that users bring: TorchScript files made here against the targets written by hand, in whole runs,
// and bad ones of every kind, each refused with exit code 2 at target.file.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "support/files.hpp"
#include "support/points.hpp"
#include "torch/torch_network.hpp"
#include "torch/torchscript.hpp"

namespace tempera {
namespace {

namespace fs = std::filesystem;

// The catalogue's banana with its defaults, but for the constant.
constexpr const char* banana_source = R"(
def forward(self, x):
    bend = x[:, 1] - 0.5 * (x[:, 0] ** 2 - 4)
    return -0.5 * (x[:, 0] ** 2 / 4 + bend ** 2 / 0.25)
)";
const double banana_constant = -std::log(2 * M_PI * 2 * 0.5);

class BroughtDensities : public ::testing::Test {
protected:
    void SetUp() override { fs::create_directories(folder.path); }

    std::string script(const std::string& source) const {
        const fs::path file = folder.path / ("density" + std::to_string(n_files++) + ".pt");
        libtorch::write_script_module(source, file);
        return file.string();
    }
    template <class Real = double>
    static std::shared_ptr<Target<Real>> target(const std::string& file, Json more = Json::object()) {
        Json settings{{"file", file}};
        settings.update(more);
        return find_entry(target_catalogue(), "target", "torchscript")
            .make<Real>(settings, {.load_torchscript = torchscript_density_loader<Real>()});
    }
    struct Outcome {
        int code;
        std::string said;
        Json summary;  ///< null when there is none
    };
    /// A short run from a wide Gaussian; `command` is run or check.
    Outcome tempera(const std::string& command, const Json& target,
                    const std::string& path = "tempering") const {
        const Json preset{{"schema", "tempera-preset"},
                          {"version", 1},
                          {"name", "brought"},
                          {"target", target},
                          {"path",
                           {{"type", path},
                            {"n_levels", 12},
                            {"standardise", false},
                            {"reference_scale", 3},
                            {"schedule", {{"type", "linear"}}}}},
                          {"kernel", {{"type", "none"}}},
                          {"moves", {{"type", "hmc"}, {"n_steps", 2}, {"step_size", 1.0}, {"adapt", true}}},
                          {"sampler", {{"type", "smc"}, {"n_particles", 2048}}},
                          {"run", {{"seed", 3}}}};
        std::ofstream(folder.path / "preset.json") << preset.dump();
        const fs::path out = folder.path / "run", said = folder.path / "said.txt";
        fs::remove_all(out);
        std::ostringstream line;
        line << fs::path(TEMPERA_PROGRAM) << " " << command << " " << folder.path / "preset.json";
        if (command == "run") {
            line << " --out " << out;
        }
        line << " > " << said << " 2>&1";
        const int status = std::system(line.str().c_str());
        std::ostringstream text;
        text << std::ifstream(said).rdbuf();
        Outcome outcome{WIFEXITED(status) ? WEXITSTATUS(status) : -1, text.str(), nullptr};
        if (std::ifstream in(out / "summary.json"); in) {
            outcome.summary = Json::parse(in);
        }
        return outcome;
    }
    void refused(const std::string& file, std::initializer_list<const char*> words, int dim = 2) const {
        const Outcome o = tempera("check", {{"type", "torchscript"}, {"file", file}, {"dim", dim}});
        EXPECT_EQ(o.code, 2) << o.said;
        for (const char* word : words) {
            EXPECT_NE(o.said.find(word), std::string::npos) << "no \"" << word << "\" in: " << o.said;
        }
    }
    const test::ScratchFolder folder{"brought_densities"};
    mutable int n_files = 0;
};

TEST_F(BroughtDensities, AreThoseWrittenByHand) {
    const std::string file = script(banana_source);
    const auto brought = target(file), hot = target(file, {{"temperature", 2.5}});
    const auto single = target<float>(file);
    const auto by_hand = test::make_target<double>("banana");
    EXPECT_FALSE(brought->has_hessian());
    const Particles<double> x = test::draw(*by_hand, 20, 3);
    for (int p = 0; p < x.size(); ++p) {
        const Eigen::Vector2d at(x(p, 0), x(p, 1)), v(0.3, -1.2);
        const test::Point truth = test::evaluate(*by_hand, at), own = test::evaluate(*brought, at);
        EXPECT_NEAR(own.log_density + banana_constant, truth.log_density,
                    1e-12 * (1 + std::abs(truth.log_density)));
        EXPECT_LT((own.score - truth.score).norm(), 1e-12 * (1 + truth.score.norm()));
        EXPECT_LT((test::hessian_vector(*brought, at, v) - truth.hessian * v).norm(),
                  1e-12 * truth.hessian.norm());
        EXPECT_LT((2.5 * test::evaluate(*hot, at).score - truth.score).norm(),
                  1e-12 * (1 + truth.score.norm()));
        EXPECT_LT((test::evaluate(*single, at).score - truth.score).norm(), 1e-5 * (1 + truth.score.norm()));
    }
}

/// Products with tensors of one float type fail with points of the other.
TEST_F(BroughtDensities, AreCalledInTheFloatTypeTheyWant) {
    constexpr int float32 = 6, float64 = 7;  // as the source given to a module names them
    for (const int type : {float32, float64}) {
        const std::string source =
            "def forward(self, x):\n    a = torch.tensor([[2.0, 0.5], [0.5, 1.0]], dtype=" +
            std::to_string(type) + ")\n    return -0.5 * (torch.mm(x, a) * x).sum(1)\n";
        const auto brought = target(script(source));
        const Eigen::Vector2d at(0.7, -0.4);
        EXPECT_NEAR(test::log_density(*brought, at), -0.5 * (2 * 0.49 - 0.28 + 0.16), 1e-6) << type;
    }
}

/// The number of threads, and who else asks, change no bit.
TEST_F(BroughtDensities, AreTheSameForEveryThread) {
    const auto brought = target(script(banana_source));
    const Particles<double> x = test::draw(*test::make_target<double>("banana"), 256, 5);
    Particles<double> first(256, 2);
    brought->evaluate_uncounted(x.block(0), {.score = first.block(0).data});
    std::vector<Particles<double>> scores(4, Particles<double>(256, 2));
    std::vector<std::thread> threads;
    for (Particles<double>& score : scores) {
        threads.emplace_back([&] {
            for (int i = 0; i < 20; ++i) {
                brought->evaluate_uncounted(x.block(0), {.score = score.block(0).data});
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    for (const Particles<double>& score : scores) {
        for (int p = 0; p < 256; ++p) {
            EXPECT_EQ(score(p, 0), first(p, 0));
            EXPECT_EQ(score(p, 1), first(p, 1));
        }
    }
}

TEST_F(BroughtDensities, RunAndFindTheirNormaliser) {
    const Json gaussian{{"type", "torchscript"},
                        {"file", script("def forward(self, x):\n    return -0.5 * (x * x).sum(1) / 0.25\n")},
                        {"dim", 3}};
    const Outcome o = tempera("run", gaussian);
    ASSERT_EQ(o.code, 0) << o.said;
    const double log_z = 1.5 * std::log(2 * M_PI * 0.25);
    EXPECT_NEAR(o.summary.at("log_z").get<double>(), log_z, 4 * o.summary.at("log_z_stderr").get<double>());
    EXPECT_LT(o.summary.at("log_z_stderr").get<double>(), 0.1);
}

/// A function of LibTorch whose derivative has no derivative.
TEST_F(BroughtDensities, ProductsThatCannotBeAreRefused) {
    const auto brought = target(script(
        "def forward(self, x):\n    return -0.5 * (x * x).sum(1) + torch.cdist(x, x * 2 + 1).diagonal()\n"));
    try {
        test::hessian_vector(*brought, Eigen::Vector2d(0.5, 1), Eigen::Vector2d(1, 0));
        FAIL() << "cdist has second derivatives now: take another function";
    } catch (const ConfigError& error) {
        EXPECT_EQ(error.problems().front().place, "target.file");
        EXPECT_NE(error.problems().front().text.find("differentiated twice"), std::string::npos)
            << error.what();
    }
}

TEST_F(BroughtDensities, BadOnesAreRefused) {
    refused(script("def forward(self, x):\n    return x.sum()\n"),
            {"target.file", "one log density per point, [n]"});
    refused(script("def forward(self, x):\n    return x\n"),
            {"target.file", "one log density per point, [n]"});
    refused(script("def forward(self, x):\n    return torch.mm(x, torch.ones([3, 1])).squeeze(1)\n"),
            {"target.file", "target.dim = 2"});
    refused(script("def forward(self, x):\n    return torch.log(x[:, 0])\n"), {"target.file", "not finite"});
    refused(script("def forward(self, x):\n    return -((x - x.mean(0)) ** 2).sum(1)\n"),
            {"target.file", "depends on the points beside it"});
    refused(script("def forward(self, x):\n    return -(x ** 2).sum(0)\n"), {"target.file"}, 32);
    refused((folder.path / "missing.pt").string(), {"target.file", "missing.pt"});
    std::ofstream(folder.path / "text.pt") << "not a density";
    refused((folder.path / "text.pt").string(), {"target.file", "no TorchScript archive"});
    std::ofstream(folder.path / "zip.pt") << "PK\3\4 and nothing more";
    refused((folder.path / "zip.pt").string(), {"target.file", "TorchScript"});
    refused("", {"target.file", "empty"});
    const Outcome o =
        tempera("check", {{"type", "torchscript"}, {"file", script(banana_source)}}, "diffusion");
    EXPECT_EQ(o.code, 2) << o.said;
}

}  // namespace
}  // namespace tempera
