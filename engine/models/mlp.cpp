// SPDX-License-Identifier: MIT
#include "models/mlp.hpp"

#include <algorithm>
#include <cmath>

#include "core/scratch.hpp"
#include "models/mlp_kernels.hpp"

namespace tempera {

template <class Real>
class PackedNetwork {
public:
    enum class Head { score, scalar, dot, squared_norm };
    struct Layer {
        simd::TiledMatrix<Real> forward, backward;  ///< W and its transpose
        AlignedArray<Real> bias;                    ///< padded
    };

    explicit PackedNetwork(const NetworkWeights& w)
        : dim(w.dim), sigma_data(w.sigma_data), scale_floor(w.energy_scale_floor),
          head(w.type == "score_mlp" ? Head::score
               : w.head == "scalar"  ? Head::scalar
               : w.head == "dot"     ? Head::dot
                                     : Head::squared_norm) {
        for (const NetworkWeights::Layer& l : w.layers) {
            const bool first = layers.empty();
            const int in = first ? w.dim : l.in;  // the noise level's column becomes part of the bias
            const auto at = [&](int i, int j) {
                return l.weight[static_cast<std::size_t>(i) * static_cast<std::size_t>(l.in) +
                                static_cast<std::size_t>(j)];
            };
            layers.push_back({simd::TiledMatrix<Real>(l.out, in, at),
                              simd::TiledMatrix<Real>(in, l.out, [&](int i, int j) { return at(j, i); }),
                              AlignedArray<Real>(static_cast<std::size_t>(simd::padded_rows(l.out)))});
            std::copy(l.bias.begin(), l.bias.end(), layers.back().bias.data());
            for (int i = 0; first && i < l.out; ++i) {
                noise_column.push_back(at(i, w.dim));
            }
            widest = std::max({widest, simd::padded_rows(l.out), simd::padded_rows(in)});
        }
    }

    int dim;
    double sigma_data, scale_floor;
    Head head;
    std::vector<Layer> layers;
    std::vector<Real> noise_column;
    int widest = 0;
};

namespace {

using simd::hn::Load;
using simd::hn::Mul;
using simd::hn::MulAdd;
using simd::hn::Store;

template <class Real>
class NetworkDensity final : public Density<Real> {
    using Network = PackedNetwork<Real>;
    using Head = typename Network::Head;

public:
    NetworkDensity(std::shared_ptr<const Network> network, double sigma)
        : net_(std::move(network)), bias_(net_->layers.front().bias) {
        const double s2 = sigma * sigma, d2 = net_->sigma_data * net_->sigma_data,
                     noise = std::log(sigma) / 4;
        for (std::size_t i = 0; i < net_->noise_column.size(); ++i) {
            bias_[i] += static_cast<Real>(noise * static_cast<double>(net_->noise_column[i]));
        }
        c_in_ = static_cast<Real>(1 / std::sqrt(s2 + d2));
        precision_ = static_cast<Real>(1 / (s2 + d2));
        factor_ =
            static_cast<Real>(net_->head == Head::score
                                  ? net_->sigma_data / (sigma * std::sqrt(s2 + d2))
                                  : net_->sigma_data / std::sqrt(s2 + net_->scale_floor * net_->scale_floor));
    }

    int dim() const override { return net_->dim; }
    bool has_log_density() const override { return net_->head != Head::score; }

protected:
    void evaluate_block(Block<const Real> x, const Wanted<Real>& wanted) const override {
        simd::for_stripes<Real>(x.lanes(),
                                [&](auto u, int lane) { evaluate_stripe<u.value>(x, wanted, lane); });
    }
    void hessian_vector_block(Block<const Real> x, Block<const Real> v, Block<Real> out) const override {
        simd::for_stripes<Real>(x.lanes(),
                                [&](auto u, int lane) { product_stripe<u.value>(x, v, out, lane); });
    }

private:
    /// Temporaries of a stripe of U vectors; rows have U * width lanes.
    template <int U>
    struct Stripe {
        static constexpr int lanes = U * simd::width<Real>;
        Scratch frame;
        Real *input, *output, *ping, *pong;        ///< [widest] rows each
        Real* gradient;                            ///< of G with respect to the input
        Real *first = nullptr, *second = nullptr;  ///< activation's derivatives [layer][widest]
        Real *slope = nullptr,
             *tangent = nullptr;  ///< backward products before activations; forward tangents
        std::size_t layer_size;

