// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "core/text_position.hpp"
#include "targets/expression/graph.hpp"

namespace tempera::formula {

inline constexpr int largest_dim = 64;
inline constexpr int most_characters = 20'000;
/// Parentheses, functions and exponents within each other.
inline constexpr int most_nested = 200;

/// What is wrong with a formula: its column (from 1, in characters), the rule, what to do.
class FormulaError : public std::runtime_error {
public:
    FormulaError(int column_of_error, const std::string& text)
        : std::runtime_error(at_column(column_of_error, text)), column(column_of_error) {}
    int column;
};

struct Formula {
    Graph graph;
    int root = 0;
    int dim = 0;
    std::vector<bool> uses;  ///< [dim] which variables it depends on, x1 - x1 being none
};

/// Reads a formula in x1 .. x<dim>; throws FormulaError.
///
///     sum      = product { ("+" | "-") product }
///     product  = signed { ("*" | "/") signed }
///     signed   = { "-" | "+" } power
///     power    = operand [ "^" { "-" | "+" } power ]
///     operand  = number | pi | e | x1 .. x<dim> | function "(" sum { "," sum } ")" | "(" sum ")"
///     function = exp log sqrt abs sin cos tan tanh (one argument) | min max (two)
///
/// so that -x^2 = -(x^2), 2^3^2 = 2^9 and 2^-1 = 1/2. Constant parts must be finite.
Formula parse(const std::string& text, int dim);

}  // namespace tempera::formula
