// SPDX-License-Identifier: MIT
// Internal to this folder: the two vectorised mixture kernels and what they share.
#pragma once

#include <cmath>
#include <cstddef>
#include <memory>
#include <numbers>
#include <type_traits>

#include "targets/mixture.hpp"
#include "targets/simd_math.hpp"

namespace tempera {

/// Isotropic and diagonal components.
template <class Real>
std::shared_ptr<const Density<Real>> make_axis_density(const Mixture& mixture);
/// Components with full covariances.
template <class Real>
std::shared_ptr<const Density<Real>> make_full_density(const Mixture& mixture);

namespace simd {

/// log2(e): logits are kept in base two, so that the exponential needs no range reduction.
inline constexpr double log2_e = std::numbers::log2e;

/// log w_c - d/2 log 2 pi - 1/2 log det S_c + log Z, in base two.
inline double log2_peak(const Mixture::Component& c, double log_z) {
    const double d = static_cast<double>(c.mean.size());
    const double log_det = c.eigenvalues.array().log().sum();
    return log2_e * (std::log(c.weight) - 0.5 * (d * std::log(2 * std::numbers::pi) + log_det) + log_z);
}

/// log sum_c 2^l_c from the largest l_c and sum_c 2^(l_c - max); -infinity where every l_c overflowed.
template <class Real>
HWY_INLINE Vec<Real> log_density_of(Vec<Real> largest, Vec<Real> sum) {
    const Tag<Real> d;
    const auto lowest = hn::Set(d, hwy::LowestValue<Real>());
    const auto value = hn::MulAdd(largest, hn::Set(d, static_cast<Real>(std::numbers::ln2)), hn::Log(d, sum));
    return hn::IfThenElse(hn::Le(largest, lowest),
                          hn::Set(d, static_cast<Real>(-std::numeric_limits<double>::infinity())), value);
}

/// Turns logits [c][U vectors] into responsibilities in place; sum is that of the exponentials.
template <class Real, int U>
HWY_INLINE void normalise_logits(Real* logits, int n_components, const Vec<Real>* largest, Vec<Real>* sum) {
    const Tag<Real> d;
    constexpr int n = width<Real>;
    for (int u = 0; u < U; ++u) {
        sum[u] = hn::Zero(d);
    }
    for (int c = 0; c < n_components; ++c) {
        for (int u = 0; u < U; ++u) {
            Real* at = logits + (static_cast<std::ptrdiff_t>(c) * U + u) * n;
            const auto e = exp2_nonpositive<Real>(hn::Sub(hn::Load(d, at), largest[u]));
            sum[u] = hn::Add(sum[u], e);
            hn::Store(e, d, at);
        }
    }
    for (int u = 0; u < U; ++u) {
        const auto inverse = hn::Div(hn::Set(d, Real(1)), sum[u]);
        for (int c = 0; c < n_components; ++c) {
            Real* at = logits + (static_cast<std::ptrdiff_t>(c) * U + u) * n;
            hn::Store(hn::Mul(inverse, hn::Load(d, at)), d, at);
        }
    }
}

/// out_ij = sum_c r_c (g_ci g_cj - matrix(c, i, j)), symmetric, for responsibilities r [c][U vectors] and g
/// [c][dim][U vectors]; rows of out have block_size lanes. Four columns at a time share the loads of row i.
template <class Real, int U, class Matrix>
void outer_products(int dim, int n_components, const Real* r, const Real* g, Real* out, Matrix matrix) {
    const Tag<Real> d;
    constexpr int n = width<Real>, columns = 4;
    const auto at = [&](int c, int i, int u) {
        return g + ((static_cast<std::ptrdiff_t>(c) * dim + i) * U + u) * n;
    };
    const auto columns_of = [&](auto count, int i, int j) {
        constexpr int m = count.value;
        Vec<Real> h[m][U];
        for (int k = 0; k < m; ++k) {
            for (int u = 0; u < U; ++u) {
                h[k][u] = hn::Zero(d);
            }
        }
        for (int c = 0; c < n_components; ++c) {
            for (int u = 0; u < U; ++u) {
                const auto weight = hn::Load(d, r + (static_cast<std::ptrdiff_t>(c) * U + u) * n);
                const auto left = hn::Mul(weight, hn::Load(d, at(c, i, u)));
                for (int k = 0; k < m; ++k) {
                    h[k][u] = hn::MulAdd(left, hn::Load(d, at(c, j + k, u)), h[k][u]);
                    h[k][u] = hn::NegMulAdd(weight, hn::Set(d, matrix(c, i, j + k)), h[k][u]);
                }
            }
        }
        for (int k = 0; k < m; ++k) {
            for (int u = 0; u < U; ++u) {
                hn::Store(h[k][u], d,
                          out + (static_cast<std::ptrdiff_t>(i) * dim + j + k) * block_size + u * n);
                hn::Store(h[k][u], d,
                          out + (static_cast<std::ptrdiff_t>(j + k) * dim + i) * block_size + u * n);
            }
        }
    };
    for (int i = 0; i < dim; ++i) {
        int j = 0;
        for (; j + columns <= i + 1; j += columns) {
            columns_of(std::integral_constant<int, columns>(), i, j);
        }
        for (; j <= i; ++j) {
            columns_of(std::integral_constant<int, 1>(), i, j);
        }
    }
}

}  // namespace simd

}  // namespace tempera