        Stripe(const Network& net, int order) : layer_size(static_cast<std::size_t>(net.widest) * lanes) {
            const std::size_t hidden = net.layers.size() - 1;
            for (Real** rows : {&input, &output, &ping, &pong, &gradient}) {
                *rows = frame.take<Real>(layer_size);
            }
            if (order > 0) {
                first = frame.take<Real>(hidden * layer_size);
            }
            if (order > 1) {
                second = frame.take<Real>(hidden * layer_size);
                slope = frame.take<Real>(hidden * layer_size);
                tangent = frame.take<Real>(hidden * layer_size);
            }
        }
        Real* at(Real* base, std::size_t layer) const { return base + layer * layer_size; }
    };

    static constexpr simd::Tag<Real> tag{};
    static constexpr int width = simd::width<Real>;

    template <int U>
    static void store_row(Real* rows, int row, const simd::Vec<Real>* value) {
        for (int u = 0; u < U; ++u) {
            Store(value[u], tag, rows + (static_cast<std::ptrdiff_t>(row) * U + u) * width);
        }
    }
    template <int U>
    static simd::Vec<Real> row(const Real* rows, int i, int u) {
        return Load(tag, rows + (static_cast<std::ptrdiff_t>(i) * U + u) * width);
    }

    /// Network output F into s.output; derivatives of the activations as far as `order` asks.
    template <int U, int order>
    void forward(Stripe<U>& s) const {
        const Real* in = s.input;
        Real* out = s.ping;
        const std::size_t n_hidden = net_->layers.size() - 1;
        for (std::size_t l = 0; l < n_hidden; ++l) {
            Real *d1 = order > 0 ? s.at(s.first, l) : nullptr, *d2 = order > 1 ? s.at(s.second, l) : nullptr;
            const Real* bias = l == 0 ? bias_.data() : net_->layers[l].bias.data();
            simd::multiply<Real, U>(net_->layers[l].forward, in, bias, [&](int i, const simd::Vec<Real>* z) {
                for (int u = 0; u < U; ++u) {
                    const simd::Silu<Real> a(z[u]);
                    const std::ptrdiff_t at = (static_cast<std::ptrdiff_t>(i) * U + u) * width;
                    Store(a.value, tag, out + at);
                    if constexpr (order > 0) {
                        Store(a.first, tag, d1 + at);
                    }
                    if constexpr (order > 1) {
                        Store(a.second, tag, d2 + at);
                    }
                }
            });
            in = out;
            out = out == s.ping ? s.pong : s.ping;
        }
        const auto& last = net_->layers.back();
        simd::multiply<Real, U>(last.forward, in, last.bias.data(),
                                [&](int i, const simd::Vec<Real>* z) { store_row<U>(s.output, i, z); });
    }

    /// J^T g of the network for the cotangent g [outputs] of F; result in `out`. Keeps the products for
    /// tangents.
    template <int U, bool keep>
    void backward(Stripe<U>& s, const Real* g, Real* out) const {
        for (std::size_t l = net_->layers.size(); l-- > 0;) {
            if (l == 0) {
                simd::multiply<Real, U>(net_->layers[0].backward, g, nullptr,
                                        [&](int i, const simd::Vec<Real>* b) { store_row<U>(out, i, b); });
                return;
            }
            Real* next = g == s.ping ? s.pong : s.ping;
            const Real* d1 = s.at(s.first, l - 1);
            Real* kept = keep ? s.at(s.slope, l - 1) : nullptr;
            simd::multiply<Real, U>(
                net_->layers[l].backward, g, nullptr, [&](int i, const simd::Vec<Real>* b) {
                    for (int u = 0; u < U; ++u) {
                        if constexpr (keep) {
                            Store(b[u], tag, kept + (static_cast<std::ptrdiff_t>(i) * U + u) * width);
                        }
                        Store(Mul(b[u], row<U>(d1, i, u)), tag,
                              next + (static_cast<std::ptrdiff_t>(i) * U + u) * width);
                    }
                });
            g = next;
        }
    }

