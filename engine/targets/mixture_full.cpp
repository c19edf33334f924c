// SPDX-License-Identifier: MIT
// Mixtures with full covariances. The work is one symmetric matrix times a stripe of particles per component,
// done by a register tile of 8 rows x 2 vectors of particles on packed matrices, as in dense matrix products.
#include <algorithm>
#include <vector>

#include "core/scratch.hpp"
#include "targets/mixture_density.hpp"

namespace tempera {

namespace {

namespace hn = simd::hn;
using simd::Tag;
using simd::Vec;
using simd::width;

/// Rows of tiles that cover `left` more rows.
constexpr int tile_rows(int left) { return left >= 8 ? 8 : left >= 4 ? 4 : left >= 2 ? 2 : 1; }

template <class Real>
struct FullTable {
    int dim = 0, size = 0;
    AlignedArray<Real> peak;  ///< log of the weighted component at its mean, base two
    AlignedArray<Real> mean;  ///< [size][dim]
    AlignedArray<Real>
        inverse;  ///< precision matrices [size], packed by tiles of rows: [tile][column][row of the tile]
    AlignedArray<Real> rows;  ///< the same matrices row by row
};

/// out rows [row, row + Rows) = P in, for U vectors of particles; in and out are [dim][U vectors].
template <class Real, int Rows, int U>
HWY_INLINE void multiply_tile(const Real* HWY_RESTRICT packed, const Real* HWY_RESTRICT in,
                              Real* HWY_RESTRICT out, int dim) {
    const Tag<Real> d;
    constexpr int n = width<Real>;
    Vec<Real> acc[Rows][U];
    for (int r = 0; r < Rows; ++r) {
        for (int u = 0; u < U; ++u) {
            acc[r][u] = hn::Zero(d);
        }
    }
    for (int j = 0; j < dim; ++j) {
        Vec<Real> x[U];
        for (int u = 0; u < U; ++u) {
            x[u] = hn::Load(d, in + (static_cast<std::ptrdiff_t>(j) * U + u) * n);
        }
        for (int r = 0; r < Rows; ++r) {
            const auto p = hn::Set(d, packed[static_cast<std::ptrdiff_t>(j) * Rows + r]);
            for (int u = 0; u < U; ++u) {
                acc[r][u] = hn::MulAdd(p, x[u], acc[r][u]);
            }
        }
    }
    for (int r = 0; r < Rows; ++r) {
        for (int u = 0; u < U; ++u) {
            hn::Store(acc[r][u], d, out + (static_cast<std::ptrdiff_t>(r) * U + u) * n);
        }
    }
}

template <class Real, int U>
HWY_INLINE void multiply(const Real* packed, const Real* in, Real* out, int dim) {
    constexpr int n = width<Real>;
    for (int row = 0; row < dim;) {
        const int rows = tile_rows(dim - row);
        const Real* p = packed + static_cast<std::ptrdiff_t>(row) * dim;
        Real* to = out + static_cast<std::ptrdiff_t>(row) * U * n;
        switch (rows) {
        case 8:
            multiply_tile<Real, 8, U>(p, in, to, dim);
            break;
        case 4:
            multiply_tile<Real, 4, U>(p, in, to, dim);
            break;
        case 2:
            multiply_tile<Real, 2, U>(p, in, to, dim);
            break;
        default:
            multiply_tile<Real, 1, U>(p, in, to, dim);
        }
        row += rows;
    }
}

template <class Real>
class FullMixture final : public Density<Real> {
public:
    explicit FullMixture(const Mixture& mixture) {
        const int dim = mixture.dim(), size = mixture.size();
        t_.dim = dim, t_.size = size;
        t_.peak.resize(size);
        t_.mean.resize(static_cast<std::size_t>(size) * dim);
        t_.inverse.resize(static_cast<std::size_t>(size) * dim * dim);
        t_.rows.resize(t_.inverse.size());
        for (int c = 0; c < size; ++c) {
            const Mixture::Component& component = mixture.components[c];
            t_.peak[c] = static_cast<Real>(simd::log2_peak(component, mixture.log_z));
            const Eigen::MatrixXd p = component.axes * component.eigenvalues.cwiseInverse().asDiagonal() *
                                      component.axes.transpose();
            Real* packed = t_.inverse.data() + static_cast<std::ptrdiff_t>(c) * dim * dim;
            for (int i = 0; i < dim; ++i) {
                t_.mean[static_cast<std::size_t>(c) * dim + i] = static_cast<Real>(component.mean(i));
                for (int j = 0; j < dim; ++j) {
                    t_.rows[(static_cast<std::size_t>(c) * dim + i) * dim + j] =
                        static_cast<Real>(0.5 * (p(i, j) + p(j, i)));
                }
            }
            for (int row = 0; row < dim; row += tile_rows(dim - row)) {
                for (int j = 0; j < dim; ++j) {
                    for (int r = 0; r < tile_rows(dim - row); ++r) {
                        *packed++ = static_cast<Real>(0.5 * (p(row + r, j) + p(j, row + r)));
                    }
                }
            }
        }
    }
    int dim() const override { return t_.dim; }

protected:
    void evaluate_block(Block<const Real> x, const Wanted<Real>& wanted) const override {
        Scratch frame;
        const Buffers b(frame, t_.dim, wanted.hessian ? t_.size : 1, t_.size);
        simd::for_stripes<Real>(x.lanes(), [&](auto u, int lane) {
            constexpr int U = u.value;
            copy_in<U>(x, lane, b.x);
            Vec<Real> largest[U], sum[U];
            if (wanted.hessian) {
                all_components<U>(b, largest, sum);
                hessian_of<U>(b, wanted.hessian + lane);
            } else {
                stream_components<U>(b, wanted.score != nullptr, largest, sum);
            }
            for (int v = 0; v < U; ++v) {
                if (wanted.log_density) {
                    hn::Store(simd::log_density_of<Real>(largest[v], sum[v]), Tag<Real>(),
                              wanted.log_density + lane + v * n_);
                }
                for (int i = 0; wanted.score && i < t_.dim; ++i) {
                    hn::Store(hn::Load(Tag<Real>(), b.score + at<U>(i, v)), Tag<Real>(),
                              wanted.score + static_cast<std::ptrdiff_t>(i) * block_size + lane + v * n_);
                }
            }
        });
    }

