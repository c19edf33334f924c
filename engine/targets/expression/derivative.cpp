// SPDX-License-Identifier: MIT
#include "targets/expression/graph.hpp"

namespace tempera::formula {

namespace {

constexpr int none = -1;

/// Adjoints of the nodes up to a root.
class Adjoints {
public:
    Adjoints(Graph& graph, int root) : graph_(graph), adjoint_(static_cast<std::size_t>(root) + 1, none) {
        at(root) = graph.constant(1);
    }
    int& at(int id) { return adjoint_[static_cast<std::size_t>(id)]; }

    /// Hands the adjoint of a node on to its operands.
    void pass_on(int id) {
        const Node node = graph_[id];
        const int from = at(id);
        switch (node.op) {
        case Op::add:
            give(node.a, from), give(node.b, from);
            return;
        case Op::multiply:
            give(node.a, from, node.b), give(node.b, from, node.a);
            return;
        case Op::min:
        case Op::max: {
            const int first =
                node.op == Op::max ? graph_.at_least(node.a, node.b) : graph_.at_least(node.b, node.a);
            give(node.a, from, first);
            give(node.b, from, graph_.subtract(graph_.constant(1), first));
            return;
        }
        default:
            if (node.a != none && node.op != Op::frozen && node.op != Op::at_least) {
                give(node.a, from, slope(id, node));
            }
        }
    }

private:
    /// Derivative of a function of one operand.
    int slope(int id, const Node& node) {
        Graph& g = graph_;
        switch (node.op) {
        case Op::power:
            return g.multiply(g.constant(node.value), g.power(node.a, node.value - 1));
        case Op::exp:
            return id;
        case Op::log:
            return g.power(node.a, -1);
        case Op::abs:
            return g.add(g.constant(-1), g.multiply(g.constant(2), g.at_least(node.a, g.constant(0))));
        case Op::sin:
            return g.function(Op::cos, node.a);
        case Op::cos:
            return g.negate(g.function(Op::sin, node.a));
        case Op::tan:
            return g.add(g.constant(1), g.power(id, 2.0));
        case Op::tanh:
            return g.subtract(g.constant(1), g.power(id, 2.0));
        default:
            return g.constant(0);
        }
    }

    void give(int to, int part) {
        const Op op = graph_[to].op;
        if (op == Op::constant || op == Op::direction || op == Op::frozen || op == Op::at_least) {
            return;
        }
        at(to) = at(to) == none ? part : graph_.add(at(to), part);
    }
    void give(int to, int from, int factor) {
        if (!graph_.is_constant(to)) {
            give(to, graph_.multiply(from, factor));
        }
    }

    Graph& graph_;
    std::vector<int> adjoint_;
};

}  // namespace

std::vector<int> gradient(Graph& graph, int root, int dim) {
    std::vector<int> out(static_cast<std::size_t>(dim), graph.constant(0));
    Adjoints adjoints(graph, root);
    for (int id = root; id >= 0; --id) {
        if (adjoints.at(id) == none) {
            continue;
        }
        if (const Node node = graph[id]; node.op == Op::variable) {
            out[static_cast<std::size_t>(node.index)] = adjoints.at(id);
        } else {
            adjoints.pass_on(id);
        }
    }
    return out;
}

}  // namespace tempera::formula
