// SPDX-License-Identifier: MIT
// From nodes to instructions: powers are written out, multiply-adds joined, rows given to what lives at the
// same time.
#include <cmath>
#include <map>

#include "targets/expression/tape.hpp"

namespace tempera::formula {

namespace {

constexpr int none = -1;
using Operands = std::array<int, 3>;

/// Instructions whose operands are other instructions, or leaves.
struct Step {
    enum class Kind : std::uint8_t { variable, direction, constant, instruction } kind = Kind::instruction;
    Code code = Code::copy;
    Operands in{none, none, none};
    int index = 0;     ///< of a variable or direction
    double value = 0;  ///< of a constant
    int n_uses = 0;
};

class Steps {
public:
    Steps(const Graph& graph, const std::vector<int>& outputs)
        : step_of_(static_cast<std::size_t>(graph.size()), none) {
        for (const int id : below(graph, outputs)) {
            step_of_[static_cast<std::size_t>(id)] = lower(graph[id]);
        }
        for (const int id : outputs) {
            outputs_.push_back(step_of(id));
        }
        join_multiply_adds();
    }

    const std::vector<Step>& steps() const { return steps_; }
    const std::vector<int>& outputs() const { return outputs_; }

private:
    Step& at(int id) { return steps_[static_cast<std::size_t>(id)]; }
    int step_of(int node) const { return step_of_[static_cast<std::size_t>(node)]; }

    int leaf(Step::Kind kind, int index, double value) {
        steps_.push_back({.kind = kind, .index = index, .value = value});
        return static_cast<int>(steps_.size()) - 1;
    }

    /// The same instruction on the same operands stands once, as nodes do.
    int step(Code code, int a, int b = none) {
        const auto [known, is_new] = known_.try_emplace({code, a, b}, static_cast<int>(steps_.size()));
        if (is_new) {
            steps_.push_back({.code = code, .in = {a, b, none}});
        }
        return known->second;
    }

    int lower(const Node& node) {
        const int a = node.a == none ? none : step_of(node.a), b = node.b == none ? none : step_of(node.b);
        switch (node.op) {
        case Op::constant:
            return leaf(Step::Kind::constant, 0, node.value);
        case Op::variable:
            return leaf(Step::Kind::variable, node.index, 0);
        case Op::direction:
            return leaf(Step::Kind::direction, node.index, 0);
        case Op::frozen:
            return a;
        case Op::add:
            return step(Code::add, a, b);
        case Op::multiply:
            return step(Code::multiply, a, b);
        case Op::power:
            return power(a, node.value);
        case Op::exp:
            return step(Code::exp, a);
        case Op::log:
            return step(Code::log, a);
        case Op::abs:
            return step(Code::abs, a);
        case Op::sin:
            return step(Code::sin, a);
        case Op::cos:
            return step(Code::cos, a);
        case Op::tan:
            return step(Code::tan, a);
        case Op::tanh:
            return step(Code::tanh, a);
        case Op::min:
            return step(Code::min, a, b);
        case Op::max:
            return step(Code::max, a, b);
        case Op::at_least:
            return step(Code::at_least, a, b);
        }
        return none;
    }

    int power(int a, double exponent) {
        constexpr double largest = 1 << 20;  // beyond it, rounding of the products adds up
        const double halves = 2 * exponent;
        if (halves != std::trunc(halves) || std::abs(exponent) > largest) {
            return step(Code::exp,
                        step(Code::multiply, leaf(Step::Kind::constant, 0, exponent), step(Code::log, a)));
        }
        if (exponent == std::trunc(exponent)) {
            const long n = static_cast<long>(exponent);
            return n > 0 ? whole_power(a, n) : whole_power(step(Code::reciprocal, a), -n);
        }
        const int root = step(Code::square_root, a);
        const long n = std::lround(std::abs(exponent) - 0.5);
        if (exponent < 0) {
            return whole_power(step(Code::reciprocal, root), 2 * n + 1);
        }
        return n == 0 ? root : step(Code::multiply, whole_power(a, n), root);
    }

    int whole_power(int a, long n) {
        if (n == 1) {
            return a;
        }
        const int half = whole_power(a, n / 2), even = step(Code::multiply, half, half);
        return n % 2 ? step(Code::multiply, a, even) : even;
    }