    /// H v = sum r (g - s)((g - s) . v) - sum r P v.
    void hessian_vector_block(Block<const Real> x, Block<const Real> v, Block<Real> out) const override {
        Scratch frame;
        const Buffers b(frame, t_.dim, t_.size, t_.size);
        Real* vector = frame.take<Real>(static_cast<std::size_t>(t_.dim) * 2 * n_);
        simd::for_stripes<Real>(x.lanes(), [&](auto u, int lane) {
            constexpr int U = u.value;
            const Tag<Real> d;
            copy_in<U>(x, lane, b.x);
            copy_in<U>(v, lane, vector);
            Vec<Real> largest[U], sum[U];
            all_components<U>(b, largest, sum);
            Real* product = b.x;  // the positions are not needed any more
            std::fill_n(product, static_cast<std::size_t>(t_.dim) * U * n_, Real(0));
            for (int c = 0; c < t_.size; ++c) {
                multiply<Real, U>(inverse(c), vector, b.offset, t_.dim);
                for (int w = 0; w < U; ++w) {
                    const Real* g = component<U>(b, c);
                    const auto r = hn::Load(d, b.logits + at<U>(c, w));
                    auto dot = hn::Zero(d);
                    for (int i = 0; i < t_.dim; ++i) {
                        dot =
                            hn::MulAdd(hn::Load(d, g + at<U>(i, w)), hn::Load(d, vector + at<U>(i, w)), dot);
                    }
                    for (int i = 0; i < t_.dim; ++i) {
                        const auto pull = hn::MulSub(hn::Load(d, g + at<U>(i, w)), dot,
                                                     hn::Load(d, b.offset + at<U>(i, w)));
                        hn::Store(hn::MulAdd(r, pull, hn::Load(d, product + at<U>(i, w))), d,
                                  product + at<U>(i, w));
                    }
                }
            }
            for (int i = 0; i < t_.dim; ++i) {
                for (int w = 0; w < U; ++w) {
                    hn::Store(hn::Load(d, product + at<U>(i, w)), d, out.row(i) + lane + w * n_);
                }
            }
        });
    }

private:
    static constexpr int n_ = width<Real>;

