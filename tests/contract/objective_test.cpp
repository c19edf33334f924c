// SPDX-License-Identifier: MIT
// What every loss promises, over the catalogue with every value of its choices and every head that it takes:
// its gradient is that of its value, it adds to what is there in proportion to its weight, and its noise is a
// function of the key alone. A loss with a wrong gradient must be caught.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <functional>

#include "support/objectives.hpp"

namespace tempera::training {
namespace {

using test::gradient_error;

constexpr double bound = 1e-6;  // of central differences at step 1e-5 in float64, relative to the gradient
constexpr Head heads[] = {Head::scalar, Head::dot, Head::squared_norm, Head::score};

/// A network to learn from, as long as the tests run.
struct Teacher {
    std::filesystem::path file =
        std::filesystem::temp_directory_path() / ("tempera_teacher_" + std::to_string(::getpid()) + ".npz");
    Teacher() { test::write_teacher(file, Head::score); }
    ~Teacher() { std::filesystem::remove(file); }
};
std::string teacher_file() {
    static const Teacher teacher;
    return teacher.file.string();
}

struct Case {
    std::string label;
    Json loss;
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.label; }

/// A loss with what has no default filled in, on few points.
Json smallest(const ObjectiveEntry& entry) {
    Json loss{{"type", entry.info.name}};
    for (const Field& field : entry.info.fields) {
        if (field.name == "teacher") {
            loss["teacher"] = teacher_file();
        } else if (field.name == "points" || field.name == "n_levels") {
            loss[field.name] = 6;
        }
    }
    return loss;
}

std::vector<Case> cases() {
    std::vector<Case> out;
    for (const ObjectiveEntry& entry : objective_catalogue()) {
        const Json loss = smallest(entry);
        out.push_back({entry.info.name, loss});
        const auto variant = [&](const std::string& field, const Json& value, const std::string& label) {
            Case c{entry.info.name + "_" + label, loss};
            c.loss[field] = value;
            out.push_back(c);
        };
        for (const Field& field : entry.info.fields) {
            for (const std::string& choice : field.choices) {
                variant(field.name, choice, choice);
            }
            if (field.kind == Field::Kind::boolean) {
                variant(field.name, !field.default_value.get<bool>(), field.name);
            }
        }
    }
    return out;
}

/// Null for a head that the loss refuses.
std::shared_ptr<Objective<double>> make(const Json& loss, Head head) {
    ObjectiveContext<double> context;
    context.has_energy = head != Head::score;
    context.spec = test::small_net(head);
    try {
        return find_entry(objective_catalogue(), "model.losses", loss["type"].get<std::string>())
            .make<double>(loss, context);
    } catch (const ConfigError&) {
        return nullptr;
    }
}

class ObjectiveContract : public ::testing::TestWithParam<Case> {};

TEST_P(ObjectiveContract, GradientIsThatOfTheValue) {
    int taken = 0;
    for (const Head head : heads) {
        if (const auto objective = make(GetParam().loss, head)) {
            ++taken;
            EXPECT_LT(gradient_error(*objective, head), bound) << to_string(head);
        }
    }
    EXPECT_GE(taken, 3) << "a loss takes every head that has an energy";
}

TEST_P(ObjectiveContract, AddsInProportionToItsWeight) {
    const auto objective = make(GetParam().loss, Head::scalar);
    const Net<double> net = test::random_net(Head::scalar);
    const TrainingData data = test::lake_data(300);
    const NoiseLaw noise = test::small_noise();
    StreamKey key;
    key.purpose = Purpose::training;
    const auto run = [&](const StreamKey& of, double weight, double before, Parameters<double>& gradient) {
        gradient.assign(net.parameters().size(), before);
        return objective->add_gradient({net, data, noise, of, 40}, weight, gradient);
    };
    Parameters<double> one, three, none, again, other;
    const double value = run(key, 1, 0, one);
    EXPECT_EQ(run(key, 3, 5, three), value);
    EXPECT_EQ(run(key, 0, 5, none), value);
    EXPECT_EQ(run(key, 1, 0, again), value);
    EXPECT_EQ(one, again) << "the same key, the same noise";
    EXPECT_NE(run(key.with(Purpose::training, 1, 7), 1, 0, other), value) << "another step, other noise";
    for (std::size_t i = 0; i < one.size(); ++i) {
        EXPECT_EQ(none[i], 5);
        EXPECT_NEAR(three[i], 5 + 3 * one[i], 1e-12 * (1 + std::abs(one[i])));
    }
}

INSTANTIATE_TEST_SUITE_P(All, ObjectiveContract, ::testing::ValuesIn(cases()),
                         [](const auto& test) { return test.param.label; });

TEST(ObjectiveSettings, WeightIsReadWithTheOthers) {
    for (const ObjectiveEntry& entry : objective_catalogue()) {
        Json loss = smallest(entry);
        EXPECT_EQ(make(loss, Head::scalar)->weight(), 1) << entry.info.name;
        loss["weight"] = 2.5;
        EXPECT_EQ(make(loss, Head::scalar)->weight(), 2.5) << entry.info.name;
    }
}

/// A loss with a fault in its gradient.
class Broken final : public Objective<double> {
public:
    using Fault = std::function<void(Parameters<double>& added)>;
    Broken(std::shared_ptr<Objective<double>> inner, Fault fault)
        : Objective<double>(LossSettings{}), inner_(std::move(inner)), fault_(std::move(fault)) {}
    double add_gradient(const Batch<double>& batch, double weight,
                        Parameters<double>& gradient) const override {
        Parameters<double> added(gradient.size(), 0.0);
        const double value = inner_->add_gradient(batch, weight, added);
        fault_(added);
        for (std::size_t i = 0; i < added.size(); ++i) {
            gradient[i] += added[i];
        }
        return value;
    }

private:
    std::shared_ptr<Objective<double>> inner_;
    Fault fault_;
};

TEST(ObjectiveContracts, CatchFaults) {
    for (const ObjectiveEntry& entry : objective_catalogue()) {
        SCOPED_TRACE(entry.info.name);
        const auto objective = make(smallest(entry), Head::scalar);
        const auto caught = [&](const Broken::Fault& fault) {
            return gradient_error(Broken(objective, fault), Head::scalar) > bound;
        };
        EXPECT_FALSE(caught([](Parameters<double>&) {})) << "the unbroken loss";
        EXPECT_TRUE(caught([](Parameters<double>& g) {  // a factor that is slightly off
            for (double& x : g) {
                x *= 1.001;
            }
        }));
        EXPECT_TRUE(caught([](Parameters<double>& g) {  // one parameter that is forgotten
            *std::max_element(g.begin(), g.end()) = 0;
        }));
    }
}

}  // namespace
}  // namespace tempera::training
