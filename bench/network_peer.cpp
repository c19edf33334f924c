// SPDX-License-Identifier: MIT
#include "bench/network_peer.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <malloc.h>
#include <time.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/jit.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <functional>
#include <limits>

#include "torch/torch_layers.hpp"

namespace {

using at::Tensor;

/// Everything that does not depend on the points is prepared, as the engine does: the level's embedding is
/// part of the first bias, factors are numbers.
struct Peer {
    tempera::libtorch::TorchLayers layers;
    std::vector<Tensor> weight, transposed, bias;  ///< first weight without the level's column
    Tensor y, v, sigma;
    double c_in, precision, factor;

    Peer(const tempera_peer_task& t, const tempera::NetworkWeights& w) : layers(w, true, at::kFloat) {
        const double s2 = t.sigma * t.sigma, d2 = t.sigma_data * t.sigma_data;
        c_in = 1 / std::sqrt(s2 + d2), precision = 1 / (s2 + d2);
        factor = t.sigma_data / std::sqrt(s2 + t.scale_floor * t.scale_floor);
        weight = layers.weight, bias = layers.bias;
        bias[0] = (bias[0] + weight[0].select(1, t.dim) * (std::log(t.sigma) / 4)).contiguous();
        weight[0] = weight[0].slice(1, 0, t.dim).contiguous();
        for (const Tensor& m : weight) {
            transposed.push_back(m.t().contiguous());
        }
        const auto rows = [&](const float* data) {
            return at::from_blob(const_cast<float*>(data), {t.n, t.dim}, at::kFloat).clone();
        };
        y = rows(t.y), v = rows(t.v);
        sigma = at::full({t.n, 1}, t.sigma, at::kFloat);
    }

    // Automatic differentiation, as people write it.

    Tensor forward() const {
        const c10::InferenceMode guard;
        return layers.log_density(y, sigma);
    }
    Tensor gradient() const {
        const Tensor x = y.detach().requires_grad_();
        return layers.score(x, sigma, false);
    }
    Tensor product() const {
        const Tensor x = y.detach().requires_grad_();
        return torch::autograd::grad({layers.score(x, sigma, true)}, {x}, {v}).front();
    }

    // By hand, no graph: rows are particles, or columns are (`columns`: products W h with h [width, n]).

    Tensor affine(std::size_t l, const Tensor& h, bool columns) const {
        return columns ? at::addmm(bias[l].unsqueeze(1), weight[l], h) : at::addmm(bias[l], h, transposed[l]);
    }
    Tensor times(std::size_t l, const Tensor& h, bool columns) const {
        return columns ? at::mm(weight[l], h) : at::mm(h, transposed[l]);
    }
    Tensor pulled(std::size_t l, const Tensor& g, bool columns) const {
        return columns ? at::mm(transposed[l], g) : at::mm(g, weight[l]);
    }

    Tensor by_hand(int pass, bool columns) const {
        const c10::InferenceMode guard;
        const std::size_t last = weight.size() - 1;
        const Tensor x = columns ? y.t().contiguous() : y;
        std::vector<Tensor> z;
        Tensor h = x * c_in;
        for (std::size_t l = 0; l < last; ++l) {
            z.push_back(affine(l, h, columns));
            if (pass == 0) {
                at::silu_(z.back());
                h = z.back();
            } else {
                h = at::silu(z.back());
            }
        }
        if (pass < 2) {
            const Tensor g = affine(last, h, columns).reshape({-1});
            const Tensor value = at::add(g * factor, x.square().sum(columns ? 0 : 1), -0.5 * precision);
            if (pass == 0) {
                return value;
            }
        }
        return pass == 1 ? gradient_by_hand(x, z, columns) : product_by_hand(z, columns);
    }
    Tensor ones_like_output(const Tensor& of, bool columns) const {
        // the cotangent of the last layer is its row of weights
        const Tensor w = columns ? transposed.back() : weight.back();
        return w.expand(of.sizes());
    }
    Tensor gradient_by_hand(const Tensor& x, const std::vector<Tensor>& z, bool columns) const {
        Tensor g = ones_like_output(z.back(), columns);
        for (std::size_t l = z.size(); l-- > 0;) {
            g = pulled(l, at::silu_backward(g, z[l]), columns);
        }
        const Tensor s = at::add(g * (factor * c_in), x, -precision);
        return columns ? s.t() : s;
    }
    Tensor product_by_hand(const std::vector<Tensor>& z, bool columns) const {
        // slopes s1 = s (1 + z (1 - s)), bends s2 = s (1 - s) (2 + z (1 - 2 s)) of the activation
        const std::size_t n = z.size();
        std::vector<Tensor> s1(n), s2(n), t(n);
        Tensor direction = columns ? v.t().contiguous() : v;
        for (std::size_t l = 0; l < n; ++l) {
            const Tensor s = at::sigmoid(z[l]), rest = 1 - s;
            s1[l] = at::addcmul(s, s * rest, z[l]);
            s2[l] = (s * rest).mul_(at::addcmul(at::full({}, 2.0F), z[l], rest - s));
            t[l] = times(l, direction, columns);
            direction = t[l] * s1[l];
        }
        Tensor g = ones_like_output(z.back(), columns), dg;
        for (std::size_t l = n; l-- > 0;) {
            // g: cotangent of the layer's value, dg: its tangent
            const Tensor bend = (s2[l] * t[l]).mul_(g);
            dg = pulled(l, dg.defined() ? at::addcmul(bend, dg, s1[l]) : bend, columns);
            g = l > 0 ? pulled(l, g * s1[l], columns) : g;
        }
        const Tensor out = dg * (factor * c_in * c_in) - (columns ? v.t() : v) * precision;
        return columns ? out.t() : out;
    }
};

/// TorchScript of the gradient and the product by hand, rows are particles; frozen by being free of
/// parameters.
constexpr const char* script = R"(
def log_density(y, ws: List[Tensor], bs: List[Tensor], c_in: float, precision: float, factor: float):
    h = y * c_in
    for l in range(len(ws) - 1):
        h = torch.silu(torch.addmm(bs[l], h, ws[l]))
    g = torch.addmm(bs[-1], h, ws[-1])
    return factor * g.squeeze(1) - 0.5 * precision * y.square().sum(1)
)";

