// SPDX-License-Identifier: MIT
// Passes through a network at one noise level as LibTorch does them, written for speed in several ways: the
// peer of the engine's kernels in benchmarks. Plain types: the function lives in the module beside the
// program.
#pragma once

extern "C" {

/// A layer of the network: weight [out, in] and bias [out], float32.
struct tempera_peer_layer {
    int in, out;
    const float *weight, *bias;
};

/// A scalar energy network's pass: 0 log density, 1 also its gradient, 2 Hessian-vector product.
struct tempera_peer_task {
    const tempera_peer_layer* layers;
    int n_layers, dim, n, pass;
    double sigma, sigma_data, scale_floor;
    const float *y, *v;  ///< [n, dim] row-major
    int threads;         ///< of LibTorch
    double seconds;      ///< to spend on each way
};

struct tempera_peer_result {
    double seconds;    ///< least time of the fastest way: CPU time of one thread, wall time of several
    char way[64];      ///< which one that was
    double automatic;  ///< least time of automatic differentiation, as most programs are written
    double largest;    ///< largest difference of a way's result from automatic differentiation's
};

/// Returns 0, or 1 with a message.
int tempera_peer_network(const tempera_peer_task* task, tempera_peer_result* result, char* error,
                         unsigned long error_size);
}
