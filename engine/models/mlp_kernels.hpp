// SPDX-License-Identifier: MIT
// Internal to this folder: the activation, beside the products of targets/tiled_matrix.hpp.
#pragma once

#include "targets/tiled_matrix.hpp"

namespace tempera::simd {

/// 1 / (1 + exp(-z))
template <class Real>
HWY_INLINE Vec<Real> sigmoid(Vec<Real> z) {
    const Tag<Real> d;
    const auto one = hn::Set(d, Real(1));
    const auto e =
        exp2_nonpositive<Real>(hn::Mul(hn::Abs(z), hn::Set(d, static_cast<Real>(-1.4426950408889634))));
    const auto inverse = hn::Div(one, hn::Add(one, e));
    return hn::IfThenElse(hn::Ge(z, hn::Zero(d)), inverse, hn::Mul(e, inverse));
}

/// SiLU and its first two derivatives.
template <class Real>
struct Silu {
    Vec<Real> value, first, second;
    HWY_INLINE explicit Silu(Vec<Real> z) {
        const Tag<Real> d;
        const auto one = hn::Set(d, Real(1));
        const auto s = sigmoid<Real>(z), slope = hn::Mul(s, hn::Sub(one, s));
        value = hn::Mul(z, s);
        first = hn::MulAdd(z, slope, s);
        // s' (2 + z (1 - 2 s))
        second =
            hn::Mul(slope, hn::MulAdd(z, hn::NegMulAdd(hn::Set(d, Real(2)), s, one), hn::Set(d, Real(2))));
    }
};

}  // namespace tempera::simd
