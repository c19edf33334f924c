// SPDX-License-Identifier: MIT
// Formulas: what they mean, their derivatives, where they are no number.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "core/number.hpp"
#include "support/expressions.hpp"
#include "targets/expression/parser.hpp"

namespace tempera {
namespace {

using test::complaint;
using test::evaluate;
using test::log_density;
using test::make_target;
using test::typed;

/// Of a formula in x1 alone. Unlike a target's, it may grow.
double value(const std::string& text, double x) {
    const formula::Formula f = formula::parse(text, 1);
    std::vector<double> at(static_cast<std::size_t>(f.graph.size()));
    for (int id = 0; id <= f.root; ++id) {
        const formula::Node& node = f.graph[id];
        const auto operand = [&](int i) { return i < 0 ? 0 : at[static_cast<std::size_t>(i)]; };
        at[static_cast<std::size_t>(id)] =
            node.op == formula::Op::variable ? x : formula::apply(node, operand(node.a), operand(node.b));
    }
    return at[static_cast<std::size_t>(f.root)];
}

TEST(Expression, OperatorsBindAsInMathematics) {
    const double x = 1.7;
    EXPECT_DOUBLE_EQ(value("-x1^2", x), -x * x);
    EXPECT_DOUBLE_EQ(value("2^3^2", x), 512);
    EXPECT_DOUBLE_EQ(value("-2^2", x), -4);
    EXPECT_DOUBLE_EQ(value("2^-2", x), 0.25);
    EXPECT_DOUBLE_EQ(value("2^-1^2", x), 0.5);
    EXPECT_DOUBLE_EQ(value("x1-2-3", x), x - 5);
    EXPECT_DOUBLE_EQ(value("x1-(2-3)", x), x + 1);
    EXPECT_DOUBLE_EQ(value("x1/2/3", x), x / 6);
    EXPECT_DOUBLE_EQ(value("x1/(2/3)", x), x * 1.5);
    EXPECT_DOUBLE_EQ(value("6/2*3", x), 9);
    EXPECT_DOUBLE_EQ(value("1+2*x1^2/4", x), 1 + x * x / 2);
    EXPECT_DOUBLE_EQ(value("2*-x1", x), -2 * x);
    EXPECT_DOUBLE_EQ(value("--x1", x), x);
    EXPECT_DOUBLE_EQ(value("(-x1)^2", x), x * x);
    EXPECT_DOUBLE_EQ(value(" 1e-3 * x1 +\n.5 + 2.", x), 1e-3 * x + 2.5);
    EXPECT_DOUBLE_EQ(value("e^x1", x), std::exp(x));
    EXPECT_DOUBLE_EQ(value("x1^x1", x), std::pow(x, x));
    EXPECT_DOUBLE_EQ(value("cos(pi)", x), -1);
    EXPECT_DOUBLE_EQ(value("max(min(x1, 1), -2)", x), 1);
}

struct Case {
    const char* formula;
    std::function<double(double, double)> by_hand;
};

const std::vector<Case> grammar{
    {"-x1^2 - x2^2", [](double a, double b) { return -a * a - b * b; }},
    {"-x1^4/4 + x1^2*x2 - x2^6",
     [](double a, double b) { return -std::pow(a, 4) / 4 + a * a * b - std::pow(b, 6); }},
    {"-x1^2/(1 + x2^2) - x2^2", [](double a, double b) { return -a * a / (1 + b * b) - b * b; }},
    {"-(x1 - 3)^-2 - x1^2 - x2^2", [](double a, double b) { return -std::pow(a - 3, -2) - a * a - b * b; }},
    {"(x1 + 5)^1.5 - (x2 + 5)^2.25 - x1^2",
     [](double a, double b) { return std::pow(a + 5, 1.5) - std::pow(b + 5, 2.25) - a * a; }},
    {"-(x1 + 5)^-0.5 - (x2 + 5)^-1.5 - x1^2",
     [](double a, double b) { return -std::pow(a + 5, -0.5) - std::pow(b + 5, -1.5) - a * a; }},
    {"-(x1^2 + 1)^(x2/3) - x2^2", [](double a, double b) { return -std::pow(a * a + 1, b / 3) - b * b; }},
    {"-2^x1 - exp(-x1) - x2^2", [](double a, double b) { return -std::exp2(a) - std::exp(-a) - b * b; }},
    {"-sqrt(1 + x1^2) - abs(x2 - 0.1)",
     [](double a, double b) { return -std::sqrt(1 + a * a) - std::abs(b - 0.1); }},
    {"log(2 + sin(x1)*cos(3*x2)) - x1^2 - x2^2",
     [](double a, double b) { return std::log(2 + std::sin(a) * std::cos(3 * b)) - a * a - b * b; }},
    {"tan(x1/9) - tanh(x2)*x1 - x1^2 - x2^2",
     [](double a, double b) { return std::tan(a / 9) - std::tanh(b) * a - a * a - b * b; }},
    {"min(-x1^2, -x2^2 - 0.3) - max(x1, x2)^2",
     [](double a, double b) { return std::min(-a * a, -b * b - 0.3) - std::pow(std::max(a, b), 2); }},
    {"log(exp(-x1^2 - (x2-1)^2) + 3*exp(-2*x1^2)*exp(-x2^2)/2 + 0.01*exp(-x1^2/9 - x2^2/9))",
     [](double a, double b) {
         return std::log(std::exp(-a * a - (b - 1) * (b - 1)) + 1.5 * std::exp(-2 * a * a - b * b) +
                         0.01 * std::exp(-(a * a + b * b) / 9));
     }},
    {"log((1 + x1^2)*exp(-x1^2 - x2^2)) - log(1 + exp(x2))",
     [](double a, double b) {
         return std::log((1 + a * a) * std::exp(-a * a - b * b)) - std::log1p(std::exp(b));
     }},
};

TEST(Expression, ValuesAreThoseOfTheSameExpressionInCxx) {
    for (const Case& c : grammar) {
        SCOPED_TRACE(c.formula);
        ASSERT_EQ(complaint(c.formula), "");
        const auto target = typed(c.formula, 2);
        for (int p = 0; p < 40; ++p) {
            Stream stream(StreamKey{.seed = 3}, static_cast<std::uint32_t>(p));
            const Eigen::Vector2d at(1.3 * stream.normal(), 1.3 * stream.normal());
            const double wanted = c.by_hand(at(0), at(1));
            EXPECT_NEAR(log_density(*target, at), wanted, 1e-12 * (1 + std::abs(wanted))) << at.transpose();
        }
    }
}

TEST(Expression, DerivativesAreThoseOfDifferences) {
    for (const Case& c : grammar) {
        SCOPED_TRACE(c.formula);
        const auto target = typed(c.formula, 2);
        for (int p = 0; p < 20; ++p) {
            Stream stream(StreamKey{.seed = 4}, static_cast<std::uint32_t>(p));
            const Eigen::Vector2d at(stream.normal(), stream.normal()), v(0.3, -1.2);
            const test::Point f = evaluate(*target, at);
            const double size = 1 + f.score.norm() + std::abs(f.log_density);
            EXPECT_LT((f.score - test::difference_score(*target, at)).norm(), 1e-7 * size * size);
            EXPECT_LT((f.hessian - test::difference_hessian(*target, at)).norm(), 1e-6 * size * size);
            EXPECT_LT((f.hessian - f.hessian.transpose()).norm(), 1e-13 * (1 + f.hessian.norm()));
            EXPECT_LT((f.hessian * v - test::hessian_vector(*target, at, v)).norm(),
                      1e-11 * (1 + f.hessian.norm()));
        }
    }
}

TEST(Expression, SinglePrecisionAgreesWithDouble) {
    for (const Case& c : grammar) {
        SCOPED_TRACE(c.formula);
        const auto target = typed(c.formula, 2);
        const auto single = typed<float>(c.formula, 2);
        for (int p = 0; p < 20; ++p) {
            Stream stream(StreamKey{.seed = 5}, static_cast<std::uint32_t>(p));
            const Eigen::Vector2d at(static_cast<float>(stream.normal()),
                                     static_cast<float>(stream.normal()));
            const test::Point a = evaluate(*target, at), b = evaluate(*single, at);
            const double size = 1 + a.score.norm() + std::abs(a.log_density) + a.hessian.norm();
            EXPECT_NEAR(a.log_density, b.log_density, 2e-5 * size);
            EXPECT_LT((a.score - b.score).norm(), 2e-5 * size * size);
            EXPECT_LT((a.hessian - b.hessian).norm(), 1e-4 * size * size);
        }
    }
}

/// Score, Hessian and products of typed densities against targets written by hand.
void compare(const Target<double>& target, const Target<double>& by_hand, double offset, int n = 64) {
    const Particles<double> x = test::draw(by_hand, n, 17);
    for (int p = 0; p < n; ++p) {
        Eigen::VectorXd at(by_hand.dim()), v(by_hand.dim());
        for (int i = 0; i < by_hand.dim(); ++i) {
            at(i) = x(p, i), v(i) = std::cos(i + 1.0);
        }
        const test::Point a = evaluate(target, at), b = evaluate(by_hand, at);
        EXPECT_NEAR(a.log_density, b.log_density + offset, 1e-11 * (1 + std::abs(b.log_density)));
        EXPECT_LT((a.score - b.score).norm(), 1e-11 * (1 + b.score.norm()));
        EXPECT_LT((a.hessian - b.hessian).norm(), 1e-11 * (1 + b.hessian.norm()));
        EXPECT_LT((test::hessian_vector(target, at, v) - test::hessian_vector(by_hand, at, v)).norm(),
                  1e-11 * (1 + b.hessian.norm()));
    }
}

TEST(Expression, TypedDensitiesAreTheTargetsWrittenByHand) {
    const double two_pi = 2 * std::numbers::pi;
    compare(*typed("-0.5*((x1/2)^2 + ((x2 - 0.5*(x1^2 - 4))/0.5)^2)", 2), *make_target<double>("banana"),
            std::log(two_pi));
    compare(*typed("-((x1-1)^2 + (x2+2)^2 + x3^2)/(2*0.25)", 3),
            *make_target<double>("gaussian", {{"mean", {1, -2, 0}}, {"sigmas", {0.5}}}),
            1.5 * std::log(two_pi * 0.25));
    compare(*typed("log(2/3/0.0625*exp(-8*((x1+4)^2 + x2^2)) + 1/3*exp(-0.5*((x1-4)^2 + x2^2)))", 2),
            *make_target<double>("gaussian_mixture"), std::log(two_pi));
    compare(*typed("x1/2 + 6*x1^2 - x1^4 - x2^2/2 + x3/2 + 6*x3^2 - x3^4 - x4^2/2", 4),
            *make_target<double>("many_well", {{"dim", 4}}), 0);
}

TEST(Expression, MixturesNeitherUnderflowNorOverflow) {
    const auto target = typed<float>("log(exp(-0.5*(x1 - 4)^2) + exp(-0.5*(x1 + 4)^2))", 1);
    const test::Point far = evaluate(*target, Eigen::VectorXd::Constant(1, 60.0));
    EXPECT_NEAR(far.log_density, -0.5 * 56 * 56, 1e-2);
    EXPECT_NEAR(far.score(0), -56, 1e-4);
    EXPECT_NEAR(far.hessian(0, 0), -1, 1e-4);
    const auto bounded = typed("-log(1 + exp(x1)) - log(1 + exp(-x1))", 1);
    EXPECT_NEAR(log_density(*bounded, Eigen::VectorXd::Constant(1, 5000.0)), -5000, 1e-9);
    EXPECT_NEAR(evaluate(*bounded, Eigen::VectorXd::Constant(1, 5000.0)).score(0), -1, 1e-12);
}

TEST(Expression, KinksHaveOneSidedDerivatives) {
    const auto at = [](const char* formula, double x) {
        return evaluate(*typed(formula, 1), Eigen::VectorXd::Constant(1, x)).score(0);
    };
    EXPECT_EQ(at("-2*abs(x1)", 0), -2);
    EXPECT_EQ(at("-2*abs(x1)", -1), 2);
    EXPECT_EQ(at("min(-x1, 3*x1)", 0), -1);
    EXPECT_EQ(at("min(-x1, 3*x1)", -1), 3);
    EXPECT_EQ(at("-max(-x1, 3*x1)", 1), -3);
    EXPECT_EQ(at("-abs(x1)^1.5", 0), 0);
}

TEST(Expression, WholePowersTakeNegativeBases) {
    const auto target = typed("-x1^4 + x1^3 + x1^31/1e9 - x1^32/1e9 + (x1 - 9)^-3", 1);
    const double x = -1.7;
    EXPECT_NEAR(log_density(*target, Eigen::VectorXd::Constant(1, x)),
                -std::pow(x, 4) + std::pow(x, 3) + std::pow(x, 31) / 1e9 - std::pow(x, 32) / 1e9 +
                    std::pow(x - 9, -3),
                1e-12);
}

/// Functions keep to IEEE 754 where Highway's own do not: at zero, at infinities, at large angles.
TEST(Expression, FunctionsAreRightEverywhere) {
    for (const double x : {-1e300, -1e5, -745.0, -20.0, -1e-310, 0.0, 1e-310, 1e-8, 0.5, 20.0, 709.0, 712.0,
                           31415.9, 1e9, 1e300}) {
        const auto at = [&](const char* formula) {
            return log_density(*typed(formula, 1), Eigen::VectorXd::Constant(1, x));
        };
        const auto near = [&](double have, double want) {
            EXPECT_TRUE(have == want || std::abs(have - want) <= 1e-14 * std::abs(want) + 1e-15)
                << x << ": " << have << " is not " << want;
        };
        near(at("-exp(x1)"), -std::exp(x));
        near(at("-exp(-x1)"), -std::exp(-x));
        near(at("sin(x1)"), std::sin(x));
        near(at("cos(x1)"), std::cos(x));
        near(at("tanh(x1)"), std::tanh(x));
        near(at("log(x1)"), x < 0 ? minus_infinity : std::log(x));
        near(at("log(1/x1)"), x == 0 ? infinity : x < 0 ? minus_infinity : std::log(1 / x));
    }
}

TEST(Expression, OutsideOfItsSupportTheDensityIsZero) {
    const auto target = typed("log(x1) - x1 + sqrt(1 - x2^2)", 2);
    EXPECT_EQ(complaint("log(x1) - x1 + sqrt(1 - x2^2)"), "");
    EXPECT_NEAR(log_density(*target, Eigen::Vector2d(2, 0.6)), std::log(2) - 2 + 0.8, 1e-14);
    EXPECT_EQ(log_density(*target, Eigen::Vector2d(-2, 0.6)), minus_infinity);
    EXPECT_EQ(log_density(*target, Eigen::Vector2d(2, -1.6)), minus_infinity);
    EXPECT_EQ(log_density(*target, Eigen::Vector2d(0, 0)), minus_infinity);
    EXPECT_TRUE(std::isnan(log_density(*target, Eigen::Vector2d(not_a_number, 0)))) << "no point, no density";
    EXPECT_EQ(log_density(*typed("max(log(x1), -9) - x1^2", 1), Eigen::VectorXd::Constant(1, -1.0)),
              minus_infinity);
    EXPECT_EQ(log_density(*typed("min(-9, log(x1)) - x1^2", 1), Eigen::VectorXd::Constant(1, -1.0)),
              minus_infinity);
}

TEST(Expression, ManyDimensionsTakeHessiansFromProducts) {
    const int dim = 40;
    std::string text = "-(";
    for (int i = 1; i <= dim; ++i) {
        text += (i > 1 ? " + " : "") + std::string("x") + std::to_string(i) + "^2";
    }
    text += ")^2 - log(1";
    for (int i = 1; i <= dim; ++i) {
        text += " + exp(x" + std::to_string(i) + "*x" + std::to_string(i % dim + 1) + ")";
    }
    const auto target = typed(text + ")", dim);
    const Eigen::VectorXd at = 0.4 * Eigen::VectorXd::LinSpaced(dim, -1, 0.7);
    const test::Point f = evaluate(*target, at);
    EXPECT_LT((f.score - test::difference_score(*target, at)).norm(), 1e-6 * (1 + f.score.norm()));
    EXPECT_LT((f.hessian - test::difference_hessian(*target, at)).norm(), 1e-6 * (1 + f.hessian.norm()));
}

}  // namespace
}  // namespace tempera
