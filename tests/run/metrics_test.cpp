// SPDX-License-Identifier: MIT
// Distances of a run's samples to a reference: their values, errors and floors, and references that are
// refused.
#include "run/record/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "core/npy.hpp"
#include "diagnostics/weights.hpp"
#include "run/folder/run_folder.hpp"
#include "run/preset/preset.hpp"
#include "run/report/report.hpp"
#include "support/data_sets.hpp"
#include "support/points.hpp"
#include "support/presets.hpp"
#include "support/runs.hpp"

namespace tempera {
namespace {

/// N(0, 1) per coordinate.
std::shared_ptr<Target<double>> gaussian(int dim) {
    return test::make_target<double>(
        "gaussian", {{"mean", std::vector<double>(static_cast<std::size_t>(dim), 0)}, {"sigmas", {1.0}}});
}

std::vector<double> normals(std::size_t n, std::uint64_t seed, double shift = 0) {
    StreamKey key;
    key.seed = seed;
    key.purpose = Purpose::target_sample;
    Stream stream(key, 0);
    std::vector<double> out(n);
    std::generate(out.begin(), out.end(), [&] { return stream.normal() + shift; });
    return out;
}

ReferencePoints plain_reference(std::vector<double> x, int dim) {
    const std::size_t n = x.size() / static_cast<std::size_t>(dim);
    return {"points", std::move(x), std::vector<double>(n, 1.0 / static_cast<double>(n))};
}

StreamKey key_of(std::uint64_t seed) {
    StreamKey key;
    key.seed = seed;
    return key;
}

/// Of points [n, dim]; equal weights unless given.
Json metrics_of(const Target<double>& target, const std::vector<double>& x, const ReferencePoints& reference,
                std::vector<double> log_weight = {}, int n_chains = 0, std::uint64_t seed = 1) {
    log_weight.resize(x.size() / static_cast<std::size_t>(target.dim()), 0.0);
    return metrics_summary(target, reference, {x, log_weight, nullptr, n_chains}, observe(target, x),
                           key_of(seed), true);
}

double number(const Json& metrics, const std::string& key) { return get_value(metrics, key).get<double>(); }

TEST(Metrics, OfAShiftedGaussianAreItsClosedForms) {
    // W2 of N(m, 1) and N(0, 1) is |m|; sliced: its root mean square over directions, |m| / sqrt(dim) to
    // 6 % (128 directions); the MMD of bandwidth s: 2 (s^2 / (s^2 + 2))^(d/2) (1 - exp(-|m|^2 / (2 (s^2 +
    // 2)))).
    constexpr int dim = 2;
    constexpr double m = 3;
    const auto target = gaussian(dim);
    const Json metrics =
        metrics_of(*target, normals(4000, 1, m / std::sqrt(2.0)), plain_reference(normals(4000, 2), dim));
    EXPECT_NEAR(number(metrics, "coordinate_w2"), m, 4 * number(metrics, "stderr.coordinate_w2") + 0.05);
    EXPECT_NEAR(number(metrics, "sliced_w2"), m / std::sqrt(2.0), 0.25 * m / std::sqrt(2.0));
    const double s = std::sqrt(2 * 2 * std::log(2.0)),  // median of |x - y|^2 / 2, which is exponential
        want = 2 * s * s / (s * s + 2) * (1 - std::exp(-m * m / (2 * (s * s + 2))));
    EXPECT_NEAR(number(metrics, "mmd_squared"), want, 4 * number(metrics, "stderr.mmd_squared") + 0.02);
    EXPECT_NEAR(number(metrics, "mmd"), std::sqrt(number(metrics, "mmd_squared")), 1e-12);
    // The energy is |x|^2 / 2 + const: a mean of m^2 / 2 more, all of it to one side.
    EXPECT_NEAR(number(metrics, "energy_w1"), m * m / 2, 4 * number(metrics, "stderr.energy_w1") + 0.1);
    EXPECT_GE(number(metrics, "energy_w2"), number(metrics, "energy_w1"));
    EXPECT_TRUE(metrics["distance_w2"].is_null());
    EXPECT_TRUE(metrics["geometric_w2"].is_null());
    EXPECT_EQ(metrics["n"], 2000);
    EXPECT_EQ(metrics["n_of"]["energy_w2"], 2000);
    EXPECT_EQ(metrics["n_of"]["coordinate_w2"], 1000);
    EXPECT_EQ(metrics["n_floor"]["energy_w2"], 1000);
    EXPECT_EQ(metrics["n_floor"]["coordinate_w2"], 1000);
}

TEST(Metrics, OnTheFloorAreTheFloor) {
    constexpr int dim = 2;
    const auto target = gaussian(dim);
    // 2 x 1000 points against 2000, the floor from halves of 1000: larger by sqrt(4/3) at most.
    const Json metrics = metrics_of(*target, normals(4000, 3), plain_reference(normals(4000, 4), dim));
    for (const char* key : {"energy_w2", "sliced_w2", "coordinate_w2"}) {
        const double floor = number(metrics["floor"], key);
        EXPECT_LT(number(metrics, key), 2.5 * floor) << key;
        EXPECT_GT(number(metrics, key), 0.3 * floor) << key;
    }
}

TEST(Metrics, WeightsActLikeCopies) {
    constexpr int dim = 2;
    const auto target = gaussian(dim);
    const std::vector<double> once = normals(2 * 120, 5);
    std::vector<double> copies, log_weight;
    for (std::size_t i = 0; i < 120; ++i) {
        const int times = i % 4 == 0 ? 0 : i % 3 == 0 ? 3 : 1;
        log_weight.push_back(std::log(times));  // -infinity: not there
        for (int t = 0; t < times; ++t) {
            copies.insert(copies.end(), {once[2 * i], once[2 * i + 1]});
        }
    }
    const ReferencePoints reference = plain_reference(normals(600, 6), dim);
    const Json weighted = metrics_of(*target, once, reference, log_weight),
               copied = metrics_of(*target, copies, reference);
    EXPECT_EQ(weighted["n"], 90);
    for (const char* key : {"energy_w1", "energy_w2", "sliced_w2"}) {
        EXPECT_NEAR(number(weighted, key), number(copied, key), 1e-9) << key;
    }
    EXPECT_NEAR(number(weighted, "coordinate_w2"), number(copied, "coordinate_w2"), 1e-5);
}

TEST(Metrics, DoNotDependOnThreadsAndAreTheSameForTheSameSeed) {
    const auto target = test::make_target<double>("dw4");
    std::vector<double> x = normals(8 * 1500, 7);
    const ReferencePoints reference = plain_reference(normals(8 * 1500, 8), 8);
    const Json want = metrics_of(*target, x, reference);
    {
        const test::FewThreads one(1);
        EXPECT_EQ(metrics_of(*target, x, reference), want);
    }
    EXPECT_NE(metrics_of(*target, x, reference, {}, 0, 2), want);
    for (const char* key : {"energy_w2", "distance_w2", "geometric_w2", "observables.mean_distance"}) {
        EXPECT_TRUE(get_value(want, key).is_number()) << key;
        EXPECT_TRUE(get_value(want["stderr"], key).is_number()) << key;
        EXPECT_TRUE(get_value(want["floor"], key).is_number()) << key;
    }
    EXPECT_EQ(want["bootstrap"], "points");
}

TEST(Metrics, ANumberThatIsNotFiniteLeavesItsDistancesUnknown) {
    const auto target = test::make_target<double>("lj13");
    const auto n = static_cast<std::size_t>(target->dim());
    std::vector<double> x = normals(n * 60, 9);
    std::fill_n(x.begin(), n, 0.0);  // all particles in one place
    const Json metrics = metrics_of(*target, x, plain_reference(normals(n * 60, 10), target->dim()));
    EXPECT_TRUE(metrics["energy_w2"].is_null());
    EXPECT_TRUE(metrics["stderr"]["energy_w2"].is_null());
    EXPECT_TRUE(metrics["distance_w2"].is_number());
}

/// Stated standard errors against the spread of the values over seeds.
struct Calibration {
    Moments values, errors;
    double ratio() const { return errors.mean / std::sqrt(values.variance()); }
};

/// Of 50 sets of points that `make(seed)` draws.
template <class Make>
std::map<std::string, Calibration> calibrate(const ReferencePoints& reference, int n_chains,
                                             const Make& make) {
    const auto target = gaussian(2);
    std::map<std::string, Calibration> out;
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        const std::vector<double> x = make(seed);
        const std::vector<double> log_weight(x.size() / 2, 0.0);
        const Json metrics = metrics_summary(*target, reference, {x, log_weight, nullptr, n_chains},
                                             observe(*target, x), key_of(seed), false);
        for (const char* key : {"energy_w1", "energy_w2", "sliced_w2", "coordinate_w2", "mmd_squared"}) {
            out[key].values.add(number(metrics, key));
            out[key].errors.add(number(metrics["stderr"], key));
        }
    }
    for (const auto& [key, c] : out) {
        ::testing::Test::RecordProperty(key, std::to_string(c.ratio()));
    }
    return out;
}

// The spread of 50 values has a relative standard error of 10 %: a right error is within 40 % of it.
TEST(MetricErrors, AreTheSpreadOverSeedsOfPointsOffTheReference) {
    const ReferencePoints reference = plain_reference(normals(800, 11), 2);
    for (const auto& [key, c] :
         calibrate(reference, 0, [](std::uint64_t seed) { return normals(400, 100 + seed, 0.8); })) {
        EXPECT_NEAR(c.ratio(), 1, 0.4)
            << key << ": stated " << c.errors.mean << ", spread " << std::sqrt(c.values.variance());
    }
}

// On the floor a distance is no smooth function of the points any more: the error is right to a factor of
// two.
TEST(MetricErrors, AreOfTheRightSizeForPointsOfTheReferencesLaw) {
    const ReferencePoints reference = plain_reference(normals(800, 12), 2);
    for (const auto& [key, c] :
         calibrate(reference, 0, [](std::uint64_t seed) { return normals(400, 200 + seed); })) {
        EXPECT_GT(c.ratio(), 0.5) << key;
        EXPECT_LT(c.ratio(), 2.0) << key;
    }
}

TEST(MetricErrors, KnowOfTheCorrelationOfChains) {
    // Four chains of x' = 0.8 x + 0.6 z, whose autocorrelation time is 9: plain points would say a third.
    const ReferencePoints reference = plain_reference(normals(800, 13), 2);
    const auto chains = [](std::uint64_t seed) {
        constexpr std::size_t n_chains = 4, n_steps = 300;
        std::vector<double> x = normals(2 * n_chains * n_steps, 300 + seed);
        for (std::size_t i = 2 * n_chains; i < x.size(); ++i) {
            x[i] = 0.8 * x[i - 2 * n_chains] + 0.6 * x[i];
        }
        for (double& v : x) {
            v += 0.8;
        }
        return x;
    };
    for (const auto& [key, c] : calibrate(reference, 4, chains)) {
        EXPECT_NEAR(c.ratio(), 1, 0.45) << key;
    }
}

TEST(Metrics, OfARunStandInItsSummaryAndItsReport) {
    Json preset = test::small_run();
    preset["run"]["reference"] = "exact";
    preset["run"]["n_replicates"] = 2;
    const RunResult run = run_preset(preset);
    const Json& metrics = run.summary["metrics"];
    EXPECT_EQ(metrics["reference"], "exact");
    EXPECT_EQ(metrics["n_reference"], exact_reference_points);
    EXPECT_EQ(metrics["bootstrap"], "lineages");
    EXPECT_TRUE(metrics["floor"]["energy_w2"].is_number());
    const Json& all = run.summary["replicates"];
    EXPECT_NE(all[0]["metrics"]["energy_w2"], all[1]["metrics"]["energy_w2"]);
    EXPECT_DOUBLE_EQ(number(metrics, "energy_w2"),
                     (number(all[0], "metrics.energy_w2") + number(all[1], "metrics.energy_w2")) / 2);
    EXPECT_TRUE(all[1]["metrics"]["floor"]["energy_w2"].is_null());
    EXPECT_NE(summary_table(run).find("energy W2"), std::string::npos);
    // The exact mixture has no noise of its own.
    EXPECT_NEAR(number(metrics, "sliced_w2"), run.summary["sliced_w2"].get<double>(),
                4 * number(metrics, "floor.sliced_w2"));
    EXPECT_EQ(test::facts(run), test::facts(run_preset(preset)));
    preset["run"]["reference"] = "";
    EXPECT_TRUE(run_preset(preset).summary["metrics"].is_null());
}

class References : public ::testing::Test {
protected:
    const test::ScratchFolder scratch{"references"};
    void SetUp() override { std::filesystem::create_directories(scratch.path); }
    std::string write(const std::string& name, const std::vector<double>& x, std::size_t dim) const {
        write_npy(scratch.path / name, NpyArray::of(x, {x.size() / dim, dim}));
        return (scratch.path / name).string();
    }
    /// What is said of a reference.
    static std::vector<Problem> problems(const Json& reference, const std::string& target = "") {
        Json preset = test::good_preset();
        if (!target.empty()) {
            preset["target"] = {{"type", target}};
            preset["path"] = {{"type", "tempering"}, {"n_levels", 4}, {"standardise", false}};
            preset["kernel"] = {{"type", "none"}};
            preset["moves"] = {{"type", "hmc"}};
        }
        preset["run"]["reference"] = reference;
        return check_preset(preset);
    }
};

TEST_F(References, ThatCannotBeComparedWithAreRefusedWithTheirPlace) {
    std::vector<double> x = normals(60, 1);
    EXPECT_EQ(test::all_of(problems(write("good.npy", x, 2))), "");
    EXPECT_TRUE(test::mentions(problems(write("wide.npy", x, 3)), "run.reference", "[n, 2]"));
    EXPECT_TRUE(test::mentions(problems(write("few.npy", {x.begin(), x.begin() + 10}, 2)), "run.reference",
                               "holds 5 points"));
    x[7] = std::nan("");
    EXPECT_TRUE(test::mentions(problems(write("nan.npy", x, 2)), "run.reference", "row 4, column 2"));
    EXPECT_TRUE(
        test::mentions(problems((scratch.path / "nowhere.npy").string()), "run.reference", "does not exist"));
    write_file_atomically(scratch.path / "text.npy", "not numbers");
    EXPECT_TRUE(test::mentions(problems((scratch.path / "text.npy").string()), "run.reference", "text.npy"));
    EXPECT_TRUE(test::mentions(problems(scratch.path.string()), "run.reference", "samples.npz"));
    EXPECT_TRUE(test::mentions(problems(3), "run.reference"));
    EXPECT_EQ(test::all_of(problems("exact")), "");
    EXPECT_TRUE(test::mentions(problems("exact", "lj13"), "run.reference", "exact sampler"));
}

TEST_F(References, OfARunKeepItsWeights) {
    const Json preset = test::small_run();
    write_run_folder(run_preset(preset), scratch.path / "run", {}, false);
    Json with = resolve_preset(preset);
    for (const char* name : {"run", "run/samples.npz"}) {
        with["run"]["reference"] = (scratch.path / name).string();
        const RunResult run = run_preset(with);
        // The run is compared with itself.
        EXPECT_NEAR(number(run.summary["metrics"], "energy_w2"), 0, 1e-9);
        EXPECT_NEAR(number(run.summary["metrics"], "coordinate_w2"), 0, 1e-5);
        EXPECT_GT(number(run.summary["metrics"], "floor.energy_w2"), 0);
    }
}

TEST_F(References, OfParticlesHaveTheirCentreAtRest) {
    std::vector<double> moved = normals(8 * 40, 2);
    for (double& v : moved) {
        v += 5;
    }
    Json preset = test::good_preset();
    preset["target"] = {{"type", "dw4"}};
    preset["run"] = {{"seed", 1}, {"reference", write("moved.npy", moved, 8)}};
    const auto target = test::make_target<double>("dw4");
    const auto reference = load_reference(preset, *target);
    ASSERT_EQ(reference->size(), 40u);
    double sum = 0;
    for (std::size_t i = 0; i < 8; i += 2) {
        sum += reference->x[8 * 7 + i];
    }
    EXPECT_NEAR(sum, 0, 1e-12);
}

/// Of a data set's test points against those of its validation, whose centres come to rest.
Json metrics_of_files(const std::string& target, const std::filesystem::path& samples,
                      const std::filesystem::path& reference) {
    const auto of = test::make_target<double>(target);
    const auto load = [&](const std::filesystem::path& file) {
        return load_reference(Json{{"run", {{"seed", 1}, {"reference", file.string()}}}}, *of);
    };
    return metrics_of(*of, load(samples)->x, *load(reference));
}

// Published sets of 10,000 points each; the numbers of 1000 points against 1000 were computed independently
// (network simplex of POT), and differ by a few per cent from one choice of 1000 to the next.
TEST(DataSets, FourDoubleWellsAreOnTheirFloors) {
    const auto samples = test::data_file("test_split_DW4.npy"), right = test::data_file("val_split_DW4.npy");
    if (samples.empty() || right.empty()) {
        GTEST_SKIP() << "test_split_DW4.npy and val_split_DW4.npy are not there";
    }
    const Json metrics = metrics_of_files("dw4", samples, right);
    EXPECT_NEAR(number(metrics, "coordinate_w2"), 1.74, 0.12);
    EXPECT_NEAR(number(metrics["floor"], "coordinate_w2"), 1.74, 0.12);
    EXPECT_LT(number(metrics, "energy_w2"), 0.1);
    EXPECT_LT(number(metrics, "distance_w2"), 0.06);
}

TEST(DataSets, ThirteenLennardJonesParticlesAreOnTheirFloors) {
    const auto samples = test::data_file("test_split_LJ13-1000.npy"),
               right = test::data_file("val_split_LJ13-1000.npy");
    if (samples.empty() || right.empty()) {
        GTEST_SKIP() << "test_split_LJ13-1000.npy and val_split_LJ13-1000.npy are not there";
    }
    const Json metrics = metrics_of_files("lj13", samples, right);
    EXPECT_NEAR(number(metrics, "coordinate_w2"), 3.56, 0.15);
    EXPECT_NEAR(number(metrics["floor"], "coordinate_w2"), 3.56, 0.15);
    EXPECT_NEAR(number(metrics["floor"], "energy_w2"), 0.27, 0.15);  // at 5000 points
    EXPECT_NEAR(number(metrics["floor"], "distance_w2"), 0.004, 0.003);
    EXPECT_LT(number(metrics["floor"], "geometric_w2"), 2.2);
}

}  // namespace
}  // namespace tempera
