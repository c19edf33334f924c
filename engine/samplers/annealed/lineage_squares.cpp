// SPDX-License-Identifier: MIT
#include "samplers/annealed/lineage_squares.hpp"

#include <algorithm>
#include <cmath>

namespace tempera {

namespace {

constexpr int fewest_lineages = 10;

}  // namespace

void LineageSquares::Squares::add(const Lineage& lineage) {
    cross.resize(lineage.sum.size());
    sum.resize(lineage.sum.size());
    total += lineage.weight;
    weight += lineage.weight * lineage.weight;
    for (std::size_t m = 0; m < sum.size(); ++m) {
        cross[m] += lineage.sum[m] * lineage.weight;
        sum[m] += lineage.sum[m] * lineage.sum[m];
    }
}

/// The lineage that goes on: that of the last particle, or a new one.
LineageSquares::Lineage& LineageSquares::open(int root) {
    Lineage& current = n_open_ < 2 ? first_ : last_;
    if (n_open_ > 0 && current.root == root) {
        return current;
    }
    if (n_open_ == 2) {
        closed_.add(last_);
    }
    n_open_ = std::min(n_open_ + 1, 2);
    Lineage& begun = n_open_ < 2 ? first_ : last_;
    begun.root = root;
    begun.weight = 0;
    begun.sum.assign(n_values_, 0.0);
    return begun;
}

void LineageSquares::add(int root, double weight, const double* values) {
    Lineage& to = open(root);
    to.weight += weight;
    for (std::size_t m = 0; m < n_values_; ++m) {
        to.sum[m] += weight * values[m];
    }
}

LineageSquares& LineageSquares::operator+=(const LineageSquares& next) {
    if (n_open_ == 0) {
        return *this = next;
    }
    const auto append = [&](const Lineage& lineage) {
        Lineage& to = open(lineage.root);
        to.weight += lineage.weight;
        for (std::size_t m = 0; m < n_values_; ++m) {
            to.sum[m] += lineage.sum[m];
        }
    };
    if (next.n_open_ > 0) {
        append(next.first_);
    }
    closed_.total += next.closed_.total;
    closed_.weight += next.closed_.weight;
    closed_.cross.resize(n_values_);
    closed_.sum.resize(n_values_);
    for (std::size_t m = 0; m < next.closed_.sum.size(); ++m) {
        closed_.cross[m] += next.closed_.cross[m];
        closed_.sum[m] += next.closed_.sum[m];
    }
    if (next.n_open_ > 1) {
        append(next.last_);
    }
    return *this;
}

LineageSquares::Squares LineageSquares::all() const {
    Squares out = closed_;
    if (n_open_ > 0) {
        out.add(first_);
    }
    if (n_open_ > 1) {
        out.add(last_);
    }
    return out;
}

double LineageSquares::effective_number() const {
    const Squares s = all();
    return s.weight > 0 ? s.total * s.total / s.weight : 0;
}

LineageSquares::Errors LineageSquares::errors(std::span<const double> means) const {
    const Squares s = all();
    const double effective = s.weight > 0 ? s.total * s.total / s.weight : 0;
    if (!(effective >= fewest_lineages)) {
        return {{},
                "fewer than " + std::to_string(fewest_lineages) + " independent lineages carry the weight"};
    }
    Errors out;
    for (std::size_t m = 0; m < n_values_; ++m) {
        const double square = s.sum[m] - 2 * means[m] * s.cross[m] + means[m] * means[m] * s.weight;
        out.values.push_back(std::sqrt(std::max(square, 0.0) / (1 - 1 / effective)) / s.total);
    }
    return out;
}

}  // namespace tempera
