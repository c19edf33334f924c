// SPDX-License-Identifier: MIT
// Optimal transport on a line: the quantiles of both samples, matched in their order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tempera {

/// Numbers in ascending order, with their places in what was sorted. Values that agree in all but their last
/// bits, as many as an index needs, count as equal.
class SortedLine {
public:
    void sort(std::span<const double> values);
    /// Points x [n, dim] along the direction u [dim].
    void sort(std::span<const double> x, int dim, const double* u);
    std::size_t size() const { return key_.size(); }
    std::size_t index(std::size_t rank) const { return key_[rank] & mask_; }
    double value(std::size_t rank) const { return value_[index(rank)]; }

private:
    void sort_keys();
    std::vector<double> value_;
    std::vector<std::uint64_t> key_;
    std::uint64_t mask_ = 0;
};

/// Wasserstein distances of order 1 and 2; the latter squared.
struct LineDistance {
    double w1 = 0, w2_squared = 0;
};

/// Between two weighted samples, exactly; weights [n] stand in the order of what was sorted and sum to 1.
LineDistance line_distance(const SortedLine& a, std::span<const double> weight_a, const SortedLine& b,
                           std::span<const double> weight_b);

/// The same for unsorted values, finite ones.
LineDistance line_distance(std::span<const double> a, std::span<const double> weight_a,
                           std::span<const double> b, std::span<const double> weight_b);

}  // namespace tempera
