// SPDX-License-Identifier: MIT
// Data that users bring to a logistic regression: how they are read, and what is said of bad ones.
#include <gtest/gtest.h>

#include <fstream>

#include "core/npy.hpp"
#include "support/files.hpp"
#include "support/points.hpp"
#include "targets/logistic/logistic_data.hpp"

namespace tempera {
namespace {

namespace fs = std::filesystem;

class LogisticDataFiles : public ::testing::Test {
protected:
    void SetUp() override { fs::create_directories(folder.path); }
    std::string write(const std::string& name, const std::string& text) const {
        std::ofstream(folder.path / name) << text;
        return (folder.path / name).string();
    }
    std::string array(const std::string& name, const std::vector<double>& values,
                      std::vector<std::size_t> shape) const {
        write_npy(folder.path / name, NpyArray::of(values, std::move(shape)));
        return (folder.path / name).string();
    }
    static std::string complaint(const Json& settings) {
        try {
            test::make_target<double>("logistic_regression", settings);
        } catch (const ConfigError& error) {
            return error.what();
        }
        return "";
    }
    static void refused(const Json& settings, std::initializer_list<const char*> words) {
        const std::string text = complaint(settings);
        for (const char* word : words) {
            EXPECT_NE(text.find(word), std::string::npos) << "no \"" << word << "\" in: " << text;
        }
    }
    static std::vector<std::string> names(const Json& settings) {
        std::vector<std::string> out;
        for (const Observable& o :
             test::make_target<double>("logistic_regression", settings)->observables()) {
            out.push_back(o.name);
        }
        return out;
    }
    const test::ScratchFolder folder{"logistic_data"};
};

const Eigen::Vector3d somewhere(0.3, -0.7, 0.2);

double density(const Json& settings) {
    return test::log_density(*test::make_target<double>("logistic_regression", settings), somewhere);
}

TEST_F(LogisticDataFiles, EveryFormGivesTheSameDensity) {
    const std::string x = array("set_data.npy", {1, 2, 3, 5, -1, 0, 2, 2.5}, {4, 2}),
                      y = array("set_labels.npy", {1, 0, 1, 0}, {4, 1});
    const double expected = density({{"data", x}, {"labels", y}});
    EXPECT_EQ(density({{"data", x}}), expected) << "labels beside the data";
    const std::string csv = write("a.csv", "age,label,\"pay, net\"\r\n1,1,2\r\n3,0,5\n-1,1,0\n 2 ,0,2.5\n"),
                      bare = write("b.csv", "1,2,1\n3,5,0\n-1,0,1\n2,2.5,0\n"),
                      features = write("c.csv", "\xEF\xBB\xBFu,v\n1,2\n3,5\n-1,0\n2,2.5\n"),
                      labels = write("d.csv", "y\n1\n0\n1\n0\n");
    EXPECT_EQ(density({{"data", csv}}), expected) << "a column called label";
    EXPECT_EQ(density({{"data", csv}, {"labels", "2"}}), expected);
    EXPECT_EQ(density({{"data", bare}, {"labels", "3"}}), expected);
    EXPECT_EQ(density({{"data", features}, {"labels", labels}}), expected);
    EXPECT_EQ(density({{"data", features}, {"labels", y}}), expected);
    EXPECT_EQ(names({{"data", csv}}), (std::vector<std::string>{"energy", "age", "pay, net", "bias"}));
    EXPECT_EQ(names({{"data", bare}, {"labels", "3"}}),
              (std::vector<std::string>{"energy", "w_1", "w_2", "bias"}));
}

TEST_F(LogisticDataFiles, NamesThatAreTakenAreNumbered) {
    const std::string csv = write("a.csv", "bias,label,x,x,,energy\n1,1,2,3,4,5\n3,0,5,1,1,1\n");
    EXPECT_EQ(names({{"data", csv}}),
              (std::vector<std::string>{"energy", "w_1", "x", "w_3", "w_4", "w_5", "bias"}));
}

TEST_F(LogisticDataFiles, ConstantColumnsVanish) {
    const std::string csv = write("a.csv", "c,x,label\n7.1,1,1\n7.1,3,0\n7.1,4,1\n"),
                      without = write("b.csv", "x,label\n1,1\n3,0\n4,1\n");
    const auto target = test::make_target<double>("logistic_regression", {{"data", csv}});
    const auto plain = test::make_target<double>("logistic_regression", {{"data", without}});
    EXPECT_NEAR(test::log_density(*target, Eigen::Vector3d(0, 0.4, -0.3)) -
                    test::log_density(*target, Eigen::Vector3d(2, 0.4, -0.3)),
                2, 1e-12)
        << "only the prior";
    EXPECT_NEAR(test::evaluate(*target, Eigen::Vector3d(0, 0.4, -0.3)).score(1),
                test::evaluate(*plain, Eigen::Vector2d(0.4, -0.3)).score(0), 1e-12);
}

TEST_F(LogisticDataFiles, BadDataAreRefusedWhereTheyAre) {
    const std::string x = array("x.npy", {1, 2, 3, 5, -1, 0}, {3, 2}), y = array("y.npy", {1, 0, 1}, {3});
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto data = [&](const std::string& file, const std::string& labels = "") {
        return Json{{"data", file}, {"labels", labels}};
    };
    refused(data(array("n.npy", {1, 2, 3, nan, -1, 0}, {3, 2}), y),
            {"target.data", "row 2, column 2", "NaN"});
    refused(data(write("n.csv", "a,b,label\n1,2,0\n1,,1\n"), ""),
            {"target.data", "row 3, column b", "nothing"});
    refused(data(write("i.csv", "a,label\n1,0\ninf,1\n")),
            {"target.data", "row 3, column a", "no finite number"});
    refused(data(write("t.csv", "a,b,label\n1,2,0\n1,high,1\n")),
            {"target.data", "row 3, column b", "\"high\" is no number"});
    refused(data(write("r.csv", "a,b,label\n1,2,0\n1,1\n")), {"target.data", "row 3 has 2 columns"});
    refused(data(x, array("short.npy", {1, 0}, {2})), {"target.labels", "2 rows", "data have 3"});
    refused(data(x, array("wide.npy", {1, 0, 1, 0, 1, 0}, {3, 2})), {"target.labels", "2 columns"});
    refused(data(x, array("two.npy", {1, 2, 1}, {3})), {"target.labels", "label 2 is 2", "0 or 1"});
    refused(data(x, array("same.npy", {1, 1, 1}, {3})), {"target.labels", "all 1"});
    refused(data(x), {"target.labels", "empty", "column \"label\""});
    refused(data(write("m.csv", "a,lable\n1,0\n2,1\n"), "label"), {"target.labels", "is \"lable\" meant?"});
    refused(data(x, "7"), {"target.labels", "\"7\" is no file", "no column"});
    refused(data(array("one.npy", {1, 2}, {1, 2}), array("l.npy", {1}, {1})), {"target.data", "1 rows"});
    refused(data(write("none.csv", "label\n0\n1\n")), {"target.data", "0 columns of features"});
    refused(data(write("empty.csv", "")), {"target.data", "0 rows"});
    refused(data(array("cube.npy", {1, 2, 3, 4}, {2, 2, 1}), y), {"target.data", "3 axes"});
    refused(data(write("no.npy", "text"), y), {"target.data", "no.npy"});
    refused(data((folder.path / "nowhere.npy").string()), {"target.data", "nowhere.npy"});
    refused(data(x, array("out.npy", {1, 0, nan}, {3})), {"target.labels", "label 3"});
    refused({{"train_fraction", 0}}, {"target.train_fraction"});
}

TEST_F(LogisticDataFiles, AreReadOnceUntilTheyChange) {
    const std::string csv = write("a.csv", "x,v,label\n1,2,1\n3,1,0\n4,0,1\n");
    LogisticDataSettings settings;
    settings.data = csv;
    const auto first = logistic_data(settings);
    EXPECT_EQ(logistic_data(settings), first);
    LogisticDataSettings other = settings;
    other.standardise_features = false;
    EXPECT_NE(logistic_data(other), first);
    EXPECT_EQ(logistic_data(settings), first);
    write("a.csv", "x,v,label\n1,2,1\n3,1,0\n4,0,1\n5,1,0\n");
    EXPECT_EQ(logistic_data(settings)->train.rows(), 4);
}

TEST_F(LogisticDataFiles, SyntheticSetsDependOnTheirSeedAlone) {
    LogisticDataSettings settings;
    const auto first = logistic_data(settings);
    settings.data_seed = 2;
    EXPECT_NE(logistic_data(settings)->train, first->train);
    for (int seed = 0; seed < 50; ++seed) {
        LogisticDataSettings two;
        two.n_rows = 2, two.n_features = 1, two.data_seed = seed, two.standardise_features = false;
        const auto data = logistic_data(two);
        EXPECT_LT(data->train(0, 1) * data->train(1, 1), 0) << "one label of each kind";
    }
}

}  // namespace
}  // namespace tempera
