// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <span>

#include "core/block.hpp"
#include "targets/expression/graph.hpp"

namespace tempera::formula {

/// What an instruction does with rows of lanes.
enum class Code : std::uint8_t {
    copy,
    add,
    multiply,
    multiply_add,  ///< a b + c
    reciprocal,
    square_root,
    exp,
    log,
    abs,
    sin,
    cos,
    tan,
    tanh,
    min,
    max,
    at_least
};

/// `out` and the operands number places: see Program.
struct Instruction {
    Code code = Code::copy;
    int out = 0;
    std::array<int, 3> in{-1, -1, -1};
};

/// Nodes of a graph as a list of instructions. Places are, in this order: the coordinates [dim] of the point
/// and of the direction [dim], the constants, the outputs, the temporaries, which are used again when what
/// they hold has been read for the last time.
struct Program {
    int dim = 0, n_outputs = 0, n_temporaries = 0;
    std::vector<double> constants;
    std::vector<Instruction> instructions;

    int first_constant() const { return 2 * dim; }
    int first_output() const { return first_constant() + static_cast<int>(constants.size()); }
    int first_temporary() const { return first_output() + n_outputs; }
    int n_places() const { return first_temporary() + n_temporaries; }
};

/// Powers become products, roots and reciprocals (others than of halves exp(exponent log a)); products that
/// are only added to something one multiply-add.
Program compile(const Graph& graph, const std::vector<int>& outputs, int dim);

/// A program over blocks of particles, lanes innermost.
template <class Real>
class Tape {
public:
    explicit Tape(Program program);
    int n_instructions() const { return static_cast<int>(program_.instructions.size()); }
    /// outputs[k]: row [block_size] of the k-th output, all different. `direction` where the program has one.
    void run(Block<const Real> x, Block<const Real> direction, std::span<Real* const> outputs) const;

private:
    Program program_;
    int strip_;                     ///< lanes at a time, so that the temporaries stay in the nearest cache
    AlignedArray<Real> constants_;  ///< a vector full of each
};

}  // namespace tempera::formula
