// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

namespace tempera {

/// Cheapest assignments of n rows to n columns (the Hungarian method by shortest augmenting paths, O(n^3);
/// Jonker and Volgenant, Computing 38, 1987). Keeps its storage between calls.
class Assignment {
public:
    /// Minimises the sum of cost [n, n] over the chosen entries and returns it.
    double solve(const std::vector<double>& cost, int n);
    /// Column of each row [n] of the last call.
    const std::vector<int>& column_of() const { return column_of_; }

private:
    void add_row(const std::vector<double>& cost, int n, int row);

    std::vector<double> row_price_, column_price_, least_;
    std::vector<int> row_of_, before_, column_of_;  ///< columns count from 1; 0 stands for none
    std::vector<char> visited_;
};

}  // namespace tempera
