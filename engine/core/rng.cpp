// SPDX-License-Identifier: MIT
#include "core/rng.hpp"

#include <cmath>
#include <numbers>

#include "core/simd.hpp"

namespace tempera {

namespace {

constexpr std::uint32_t multiplier_0 = 0xD2511F53u, multiplier_1 = 0xCD9E8D57u;
constexpr std::uint32_t weyl_0 = 0x9E3779B9u, weyl_1 = 0xBB67AE85u;

/// What a counter's words become. It stands in the top bits of the draw, so that normals, uniforms, signs and
/// scalar streams of one key never share a counter.
enum class Kind : std::uint32_t { stream, normals, uniforms, signs };
constexpr int kind_shift = 30;

/// Seed and replicate, and the upper half of the step: its lower half stands in the counter.
std::array<std::uint32_t, 2> philox_key(const StreamKey& k) {
    // Multiplication by an odd constant is a bijection of 32 bits: replicates and steps of a seed never
    // coincide.
    return {static_cast<std::uint32_t>(k.seed) ^ (static_cast<std::uint32_t>(k.step >> 32) * weyl_1),
            static_cast<std::uint32_t>(k.seed >> 32) ^ (k.replicate * weyl_0)};
}

std::uint32_t level_word(const StreamKey& k) {
    return (k.level & 0xFFFFFFu) | (static_cast<std::uint32_t>(k.purpose) << 24);
}

std::uint32_t draw_word(Kind kind, std::uint32_t draw) {
    return (static_cast<std::uint32_t>(kind) << kind_shift) | draw;
}

using Words64 = hn::ScalableTag<std::uint64_t>;
using Vector64 = hn::Vec<Words64>;

/// The four words of one counter per lane, each in the low half of a 64-bit lane (the high halves hold
/// leftovers).
struct Counters {
    Vector64 w0, w1, w2, w3;
};

/// Philox on one counter per 64-bit lane: a 32 x 32 -> 64 multiplication needs no shuffles there.
class VectorPhilox {
public:
    VectorPhilox(const StreamKey& key, Kind kind)
        : key_(philox_key(key)), kind_(kind), level_(level_word(key)),
          step_(static_cast<std::uint32_t>(key.step)) {}

    /// Counters of particles `particle`, at draw number `draw`.
    HWY_INLINE Counters operator()(Vector64 particle, std::uint32_t draw) const {
        const Words64 d;
        Counters c{hn::Set(d, draw_word(kind_, draw)), particle, hn::Set(d, level_), hn::Set(d, step_)};
        std::uint32_t k0 = key_[0], k1 = key_[1];
        for (int round = 0; round < 10; ++round) {
            const auto p0 = product(c.w0, multiplier_0), p1 = product(c.w2, multiplier_1);
            c = {hn::Xor3(hn::ShiftRight<32>(p1), c.w1, hn::Set(d, k0)), p1,
                 hn::Xor3(hn::ShiftRight<32>(p0), c.w3, hn::Set(d, k1)), p0};
            k0 += weyl_0;
            k1 += weyl_1;
        }
        return c;
    }

private:
    static HWY_INLINE Vector64 product(Vector64 a, std::uint32_t b) {
        const Words64 d;
        const hn::Repartition<std::uint32_t, Words64> d32;
        return hn::MulEven(hn::BitCast(d32, a), hn::BitCast(d32, hn::Set(d, b)));
    }

