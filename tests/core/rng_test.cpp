// SPDX-License-Identifier: MIT
#include "core/rng.hpp"

#include <Random123/philox.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/parallel.hpp"

namespace tempera {
namespace {

using Words = std::array<std::uint32_t, 4>;

// Known answers of Random123 1.14 (kat_vectors, "philox4x32 10").
TEST(Philox, KnownAnswers) {
    EXPECT_EQ(philox4x32_10({0, 0, 0, 0}, {0, 0}), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
    const std::uint32_t f = 0xffffffff;
    EXPECT_EQ(philox4x32_10({f, f, f, f}, {f, f}), (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
    EXPECT_EQ(philox4x32_10({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
              (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, EqualsRandom123) {
    Words c{1, 2, 3, 4};
    std::array<std::uint32_t, 2> k{5, 6};
    for (int i = 0; i < 1000; ++i) {
        const auto r = r123::Philox4x32()({{c[0], c[1], c[2], c[3]}}, {{k[0], k[1]}});
        const Words ours = philox4x32_10(c, k);
        ASSERT_TRUE(std::equal(ours.begin(), ours.end(), r.begin()));
        c = ours;
        k = {ours[1] ^ 77u, ours[2]};
    }
}

/// The sign of Rademacher number `row` is the top bit of a word of the published function.
TEST(Philox, VectorFormEqualsScalarForm) {
    const StreamKey key{
        .seed = 0x123456789abcdef0ull, .replicate = 3, .level = 17, .purpose = Purpose::probe, .step = 9};
    Particles<float> p(32, 7);
    fill_rademacher(key, 4000000000u, p.block(0));
    const std::array<std::uint32_t, 2> k{0x9abcdef0u, 0x12345678u ^ (3u * 0x9E3779B9u)};
    for (int lane = 0; lane < 32; ++lane) {
        for (int row = 0; row < 7; ++row) {
            const std::uint32_t draw = (3u << 30) | static_cast<std::uint32_t>(row / 4);
            const Words w =
                philox4x32_10({draw, 4000000000u + static_cast<std::uint32_t>(lane), 17u | (6u << 24), 9}, k);
            EXPECT_EQ(p(lane, row), w[static_cast<std::size_t>(row % 4)] >> 31 ? -1.0f : 1.0f);
        }
    }
}

template <class Real>
class Fills : public ::testing::Test {};
using Reals = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Fills, Reals);

/// A number depends on key, particle and row; not on the dimension asked for, the block or the lane.
TYPED_TEST(Fills, DependOnParticleAndRowOnly) {
    using Real = TypeParam;
    const StreamKey key{.seed = 5};
    for (const auto fill : {fill_normals<Real>, fill_uniforms<Real>, fill_rademacher<Real>}) {
        Particles<Real> whole(256, 9);
        fill(key, 1000, whole.block(0));
        for (int dim = 1; dim <= 9; ++dim) {
            Particles<Real> part(20, dim);
            fill(key, 1007, part.block(0));
            for (int lane = 0; lane < 20; ++lane) {
                for (int i = 0; i < dim; ++i) {
                    ASSERT_EQ(part(lane, i), whole(lane + 7, i))
                        << "dim " << dim << " lane " << lane << " row " << i;
                }
            }
        }
    }
}

TYPED_TEST(Fills, PaddedLanesAreFilled) {
    Particles<TypeParam> p(3, 2);
    fill_normals(StreamKey{}, 0, p.block(0));
    for (int lane = 0; lane < lane_group; ++lane) {
        EXPECT_NE(p.block(0)(1, lane), TypeParam(0));
    }
    EXPECT_EQ(p.block(0)(1, lane_group), TypeParam(0));
}

TYPED_TEST(Fills, EveryPartOfTheKeyMatters) {
    std::vector<StreamKey> keys(
        8, StreamKey{.seed = 1, .replicate = 1, .level = 1, .purpose = Purpose::noise, .step = 1});
    keys[1].seed = 2;
    keys[2].seed = 1 | (std::uint64_t{1} << 32);
    keys[3].replicate = 2;
    keys[4].level = 2;
    keys[5].purpose = Purpose::move;
    keys[6].step = 2;
    keys[7].level = 0xFFFFFF;
    std::set<TypeParam> first;
    for (const StreamKey& key : keys) {
        Particles<TypeParam> p(1, 1);
        fill_normals(key, 0, p.block(0));
        first.insert(p(0, 0));
    }
    EXPECT_EQ(first.size(), keys.size());
}

/// Counts beyond 32 bits do not begin again; below, the upper word changes no bit of a key.
TYPED_TEST(Fills, LongCountsNeverRepeat) {
    const auto first = [](std::uint64_t step, std::uint64_t seed = 1, std::uint32_t replicate = 0) {
        Particles<TypeParam> p(1, 1);
        fill_normals(StreamKey{.seed = seed, .replicate = replicate, .purpose = Purpose::move, .step = step},
                     0, p.block(0));
        return p(0, 0);
    };
    constexpr std::uint64_t upper = std::uint64_t{1} << 32;
    std::set<TypeParam> values;
    for (const std::uint64_t high : {0u, 1u, 2u, 2328u}) {
        for (const std::uint64_t low : {0u, 1u, 4294967295u}) {
            for (const std::uint32_t replicate : {0u, 1u, 2328u}) {
                values.insert(first(high * upper + low, 1, replicate));
            }
        }
    }
    EXPECT_EQ(values.size(), 36u);
    const Words words =
        philox4x32_10({0, 5, 7u | (static_cast<std::uint32_t>(Purpose::swap) << 24), 9}, {3, 0});
    Stream stream(StreamKey{.seed = 3, .level = 7, .purpose = Purpose::swap, .step = 9}, 5);
    EXPECT_EQ(stream.bits(), words[0]);
}

/// Moments, the Kolmogorov-Smirnov distance to the normal law, and correlations between rows and lanes.
/// n = 2^20 numbers: standard errors of mean 0.001, variance 0.0014, fourth moment 0.0096; KS * sqrt(n)
/// exceeds 2.1 with probability 3e-4; correlations have standard error 0.002 (2^18 pairs).
TYPED_TEST(Fills, NormalsAreNormal) {
    using Real = TypeParam;
    constexpr int blocks = 1024, dim = 4;
    std::vector<double> values;
    double cross[3] = {};
    for (int b = 0; b < blocks; ++b) {
        Particles<Real> p(block_size, dim);
        fill_normals(StreamKey{.seed = 11}, static_cast<std::uint32_t>(b * block_size), p.block(0));
        for (int lane = 0; lane < block_size; ++lane) {
            for (int i = 0; i < dim; ++i) {
                values.push_back(static_cast<double>(p(lane, i)));
            }
            cross[0] += static_cast<double>(p(lane, 0) * p(lane, 1));
            cross[1] += static_cast<double>(p(lane, 1) * p(lane, 2));
            cross[2] += static_cast<double>(p(lane, 0) * p((lane + 1) % block_size, 0));
        }
    }
    const double n = static_cast<double>(values.size());
    double m1 = 0, m2 = 0, m3 = 0, m4 = 0;
    for (const double v : values) {
        m1 += v, m2 += v * v, m3 += v * v * v, m4 += v * v * v * v;
    }
    EXPECT_NEAR(m1 / n, 0, 0.004);
    EXPECT_NEAR(m2 / n, 1, 0.0056);
    EXPECT_NEAR(m3 / n, 0, 0.016);
    EXPECT_NEAR(m4 / n, 3, 0.04);
    for (const double c : cross) {
        EXPECT_NEAR(c / (blocks * block_size), 0, 0.008);
    }
    std::sort(values.begin(), values.end());
    double ks = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double cdf = 0.5 * std::erfc(-values[i] / std::sqrt(2.0));
        ks = std::max(
            {ks, std::abs(cdf - static_cast<double>(i) / n), std::abs(static_cast<double>(i + 1) / n - cdf)});
    }
    EXPECT_LT(ks * std::sqrt(n), 2.1);
    EXPECT_GT(values.back(), 4.2);
    EXPECT_LT(values.front(), -4.2);
}

TYPED_TEST(Fills, UniformsAreOpenAndUniform) {
    double sum = 0, squares = 0;
    constexpr int blocks = 256;
    for (int b = 0; b < blocks; ++b) {
        Particles<TypeParam> p(block_size, 4);
        fill_uniforms(StreamKey{.seed = 3}, static_cast<std::uint32_t>(b * block_size), p.block(0));
        for (int lane = 0; lane < block_size; ++lane) {
            for (int i = 0; i < 4; ++i) {
                const double u = static_cast<double>(p(lane, i));
                ASSERT_GT(u, 0);
                ASSERT_LT(u, 1);
                sum += u, squares += u * u;
            }
        }
    }
    const double n = blocks * block_size * 4;
    EXPECT_NEAR(sum / n, 0.5, 4 * std::sqrt(1.0 / 12 / n));
    EXPECT_NEAR(squares / n, 1.0 / 3, 4 * std::sqrt(4.0 / 45 / n));
}

TEST(Stream, UniformsAndNormals) {
    double sum = 0, normal = 0, squares = 0;
    constexpr int n = 200000;
    Stream a(StreamKey{.seed = 1}, 0), b(StreamKey{.seed = 1}, 1), again(StreamKey{.seed = 1}, 0);
    for (int i = 0; i < n; ++i) {
        const double u = a.uniform(), z = b.normal();
        ASSERT_EQ(u, again.uniform());
        ASSERT_TRUE(u > 0 && u < 1);
        sum += u, normal += z, squares += z * z;
    }
    EXPECT_NEAR(sum / n, 0.5, 4 * std::sqrt(1.0 / 12 / n));
    EXPECT_NEAR(normal / n, 0, 4 / std::sqrt(n));
    EXPECT_NEAR(squares / n, 1, 4 * std::sqrt(2.0 / n));
}

TEST(Stream, WordsAreThoseOfThePublishedFunction) {
    Stream s(StreamKey{.seed = 7, .level = 2, .purpose = Purpose::swap, .step = 4}, 12);
    for (std::uint32_t draw = 0; draw < 3; ++draw) {
        for (const std::uint32_t word : philox4x32_10({draw, 12, 2u | (10u << 24), 4}, {7, 0})) {
            EXPECT_EQ(s.bits(), word);
        }
    }
}

}  // namespace
}  // namespace tempera
