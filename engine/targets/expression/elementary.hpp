// SPDX-License-Identifier: MIT
// Elementary functions of vectors for every argument: infinities, NaN and large angles as IEEE 754 wants
// them. Highway's are right and fast on a range. Only .cpp files include it.
#pragma once

#include <cmath>

#include "targets/simd_math.hpp"

namespace tempera::simd {

/// Highway's polynomials reduce angles up to here (its header says 39000).
inline constexpr double largest_angle = 30'000;

/// f lane by lane, by the C library.
template <class Real, class F>
HWY_NOINLINE Vec<Real> each_lane(Vec<Real> x, F f) {
    const Tag<Real> d;
    alignas(64) Real lane[width<Real>];
    hn::Store(x, d, lane);
    for (Real& v : lane) {
        v = f(v);
    }
    return hn::Load(d, lane);
}

/// Results below the smallest normal number are 0: arithmetic with what is smaller takes a hundred times
/// longer.
template <class Real>
HWY_INLINE Vec<Real> exp_of(Vec<Real> x) {
    const Tag<Real> d;
    constexpr Real overflow = sizeof(Real) == 4 ? Real(100) : Real(720),
                   underflow = sizeof(Real) == 4 ? Real(-87.3) : Real(-708.3);
    Vec<Real> value = hn::Exp(d, hn::Min(hn::Max(x, hn::Set(d, underflow)), hn::Set(d, overflow)));
    value = hn::IfThenElseZero(hn::Ge(x, hn::Set(d, underflow)), value);
    return hn::IfThenElse(hn::IsNaN(x), x, value);
}

template <class Real>
HWY_INLINE Vec<Real> log_of(Vec<Real> x) {
    const Tag<Real> d;
    constexpr Real inf = std::numeric_limits<Real>::infinity();
    const Vec<Real> zero = hn::Zero(d);
    Vec<Real> out =
        hn::IfThenElse(hn::Lt(x, hn::Set(d, inf)), hn::Log(d, x), x);  // of infinity and NaN: itself
    out = hn::IfThenElse(hn::Eq(x, zero), hn::Set(d, -inf), out);
    return hn::IfThenElse(hn::Lt(x, zero), hn::Set(d, std::numeric_limits<Real>::quiet_NaN()), out);
}

template <class Real>
HWY_INLINE bool has_small_angles(Vec<Real> x) {
    const Tag<Real> d;
    return hn::AllTrue(d, hn::Lt(hn::Abs(x), hn::Set(d, static_cast<Real>(largest_angle))));
}

template <class Real>
HWY_INLINE Vec<Real> sin_of(Vec<Real> x) {
    return HWY_LIKELY(has_small_angles<Real>(x)) ? hn::Sin(Tag<Real>(), x)
                                                 : each_lane<Real>(x, [](Real v) { return std::sin(v); });
}

template <class Real>
HWY_INLINE Vec<Real> cos_of(Vec<Real> x) {
    return HWY_LIKELY(has_small_angles<Real>(x)) ? hn::Cos(Tag<Real>(), x)
                                                 : each_lane<Real>(x, [](Real v) { return std::cos(v); });
}

template <class Real>
HWY_INLINE Vec<Real> tan_of(Vec<Real> x) {
    return hn::Div(sin_of<Real>(x), cos_of<Real>(x));
}

template <class Real>
HWY_INLINE Vec<Real> tanh_of(Vec<Real> x) {
    const Tag<Real> d;
    constexpr Real flat = 20;  // 1 to the last bit
    const Vec<Real> near = hn::Min(hn::Max(x, hn::Set(d, -flat)), hn::Set(d, flat));
    return hn::IfThenElse(hn::IsNaN(x), x, hn::Tanh(d, near));
}

/// NaN where either is: x86's own minimum forgets the first.
template <class Real>
HWY_INLINE Vec<Real> min_of(Vec<Real> a, Vec<Real> b) {
    return hn::IfThenElse(hn::IsNaN(a), a, hn::Min(a, b));
}

template <class Real>
HWY_INLINE Vec<Real> max_of(Vec<Real> a, Vec<Real> b) {
    return hn::IfThenElse(hn::IsNaN(a), a, hn::Max(a, b));
}

}  // namespace tempera::simd
