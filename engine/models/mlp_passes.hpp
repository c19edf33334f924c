// SPDX-License-Identifier: MIT
// Internal to this folder: packed weights and the passes through a network, for a stripe of U vectors of
// particles: values, J^T g, J v, the tangent of J^T g, and all columns of J at once.
#pragma once

#include <algorithm>
#include <cmath>

#include "core/scratch.hpp"
#include "models/mlp.hpp"
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
          head(!w.has_energy()      ? Head::score
               : w.head == "scalar" ? Head::scalar
               : w.head == "dot"    ? Head::dot
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

/// A network at one noise level: the level's embedding is folded into the first bias.
template <class Real>
class NetworkPasses {
public:
    using Network = PackedNetwork<Real>;

    NetworkPasses(std::shared_ptr<const Network> network, double sigma)
        : net_(std::move(network)), bias_(net_->layers.front().bias) {
        const double noise = std::log(sigma) / 4;
        for (std::size_t i = 0; i < net_->noise_column.size(); ++i) {
            bias_[i] += static_cast<Real>(noise * static_cast<double>(net_->noise_column[i]));
        }
    }

protected:
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

        /// `kept` [kept_rows(net) * lanes]: where derivatives and backward products outlive the stripe.
        Stripe(const Network& net, int order, Real* kept = nullptr)
            : layer_size(static_cast<std::size_t>(net.widest) * lanes) {
            const std::size_t all = (net.layers.size() - 1) * layer_size;
            for (Real** rows : {&input, &output, &ping, &pong, &gradient}) {
                *rows = frame.take<Real>(layer_size);
            }
            if (order > 0) {
                first = kept ? kept : frame.take<Real>(all);
            }
            if (order > 1) {
                second = kept ? kept + all : frame.take<Real>(all);
                slope = kept ? kept + 2 * all : frame.take<Real>(all);
                tangent = frame.take<Real>(all);
            }
        }
        Real* at(Real* base, std::size_t layer) const { return base + layer * layer_size; }
    };

    static std::size_t kept_rows(const Network& net) {
        return 3 * (net.layers.size() - 1) * static_cast<std::size_t>(net.widest);
    }

    static constexpr simd::Tag<Real> tag{};
    static constexpr int width = simd::width<Real>;

    template <int U>
    static void store_row(Real* rows, int row, const simd::Vec<Real>* value) {
        for (int u = 0; u < U; ++u) {
            simd::hn::Store(value[u], tag, rows + (static_cast<std::ptrdiff_t>(row) * U + u) * width);
        }
    }
    template <int U>
    static simd::Vec<Real> row(const Real* rows, int i, int u) {
        return simd::hn::Load(tag, rows + (static_cast<std::ptrdiff_t>(i) * U + u) * width);
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
                    simd::hn::Store(a.value, tag, out + at);
                    if constexpr (order > 0) {
                        simd::hn::Store(a.first, tag, d1 + at);
                    }
                    if constexpr (order > 1) {
                        simd::hn::Store(a.second, tag, d2 + at);
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
                            simd::hn::Store(b[u], tag,
                                            kept + (static_cast<std::ptrdiff_t>(i) * U + u) * width);
                        }
                        simd::hn::Store(simd::hn::Mul(b[u], row<U>(d1, i, u)), tag,
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
                            simd::hn::Store(t[u], tag,
                                            kept + (static_cast<std::ptrdiff_t>(i) * U + u) * width);
                        }
                        simd::hn::Store(simd::hn::Mul(t[u], row<U>(d1, i, u)), tag,
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
                        const auto bend = simd::hn::Mul(simd::hn::Mul(row<U>(d2, i, u), row<U>(t, i, u)),
                                                        row<U>(kept, i, u));
                        simd::hn::Store(simd::hn::MulAdd(row<U>(d1, i, u), b[u], bend), tag,
                                        next + (static_cast<std::ptrdiff_t>(i) * U + u) * width);
                    }
                });
            dg = next;
        }
    }

    /// Every column of J into `columns` [dim][widest]; `next` of the same size is overwritten. each(l, c)
    /// sees the columns of hidden layer l's pre-activations on the way, which makes second derivatives half
    /// as dear as a tangent of backward() for every direction.
    template <int U, class Each>
    void push_columns(Stripe<U>& s, Real*& columns, Real*& next, Each each) const {
        const std::size_t dim = static_cast<std::size_t>(net_->dim);
        const auto column = [&](Real* of, std::size_t j) { return of + j * s.layer_size; };
        const auto& w = net_->layers.front().forward;
        for (std::size_t j = 0; j < dim; ++j) {
            for (int i = 0; i < w.rows; ++i) {
                std::fill_n(column(columns, j) + i * U * width, U * width, w.at(i, static_cast<int>(j)));
            }
        }
        for (std::size_t l = 0; l + 1 < net_->layers.size(); ++l) {
            each(static_cast<int>(l), columns);
            const Real* d1 = s.at(s.first, l);
            const auto& layer = net_->layers[l + 1].forward;
            for (std::size_t j = 0; j < dim; ++j) {
                Real *in = column(columns, j), *out = column(next, j);
                for (int i = 0; i < layer.columns; ++i) {
                    for (int u = 0; u < U; ++u) {
                        simd::hn::Store(simd::hn::Mul(row<U>(in, i, u), row<U>(d1, i, u)), tag,
                                        in + (static_cast<std::ptrdiff_t>(i) * U + u) * width);
                    }
                }
                simd::multiply<Real, U>(layer, in, nullptr,
                                        [&](int i, const simd::Vec<Real>* t) { store_row<U>(out, i, t); });
            }
            std::swap(columns, next);
        }
    }

    /// h [dim * dim] rows, lower half: h(i, j) += sum_r weight(r, u) a_i[r] a_j[r] over the columns a.
    template <int T, int U, class Weight>
    void add_products(const Stripe<U>& s, const Real* columns, int rows, Weight weight, Real* h) const {
        using simd::hn::Mul, simd::hn::MulAdd;
        const int dim = net_->dim;
        const auto column = [&](int j) {
            return columns + static_cast<std::size_t>(std::min(j, dim - 1)) * s.layer_size;
        };
        for (int i0 = 0; i0 < dim; i0 += T) {
            for (int j0 = 0; j0 <= i0; j0 += T) {
                for (int u = 0; u < U; ++u) {
                    simd::Vec<Real> sum[T][T];
#pragma GCC unroll 16
                    for (int k = 0; k < T * T; ++k) {
                        sum[k / T][k % T] = simd::hn::Zero(tag);
                    }
                    for (int r = 0; r < rows; ++r) {
                        const auto w = weight(r, u);
                        simd::Vec<Real> b[T];
#pragma GCC unroll 4
                        for (int j = 0; j < T; ++j) {
                            b[j] = row<U>(column(j0 + j), r, u);
                        }
#pragma GCC unroll 4
                        for (int i = 0; i < T; ++i) {
                            const auto a = Mul(w, row<U>(column(i0 + i), r, u));
#pragma GCC unroll 4
                            for (int j = 0; j < T; ++j) {
                                sum[i][j] = MulAdd(a, b[j], sum[i][j]);
                            }
                        }
                    }
#pragma GCC unroll 16
                    for (int k = 0; k < T * T; ++k) {
                        const int i = i0 + k / T, j = j0 + k % T;
                        if (i < dim && j <= i) {
                            Real* to = h + ((static_cast<std::ptrdiff_t>(i) * dim + j) * U + u) * width;
                            simd::hn::Store(simd::hn::Add(simd::hn::Load(tag, to), sum[k / T][k % T]), tag,
                                            to);
                        }
                    }
                }
            }
        }
    }

    std::shared_ptr<const Network> net_;
    AlignedArray<Real> bias_;
};

}  // namespace tempera