    std::array<std::uint32_t, 2> key_;
    Kind kind_;
    std::uint32_t level_, step_;
};

/// Low halves of `even` and `odd` as neighbouring 32-bit lanes.
HWY_INLINE hn::Vec<hn::ScalableTag<std::uint32_t>> join(Vector64 even, Vector64 odd) {
    const hn::ScalableTag<std::uint32_t> d32;
    return hn::OddEven(hn::BitCast(d32, hn::ShiftLeft<32>(odd)), hn::BitCast(d32, even));
}

/// Lane i holds first + stride * i.
HWY_INLINE Vector64 particles(std::uint32_t first, std::uint32_t stride) {
    const Words64 d;
    const auto i = hn::Iota(d, 0);
    return hn::Add(hn::Set(d, first), stride == 1 ? i : hn::Add(i, i));
}

/// Taylor coefficients of sin and cos in x^2; |x| <= pi / 4, so that 4 (f32) and 7 (f64) terms are below
/// rounding.
template <class D, class V, class T = hn::TFromD<D>>
HWY_INLINE void sin_cos(D d, V x, V& sine, V& cosine) {
    const V x2 = hn::Mul(x, x);
    if constexpr (sizeof(T) == 4) {
        V s = hn::Set(d, T(2.7557319e-6));
        s = hn::MulAdd(s, x2, hn::Set(d, T(-1.9841270e-4)));
        s = hn::MulAdd(s, x2, hn::Set(d, T(8.3333333e-3)));
        s = hn::MulAdd(s, x2, hn::Set(d, T(-0.16666667)));
        sine = hn::MulAdd(hn::Mul(s, x2), x, x);
        V c = hn::Set(d, T(2.4801587e-5));
        c = hn::MulAdd(c, x2, hn::Set(d, T(-1.3888889e-3)));
        c = hn::MulAdd(c, x2, hn::Set(d, T(4.1666667e-2)));
        c = hn::MulAdd(c, x2, hn::Set(d, T(-0.5)));
        cosine = hn::MulAdd(c, x2, hn::Set(d, T(1)));
    } else {
        constexpr double sine_terms[] = {
            1.0 / 355687428096000, -1.0 / 1307674368000, 1.0 / 6227020800, -1.0 / 39916800,
            1.0 / 362880,          -1.0 / 5040,          1.0 / 120,        -1.0 / 6};
        constexpr double cosine_terms[] = {
            1.0 / 20922789888000, -1.0 / 87178291200, 1.0 / 479001600, -1.0 / 3628800,
            1.0 / 40320,          -1.0 / 720,         1.0 / 24,        -0.5};
        V s = hn::Set(d, sine_terms[0]), c = hn::Set(d, cosine_terms[0]);
        for (int i = 1; i < 8; ++i) {
            s = hn::MulAdd(s, x2, hn::Set(d, sine_terms[i]));
            c = hn::MulAdd(c, x2, hn::Set(d, cosine_terms[i]));
        }
        sine = hn::MulAdd(hn::Mul(s, x2), x, x);
        cosine = hn::MulAdd(c, x2, hn::Set(d, 1.0));
    }
}

/// Box-Muller: two words of uniform bits per lane to two normals. The angle is a quarter turn around one of
/// the axes, chosen by the two top bits, plus a uniform offset within it.
template <class U>
HWY_INLINE void box_muller(U radius_bits, U angle_bits, auto* a, auto* b) {
    const hn::DFromV<U> du;
    const hn::RebindToSigned<decltype(du)> di;
    const hn::RebindToFloat<decltype(du)> df;
    using T = hn::TFromD<decltype(df)>;
    constexpr int bits = 8 * sizeof(T);
    // f32 keeps 31 bits, which reach 6.6 standard deviations; f64 keeps 52 and reaches 8.5.
    constexpr int drop = sizeof(T) == 4 ? 1 : 12;
    const T unit = std::ldexp(T(1), drop - bits);
    const auto u = hn::MulAdd(hn::ConvertTo(df, hn::BitCast(di, hn::ShiftRight<drop>(radius_bits))),
                              hn::Set(df, unit), hn::Set(df, unit / 2));
    const auto radius = hn::Sqrt(hn::Mul(hn::Set(df, T(-2)), hn::Min(hn::Log(df, u), hn::Zero(df))));

    const T turn = static_cast<T>(std::numbers::pi / 4) * std::ldexp(T(1), 1 - bits);
    auto sine = hn::Zero(df), cosine = hn::Zero(df);
    sin_cos(df, hn::Mul(hn::ConvertTo(df, hn::BitCast(di, hn::ShiftLeft<2>(angle_bits))), hn::Set(df, turn)),
            sine, cosine);
    const auto sign =
        hn::BitCast(df, hn::And(angle_bits, hn::Set(du, hn::TFromD<decltype(du)>(1) << (bits - 1))));
    cosine = hn::Xor(cosine, sign);
    const auto swap =
        hn::RebindMask(df, hn::TestBit(angle_bits, hn::Set(du, hn::TFromD<decltype(du)>(1) << (bits - 2))));
    if (a) {
        hn::Store(hn::Mul(radius, hn::IfThenElse(swap, sine, cosine)), df, a);
    }
    if (b) {
        hn::Store(hn::Mul(radius, hn::IfThenElse(swap, cosine, sine)), df, b);
    }
}

/// Open-interval uniforms: the middle of one of 2^23 (f32) or 2^52 (f64) equal cells.
template <class U>
HWY_INLINE auto open_uniform(U bits_in) {
    const hn::DFromV<U> du;
    const hn::RebindToSigned<decltype(du)> di;
    const hn::RebindToFloat<decltype(du)> df;
    using T = hn::TFromD<decltype(df)>;
    constexpr int drop = sizeof(T) == 4 ? 9 : 12;
    const T unit = std::ldexp(T(1), drop - 8 * static_cast<int>(sizeof(T)));
    return hn::MulAdd(hn::ConvertTo(df, hn::BitCast(di, hn::ShiftRight<drop>(bits_in))), hn::Set(df, unit),
                      hn::Set(df, unit / 2));
}

template <class T>
T* row_or_null(Block<T> out, int row, int lane) {
    return row < out.dim ? out.row(row) + lane : nullptr;
}

/// One counter gives 4 rows of 32-bit words: calls use(rows 4 group .., words 0 .. 3) for every vector of
/// lanes.
template <class Use>
HWY_INLINE void for_words_32(const VectorPhilox& philox, std::uint32_t first, int dim, int lanes, Use use) {
    const int width = static_cast<int>(hn::Lanes(hn::ScalableTag<std::uint32_t>()));
    for (int row = 0; row < dim; row += 4) {
        for (int lane = 0; lane < lanes; lane += width) {
            const std::uint32_t at = first + static_cast<std::uint32_t>(lane);
            const Counters even = philox(particles(at, 2), static_cast<std::uint32_t>(row / 4));
            const Counters odd = philox(particles(at + 1, 2), static_cast<std::uint32_t>(row / 4));
            use(row, lane, join(even.w0, odd.w0), join(even.w1, odd.w1), join(even.w2, odd.w2),
                join(even.w3, odd.w3));
        }
    }
}

/// One counter gives 2 rows of 64-bit words.
template <class Use>
HWY_INLINE void for_words_64(const VectorPhilox& philox, std::uint32_t first, int dim, int lanes, Use use) {
    const Words64 d;
    const auto low = hn::Set(d, 0xFFFFFFFFull);
    const int width = static_cast<int>(hn::Lanes(d));
    for (int row = 0; row < dim; row += 2) {
        for (int lane = 0; lane < lanes; lane += width) {
            const Counters c = philox(particles(first + static_cast<std::uint32_t>(lane), 1),
                                      static_cast<std::uint32_t>(row / 2));
            use(row, lane, hn::Or(hn::ShiftLeft<32>(c.w1), hn::And(c.w0, low)),
                hn::Or(hn::ShiftLeft<32>(c.w3), hn::And(c.w2, low)));
        }
    }
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32_10(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> k) {
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t p0 = std::uint64_t{multiplier_0} * c[0], p1 = std::uint64_t{multiplier_1} * c[2];
        c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(p1),
             static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(p0)};
        k[0] += weyl_0;
        k[1] += weyl_1;
    }
    return c;
}

Stream::Stream(const StreamKey& key, std::uint32_t particle)
    : counter_{draw_word(Kind::stream, 0), particle, level_word(key), static_cast<std::uint32_t>(key.step)},
      key_(philox_key(key)) {}

std::uint32_t Stream::bits() {
    if (left_ == 0) {
        word_ = philox4x32_10(counter_, key_);
        ++counter_[0];
        left_ = 4;
    }
    return word_[static_cast<std::size_t>(4 - left_--)];
}

double Stream::uniform() {
    const std::uint64_t low = bits(), high = bits();
    return (static_cast<double>(((high << 32) | low) >> 12) + 0.5) * 0x1p-52;
}

double Stream::normal() {
    if (has_spare_) {
        has_spare_ = false;
        return spare_;
    }
    const double radius = std::sqrt(-2.0 * std::log(uniform())), angle = 2.0 * std::numbers::pi * uniform();
    spare_ = radius * std::sin(angle);
    has_spare_ = true;
    return radius * std::cos(angle);
}

template <class Real>
void fill_normals(const StreamKey& key, std::uint32_t first, Block<Real> out) {
    const VectorPhilox philox(key, Kind::normals);
    if constexpr (sizeof(Real) == 4) {
        for_words_32(philox, first, out.dim, out.lanes(),
                     [&](int row, int lane, auto w0, auto w1, auto w2, auto w3) HWY_ATTR {
                         box_muller(w0, w1, out.row(row) + lane, row_or_null(out, row + 1, lane));
                         if (row + 2 < out.dim) {
                             box_muller(w2, w3, out.row(row + 2) + lane, row_or_null(out, row + 3, lane));
                         }
                     });
    } else {
        for_words_64(philox, first, out.dim, out.lanes(), [&](int row, int lane, auto w0, auto w1) HWY_ATTR {
            box_muller(w0, w1, out.row(row) + lane, row_or_null(out, row + 1, lane));
        });
    }
}

/// Calls use(pointer to the lanes of a row, words) row by row.
template <class Real, class Use>
static void for_rows(const StreamKey& key, Kind kind, std::uint32_t first, Block<Real> out, Use use) {
    const VectorPhilox philox(key, kind);
    const auto put = [&](int row, int lane, auto words) HWY_ATTR {
        if (row < out.dim) {
            use(out.row(row) + lane, words);
        }
    };
    if constexpr (sizeof(Real) == 4) {
        for_words_32(philox, first, out.dim, out.lanes(),
                     [&](int row, int lane, auto w0, auto w1, auto w2, auto w3) HWY_ATTR {
                         put(row, lane, w0), put(row + 1, lane, w1), put(row + 2, lane, w2),
                             put(row + 3, lane, w3);
                     });
    } else {
        for_words_64(philox, first, out.dim, out.lanes(), [&](int row, int lane, auto w0, auto w1) HWY_ATTR {
            put(row, lane, w0), put(row + 1, lane, w1);
        });
    }
}

template <class Real>
void fill_uniforms(const StreamKey& key, std::uint32_t first, Block<Real> out) {
    for_rows(key, Kind::uniforms, first, out, [](Real* to, auto words) HWY_ATTR {
        hn::Store(open_uniform(words), hn::ScalableTag<Real>(), to);
    });
}

template <class Real>
void fill_rademacher(const StreamKey& key, std::uint32_t first, Block<Real> out) {
    for_rows(key, Kind::signs, first, out, [](Real* to, auto words) HWY_ATTR {
        const hn::ScalableTag<Real> d;
        const auto sign = hn::And(hn::BitCast(d, words), hn::Set(d, Real(-0.0)));
        hn::Store(hn::Or(hn::Set(d, Real(1)), sign), d, to);
    });
}

template void fill_normals<float>(const StreamKey&, std::uint32_t, Block<float>);
template void fill_normals<double>(const StreamKey&, std::uint32_t, Block<double>);
template void fill_uniforms<float>(const StreamKey&, std::uint32_t, Block<float>);
template void fill_uniforms<double>(const StreamKey&, std::uint32_t, Block<double>);
template void fill_rademacher<float>(const StreamKey&, std::uint32_t, Block<float>);
template void fill_rademacher<double>(const StreamKey&, std::uint32_t, Block<double>);

}  // namespace tempera
