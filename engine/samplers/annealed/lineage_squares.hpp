// SPDX-License-Identifier: MIT
#pragma once

#include <span>
#include <vector>

#include "core/standard_error.hpp"

namespace tempera {

/// Standard errors of weighted means from the lineages that particles descend from, which are independent of
/// each other:
///     Var(f^) ~ sum_j (sum_{i in j} w_i (f_i - f^))^2 / (sum_i w_i)^2,   f^ = sum w f / sum w
/// (Lee and Whiteley, Biometrika 105, 2018), for every resampling scheme, since what resampling does to the
/// numbers of offspring cancels in f_i - f^. Mergeable: blocks of particles are added in order, and a
/// lineage's members are neighbours.
class LineageSquares {
public:
    LineageSquares() = default;
    explicit LineageSquares(int n_values) : n_values_(static_cast<std::size_t>(n_values)) {}

    /// The next particle: the root it descends from, its weight and the values [n_values] that are averaged.
    void add(int root, double weight, const double* values);
    LineageSquares& operator+=(const LineageSquares& next);

    /// Effective number of lineages by their weight, (sum)^2 / sum of squares.
    double effective_number() const;
    /// Of the means [n_values]; all unknown together where fewer than ten lineages carry the weight.
    struct Errors {
        std::vector<double> values;  ///< empty when unknown
        std::string missing;         ///< why
    };
    Errors errors(std::span<const double> means) const;

private:
    struct Lineage {
        int root = 0;
        double weight = 0;
        std::vector<double> sum;  ///< of weight times value
    };
    struct Squares {  ///< over lineages, of B = weight and A = sum
        double total = 0, weight = 0;
        std::vector<double> cross, sum;  ///< of A B and A A
        void add(const Lineage& lineage);
    };

    Lineage& open(int root);
    Squares all() const;

    std::size_t n_values_ = 0;
    int n_open_ = 0;
    Lineage first_, last_;  ///< may go on in the blocks before and after
    Squares closed_;
};

}  // namespace tempera
