// SPDX-License-Identifier: MIT
// Internal to this folder: the two vectorised mixture kernels and what they share.
#pragma once

#include <cmath>
#include <cstddef>
#include <memory>
#include <numbers>

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
    return hn::IfThenElse(hn::Le(largest, lowest), hn::Set(d, static_cast<Real>(-std::numeric_limits<double>::infinity())), value);
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

/// Runs stripe(integral_constant U, first lane) over the lanes, two vectors at a time and one where one is left.
template <class Real, class Stripe>
HWY_INLINE void for_stripes(int lanes, Stripe stripe) {
    constexpr int n = width<Real>;
    int lane = 0;
    for (; lane + 2 * n <= lanes; lane += 2 * n) {
        stripe(std::integral_constant<int, 2>(), lane);
    }
    for (; lane < lanes; lane += n) {
        stripe(std::integral_constant<int, 1>(), lane);
    }
}

}  // namespace simd

}  // namespace tempera
