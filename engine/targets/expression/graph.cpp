// SPDX-License-Identifier: MIT
#include "targets/expression/graph.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace tempera::formula {

namespace {

/// Beyond this a double has no odd numbers left.
bool is_integer(double v) { return std::abs(v) < 0x1p53 && v == std::trunc(v); }

/// True where constants may be drawn together: the product neither overflows nor vanishes.
bool keeps(double product) { return std::isfinite(product) && product != 0; }

}  // namespace

double apply(const Node& node, double a, double b) {
    switch (node.op) {
    case Op::frozen:
        return a;
    case Op::add:
        return a + b;
    case Op::multiply:
        return a * b;
    case Op::power:
        return std::pow(a, node.value);
    case Op::exp:
        return std::exp(a);
    case Op::log:
        return std::log(a);
    case Op::abs:
        return std::abs(a);
    case Op::sin:
        return std::sin(a);
    case Op::cos:
        return std::cos(a);
    case Op::tan:
        return std::tan(a);
    case Op::tanh:
        return std::tanh(a);
    case Op::min:
        return std::min(a, b);
    case Op::max:
        return std::max(a, b);
    case Op::at_least:
        return a >= b ? 1 : 0;
    case Op::constant:
    case Op::variable:
    case Op::direction:
        break;
    }
    return node.value;
}

std::vector<int> below(const Graph& graph, const std::vector<int>& roots) {
    std::vector<bool> wanted(static_cast<std::size_t>(graph.size()));
    for (const int id : roots) {
        wanted[static_cast<std::size_t>(id)] = true;
    }
    std::vector<int> out;
    for (int id = graph.size() - 1; id >= 0; --id) {
        if (!wanted[static_cast<std::size_t>(id)]) {
            continue;
        }
        out.push_back(id);
        for (const int operand : {graph[id].a, graph[id].b}) {
            if (operand >= 0) {
                wanted[static_cast<std::size_t>(operand)] = true;
            }
        }
    }
    std::reverse(out.begin(), out.end());
    return out;
}

std::size_t Graph::Hash::operator()(const Node& node) const {
    std::uint64_t h = std::bit_cast<std::uint64_t>(node.value);
    for (const int part : {static_cast<int>(node.op), node.a, node.b, node.index}) {
        h = (h ^ static_cast<std::uint32_t>(part)) * 0x9E3779B97F4A7C15u;
        h ^= h >> 29;
    }
    return h;
}

int Graph::intern(const Node& node) {
    const auto [at, is_new] = ids_.try_emplace(node, size());
    if (is_new) {
        nodes_.push_back(node);
    }
    return at->second;
}

int Graph::constant(double value) { return intern({.op = Op::constant, .value = value + 0.0}); }

bool Graph::is_finite(int id) const {
    const Node& node = (*this)[id];
    const auto finite = [&](int i) { return i < 0 || !is_constant(i) || std::isfinite((*this)[i].value); };
    return finite(id) && finite(node.a) && finite(node.b);
}

Graph::Scaled Graph::coefficient(int id) {
    const Node& node = (*this)[id];
    return node.op == Op::multiply && is_constant(node.a) ? Scaled{(*this)[node.a].value, node.b}
                                                          : Scaled{1, id};
}

int Graph::frozen(int a) {
    const Op op = (*this)[a].op;
    return op == Op::constant || op == Op::frozen ? a : intern({.op = Op::frozen, .a = a});
}

int Graph::add(int a, int b) {
    if (is_constant(b)) {
        std::swap(a, b);
    }
    const Node left = (*this)[a], right = (*this)[b];
    const auto has_constant = [&](const Node& n) { return n.op == Op::add && is_constant(n.a); };
    if (is_constant(a)) {
        if (is_constant(b)) {
            return constant(left.value + right.value);
        }
        if (left.value == 0) {
            return b;
        }
        if (has_constant(right) && std::isfinite(left.value + (*this)[right.a].value)) {
            return add(constant(left.value + (*this)[right.a].value), right.b);
        }
        return intern({.op = Op::add, .a = a, .b = b});
    }
    if (has_constant(left)) {
        return add(left.a, add(left.b, b));
    }
    if (has_constant(right)) {
        return add(right.a, add(a, right.b));
    }
    const Scaled x = coefficient(a), y = coefficient(b);
    if (x.rest == y.rest && std::isfinite(x.constant + y.constant)) {
        return multiply(constant(x.constant + y.constant), x.rest);
    }
    return intern({.op = Op::add, .a = std::min(a, b), .b = std::max(a, b)});
}

