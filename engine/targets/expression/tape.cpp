// SPDX-License-Identifier: MIT
#include "targets/expression/tape.hpp"

#include "core/scratch.hpp"
#include "targets/expression/elementary.hpp"

namespace tempera::formula {

namespace {

using simd::Tag;
using simd::Vec;
namespace hn = simd::hn;

/// Where an operand's lanes are; constants are one vector, read again and again.
template <class Real>
struct Place {
    Real* lanes = nullptr;
    std::ptrdiff_t step = 0;
};

/// out = f(operands), for a function of vectors with as many operands as it takes.
template <class Real, class F>
HWY_INLINE void for_lanes(const Place<Real>* in, const Instruction& i, int lanes, F f) {
    const Tag<Real> d;
    Real* out = in[i.out].lanes;
    const auto operand = [&](std::size_t k) { return i.in[k] < 0 ? Place<Real>{} : in[i.in[k]]; };
    Place<Real> a = operand(0), b = operand(1), c = operand(2);
    for (int lane = 0; lane < lanes; lane += simd::width<Real>) {
        const Vec<Real> x = hn::Load(d, a.lanes);
        a.lanes += a.step;
        if constexpr (std::is_invocable_v<F, Vec<Real>>) {
            hn::Store(f(x), d, out + lane);
        } else {
            const Vec<Real> y = hn::Load(d, b.lanes);
            b.lanes += b.step;
            if constexpr (std::is_invocable_v<F, Vec<Real>, Vec<Real>>) {
                hn::Store(f(x, y), d, out + lane);
            } else {
                hn::Store(f(x, y, hn::Load(d, c.lanes)), d, out + lane);
                c.lanes += c.step;
            }
        }
    }
}

template <class Real>
void execute(const Instruction& i, const Place<Real>* places, int lanes) {
    using V = Vec<Real>;
    const auto apply = [&](auto f) { for_lanes<Real>(places, i, lanes, f); };
    const Tag<Real> d;
    switch (i.code) {
    case Code::copy:
        return apply([](V a) { return a; });
    case Code::add:
        return apply([](V a, V b) { return hn::Add(a, b); });
    case Code::multiply:
        return apply([](V a, V b) { return hn::Mul(a, b); });
    case Code::multiply_add:
        return apply([](V a, V b, V c) { return hn::MulAdd(a, b, c); });
    case Code::reciprocal:
        return apply([d](V a) { return hn::Div(hn::Set(d, Real(1)), a); });
    case Code::square_root:
        return apply([](V a) { return hn::Sqrt(a); });
    case Code::exp:
        return apply([](V a) { return simd::exp_of<Real>(a); });
    case Code::log:
        return apply([](V a) { return simd::log_of<Real>(a); });
    case Code::abs:
        return apply([](V a) { return hn::Abs(a); });
    case Code::sin:
        return apply([](V a) { return simd::sin_of<Real>(a); });
    case Code::cos:
        return apply([](V a) { return simd::cos_of<Real>(a); });
    case Code::tan:
        return apply([](V a) { return simd::tan_of<Real>(a); });
    case Code::tanh:
        return apply([](V a) { return simd::tanh_of<Real>(a); });
    case Code::min:
        return apply([](V a, V b) { return simd::min_of<Real>(a, b); });
    case Code::max:
        return apply([](V a, V b) { return simd::max_of<Real>(a, b); });
    case Code::at_least:
        return apply([d](V a, V b) { return hn::IfThenElseZero(hn::Ge(a, b), hn::Set(d, Real(1))); });
    }
}

/// Lanes at a time for so many rows of temporaries.
template <class Real>
int strip_for(int n_rows) {
    constexpr std::size_t nearest_cache = 24 << 10;
    int lanes = block_size;
    while (lanes > 64 && static_cast<std::size_t>(n_rows * lanes) * sizeof(Real) > nearest_cache) {
        lanes /= 2;
    }
    return lanes;
}

}  // namespace

template <class Real>
Tape<Real>::Tape(Program program)
    : program_(std::move(program)), strip_(strip_for<Real>(program_.n_temporaries)),
      constants_(program_.constants.size() * simd::width<Real>) {
    for (std::size_t i = 0; i < constants_.size(); ++i) {
        constants_[i] = static_cast<Real>(program_.constants[i / simd::width<Real>]);
    }
}

template <class Real>
void Tape<Real>::run(Block<const Real> x, Block<const Real> direction, std::span<Real* const> outputs) const {
    constexpr int n = simd::width<Real>;
    Scratch frame;
    auto* places = frame.take<Place<Real>>(static_cast<std::size_t>(program_.n_places()));
    Real* temporaries = frame.take<Real>(static_cast<std::size_t>(program_.n_temporaries * strip_));
    for (int first = 0; first < x.lanes(); first += strip_) {
        Place<Real>* next = places;
        for (const Block<const Real>& rows : {x, direction}) {
            for (int i = 0; i < program_.dim; ++i) {  // read only, like the constants
                *next++ = {rows.data ? const_cast<Real*>(rows.row(i)) + first : nullptr, n};
            }
        }
        for (std::size_t i = 0; i < program_.constants.size(); ++i) {
            *next++ = {const_cast<Real*>(constants_.data()) + i * n, 0};
        }
        for (Real* row : outputs) {
            *next++ = {row + first, n};
        }
        for (int i = 0; i < program_.n_temporaries; ++i) {
            *next++ = {temporaries + static_cast<std::ptrdiff_t>(i) * strip_, n};
        }
        const int lanes = std::min(strip_, x.lanes() - first);
        for (const Instruction& i : program_.instructions) {
            execute<Real>(i, places, lanes);
        }
    }
}

template class Tape<float>;
template class Tape<double>;

}  // namespace tempera::formula
