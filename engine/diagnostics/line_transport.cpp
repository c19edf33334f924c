// SPDX-License-Identifier: MIT
#include "diagnostics/line_transport.hpp"

#include <hwy/contrib/sort/vqsort.h>

#include <algorithm>
#include <bit>
#include <cmath>

namespace tempera {

/// The index sits in the low bits of the sorted keys.
void SortedLine::sort_keys() {
    const std::size_t n = value_.size();
    key_.resize(n);
    mask_ = std::bit_ceil(std::max<std::uint64_t>(n, 2)) - 1;
    for (std::size_t i = 0; i < n; ++i) {
        const auto bits = std::bit_cast<std::uint64_t>(value_[i]);
        const std::uint64_t ordered = bits ^ (bits >> 63 ? ~std::uint64_t{0} : std::uint64_t{1} << 63);
        key_[i] = (ordered & ~mask_) | i;
    }
    hwy::Sorter()(key_.data(), n, hwy::SortAscending());
}

void SortedLine::sort(std::span<const double> values) {
    value_.assign(values.begin(), values.end());
    sort_keys();
}

void SortedLine::sort(std::span<const double> x, int dim, const double* u) {
    const auto d = static_cast<std::size_t>(dim);
    value_.resize(x.size() / d);
    for (std::size_t i = 0; i < value_.size(); ++i) {
        double v = 0;
        for (std::size_t k = 0; k < d; ++k) {
            v += x[i * d + k] * u[k];
        }
        value_[i] = v;
    }
    sort_keys();
}

LineDistance line_distance(const SortedLine& a, std::span<const double> weight_a, const SortedLine& b,
                           std::span<const double> weight_b) {
    std::size_t i = 0, j = 0;
    double left_a = weight_a[a.index(0)], left_b = weight_b[b.index(0)];
    LineDistance out;
    while (true) {
        const double mass = std::min(left_a, left_b), gap = a.value(i) - b.value(j);
        out.w1 += mass * std::abs(gap);
        out.w2_squared += mass * gap * gap;
        left_a -= mass;
        left_b -= mass;
        if (left_a <= 0) {
            if (++i == a.size()) {
                return out;
            }
            left_a = weight_a[a.index(i)];
        }
        if (left_b <= 0) {
            if (++j == b.size()) {
                return out;
            }
            left_b = weight_b[b.index(j)];
        }
    }
}

LineDistance line_distance(std::span<const double> a, std::span<const double> weight_a,
                           std::span<const double> b, std::span<const double> weight_b) {
    SortedLine first, second;
    first.sort(a), second.sort(b);
    return line_distance(first, weight_a, second, weight_b);
}

}  // namespace tempera
