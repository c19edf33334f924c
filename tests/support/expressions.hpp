// SPDX-License-Identifier: MIT
// Targets that are typed.
#pragma once

#include "support/points.hpp"

namespace tempera::test {

inline Json typed_settings(const std::string& formula, int dim) {
    return {{"log_density", formula}, {"dim", dim}};
}

template <class Real = double>
std::shared_ptr<Target<Real>> typed(const std::string& formula, int dim) {
    return make_target<Real>("expression", typed_settings(formula, dim));
}

/// The first problem that is said of a formula; empty where there is none.
inline std::string complaint(const std::string& formula, int dim = 2) {
    Problems problems;
    find_entry(target_catalogue(), "target", "expression")
        .check(typed_settings(formula, dim), "target", problems);
    return problems.empty() ? "" : problems.list().front().place + ": " + problems.list().front().text;
}

}  // namespace tempera::test
