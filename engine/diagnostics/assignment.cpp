// SPDX-License-Identifier: MIT
#include "diagnostics/assignment.hpp"

#include "core/number.hpp"

namespace tempera {

namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }

}  // namespace

/// Grows the tree of alternating paths from a row until a free column is reached, then turns the path round.
void Assignment::add_row(const std::vector<double>& cost, int n, int row) {
    row_of_[0] = row;
    least_.assign(at(n) + 1, infinity);
    visited_.assign(at(n) + 1, 0);
    int here = 0;
    do {
        visited_[at(here)] = 1;
        const int from = row_of_[at(here)];
        const double* costs = cost.data() + at(from - 1) * at(n);
        double step = infinity;
        int next = 0;
        for (int j = 1; j <= n; ++j) {
            if (visited_[at(j)]) {
                continue;
            }
            const double reduced = costs[j - 1] - row_price_[at(from)] - column_price_[at(j)];
            if (reduced < least_[at(j)]) {
                least_[at(j)] = reduced, before_[at(j)] = here;
            }
            if (least_[at(j)] < step) {
                step = least_[at(j)], next = j;
            }
        }
        for (int j = 0; j <= n; ++j) {
            if (visited_[at(j)]) {
                row_price_[at(row_of_[at(j)])] += step, column_price_[at(j)] -= step;
            } else {
                least_[at(j)] -= step;
            }
        }
        here = next;
    } while (row_of_[at(here)] != 0);
    for (; here != 0; here = before_[at(here)]) {
        row_of_[at(here)] = row_of_[at(before_[at(here)])];
    }
}

double Assignment::solve(const std::vector<double>& cost, int n) {
    row_price_.assign(at(n) + 1, 0), column_price_.assign(at(n) + 1, 0);
    row_of_.assign(at(n) + 1, 0), before_.assign(at(n) + 1, 0);
    for (int row = 1; row <= n; ++row) {
        add_row(cost, n, row);
    }
    column_of_.assign(at(n), 0);
    double sum = 0;
    for (int j = 1; j <= n; ++j) {
        column_of_[at(row_of_[at(j)] - 1)] = j - 1;
        sum += cost[at(row_of_[at(j)] - 1) * at(n) + at(j - 1)];
    }
    return sum;
}

}  // namespace tempera
