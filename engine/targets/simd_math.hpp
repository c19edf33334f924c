// SPDX-License-Identifier: MIT
// Vector helpers of the mixture kernels: lanes are particles. Compiled for the instruction set of the build
// (Highway's static dispatch), so only .cpp files include it.
#pragma once

// One instruction set, the build's: Highway 1.0.3 does not even compile otherwise where -march=native names
// more than its newest target.
#ifndef HWY_COMPILE_ONLY_STATIC
#define HWY_COMPILE_ONLY_STATIC
#endif
#include <hwy/contrib/math/math-inl.h>
#include <type_traits>

#include <hwy/highway.h>

#include "core/block.hpp"

namespace tempera::simd {

namespace hn = hwy::HWY_NAMESPACE;

template <class Real>
using Tag = hn::ScalableTag<Real>;
template <class Real>
using Vec = hn::Vec<Tag<Real>>;
template <class Real>
inline constexpr int width = static_cast<int>(hn::MaxLanes(Tag<Real>()));

/// Exponents below this are raised to it: 2^-126 and 2^-1022 vanish beside the largest term, which is 1, and
/// keep -infinity from turning into NaN.
template <class Real>
inline constexpr Real smallest_exponent = sizeof(Real) == 4 ? Real(-126) : Real(-1022);

/// 2^r for r in [0, 1): polynomials with p(0) = 1 exactly; relative error 5e-9 (f32) and 9e-18 (f64) before
/// rounding.
template <class Real>
HWY_INLINE Vec<Real> exp2_fraction(Vec<Real> r) {
    const Tag<Real> d;
    constexpr double single[] = {0.6931471708649766,   0.24022720418109816,   0.05549602356402293,
                                 0.009652195056014735, 0.0012692166069140853, 0.00020817915043540744};
    constexpr double twice[] = {0.6931471805599453,     0.24022650695909673,    0.05550410866498067,
                                0.009618129105151757,   0.001333355834393728,   0.00015403521219107733,
                                1.5252998899728418e-05, 1.3210583477765189e-06, 1.0236023803275179e-07,
                                6.634445866251414e-09,  6.123092916826388e-10};
    constexpr int n = sizeof(Real) == 4 ? 6 : 11;
    const double* c = sizeof(Real) == 4 ? single : twice;
    Vec<Real> p = hn::Set(d, static_cast<Real>(c[n - 1]));
    for (int i = n - 2; i >= 0; --i) {
        p = hn::MulAdd(p, r, hn::Set(d, static_cast<Real>(c[i])));
    }
    return hn::MulAdd(p, r, hn::Set(d, Real(1)));
}

/// 2^t for t <= 0 (t may be -infinity; NaN stays NaN).
template <class Real>
HWY_INLINE Vec<Real> exp2_nonpositive(Vec<Real> t) {
    const Tag<Real> d;
    // The order of the operands matters: x86's maximum returns the second one when either is NaN.
    t = hn::Max(hn::Set(d, smallest_exponent<Real>), t);
#if HWY_TARGET <= HWY_AVX3 && HWY_ARCH_X86
    if constexpr (sizeof(Real) == 4) {
        const Vec<Real> p = exp2_fraction<Real>(Vec<Real>{_mm512_reduce_ps(t.raw, 0x09)});
        return Vec<Real>{_mm512_scalef_ps(p.raw, t.raw)};
    } else {
        const Vec<Real> p = exp2_fraction<Real>(Vec<Real>{_mm512_reduce_pd(t.raw, 0x09)});
        return Vec<Real>{_mm512_scalef_pd(p.raw, t.raw)};
    }
#else
    const hn::RebindToSigned<Tag<Real>> di;
    constexpr int mantissa = sizeof(Real) == 4 ? 23 : 52, bias = sizeof(Real) == 4 ? 127 : 1023;
    const Vec<Real> whole = hn::Floor(t);
    const auto exponent = hn::Add(hn::ConvertTo(di, whole), hn::Set(di, bias));
    const Vec<Real> power = hn::BitCast(d, hn::ShiftLeft<mantissa>(exponent));
    const Vec<Real> value = hn::Mul(exp2_fraction<Real>(hn::Sub(t, whole)), power);
    return hn::IfThenElse(hn::IsNaN(t), t, value);
#endif
}

/// Runs stripe(integral_constant U, first lane) over the lanes, two vectors at a time and one where one is
/// left.
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

}  // namespace tempera::simd
