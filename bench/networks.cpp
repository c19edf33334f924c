// SPDX-License-Identifier: MIT
// Inference of a 3 x 128 energy network in two dimensions, against the multiply-add peak.
#include "bench/measure.hpp"
#include "core/rng.hpp"
#include "models/mlp.hpp"

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

enum class Pass { forward, gradient, hessian_vector };

template <class Real>
void network(Report& report, const Peaks& peaks, Pass pass, int n) {
    const char* what = pass == Pass::forward ? "forward" : pass == Pass::gradient ? "gradient" : "hvp";
    const std::string name =
        std::string("mlp_") + what + "_3x128_n" + std::to_string(n) + (sizeof(Real) == 4 ? "_f32" : "_f64");
    if (!report.wants(name)) {
        return;
    }
    const NetworkWeights weights = example_network();
    const auto density = network_density<Real>(pack_network<Real>(weights), 0.5);
    const Particles<Real> x(n, 2), v(n, 2), out(n, 2);
    const PerParticle<Real> log_density(n);
    for (int b = 0; b < x.n_blocks(); ++b) {
        fill_normals(StreamKey{.seed = 2}, static_cast<std::uint32_t>(b * block_size), x.block(b));
        fill_normals(StreamKey{.seed = 3}, static_cast<std::uint32_t>(b * block_size), v.block(b));
    }
    Tally tally;
    const double seconds = least_seconds([&] {
        for (int b = 0; b < x.n_blocks(); ++b) {
            if (pass == Pass::hessian_vector) {
                density->hessian_vector(x.block(b), v.block(b), out.block(b), tally);
            } else {
                density->evaluate(
                    x.block(b), {log_density.block(b), pass == Pass::gradient ? out.block(b).data : nullptr},
                    tally);
            }
        }
        keep(*log_density.block(0));
        keep(*out.block(0).data);
    });
    const double multiplies =
        2 * 128 + 2 * 128 * 128 + 128;  // the level's embedding is part of the first bias
    const double passes = pass == Pass::forward ? 1 : pass == Pass::gradient ? 2 : 4;
    const double flops = 2 * multiplies * passes * n;
    report.add({name, seconds, n / seconds, "particles/s",
                flops / seconds / (sizeof(Real) == 4 ? peaks.fma_f32 : peaks.fma_f64), false,
                std::to_string(static_cast<int>(2 * passes)) + " flops per weight; 384 SiLUs per particle"});
}

}  // namespace

void measure_networks(Report& report, const Peaks& peaks) {
    for (const Pass pass : {Pass::forward, Pass::gradient, Pass::hessian_vector}) {
        network<float>(report, peaks, pass, 4096);
        network<float>(report, peaks, pass, 32);
        network<double>(report, peaks, pass, 4096);
    }
}

}  // namespace tempera::bench
