// SPDX-License-Identifier: MIT
// Formulas as graphs: every distinct subexpression stands once, so that a formula, its gradient and its
// second derivatives share what they have in common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace tempera::formula {

/// Differences are sums with -1 times a term, quotients products with a power of -1, square roots powers of
/// 0.5: fewer kinds to differentiate and to simplify.
enum class Op : std::uint8_t {
    constant,
    variable,   ///< a coordinate of the point
    direction,  ///< a coordinate of the vector that a Hessian is multiplied with
    frozen,     ///< the value of a, with derivatives of zero
    add,
    multiply,
    power,  ///< a to a constant
    exp,
    log,
    abs,
    sin,
    cos,
    tan,
    tanh,
    min,
    max,
    at_least  ///< 1 where a >= b, 0 elsewhere
};

struct Node {
    Op op = Op::constant;
    int a = -1, b = -1;  ///< operands, which stand before the node; -1: none
    double value = 0;    ///< of a constant, or the exponent of a power
    int index = 0;       ///< of a variable or direction, from 0
    bool operator==(const Node&) const = default;
};

/// Nodes are numbered as they are made, operands before what uses them: every pass is a loop, however deep a
/// formula is. The functions that make nodes fold constants and apply the simplest identities; none of these
/// makes a formula finite where it was not on an open set, save x - x = 0, 0 x = 0 and x / x = 1.
class Graph {
public:
    int constant(double value);
    int variable(int index) { return intern({.op = Op::variable, .index = index}); }
    int direction(int index) { return intern({.op = Op::direction, .index = index}); }
    int frozen(int a);
    int add(int a, int b);
    int subtract(int a, int b) { return add(a, negate(b)); }
    int negate(int a) { return multiply(constant(-1), a); }
    int multiply(int a, int b);
    int divide(int a, int b) { return multiply(a, power(b, -1)); }
    int power(int a, double exponent);
    /// a^b = exp(b log a) where b is no constant.
    int raise(int a, int b);
    int exp(int a) { return function(Op::exp, a); }
    /// log(sum_i b_i exp(a_i)) becomes m + log(sum_i b_i exp(a_i - m)) with m = max a_i frozen: a mixture of
    /// densities neither underflows nor overflows, and as the sum does not depend on m, the derivatives of
    /// the new form are those of the old.
    int log(int a);
    /// One of exp (without identities), abs, sin, cos, tan, tanh.
    int function(Op op, int a);
    int min(int a, int b) { return choice(Op::min, a, b); }
    int max(int a, int b) { return choice(Op::max, a, b); }
    int at_least(int a, int b) { return choice(Op::at_least, a, b); }

    const Node& operator[](int id) const { return nodes_[static_cast<std::size_t>(id)]; }
    int size() const { return static_cast<int>(nodes_.size()); }
    bool is_constant(int id) const { return (*this)[id].op == Op::constant; }
    bool is_constant(int id, double value) const { return is_constant(id) && (*this)[id].value == value; }
    /// False for a constant that is no number, and for what has one as an operand.
    bool is_finite(int id) const;

private:
    struct Hash {
        std::size_t operator()(const Node& node) const;
    };
    /// c b, or c + b.
    struct Scaled {
        double constant;
        int rest;
    };
    struct Term;

    int intern(const Node& node);
    int choice(Op op, int a, int b);
    Scaled coefficient(int id);
    Term term(int id);
    std::vector<int> flattened(Op op, int id) const;

    std::vector<Node> nodes_;
    std::unordered_map<Node, int, Hash> ids_;
};

/// Value of an operation other than a leaf at numbers a and b.
double apply(const Node& node, double a, double b);

/// The nodes that these are made of, themselves among them, operands first.
std::vector<int> below(const Graph& graph, const std::vector<int>& roots);

/// The gradient [dim] of node `root` by the variables, in reverse mode: adjoints of the nodes below it, each
/// once. abs, min and max have one of their one-sided derivatives where they have no other.
std::vector<int> gradient(Graph& graph, int root, int dim);

}  // namespace tempera::formula