int Graph::multiply(int a, int b) {
    if (is_constant(b)) {
        std::swap(a, b);
    }
    const Node left = (*this)[a], right = (*this)[b];
    if (is_constant(a)) {
        if (is_constant(b)) {
            return constant(left.value * right.value);
        }
        if (left.value == 0 || left.value == 1) {
            return left.value == 0 ? a : b;
        }
        const Scaled y = coefficient(b);
        if (y.rest != b && keeps(left.value * y.constant)) {
            return multiply(constant(left.value * y.constant), y.rest);
        }
        return intern({.op = Op::multiply, .a = a, .b = b});
    }
    const Scaled x = coefficient(a), y = coefficient(b);
    if ((x.rest != a || y.rest != b) && keeps(x.constant * y.constant)) {
        return multiply(constant(x.constant * y.constant), multiply(x.rest, y.rest));
    }
    const auto as_power = [&](const Node& n, int id) {
        return n.op == Op::power && is_integer(n.value) ? std::pair(n.a, n.value) : std::pair(id, 1.0);
    };
    const auto [base, m] = as_power(left, a);
    const auto [other, n] = as_power(right, b);
    if (base == other) {
        return power(base, m + n);
    }
    return intern({.op = Op::multiply, .a = std::min(a, b), .b = std::max(a, b)});
}

int Graph::power(int a, double exponent) {
    const Node base = (*this)[a];
    if (exponent == 0 || exponent == 1) {
        return exponent == 0 ? constant(1) : a;
    }
    if (is_constant(a)) {
        return constant(std::pow(base.value, exponent));
    }
    const bool whole = is_integer(exponent);
    if (base.op == Op::power && whole && is_integer(base.value) && is_integer(base.value * exponent)) {
        return power(base.a, base.value * exponent);
    }
    if (base.op == Op::exp) {
        return exp(multiply(constant(exponent), base.a));
    }
    if (const Scaled x = coefficient(a); x.rest != a && (whole || x.constant > 0)) {
        if (const double factor = std::pow(x.constant, exponent); keeps(factor)) {
            return multiply(constant(factor), power(x.rest, exponent));
        }
    }
    return intern({.op = Op::power, .a = a, .value = exponent});
}

int Graph::raise(int a, int b) {
    return is_constant(b) ? power(a, (*this)[b].value) : exp(multiply(b, log(a)));
}

int Graph::function(Op op, int a) {
    const Node node{.op = op, .a = a};
    return is_constant(a) ? constant(apply(node, (*this)[a].value, 0)) : intern(node);
}

int Graph::choice(Op op, int a, int b) {
    const Node node{.op = op, .a = a, .b = b};
    if (is_constant(a) && is_constant(b)) {
        return constant(apply(node, (*this)[a].value, (*this)[b].value));
    }
    if (a == b) {
        return op == Op::at_least ? constant(1) : a;
    }
    return intern(node);
}

std::vector<int> Graph::flattened(Op op, int id) const {
    std::vector<int> out, left{id};
    while (!left.empty()) {
        const int at = left.back();
        left.pop_back();
        const Node& node = (*this)[at];
        if (node.op == op) {
            left.push_back(node.b), left.push_back(node.a);
        } else {
            out.push_back(at);
        }
    }
    return out;
}

/// factor exp(exponent)
struct Graph::Term {
    int factor, exponent;
    bool has_exponential;
};

Graph::Term Graph::term(int id) {
    Term out{constant(1), constant(0), false};
    for (const int part : flattened(Op::multiply, id)) {
        const Node node = (*this)[part];
        if (node.op == Op::exp) {
            out.exponent = add(out.exponent, node.a);
            out.has_exponential = true;
        } else {
            out.factor = multiply(out.factor, part);
        }
    }
    return out;
}

int Graph::log(int a) {
    if (is_constant(a)) {
        return function(Op::log, a);
    }
    if (const Scaled x = coefficient(a); x.rest != a && x.constant > 0) {
        return add(constant(std::log(x.constant)), log(x.rest));
    }
    std::vector<Term> terms;
    bool has_exponential = false;
    for (const int part : flattened(Op::add, a)) {
        terms.push_back(term(part));
        has_exponential = has_exponential || terms.back().has_exponential;
    }
    if (!has_exponential) {
        return intern({.op = Op::log, .a = a});
    }
    if (terms.size() == 1) {
        return add(terms[0].exponent, log(terms[0].factor));
    }
    int largest = terms[0].exponent;
    for (const Term& t : terms) {
        largest = max(largest, t.exponent);
    }
    largest = frozen(largest);
    int sum = constant(0);
    for (const Term& t : terms) {
        sum = add(sum, multiply(t.factor, exp(subtract(t.exponent, largest))));
    }
    return add(largest, intern({.op = Op::log, .a = sum}));
}

}  // namespace tempera::formula
