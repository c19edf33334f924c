// SPDX-License-Identifier: MIT
// Inference of a 3 x 128 energy network in two dimensions, against the multiply-add peak and against
// LibTorch.
#include "bench/measure.hpp"
#include "bench/network_peer.hpp"
#include "core/parallel.hpp"
#include "core/rng.hpp"
#include "models/mlp.hpp"
#include "targets/hessian_products.hpp"
#include "torch/torchscript.hpp"

namespace tempera::bench {

namespace {

NetworkWeights example_network() {
    NetworkWeights w;
    w.dim = 2;
    w.hidden = {128, 128, 128};
    w.energy_scale_floor = 0.25;
    w.shift = {0, 0};
    Stream random(StreamKey{.seed = 1, .purpose = Purpose::diagnostic}, 0);
    int in = 3;
    for (std::size_t l = 0; l < 4; ++l) {
        NetworkWeights::Layer layer;
        layer.in = in, layer.out = l < 3 ? 128 : 1;
        for (int i = 0; i < layer.in * layer.out; ++i) {
            layer.weight.push_back(static_cast<float>(random.normal() / std::sqrt(in)));
        }
        layer.bias.assign(static_cast<std::size_t>(layer.out), 0.1F);
        in = layer.out;
        w.layers.push_back(std::move(layer));
    }
    return w;
}

/// The first three are also LibTorch's; products: `n_products` Hessian-vector products at the same points.
enum class Pass { forward, gradient, hessian_vector, hessian, products };
constexpr int n_products = 24;  // 4 probes of 6 terms

/// Particles and what one pass over all of them does, block by block.
template <class Real>
struct Workload {
    NetworkWeights weights = example_network();
    std::shared_ptr<const NetworkField<Real>> density;
    Particles<Real> x, v, out, matrices;
    PerParticle<Real> log_density;
    Pass pass;

