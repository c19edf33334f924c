// SPDX-License-Identifier: MIT
// Any density that can be written down: log_density is a formula in x1, x2, ..., differentiated symbolically
// and evaluated over lanes.
#include <algorithm>
#include <cmath>
#include <mutex>

#include "core/joined.hpp"
#include "core/number.hpp"
#include "core/recent.hpp"
#include "core/scratch.hpp"
#include "core/text_position.hpp"
#include "targets/expression/formula_density.hpp"
#include "targets/survey.hpp"
#include "targets/target.hpp"

namespace tempera {

namespace {

using formula::Formula;
using formula::FormulaDensity;

/// Names of the variables that do not stand in a formula.
std::vector<std::string> unused(const Formula& formula) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < formula.uses.size(); ++i) {
        if (!formula.uses[i]) {
            out.push_back("x" + std::to_string(i + 1));
        }
    }
    return out;
}

/// How far from the origin a point is, in direction `lane` of standard normals.
using Radius = double (*)(int lane);

/// Log densities [block_size, aligned to 64 bytes] of a formula at points in fixed directions.
void values_at(const Formula& formula, Radius radius, double* out) {
    Scratch frame;
    const Block<double> x{frame.take<double>(static_cast<std::size_t>(formula.dim) * block_size), formula.dim,
                          block_size};
    fill_normals(StreamKey{.purpose = Purpose::pilot}, 0, x);
    for (int i = 0; i < formula.dim; ++i) {
        for (int lane = 0; lane < block_size; ++lane) {
            x(i, lane) *= radius(lane);
        }
    }
    formula::Tape<double>(compile(formula.graph, {formula.root}, formula.dim)).run(x, {}, {&out, 1});
}

/// Standard deviations of .1, 1, 10 and 100.
bool is_finite_somewhere(const Formula& formula) {
    alignas(64) double value[block_size];
    values_at(formula, [](int lane) { return std::pow(10.0, lane % 4 - 1); }, value);
    return std::any_of(value, value + block_size, [](double v) { return std::isfinite(v); });
}

/// True where the density still grows a million away in every direction, as with a forgotten minus sign.
bool rises_everywhere(const Formula& formula) {
    alignas(64) double far[block_size], farther[block_size];
    values_at(formula, [](int) { return 1e6; }, far);
    values_at(formula, [](int) { return 1e9; }, farther);
    for (int lane = 0; lane < block_size; ++lane) {
        if (!(farther[lane] > far[lane] || farther[lane] == infinity)) {
            return false;
        }
    }
    return true;
}

struct ExpressionSettings {
    std::string log_density = "-0.5*(x1^2 + x2^2/4)";
    int dim = 2;

    void describe(Describer& d) {
        d.text("log_density", log_density,
               {.help =
                    "a formula in x1 to x<dim>, up to a constant: + - * / ^ ( ), pi, e, exp log sqrt abs sin "
                    "cos tan tanh of one argument, min max of two; where it is no number (log of a negative "
                    "number) the density is 0"});
        d.integer("dim", dim,
                  {.min = 1,
                   .max = formula::largest_dim,
                   .help = "dimension; every variable must stand in the formula"});
    }

    void check(const std::string& place, Problems& problems) const {
        const std::string at = place + ".log_density";
        if (dim < 1 || dim > formula::largest_dim) {
            return;  // reported already
        }
        try {
            const Formula formula = formula::parse(log_density, dim);
            if (const std::vector<std::string> names = unused(formula); !names.empty()) {
                const int n_used = std::max(1, dim - static_cast<int>(names.size()));
                problems.add(
                    at, at_column(1, "the formula has no " + joined(names) +
                                         ", along which the density would not have an integral; write a term "
                                         "with it, or number the variables from x1 and set dim to " +
                                         std::to_string(n_used)));
            } else if (!is_finite_somewhere(formula)) {
                problems.add(
                    at, at_column(1, "the formula is not finite at any of 256 points drawn around the origin "
                                     "(standard deviations .1 to 100); move or scale the density there"));
            } else if (rises_everywhere(formula)) {
                problems.add(
                    at, at_column(1, "the formula grows without end, so that the density has no integral; "
                                     "is a minus sign missing?"));
            }
        } catch (const formula::FormulaError& error) {
            problems.add(at, error.what());
        }
    }
};

template <class Real>
class Expression final : public Target<Real> {
public:
    Expression(const ExpressionSettings& s, const TargetContext<Real>&)
        : text_(s.log_density), formula_(formula::parse(s.log_density, s.dim)), density_(formula_) {}
    int dim() const override { return formula_.dim; }
    std::optional<double> log_z() const override { return found().log_z; }
    std::optional<Eigen::VectorXd> mean() const override { return found().mean; }
    std::optional<Eigen::MatrixXd> covariance() const override { return found().covariance; }
    double local_variance() const override { return found().local_variance; }
    Box view_box() const override { return found().box; }

protected:
    void evaluate_block(Block<const Real> x, const Wanted<Real>& wanted) const override {
        density_.evaluate_uncounted(x, wanted);
    }
    void hessian_vector_block(Block<const Real> x, Block<const Real> v, Block<Real> out) const override {
        density_.hessian_vector_uncounted(x, v, out);
    }

private:
    /// In float64 whatever the run's precision, once somebody asks; a longer formula is looked at less. The
    /// latest formulas are looked at once, however many targets are made of them (at every check of a
    /// preset).
    const Survey& found() const {
        static auto& kept = *new Recent<std::pair<std::string, int>, Survey>(8);
        std::call_once(surveyed_, [&] {
            found_ = kept.get({text_, formula_.dim}, [&] {
                constexpr long most_instructions = 50'000'000;
                const FormulaDensity<double> density(formula_);
                return survey(density, most_instructions / (1 + density.n_instructions()));
            });
        });
        return *found_;
    }

    std::string text_;
    Formula formula_;
    FormulaDensity<Real> density_;
    mutable std::once_flag surveyed_;
    mutable std::shared_ptr<const Survey> found_;
};

}  // namespace

TargetEntry expression_target() {
    return target_entry<Expression, ExpressionSettings>(
        "expression", "any density written as a formula, such as -0.5*(x1^2 + x2^2/4)");
}

}  // namespace tempera