    /// J v into `out`; keep: pre-activation tangents stay in s.tangent.
    template <int U, bool keep>
    void push_forward(Stripe<U>& s, const Real* v, Real* out) const {
        const Real* in = v;
        Real* next = s.ping;
        for (std::size_t l = 0; l + 1 < net_->layers.size(); ++l) {
            const Real* d1 = s.at(s.first, l);
            Real* kept = keep ? s.at(s.tangent, l) : nullptr;
            simd::multiply<Real, U>(
                net_->layers[l].forward, in, nullptr, [&](int i, const simd::Vec<Real>* t) {
                    for (int u = 0; u < U; ++u) {
                        if constexpr (keep) {
                            Store(t[u], tag, kept + (static_cast<std::ptrdiff_t>(i) * U + u) * width);
                        }
                        Store(Mul(t[u], row<U>(d1, i, u)), tag,
                              next + (static_cast<std::ptrdiff_t>(i) * U + u) * width);
                    }
                });
            in = next;
            next = next == s.ping ? s.pong : s.ping;
        }
        simd::multiply<Real, U>(net_->layers.back().forward, in, nullptr,
                                [&](int i, const simd::Vec<Real>* t) { store_row<U>(out, i, t); });
    }

    /// Tangent of backward(): d(J^T g) for the tangents kept by push_forward and the cotangent's own tangent
    /// dg.
    template <int U>
    void push_backward(Stripe<U>& s, const Real* dg, Real* out) const {
        for (std::size_t l = net_->layers.size(); l-- > 0;) {
            if (l == 0) {
                simd::multiply<Real, U>(net_->layers[0].backward, dg, nullptr,
                                        [&](int i, const simd::Vec<Real>* b) { store_row<U>(out, i, b); });
                return;
            }
            Real* next = dg == s.ping ? s.pong : s.ping;
            const Real *d1 = s.at(s.first, l - 1), *d2 = s.at(s.second, l - 1), *kept = s.at(s.slope, l - 1),
                       *t = s.at(s.tangent, l - 1);
            simd::multiply<Real, U>(
                net_->layers[l].backward, dg, nullptr, [&](int i, const simd::Vec<Real>* b) {
                    for (int u = 0; u < U; ++u) {
                        const auto bend = Mul(Mul(row<U>(d2, i, u), row<U>(t, i, u)), row<U>(kept, i, u));
                        Store(MulAdd(row<U>(d1, i, u), b[u], bend), tag,
                              next + (static_cast<std::ptrdiff_t>(i) * U + u) * width);
                    }
                });
            dg = next;
        }
    }

    template <int U>
    void load_input(Stripe<U>& s, Block<const Real> x, int lane) const {
        const auto c = simd::hn::Set(tag, c_in_);
        for (int i = 0; i < net_->dim; ++i) {
            for (int u = 0; u < U; ++u) {
                Store(Mul(c, Load(tag, x.row(i) + lane + u * width)), tag,
                      s.input + (static_cast<std::ptrdiff_t>(i) * U + u) * width);
            }
        }
    }

    /// The cotangent dG/dF into `g` (padded rows zero), of the input u and the output F.
    template <int U>
    void cotangent(const Stripe<U>& s, Real* g) const {
        const int outputs = net_->layers.back().forward.rows, lanes = U * width;
        for (int i = 0; i < outputs; ++i) {
            Real *to = g + static_cast<std::ptrdiff_t>(i) * lanes,
                 *f = s.output + static_cast<std::ptrdiff_t>(i) * lanes,
                 *in = s.input + static_cast<std::ptrdiff_t>(i) * lanes;
            for (int l = 0; l < lanes; ++l) {
                to[l] = net_->head == Head::scalar ? Real(1) : net_->head == Head::dot ? in[l] : -f[l];
            }
        }
    }

