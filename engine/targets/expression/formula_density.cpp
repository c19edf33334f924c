// SPDX-License-Identifier: MIT
#include "targets/expression/formula_density.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/scratch.hpp"

namespace tempera::formula {

namespace {

/// Room for n pointers; memory of the frame.
template <class Real>
std::span<Real*> pointers(Scratch& frame, int n) {
    return {frame.take<Real*>(static_cast<std::size_t>(n)), static_cast<std::size_t>(n)};
}

/// Points to successive rows.
template <class Real>
std::span<Real*> point_to_rows(std::span<Real*> out, Real* first) {
    for (std::size_t i = 0; i < out.size(); ++i) {
        out[i] = first + i * block_size;
    }
    return out;
}

/// What is no number at a point of R^dim is outside of the support.
template <class Real>
void bound_support(Block<const Real> x, Real* log_density) {
    const int lanes = x.lanes();
    const auto is_nan = [](Real v) { return std::isnan(v); };
    if (std::none_of(log_density, log_density + lanes, is_nan)) {
        return;
    }
    for (int lane = 0; lane < lanes; ++lane) {
        bool is_point = true;
        for (int i = 0; i < x.dim; ++i) {
            is_point = is_point && std::isfinite(x(i, lane));
        }
        if (is_point && is_nan(log_density[lane])) {
            log_density[lane] = -std::numeric_limits<Real>::infinity();
        }
    }
}

}  // namespace

template <class Real>
FormulaDensity<Real>::FormulaDensity(Formula formula)
    : formula_(std::move(formula)), gradient_(gradient(formula_.graph, formula_.root, formula_.dim)),
      value_(tape(formula_.graph, {formula_.root})), score_(tape(formula_.graph, gradient_)),
      value_and_score_(tape(formula_.graph, with_value(gradient_))) {}

template <class Real>
Tape<Real> FormulaDensity<Real>::tape(const Graph& graph, const std::vector<int>& outputs) const {
    return Tape<Real>(compile(graph, outputs, formula_.dim));
}

template <class Real>
std::vector<int> FormulaDensity<Real>::with_value(std::vector<int> more) const {
    more.insert(more.begin(), formula_.root);
    return more;
}

/// The product with a direction is the gradient of score . direction. The entries are made as well where they
/// cost less than products with all unit vectors.
template <class Real>
auto FormulaDensity<Real>::second() const -> const Second& {
    std::call_once(second_made_, [&] {
        const int d = formula_.dim;
        Graph graph = formula_.graph;
        int slope = graph.constant(0);
        for (int i = 0; i < d; ++i) {
            slope =
                graph.add(slope, graph.multiply(gradient_[static_cast<std::size_t>(i)], graph.direction(i)));
        }
        const Program product = compile(graph, gradient(graph, slope, d), d);
        second_.product = std::make_unique<const Tape<Real>>(product);

        const int most = graph.size() + d * static_cast<int>(product.instructions.size()) + d * d;
        std::vector<int> entries;
        for (int i = 0; i < d && graph.size() <= most; ++i) {
            const std::vector<int> row = gradient(graph, gradient_[static_cast<std::size_t>(i)], d);
            entries.insert(entries.end(), row.begin() + i, row.end());
        }
        if (graph.size() <= most) {
            second_.entries = std::make_unique<const Tape<Real>>(tape(graph, entries));
        }
    });
    return second_;
}

template <class Real>
void FormulaDensity<Real>::evaluate_block(Block<const Real> x, const Wanted<Real>& wanted) const {
    Scratch frame;
    if (wanted.score && wanted.log_density) {
        const std::span<Real*> out = pointers<Real>(frame, 1 + x.dim);
        out.front() = wanted.log_density;
        point_to_rows(out.subspan(1), wanted.score);
        value_and_score_.run(x, {}, out);
    } else if (wanted.score) {
        score_.run(x, {}, point_to_rows(pointers<Real>(frame, x.dim), wanted.score));
    } else if (wanted.log_density) {
        value_.run(x, {}, {&wanted.log_density, 1});
    }
    if (wanted.log_density) {
        bound_support(x, wanted.log_density);
    }
    if (wanted.hessian) {
        hessian(x, wanted.hessian);
    }
}

template <class Real>
void FormulaDensity<Real>::hessian(Block<const Real> x, Real* out) const {
    const auto row = [&](int i, int j) {
        return out + (static_cast<std::ptrdiff_t>(i) * x.dim + j) * block_size;
    };
    if (!second().entries) {
        return hessian_by_products(x, out);
    }
    Scratch frame;
    const std::span<Real*> entries = pointers<Real>(frame, x.dim * (x.dim + 1) / 2);
    auto entry = entries.begin();
    for (int i = 0; i < x.dim; ++i) {
        for (int j = i; j < x.dim; ++j) {
            *entry++ = row(i, j);
        }
    }
    second().entries->run(x, {}, entries);
    for (int i = 0; i < x.dim; ++i) {
        for (int j = 0; j < i; ++j) {
            std::copy_n(row(j, i), x.lanes(), row(i, j));
        }
    }
}

/// Column by column, each of which is a row, too.
template <class Real>
void FormulaDensity<Real>::hessian_by_products(Block<const Real> x, Real* out) const {
    Scratch frame;
    const std::size_t size = static_cast<std::size_t>(x.dim) * block_size;
    const Block<Real> unit{frame.take<Real>(size), x.dim, x.n};
    std::fill_n(unit.data, size, Real(0));
    for (int i = 0; i < x.dim; ++i) {
        std::fill_n(unit.row(i), x.lanes(), Real(1));
        const Block<Real> column{out + static_cast<std::ptrdiff_t>(i) * x.dim * block_size, x.dim, x.n};
        hessian_vector_block(x, unit, column);
        std::fill_n(unit.row(i), x.lanes(), Real(0));
    }
}

template <class Real>
void FormulaDensity<Real>::hessian_vector_block(Block<const Real> x, Block<const Real> v,
                                                Block<Real> out) const {
    Scratch frame;
    second().product->run(x, v, point_to_rows(pointers<Real>(frame, x.dim), out.data));
}

template class FormulaDensity<float>;
template class FormulaDensity<double>;

}  // namespace tempera::formula
