// SPDX-License-Identifier: MIT
// Networks that nobody trained.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/weights.hpp"

namespace tempera::test {

/// Random weights and biases of every size that matters; type and head as in presets.
NetworkWeights random_network(const std::string& type, const std::string& head, int dim,
                              const std::vector<int>& hidden, std::uint64_t seed);
/// A small network of two dimensions and two hidden layers of twelve.
NetworkWeights small_network(const std::string& type);

}  // namespace tempera::test
