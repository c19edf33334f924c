// SPDX-License-Identifier: MIT
// Rows come in chunks of 64, lanes in stripes of two vectors: what a stripe accumulates over a chunk stays in
// the first-level cache. The Hessian is a product, too: of the slopes p (1 - p) with the pairs a_i a_j of a
// row's entries, which all lanes share.
#include "targets/logistic/logistic_likelihood.hpp"

#include <algorithm>
#include <numbers>

#include "core/scratch.hpp"
#include "targets/tiled_matrix.hpp"

namespace tempera {

namespace {

namespace hn = simd::hn;
using simd::Tag;
using simd::tile_rows;
using simd::Vec;
using simd::width;

/// 2^64, the largest product of a chunk's 1 + exp(-|u|), is a number in float32.
constexpr int chunk_tiles = 8, chunk_rows = chunk_tiles * tile_rows;
/// Pairs whose sums are kept at a time.
constexpr int pair_group = 32;

/// 1 / x for x in [1, 2].
template <class Real>
HWY_INLINE Vec<Real> reciprocal(Vec<Real> x) {
    const Tag<Real> d;
    if constexpr (sizeof(Real) == 4) {  // a step of Newton's: division would take longer than the exponential
        const auto r = hn::ApproximateReciprocal(x);
        return hn::Mul(r, hn::NegMulAdd(x, r, hn::Set(d, Real(2))));
    } else {
        return hn::Div(hn::Set(d, Real(1)), x);
    }
}

/// The logistic function of u log 2.
template <class Real>
struct Logistic {
    Vec<Real> factor;       ///< 1 + 2^-|u|
    Vec<Real> probability;  ///< 1 / (1 + 2^-u)
    Vec<Real> slope;        ///< probability (1 - probability)

    HWY_INLINE explicit Logistic(Vec<Real> u) {
        const Tag<Real> d;
        const auto e = simd::exp2_nonpositive<Real>(hn::Or(u, hn::Set(d, Real(-0.0))));
        factor = hn::Add(hn::Set(d, Real(1)), e);
        const auto larger = reciprocal<Real>(factor), smaller = hn::Mul(e, larger);
        probability = hn::IfThenElse(hn::Lt(u, hn::Zero(d)), smaller, larger);
        slope = hn::Mul(smaller, larger);
    }
};

template <class Real, int U>
HWY_INLINE void clear(Vec<Real> (&value)[tile_rows][U]) {
    for (auto& row : value) {
        for (auto& v : row) {
            v = hn::Zero(Tag<Real>());
        }
    }
}

/// row [lanes of a stripe] -= sum [U vectors]
template <class Real, int U>
HWY_INLINE void subtract(const Real* sum, Real* row) {
    const Tag<Real> d;
    for (int u = 0; u < U; ++u) {
        Real* at = row + u * width<Real>;
        hn::Store(hn::Sub(hn::Load(d, at), hn::Load(d, sum + u * width<Real>)), d, at);
    }
}

template <class Real>
void zero_rows(Real* rows, int n_rows, int lanes) {
    for (int i = 0; rows && i < n_rows; ++i) {
        std::fill_n(rows + static_cast<std::ptrdiff_t>(i) * block_size, lanes, Real(0));
    }
}

constexpr double log2_e = std::numbers::log2e;

}  // namespace

template <class Real>
struct LogisticLikelihood<Real>::Passes {
    static constexpr int n = width<Real>;

    simd::TiledMatrix<Real> a;
    int dim, n_pairs;

    explicit Passes(const LogisticRows& rows)
        : a(static_cast<int>(rows.rows()), static_cast<int>(rows.cols()),
            [&](int i, int j) { return rows(i, j); }),
          dim(a.columns), n_pairs(dim * (dim + 1) / 2) {}

    /// Stripes one after another, [dim][U vectors] each, times a factor.
    const Real* packed(Scratch& frame, Block<const Real> x, double factor) const {
        Real* out = frame.take<Real>(static_cast<std::size_t>(dim) * block_size);
        simd::for_stripes<Real>(x.lanes(), [&](auto u, int lane) {
            const Tag<Real> d;
            Real* to = out + static_cast<std::ptrdiff_t>(lane) * dim;
            for (int i = 0; i < dim; ++i) {
                for (int v = 0; v < u.value; ++v, to += n) {
                    const auto from = hn::Load(d, x.row(i) + lane + v * n);
                    hn::Store(hn::Mul(from, hn::Set(d, static_cast<Real>(factor))), d, to);
                }
            }
        });
        return out;
    }
    const Real* stripe(const Real* packed_rows, int lane) const {
        return packed_rows + static_cast<std::ptrdiff_t>(lane) * dim;
    }

    /// Calls chunk(first tile, one past the last) over all rows.
    template <class Chunk>
    void for_chunks(Chunk chunk) const {
        for (int first = 0; first < a.n_tiles(); first += chunk_tiles) {
            chunk(first, std::min(first + chunk_tiles, a.n_tiles()));
        }
    }