    /// Stripes [row][U vectors]: positions, offset from a component's mean, P offset of one or all
    /// components, score.
    struct Buffers {
        Buffers(Scratch& frame, int dim, int n_products, int size)
            : x(frame.take<Real>(static_cast<std::size_t>(dim) * 2 * n_)),
              offset(frame.take<Real>(static_cast<std::size_t>(dim) * 2 * n_)),
              product(frame.take<Real>(static_cast<std::size_t>(n_products) * dim * 2 * n_)),
              score(frame.take<Real>(static_cast<std::size_t>(dim) * 2 * n_)),
              logits(frame.take<Real>(static_cast<std::size_t>(size) * 2 * n_)) {}
        Real *x, *offset, *product, *score, *logits;
    };

    template <int U>
    static constexpr std::ptrdiff_t at(int row, int u) {
        return (static_cast<std::ptrdiff_t>(row) * U + u) * n_;
    }
    template <int U>
    Real* component(const Buffers& b, int c) const {
        return b.product + static_cast<std::ptrdiff_t>(c) * t_.dim * U * n_;
    }
    const Real* inverse(int c) const {
        return t_.inverse.data() + static_cast<std::ptrdiff_t>(c) * t_.dim * t_.dim;
    }

    template <int U>
    HWY_INLINE void copy_in(Block<const Real> from, int lane, Real* to) const {
        for (int i = 0; i < t_.dim; ++i) {
            for (int u = 0; u < U; ++u) {
                hn::Store(hn::Load(Tag<Real>(), from.row(i) + lane + u * n_), Tag<Real>(), to + at<U>(i, u));
            }
        }
    }

    /// product = P_c (x - m_c) and the component's logit in base two.
    template <int U>
    HWY_INLINE void component_of(const Buffers& b, int c, Real* product, Vec<Real>* logit) const {
        const Tag<Real> d;
        const Real* mean = t_.mean.data() + static_cast<std::ptrdiff_t>(c) * t_.dim;
        for (int i = 0; i < t_.dim; ++i) {
            const auto m = hn::Set(d, mean[i]);
            for (int u = 0; u < U; ++u) {
                hn::Store(hn::Sub(hn::Load(d, b.x + at<U>(i, u)), m), d, b.offset + at<U>(i, u));
            }
        }
        multiply<Real, U>(inverse(c), b.offset, product, t_.dim);
        // Two chains per vector hide the latency of the additions.
        Vec<Real> even[U], odd[U];
        for (int u = 0; u < U; ++u) {
            even[u] = odd[u] = hn::Zero(d);
        }
        for (int i = 0; i < t_.dim; ++i) {
            for (int u = 0; u < U; ++u) {
                Vec<Real>& chain = i % 2 ? odd[u] : even[u];
                chain = hn::MulAdd(hn::Load(d, b.offset + at<U>(i, u)), hn::Load(d, product + at<U>(i, u)),
                                   chain);
            }
        }
        for (int u = 0; u < U; ++u) {
            const auto half = hn::Set(d, static_cast<Real>(0.5 * simd::log2_e));
            logit[u] = hn::NegMulAdd(half, hn::Add(even[u], odd[u]), hn::Set(d, t_.peak[c]));
        }
    }