    /// G of the lanes from input and output.
    template <int U>
    void potential(const Stripe<U>& s, Real* g) const {
        constexpr int lanes = U * width;
        if (net_->head == Head::scalar) {
            std::copy_n(s.output, lanes, g);
            return;
        }
        std::fill_n(g, lanes, Real(0));
        for (int i = 0; i < net_->dim * lanes; ++i) {
            g[i % lanes] +=
                net_->head == Head::dot ? s.input[i] * s.output[i] : Real(-0.5) * s.output[i] * s.output[i];
        }
    }

    /// s.gradient = dG/du.
    template <int U, bool keep>
    void differentiate(Stripe<U>& s) const {
        Scratch frame;
        Real* g = frame.take<Real>(s.layer_size);
        cotangent<U>(s, g);
        backward<U, keep>(s, g, s.gradient);
        for (int i = 0; net_->head == Head::dot && i < net_->dim * U * width; ++i) {
            s.gradient[i] += s.output[i];
        }
    }

    /// out [dim] = second derivative of G times v (in u), after forward<2> and differentiate<keep>; or J v
    /// for scores.
    template <int U>
    void curvature(Stripe<U>& s, const Real* v, Real* out) const {
        const int entries = net_->dim * U * width;
        if (net_->head == Head::score) {
            push_forward<U, false>(s, v, out);
            return;
        }
        Scratch frame;
        Real *df = frame.take<Real>(s.layer_size), *dg = frame.take<Real>(s.layer_size);
        push_forward<U, true>(s, v, df);
        const int outputs = net_->layers.back().forward.rows * U * width;
        for (int i = 0; i < outputs; ++i) {
            dg[i] = net_->head == Head::scalar ? Real(0) : net_->head == Head::dot ? v[i] : -df[i];
        }
        push_backward<U>(s, dg, out);
        for (int i = 0; net_->head == Head::dot && i < entries; ++i) {
            out[i] += df[i];
        }
    }

    template <int U>
    void prepare_curvature(Stripe<U>& s) const {
        if (net_->head == Head::score) {
            forward<U, 1>(s);
        } else {
            forward<U, 2>(s);
            differentiate<U, true>(s);
        }
    }

    template <int U>
    void evaluate_stripe(Block<const Real> x, const Wanted<Real>& wanted, int lane) const {
        const bool is_score = net_->head == Head::score, gradient = wanted.score && !is_score;
        Stripe<U> s(*net_, wanted.hessian ? 2 : gradient ? 1 : 0);
        load_input<U>(s, x, lane);
        if (wanted.hessian) {
            prepare_curvature<U>(s);
        } else if (gradient) {
            forward<U, 1>(s);
            differentiate<U, false>(s);
        } else {
            forward<U, 0>(s);
        }
        constexpr int lanes = U * width;
        if (wanted.log_density) {
            write_log_density<U>(s, x, lane, wanted.log_density + lane);
        }
        for (int i = 0; wanted.score && i < net_->dim; ++i) {
            const Real *g = (is_score ? s.output : s.gradient) + static_cast<std::ptrdiff_t>(i) * lanes,
                       *y = x.row(i) + lane;
            Real* out = wanted.score + static_cast<std::ptrdiff_t>(i) * block_size + lane;
            const Real slope = is_score ? factor_ : factor_ * c_in_;
            for (int l = 0; l < lanes; ++l) {
                out[l] = slope * g[l] - precision_ * y[l];
            }
        }
        if (wanted.hessian) {
            write_hessian<U>(s, wanted.hessian + lane);
        }
    }

