// SPDX-License-Identifier: MIT
// Formulas that are refused, and how it is said.
#include <gtest/gtest.h>

#include <cmath>

#include "support/expressions.hpp"

namespace tempera {
namespace {

using test::complaint;
using test::evaluate;
using test::log_density;
using test::typed;

void expect_complaint(const std::string& formula, int column, const std::string& words, int dim = 2) {
    const std::string text = complaint(formula, dim);
    EXPECT_TRUE(text.starts_with("target.log_density: column " + std::to_string(column) + ": "))
        << formula << " -> " << text;
    EXPECT_NE(text.find(words), std::string::npos) << words << " is not in: " << text;
    EXPECT_LT(text.size(), 300u) << text;
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
}

TEST(Expression, ErrorsNameTheColumnAndAFix) {
    expect_complaint("", 1, "empty");
    expect_complaint("  \t ", 1, "empty");
    expect_complaint("-0.5*(x1^2", 6, "never closed");
    expect_complaint("-x1^2) - x2^2", 6, "closes nothing");
    expect_complaint("-x3^2 - x1^2", 2, "set dim to 3");
    expect_complaint("-x99^2", 2, "dim goes up to 64");
    expect_complaint("-x0^2", 2, "not known");
    expect_complaint("import(os)", 1, "\"import\" is not known");
    expect_complaint("-sqr(x1) - x2^2", 2, "did you mean \"sqrt\"?");
    expect_complaint("ln(x1) - x2^2", 1, "did you mean \"log\"?");
    expect_complaint("-x^2 - y^2", 2, "did you mean \"x1\"?");
    expect_complaint("-2x1^2 - x2^2", 3, "write * for a product");
    expect_complaint("-x1^2 (x2)", 7, "operator is missing");
    expect_complaint("-x1**2 - x2^2", 4, "write ^");
    expect_complaint("-x1^2 - x2^", 12, "ends where");
    expect_complaint("-x1^2 - * x2", 9, "stands where");
    expect_complaint("exp - x1^2", 1, "write exp(...)");
    expect_complaint("exp() - x1^2", 1, "takes 1 argument, not 0");
    expect_complaint("-x1^2 - max(x2)", 9, "takes 2 arguments, not 1");
    expect_complaint("-x1^2 - max(x2, 1, 2)", 9, "takes 2 arguments, not 3");
    expect_complaint("-x1^2 - sin(x2, 1)", 9, "takes 1 argument, not 2");
    expect_complaint("-0,5*x1^2", 3, "decimals have a point");
    expect_complaint("-[x1]^2", 2, "use ( and )");
    expect_complaint("\u2212x1^2", 1, "no part of formulas");
    expect_complaint("-x1\u00b2", 4, "no part of formulas");
    expect_complaint("\u03b1\u03b2 + x1", 1, "no part of formulas");
    expect_complaint("-x1^2 \u00b7 x2", 7, "no part of formulas");
    expect_complaint(std::string("-x1\0^2", 6), 4, "no part of formulas");
    expect_complaint("x1 = 3", 4, "no part of formulas");
    expect_complaint("-1e999*x1^2", 2, "no number of float64");
    expect_complaint("-1.2.3*x1^2", 5, "operator is missing");
}

TEST(Expression, ConstantsThatAreNotFiniteAreRefused) {
    expect_complaint("1/0", 2, "infinite or no number");
    expect_complaint("-x1^2 - x2^2 + 1/0", 17, "infinite or no number");
    expect_complaint("-x1^2 - x2^2/0", 13, "infinite or no number");
    expect_complaint("-x1^2 - x2^2 + log(0)", 16, "infinite or no number");
    expect_complaint("-x1^2 - x2^2 + log(-1)*0", 16, "infinite or no number");
    expect_complaint("-x1^2 - x2^2 + sqrt(-2)", 16, "infinite or no number");
    expect_complaint("-x1^2 - x2^2 + (-2)^0.5", 20, "infinite or no number");
    expect_complaint("-x1^2 - x2^2 + exp(1000)", 16, "infinite or no number");
    expect_complaint("-x1^2 - x2^2 + 10^400", 18, "infinite or no number");
    expect_complaint("-x1^2 - x2^2 + log(-exp(x1))", 16, "infinite or no number");
    expect_complaint("-x1^2 - x2^2 + max(1/0, x1)", 21, "infinite or no number");
}

TEST(Expression, DensitiesWithoutAnIntegralAreRefused) {
    expect_complaint("-x1^2", 1, "no x2");
    expect_complaint("-x2^2", 1, "no x1");
    expect_complaint("x2 - x2 - x1^2", 1, "no x2");
    expect_complaint("-x1^2", 1, "set dim to 1");
    expect_complaint("0.5*(x1^2 + x2^2)", 1, "minus sign");
    expect_complaint("log(x1 - 1000) - x2^2", 1, "not finite at any");
    expect_complaint("log(-x1^2 - x2^2 - 1)", 1, "not finite at any");
    EXPECT_EQ(complaint("log(x1) - x1 - x2^2"), "");
    EXPECT_EQ(complaint("-0.5*x1^2", 1), "");
    EXPECT_EQ(complaint("-(sqrt(x1^2 + x2^2) - 2)^2/0.16"), "");
}

TEST(Expression, LongAndDeepFormulasAreReadOrRefused) {
    std::string sum = "-x1^2 - x2^2";
    while (sum.size() < 19'000) {
        sum += " - x1^2*0.5";
    }
    EXPECT_EQ(complaint(sum), "");
    const std::size_t n = 1 + (sum.size() - 12) / 11;
    EXPECT_NEAR(log_density(*typed(sum, 2), Eigen::Vector2d(1, 0)), -0.5 * static_cast<double>(n - 1) - 1,
                1e-9);
    expect_complaint(std::string(1'000'000, '1'), 1, "1 000 000 characters");
    expect_complaint(std::string(5'000, '(') + "x1" + std::string(5'000, ')'), 201, "within each other");
    expect_complaint(std::string(100'000, '(') + "x1" + std::string(100'000, ')'), 1, "characters");
    std::string tower = "x1";
    for (int i = 0; i < 3000; ++i) {
        tower += "^x1";
    }
    EXPECT_NE(complaint(tower).find("within each other"), std::string::npos) << complaint(tower);
    EXPECT_EQ(complaint("-(" + std::string(9'000, '-') + "x1)^2 - x2^2"), "");
    const std::string deep = std::string(190, '(') + "-x1^2 - x2^2" + std::string(190, ')');
    EXPECT_EQ(complaint(deep), "");
}

/// A random formula of the whole grammar.
std::string random_formula(Stream& stream, int depth) {
    static const std::vector<std::string> leaves{"x1", "x2", "1", "0", "1e3", ".5", "pi", "e", "3"};
    static const std::vector<std::string> functions{"exp", "log", "sqrt", "abs", "sin", "cos", "tan", "tanh"};
    const auto inner = [&] { return random_formula(stream, depth - 1); };
    const std::uint32_t kind = depth > 0 ? stream.bits() % 10 : 0;
    if (kind < 2) {
        return leaves[stream.bits() % leaves.size()];
    }
    if (kind < 4) {
        return functions[stream.bits() % functions.size()] + "(" + inner() + ")";
    }
    if (kind == 4) {
        return std::string(stream.bits() % 2 ? "min(" : "max(") + inner() + ", " + inner() + ")";
    }
    const std::string left = inner(), right = inner();
    return (kind == 5 ? "-(" : "(") + left + ")" + "+-*/^"[stream.bits() % 5] + "(" + right + ")";
}

/// Takes out, puts in or doubles a few characters.
std::string spoilt(std::string text, Stream& stream) {
    static const std::string strange = "x1()+-*/^,.e \t[]#\xe9\xcc\0";
    for (std::uint32_t i = 0; i < 1 + stream.bits() % 3 && !text.empty(); ++i) {
        const std::size_t at = stream.bits() % text.size();
        if (stream.bits() % 2) {
            text.erase(at, 1);
        } else {
            text.insert(at, 1, strange[stream.bits() % strange.size()]);
        }
    }
    return text;
}

TEST(Expression, NoTextIsTooStrange) {
    int n_good = 0, n_refused = 0;
    for (int k = 0; k < 4000; ++k) {
        Stream stream(StreamKey{.seed = 6}, static_cast<std::uint32_t>(k));
        std::string text = "-x1^2 - x2^2 + " + random_formula(stream, 4);
        text = k % 2 ? spoilt(text, stream) : text;
        const std::string said = complaint(text);
        if (!said.empty()) {
            EXPECT_TRUE(said.starts_with("target.log_density: column ")) << said;
            ++n_refused;
            continue;
        }
        ++n_good;
        const auto target = typed(text, 2);
        const test::Point f = evaluate(*target, Eigen::Vector2d(0.3, -0.2));
        EXPECT_FALSE(std::isnan(f.log_density)) << text;
        if (k % 16 == 0) {
            EXPECT_TRUE(target->view_box().has_area()) << text;
            EXPECT_GT(target->local_variance(), 0) << text;
        }
    }
    EXPECT_GT(n_good, 1000);
    EXPECT_GT(n_refused, 1000);
}

}  // namespace
}  // namespace tempera