    Workload(Pass which, int n)
        : density(network_density<Real>(pack_network<Real>(weights), noise)), x(n, 2), v(n, 2), out(n, 2),
          matrices(n, 4), log_density(n), pass(which) {
        for (int b = 0; b < x.n_blocks(); ++b) {
            fill_normals(StreamKey{.seed = 2}, static_cast<std::uint32_t>(b * block_size), x.block(b));
            fill_normals(StreamKey{.seed = 3}, static_cast<std::uint32_t>(b * block_size), v.block(b));
        }
    }
    void block(int b) {
        if (pass == Pass::hessian_vector) {
            density->hessian_vector_uncounted(x.block(b), v.block(b), out.block(b));
        } else if (pass == Pass::hessian) {
            density->evaluate_uncounted(x.block(b), {.hessian = matrices.block(b).data});
        } else if (pass == Pass::products) {
            const auto products = hessian_products<Real>(*density, x.block(b));
            for (int i = 0; i < n_products; ++i) {
                products->multiply_uncounted(v.block(b), out.block(b));
            }
        } else {
            density->evaluate_uncounted(
                x.block(b), {log_density.block(b), pass == Pass::gradient ? out.block(b).data : nullptr});
        }
    }
    void all() {
        for (int b = 0; b < x.n_blocks(); ++b) {
            block(b);
        }
        keep(*log_density.block(0));
        keep(*out.block(0).data);
        keep(*matrices.block(0).data);
    }
    void parallel() {
        if (x.n_blocks() == 1) {
            block(0);
        } else {
            parallel_for(x.n_blocks(), [&](int b) { block(b); });
        }
    }
    static constexpr double noise = 0.5;
};

using PeerFunction = int(const tempera_peer_task*, tempera_peer_result*, char*, unsigned long);

/// LibTorch on the same points and weights, in turns with ours: one thread by CPU time, all threads by wall
/// time. The ratio is the smaller one.
void compare_with_torch(Row& row, Workload<float>& work, Pass pass, int n) {
    auto* const peer = reinterpret_cast<PeerFunction*>(torch_module_function("tempera_peer_network"));
    if (!peer) {
        return;
    }
    std::vector<tempera_peer_layer> layers;
    for (const NetworkWeights::Layer& l : work.weights.layers) {
        layers.push_back({l.in, l.out, l.weight.data(), l.bias.data()});
    }
    std::vector<float> y, v;
    for (int j = 0; j < n; ++j) {
        y.insert(y.end(), {work.x(j, 0), work.x(j, 1)});
        v.insert(v.end(), {work.v(j, 0), work.v(j, 1)});
    }
    constexpr double seconds = 0.2;
    set_thread_count(0);
    const int most = thread_count();
    for (const int threads : most > 1 ? std::vector<int>{1, most} : std::vector<int>{1}) {
        set_thread_count(threads);
        const auto ours = [&] {
            return threads == 1 ? least_seconds([&] { work.all(); })
                                : least_wall_seconds([&] { work.parallel(); }, seconds);
        };
        const double before = ours();
        const tempera_peer_task task{layers.data(),
                                     static_cast<int>(layers.size()),
                                     2,
                                     n,
                                     static_cast<int>(pass),
                                     Workload<float>::noise,
                                     work.weights.sigma_data,
                                     work.weights.energy_scale_floor,
                                     y.data(),
                                     v.data(),
                                     threads,
                                     seconds};
        tempera_peer_result result{};
        char error[256] = {};
        if (peer(&task, &result, error, sizeof error) != 0 || !(result.largest < 1e-3)) {
            throw std::runtime_error(std::string("LibTorch's network: ") +
                                     (*error ? error : "wrong results"));
        }
        const double own = std::min(before, ours()), ratio = result.seconds / own;
        if (!(result.automatic / own > row.ratio_to_autograd)) {
            row.ratio_to_autograd = result.automatic / own;
        }
        if (!(ratio > row.ratio_to_torch)) {
            row.ratio_to_torch = ratio;
            row.torch_seconds = result.seconds;
            row.torch_way = std::string(result.way) + ", " + std::to_string(threads) +
                            (threads == 1 ? " thread" : " threads");
        }
    }
    set_thread_count(1);
}

template <class Real>
void network(Report& report, const Peaks& peaks, Pass pass, int n) {
    static const char* const names[] = {"forward", "gradient", "hvp", "hessian", "hvp_x24"};
    const std::string name = std::string("mlp_") + names[static_cast<int>(pass)] + "_3x128_n" +
                             std::to_string(n) + (sizeof(Real) == 4 ? "_f32" : "_f64");
    if (!report.wants(name)) {
        return;
    }
    Workload<Real> work(pass, n);
    const double seconds = least_seconds([&] { work.all(); });
    const double multiplies =
        2 * 128 + 2 * 128 * 128 + 128;  // the level's embedding is part of the first bias
    // A Hessian in two dimensions: values, gradient, two columns on the way up.
    static const double all_passes[] = {1, 2, 4, 4, 2 + 2 * n_products};
    const double passes = all_passes[static_cast<int>(pass)];
    const double flops = 2 * multiplies * passes * n;
    Row row{name,
            seconds,
            n / seconds,
            "particles/s",
            flops / seconds / (sizeof(Real) == 4 ? peaks.fma_f32 : peaks.fma_f64),
            false,
            std::to_string(static_cast<int>(2 * passes)) + " flops per weight; 384 SiLUs per particle"};
    if constexpr (sizeof(Real) == 4) {
        if (pass <= Pass::hessian_vector) {
            compare_with_torch(row, work, pass, n);
        }
    }
    report.add(row);
}

}  // namespace

void measure_networks(Report& report, const Peaks& peaks) {
    for (const Pass pass : {Pass::forward, Pass::gradient, Pass::hessian_vector}) {
        network<float>(report, peaks, pass, 4096);
        network<float>(report, peaks, pass, 32);
        network<double>(report, peaks, pass, 4096);
    }
    for (const Pass pass : {Pass::hessian, Pass::products}) {
        network<float>(report, peaks, pass, 4096);
        network<double>(report, peaks, pass, 4096);
    }
}

}  // namespace tempera::bench
