// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <mutex>

#include "targets/density.hpp"
#include "targets/expression/parser.hpp"
#include "targets/expression/tape.hpp"

namespace tempera::formula {

/// The density whose logarithm is a formula. Points of R^dim at which the formula is no number (the log of a
/// negative number, 0/0) lie outside of its support: their log density is -infinity, which samplers count
/// and give weight zero. Points that are no numbers themselves have none either. Derivatives are what their
/// own formulas give, outside of the support and at poles perhaps infinity or NaN.
template <class Real>
class FormulaDensity final : public Density<Real> {
public:
    explicit FormulaDensity(Formula formula);
    int dim() const override { return formula_.dim; }
    /// Instructions for a log density with its score.
    int n_instructions() const { return value_and_score_.n_instructions(); }

protected:
    void evaluate_block(Block<const Real> x, const Wanted<Real>& wanted) const override;
    void hessian_vector_block(Block<const Real> x, Block<const Real> v, Block<Real> out) const override;

private:
    /// Second derivatives, for whom they are wanted.
    struct Second {
        std::unique_ptr<const Tape<Real>> entries;  ///< upper triangle by rows; null where products are fewer
        std::unique_ptr<const Tape<Real>> product;  ///< with a direction
    };
    const Second& second() const;
    void hessian(Block<const Real> x, Real* out) const;
    void hessian_by_products(Block<const Real> x, Real* out) const;
    Tape<Real> tape(const Graph& graph, const std::vector<int>& outputs) const;
    std::vector<int> with_value(std::vector<int> more) const;

    Formula formula_;
    std::vector<int> gradient_;
    Tape<Real> value_, score_, value_and_score_;
    mutable std::once_flag second_made_;
    mutable Second second_;
};

}  // namespace tempera::formula
