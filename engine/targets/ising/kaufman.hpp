// SPDX-License-Identifier: MIT
// The Ising model on a square torus, exactly (Kaufman 1949).
#pragma once

namespace tempera {

/// log of the partition function sum_s exp(sum_<ij> s_i s_j / T) of size x size spins s = +-1 with periodic
/// neighbours, every bond once. size >= 3 (below, two neighbours are one spin), temperature > 0.
double ising_log_partition(int size, double temperature);

/// Mean of -sum_<ij> s_i s_j per spin.
double ising_mean_energy(int size, double temperature);

}  // namespace tempera