    void join_multiply_adds() {
        for (const Step& s : steps_) {
            for (const int operand : s.in) {
                if (operand != none) {
                    ++at(operand).n_uses;
                }
            }
        }
        for (const int id : outputs_) {
            ++at(id).n_uses;
        }
        for (Step& s : steps_) {
            if (s.kind != Step::Kind::instruction || s.code != Code::add) {
                continue;
            }
            for (const int side : {1, 0}) {
                Step& product = at(s.in[static_cast<std::size_t>(side)]);
                if (product.kind == Step::Kind::instruction && product.code == Code::multiply &&
                    product.n_uses == 1) {
                    const int other = s.in[static_cast<std::size_t>(1 - side)];
                    s.code = Code::multiply_add;
                    s.in = {product.in[0], product.in[1], other};
                    product.n_uses = 0;
                    break;
                }
            }
        }
    }

    std::vector<Step> steps_;
    std::vector<int> step_of_, outputs_;
    std::map<std::tuple<Code, int, int>, int> known_;
};

/// Gives places to the steps, the outputs' own rows where they have one.
class Placing {
public:
    Placing(const Steps& steps, int dim)
        : steps_(steps.steps()), place_(steps_.size(), none), last_use_(steps_.size(), none) {
        program_.dim = dim;
        program_.n_outputs = static_cast<int>(steps.outputs().size());
        place_leaves();
        for (std::size_t k = 0; k < steps.outputs().size(); ++k) {
            const auto id = static_cast<std::size_t>(steps.outputs()[k]);
            const int row = program_.first_output() + static_cast<int>(k);
            if (place_[id] == none) {
                place_[id] = row;
            } else {
                copies_.push_back({Code::copy, row, {static_cast<int>(id), none, none}});
            }
        }
        for (std::size_t id = 0; id < steps_.size(); ++id) {
            for (const int operand : steps_[id].in) {
                if (operand != none && is_live(id)) {
                    last_use_[static_cast<std::size_t>(operand)] = static_cast<int>(id);
                }
            }
        }
    }

    Program program() {
        for (std::size_t id = 0; id < steps_.size(); ++id) {
            if (is_live(id)) {
                emit(id);
            }
        }
        for (Instruction copy : copies_) {
            copy.in[0] = place_[static_cast<std::size_t>(copy.in[0])];
            program_.instructions.push_back(copy);
        }
        return std::move(program_);
    }

private:
    bool is_live(std::size_t id) const {
        return steps_[id].kind == Step::Kind::instruction && steps_[id].n_uses > 0;
    }

    void place_leaves() {
        for (std::size_t id = 0; id < steps_.size(); ++id) {
            const Step& s = steps_[id];
            if (s.kind == Step::Kind::constant) {
                place_[id] = program_.first_constant() + static_cast<int>(program_.constants.size());
                program_.constants.push_back(s.value);
            } else if (s.kind != Step::Kind::instruction) {
                place_[id] = s.index + (s.kind == Step::Kind::direction ? program_.dim : 0);
            }
        }
    }

    /// Rows of what is read here for the last time are free for the result.
    void emit(std::size_t id) {
        const Step& s = steps_[id];
        Instruction out{s.code, none, {none, none, none}};
        for (std::size_t i = 0; i < s.in.size() && s.in[i] != none; ++i) {
            const auto operand = static_cast<std::size_t>(s.in[i]);
            out.in[i] = place_[operand];
            if (last_use_[operand] == static_cast<int>(id) && place_[operand] >= program_.first_temporary()) {
                free_.push_back(place_[operand]);
                last_use_[operand] = none;
            }
        }
        if (place_[id] == none) {
            if (free_.empty()) {
                free_.push_back(program_.first_temporary() + program_.n_temporaries++);
            }
            place_[id] = free_.back();
            free_.pop_back();
        }
        out.out = place_[id];
        program_.instructions.push_back(out);
    }

    const std::vector<Step>& steps_;
    Program program_;
    std::vector<int> place_, last_use_, free_;
    std::vector<Instruction> copies_;
};

}  // namespace

Program compile(const Graph& graph, const std::vector<int>& outputs, int dim) {
    const Steps steps(graph, outputs);
    return Placing(steps, dim).program();
}

}  // namespace tempera::formula