    /// Pairs a_i a_j with i <= j of a chunk's rows, [tiles][n_pairs][8].
    void multiply_pairs(int first, int last, Real* out) const {
        for (int t = first; t < last; ++t) {
            const Real* tile = a.tile(t);
            for (int i = 0; i < dim; ++i) {
                for (int j = i; j < dim; ++j, out += tile_rows) {
                    for (int r = 0; r < tile_rows; ++r) {
                        out[r] = tile[i * tile_rows + r] * tile[j * tile_rows + r];
                    }
                }
            }
        }
    }

    struct Work {
        const Real* x;          ///< packed coefficients, times log2 e
        Real* softplus;         ///< [lanes], of a chunk in units of log 2
        Real* sum;              ///< [dim or pair_group][U vectors]
        const Real* pairs;      ///< of the chunk
        Real* slope = nullptr;  ///< [chunk_rows][U vectors]
    };

    template <int U>
    HWY_INLINE void evaluate_chunk(int first, int last, int lane, const Work& work, const Wanted& w) const {
        const Tag<Real> d;
        Vec<Real> largest[U], product[U];
        for (int u = 0; u < U; ++u) {
            largest[u] = hn::Zero(d), product[u] = hn::Set(d, Real(1));
        }
        if (w.score) {
            std::fill_n(work.sum, dim * U * n, Real(0));
        }
        Real* slope = work.slope;
        for (int t = first; t < last; ++t) {
            Vec<Real> value[tile_rows][U];
            clear<Real, U>(value);
            simd::add_tile_product<Real, U>(a.tile(t), dim, stripe(work.x, lane), value);
#pragma GCC unroll 8
            for (int r = 0; r < tile_rows; ++r) {
#pragma GCC unroll 2
                for (int u = 0; u < U; ++u) {
                    // The order matters for NaN: x86's maximum returns the second operand then.
                    largest[u] = hn::Add(largest[u], hn::Max(hn::Zero(d), value[r][u]));
                    const Logistic<Real> f(value[r][u]);
                    product[u] = hn::Mul(product[u], f.factor);
                    value[r][u] = f.probability;
                    if (slope) {
                        hn::Store(f.slope, d, slope);
                        slope += n;
                    }
                }
            }
            if (w.score) {
                simd::add_transposed_product<Real, U>(a.tile(t), dim, value, work.sum);
            }
        }
        for (int u = 0; u < U; ++u) {
            hn::Store(hn::Add(largest[u], hn::Log2(d, product[u])), d, work.softplus + lane + u * n);
        }
        for (int i = 0; w.score && i < dim; ++i) {
            subtract<Real, U>(work.sum + i * U * n,
                              w.score + static_cast<std::ptrdiff_t>(i) * block_size + lane);
        }
        if (w.hessian) {
            subtract_pairs<U>(last - first, work, w.hessian_dim, w.hessian + lane);
        }
    }

    /// Upper triangle of the Hessian: minus slopes times pairs.
    template <int U>
    HWY_INLINE void subtract_pairs(int n_tiles, const Work& work, int hessian_dim, Real* hessian) const {
        const Tag<Real> d;
        int i = 0, j = 0;
        for (int pair = 0; pair < n_pairs; pair += pair_group) {
            const int count = std::min(pair_group, n_pairs - pair);
            std::fill_n(work.sum, count * U * n, Real(0));
            const Real* slope = work.slope;
            for (int t = 0; t < n_tiles; ++t) {
                Vec<Real> value[tile_rows][U];
                for (auto& row : value) {
                    for (auto& v : row) {
                        v = hn::Load(d, slope);
                        slope += n;
                    }
                }
                const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(t) * n_pairs + pair;
                simd::add_transposed_product<Real, U>(work.pairs + at * tile_rows, count, value, work.sum);
            }
            for (int k = 0; k < count; ++k) {
                subtract<Real, U>(work.sum + k * U * n,
                                  hessian + (static_cast<std::ptrdiff_t>(i) * hessian_dim + j) * block_size);
                j = j + 1 < dim ? j + 1 : ++i;
            }
        }
    }

    template <int U>
    HWY_INLINE void product_chunk(int first, int last, int lane, const Real* x, const Real* v, Real* sum,
                                  Real* out) const {
        std::fill_n(sum, dim * U * n, Real(0));
        for (int t = first; t < last; ++t) {
            Vec<Real> value[tile_rows][U], along[tile_rows][U];
            clear<Real, U>(value), clear<Real, U>(along);
            simd::add_tile_product<Real, U>(a.tile(t), dim, stripe(x, lane), value);
            for (auto& row : value) {
                for (auto& u : row) {
                    u = Logistic<Real>(u).slope;
                }
            }
            simd::add_tile_product<Real, U>(a.tile(t), dim, stripe(v, lane), along);
            for (int r = 0; r < tile_rows; ++r) {
                for (int u = 0; u < U; ++u) {
                    value[r][u] = hn::Mul(value[r][u], along[r][u]);
                }
            }
            simd::add_transposed_product<Real, U>(a.tile(t), dim, value, sum);
        }
        for (int i = 0; i < dim; ++i) {
            subtract<Real, U>(sum + i * U * n, out + static_cast<std::ptrdiff_t>(i) * block_size + lane);
        }
    }