    template <int U>
    void write_log_density(const Stripe<U>& s, Block<const Real> x, int lane, Real* out) const {
        constexpr int lanes = U * width;
        if (net_->head == Head::score) {
            std::fill_n(out, lanes, std::numeric_limits<Real>::quiet_NaN());
            return;
        }
        alignas(64) Real g[lanes], squares[lanes] = {};
        potential<U>(s, g);
        for (int i = 0; i < net_->dim; ++i) {
            const Real* y = x.row(i) + lane;
            for (int l = 0; l < lanes; ++l) {
                squares[l] += y[l] * y[l];
            }
        }
        for (int l = 0; l < lanes; ++l) {
            out[l] = factor_ * g[l] - Real(0.5) * precision_ * squares[l];
        }
    }

    /// Factor of the network's part of a Hessian product in y.
    Real bend() const { return net_->head == Head::score ? factor_ * c_in_ : factor_ * c_in_ * c_in_; }

    template <int U>
    void write_hessian(Stripe<U>& s, Real* hessian) const {
        constexpr int lanes = U * width;
        const int d = net_->dim;
        Scratch frame;
        Real *v = frame.take<Real>(s.layer_size), *product = frame.take<Real>(s.layer_size);
        std::fill_n(v, d * lanes, Real(0));
        for (int j = 0; j < d; ++j) {
            std::fill_n(v + static_cast<std::ptrdiff_t>(j) * lanes, lanes, Real(1));
            curvature<U>(s, v, product);
            std::fill_n(v + static_cast<std::ptrdiff_t>(j) * lanes, lanes, Real(0));
            for (int i = 0; i < d; ++i) {
                Real* out = hessian + (static_cast<std::ptrdiff_t>(i) * d + j) * block_size;
                const Real *p = product + static_cast<std::ptrdiff_t>(i) * lanes,
                           linear = i == j ? precision_ : Real(0);
                for (int l = 0; l < lanes; ++l) {
                    out[l] = bend() * p[l] - linear;
                }
            }
        }
    }

    template <int U>
    void product_stripe(Block<const Real> x, Block<const Real> v, Block<Real> out, int lane) const {
        constexpr int lanes = U * width;
        Stripe<U> s(*net_, 2);
        load_input<U>(s, x, lane);
        prepare_curvature<U>(s);
        Scratch frame;
        Real *direction = frame.take<Real>(s.layer_size), *product = frame.take<Real>(s.layer_size);
        for (int i = 0; i < net_->dim; ++i) {
            std::copy_n(v.row(i) + lane, lanes, direction + static_cast<std::ptrdiff_t>(i) * lanes);
        }
        curvature<U>(s, direction, product);
        for (int i = 0; i < net_->dim; ++i) {
            const Real *p = product + static_cast<std::ptrdiff_t>(i) * lanes, *from = v.row(i) + lane;
            Real* to = out.row(i) + lane;
            for (int l = 0; l < lanes; ++l) {
                to[l] = bend() * p[l] - precision_ * from[l];
            }
        }
    }

    std::shared_ptr<const Network> net_;
    AlignedArray<Real> bias_;
    Real c_in_, precision_, factor_;
};

}  // namespace

template <class Real>
std::shared_ptr<const PackedNetwork<Real>> pack_network(const NetworkWeights& weights) {
    return std::make_shared<PackedNetwork<Real>>(weights);
}

template <class Real>
std::shared_ptr<const Density<Real>> network_density(std::shared_ptr<const PackedNetwork<Real>> network,
                                                     double sigma) {
    return std::make_shared<NetworkDensity<Real>>(std::move(network), sigma);
}

template std::shared_ptr<const PackedNetwork<float>> pack_network<float>(const NetworkWeights&);
template std::shared_ptr<const PackedNetwork<double>> pack_network<double>(const NetworkWeights&);
template std::shared_ptr<const Density<float>>
network_density<float>(std::shared_ptr<const PackedNetwork<float>>, double);
template std::shared_ptr<const Density<double>>
network_density<double>(std::shared_ptr<const PackedNetwork<double>>, double);

}  // namespace tempera