    /// One component after the other with running maximum: nothing is kept per component.
    template <int U>
    HWY_INLINE void stream_components(const Buffers& b, bool want_score, Vec<Real>* largest,
                                      Vec<Real>* sum) const {
        const Tag<Real> d;
        for (int u = 0; u < U; ++u) {
            largest[u] = hn::Set(d, hwy::LowestValue<Real>());
            sum[u] = hn::Zero(d);
        }
        if (want_score) {
            std::fill_n(b.score, static_cast<std::size_t>(t_.dim) * U * n_, Real(0));
        }
        for (int c = 0; c < t_.size; ++c) {
            Vec<Real> logit[U], keep[U], add[U];
            component_of<U>(b, c, b.product, logit);
            for (int u = 0; u < U; ++u) {
                const auto now = hn::Max(largest[u], logit[u]);
                keep[u] = simd::exp2_nonpositive<Real>(hn::Sub(largest[u], now));
                add[u] = simd::exp2_nonpositive<Real>(hn::Sub(logit[u], now));
                largest[u] = now;
                sum[u] = hn::MulAdd(sum[u], keep[u], add[u]);
            }
            for (int i = 0; want_score && i < t_.dim; ++i) {
                for (int u = 0; u < U; ++u) {
                    Real* s = b.score + at<U>(i, u);
                    const auto kept = hn::Mul(hn::Load(d, s), keep[u]);
                    hn::Store(hn::NegMulAdd(add[u], hn::Load(d, b.product + at<U>(i, u)), kept), d, s);
                }
            }
        }
        for (int u = 0; u < U; ++u) {
            const auto inverse_sum = hn::Div(hn::Set(d, Real(1)), sum[u]);
            for (int i = 0; want_score && i < t_.dim; ++i) {
                Real* s = b.score + at<U>(i, u);
                hn::Store(hn::Mul(inverse_sum, hn::Load(d, s)), d, s);
            }
        }
    }

    /// Keeps every component: logits become responsibilities, products become g_c - s, and the score is made.
    template <int U>
    HWY_INLINE void all_components(const Buffers& b, Vec<Real>* largest, Vec<Real>* sum) const {
        const Tag<Real> d;
        for (int u = 0; u < U; ++u) {
            largest[u] = hn::Set(d, hwy::LowestValue<Real>());
        }
        for (int c = 0; c < t_.size; ++c) {
            Vec<Real> logit[U];
            component_of<U>(b, c, component<U>(b, c), logit);
            for (int u = 0; u < U; ++u) {
                largest[u] = hn::Max(largest[u], logit[u]);
                hn::Store(logit[u], d, b.logits + at<U>(c, u));
            }
        }
        simd::normalise_logits<Real, U>(b.logits, t_.size, largest, sum);
        for (int i = 0; i < t_.dim; ++i) {
            for (int u = 0; u < U; ++u) {
                auto s = hn::Zero(d);
                for (int c = 0; c < t_.size; ++c) {
                    s = hn::NegMulAdd(hn::Load(d, b.logits + at<U>(c, u)),
                                      hn::Load(d, component<U>(b, c) + at<U>(i, u)), s);
                }
                hn::Store(s, d, b.score + at<U>(i, u));
                for (int c = 0; c < t_.size; ++c) {
                    Real* g = component<U>(b, c) + at<U>(i, u);
                    hn::Store(hn::Neg(hn::Add(hn::Load(d, g), s)), d, g);
                }
            }
        }
    }

    /// H = sum r (g - s)(g - s)^T - sum r P.
    template <int U>
    void hessian_of(const Buffers& b, Real* out) const {
        simd::outer_products<Real, U>(t_.dim, t_.size, b.logits, b.product, out, [&](int c, int i, int j) {
            return t_.rows[(static_cast<std::ptrdiff_t>(c) * t_.dim + i) * t_.dim + j];
        });
    }

    FullTable<Real> t_;
};

}  // namespace

template <class Real>
std::shared_ptr<const Density<Real>> make_full_density(const Mixture& mixture) {
    return std::make_shared<FullMixture<Real>>(mixture);
}

template std::shared_ptr<const Density<float>> make_full_density<float>(const Mixture&);
template std::shared_ptr<const Density<double>> make_full_density<double>(const Mixture&);

}  // namespace tempera