    Real* take_sums(Scratch& frame) const {
        return frame.take<Real>(static_cast<std::size_t>(std::max(dim, pair_group)) * 2 * n);
    }
};

template <class Real>
LogisticLikelihood<Real>::LogisticLikelihood(const LogisticRows& rows)
    : passes_(std::make_unique<const Passes>(rows)) {}
template <class Real>
LogisticLikelihood<Real>::~LogisticLikelihood() = default;
template <class Real>
int LogisticLikelihood<Real>::dim() const {
    return passes_->dim;
}
template <class Real>
int LogisticLikelihood<Real>::n_rows() const {
    return passes_->a.rows;
}

template <class Real>
void LogisticLikelihood<Real>::evaluate(Block<const Real> x, const Wanted& w) const {
    const Passes& p = *passes_;
    const int lanes = x.lanes();
    Scratch frame;
    Real* pairs = w.hessian ? frame.take<Real>(static_cast<std::size_t>(p.n_pairs) * chunk_rows) : nullptr;
    double* softplus = frame.take<double>(block_size);
    const typename Passes::Work work{
        p.packed(frame, x, log2_e), frame.take<Real>(block_size), p.take_sums(frame), pairs,
        w.hessian ? frame.take<Real>(chunk_rows * 2 * static_cast<std::size_t>(Passes::n)) : nullptr};
    // A missing row of the last tile adds softplus(0), that is one.
    std::fill_n(softplus, lanes, static_cast<double>(p.a.rows - p.a.n_tiles() * tile_rows));
    zero_rows(w.score, p.dim, lanes);
    zero_rows(w.hessian, w.hessian_dim * w.hessian_dim, lanes);
    p.for_chunks([&](int first, int last) {
        if (w.hessian) {
            p.multiply_pairs(first, last, pairs);
        }
        simd::for_stripes<Real>(
            lanes, [&](auto u, int lane) { p.template evaluate_chunk<u.value>(first, last, lane, work, w); });
        for (int lane = 0; lane < lanes; ++lane) {
            softplus[lane] += static_cast<double>(work.softplus[lane]);
        }
    });
    for (int lane = 0; w.log_likelihood && lane < lanes; ++lane) {
        w.log_likelihood[lane] = -std::numbers::ln2 * softplus[lane];
    }
    for (int i = 0; w.hessian && i < p.dim; ++i) {
        for (int j = 0; j < i; ++j) {
            const auto at = [&](int row, int column) {
                return w.hessian + (static_cast<std::ptrdiff_t>(row) * w.hessian_dim + column) * block_size;
            };
            std::copy_n(at(j, i), lanes, at(i, j));
        }
    }
}

template <class Real>
void LogisticLikelihood<Real>::hessian_vector(Block<const Real> x, Block<const Real> v,
                                              Block<Real> out) const {
    const Passes& p = *passes_;
    Scratch frame;
    const Real* packed = p.packed(frame, x, log2_e);
    const Real* along = p.packed(frame, v, 1);
    Real* sum = p.take_sums(frame);
    zero_rows(out.data, p.dim, x.lanes());
    p.for_chunks([&](int first, int last) {
        simd::for_stripes<Real>(x.lanes(), [&](auto u, int lane) {
            p.template product_chunk<u.value>(first, last, lane, packed, along, sum, out.data);
        });
    });
}

template <class Real>
void LogisticLikelihood<Real>::count_correct(Block<const Real> x, double* out) const {
    const Passes& p = *passes_;
    const Tag<Real> d;
    Scratch frame;
    const Real* packed = p.packed(frame, x, 1);
    Real* count = frame.take<Real>(block_size);
    std::fill_n(out, x.lanes(), 0.0);
    p.for_chunks([&](int first, int last) {
        simd::for_stripes<Real>(x.lanes(), [&](auto stripe, int lane) {
            constexpr int U = stripe.value;
            std::fill_n(count + lane, U * Passes::n, Real(0));
            for (int t = first; t < last; ++t) {
                Vec<Real> value[tile_rows][U];
                clear<Real, U>(value);
                simd::add_tile_product<Real, U>(p.a.tile(t), p.dim, p.stripe(packed, lane), value);
                for (const auto& row : value) {
                    for (int u = 0; u < U; ++u) {
                        Real* at = count + lane + u * Passes::n;
                        const auto one = hn::IfThenElseZero(hn::Lt(row[u], hn::Zero(d)), hn::Set(d, Real(1)));
                        hn::Store(hn::Add(hn::Load(d, at), one), d, at);
                    }
                }
            }
        });
        for (int lane = 0; lane < x.lanes(); ++lane) {
            out[lane] += static_cast<double>(count[lane]);
        }
    });
}

template class LogisticLikelihood<float>;
template class LogisticLikelihood<double>;

}  // namespace tempera