/// Seconds of a clock: a busy machine takes wall time away, but no CPU time of the thread.
double now(clockid_t clock) {
    timespec t{};
    clock_gettime(clock, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// Least time of a call, in `seconds` of wall time or in 20 calls, whatever is longer.
double least_seconds(const std::function<Tensor()>& body, double seconds, clockid_t clock) {
    for (int i = 0; i < 3; ++i) {
        body();  // warm: allocator, thread pool, graph executor
    }
    double best = std::numeric_limits<double>::infinity();
    const double end = now(CLOCK_MONOTONIC) + seconds;
    for (int i = 0; i < 20 || now(CLOCK_MONOTONIC) < end; ++i) {
        const double begin = now(clock);
        body();
        best = std::min(best, now(clock) - begin);
    }
    return best;
}

tempera::NetworkWeights weights_of(const tempera_peer_task& t) {
    tempera::NetworkWeights w;
    w.dim = t.dim, w.sigma_data = t.sigma_data, w.energy_scale_floor = t.scale_floor;
    for (int l = 0; l < t.n_layers; ++l) {
        const tempera_peer_layer& from = t.layers[l];
        tempera::NetworkWeights::Layer layer{from.in, from.out, {}, {}};
        layer.weight.assign(from.weight, from.weight + from.in * from.out);
        layer.bias.assign(from.bias, from.bias + from.out);
        w.layers.push_back(std::move(layer));
    }
    return w;
}

}  // namespace

int tempera_peer_network(const tempera_peer_task* task, tempera_peer_result* result, char* error,
                         unsigned long error_size) {
    try {
        // Without these, temporaries of a megabyte are mapped and cleared anew at every call.
        mallopt(M_MMAP_THRESHOLD, 1 << 30);
        mallopt(M_TRIM_THRESHOLD, 1 << 30);
        mallopt(M_TOP_PAD, 64 << 20);
        at::set_num_threads(task->threads);
        const Peer peer(*task, weights_of(*task));
        const auto compiled = torch::jit::compile(script);
        c10::List<Tensor> ws, bs;
        for (std::size_t l = 0; l < peer.bias.size(); ++l) {
            ws.push_back(peer.transposed[l]), bs.push_back(peer.bias[l]);
        }
        const int pass = task->pass;
        std::vector<std::pair<const char*, std::function<Tensor()>>> ways{
            {"automatic differentiation",
             [&] { return pass == 0   ? peer.forward()
                          : pass == 1 ? peer.gradient()
                                      : peer.product(); }},
            {"by hand, particles as rows", [&] { return peer.by_hand(pass, false); }},
            {"by hand, particles as columns", [&] { return peer.by_hand(pass, true); }}};
        if (pass == 0) {
            ways.emplace_back("TorchScript", [&] {
                const c10::InferenceMode guard;
                return compiled
                    ->run_method("log_density", peer.y, ws, bs, peer.c_in, peer.precision, peer.factor)
                    .toTensor();
            });
        }
        *result = {};
        result->seconds = std::numeric_limits<double>::infinity();
        const Tensor truth = ways[0].second().detach();
        for (std::size_t i = 0; i < ways.size(); ++i) {
            result->largest =
                std::max(result->largest, (ways[i].second().detach() - truth).abs().max().item<double>());
            const double seconds =
                least_seconds(ways[i].second, task->seconds,
                              task->threads == 1 ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC);
            result->automatic = i == 0 ? seconds : result->automatic;
            if (seconds < result->seconds) {
                result->seconds = seconds;
                std::snprintf(result->way, sizeof result->way, "%s", ways[i].first);
            }
        }
        return 0;
    } catch (const std::exception& e) {
        std::snprintf(error, error_size, "%.*s", static_cast<int>(std::strcspn(e.what(), "\n")), e.what());
        return 1;
    }
}
