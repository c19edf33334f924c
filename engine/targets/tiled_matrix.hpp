// SPDX-License-Identifier: MIT
// Matrices times blocks of lanes: tiles of eight rows by a stripe of U vectors, which stay in registers.
#pragma once

#include <cstddef>

#include "targets/simd_math.hpp"

namespace tempera::simd {

/// Rows of a product that share the loads of an input row: 8 x 2 accumulators hide the latency of
/// multiply-adds.
inline constexpr int tile_rows = 8;

constexpr int padded_rows(int rows) { return (rows + tile_rows - 1) / tile_rows * tile_rows; }

/// A matrix [rows, columns] stored as tiles [rows / 8][columns][8], missing rows are zero.
template <class Real>
struct TiledMatrix {
    int rows = 0, columns = 0;
    AlignedArray<Real> data;

    /// element(i, j)
    template <class Element>
    TiledMatrix(int n_rows, int n_columns, Element element)
        : rows(n_rows), columns(n_columns),
          data(static_cast<std::size_t>(padded_rows(n_rows)) * static_cast<std::size_t>(n_columns)) {
        for (int i = 0; i < rows; ++i) {
            for (int j = 0; j < columns; ++j) {
                data[place(i, j)] = static_cast<Real>(element(i, j));
            }
        }
    }
    Real at(int i, int j) const { return data[place(i, j)]; }
    int n_tiles() const { return padded_rows(rows) / tile_rows; }
    const Real* tile(int t) const {
        return data.data() + static_cast<std::ptrdiff_t>(t) * tile_rows * columns;
    }

private:
    std::size_t place(int i, int j) const {
        return (static_cast<std::size_t>(i / tile_rows) * static_cast<std::size_t>(columns) +
                static_cast<std::size_t>(j)) *
                   tile_rows +
               static_cast<std::size_t>(i % tile_rows);
    }
};

/// sum += tile * in for a tile [columns][8] and in [columns][U vectors].
template <class Real, int U>
HWY_INLINE void add_tile_product(const Real* HWY_RESTRICT tile, int columns, const Real* HWY_RESTRICT in,
                                 Vec<Real> (&sum)[tile_rows][U]) {
    const Tag<Real> d;
    constexpr int n = width<Real>;
    for (int k = 0; k < columns; ++k, tile += tile_rows, in += U * n) {
        Vec<Real> value[U];
#pragma GCC unroll 2
        for (int u = 0; u < U; ++u) {
            value[u] = hn::Load(d, in + u * n);
        }
#pragma GCC unroll 8
        for (int r = 0; r < tile_rows; ++r) {
            const auto weight = hn::Set(d, tile[r]);
#pragma GCC unroll 2
            for (int u = 0; u < U; ++u) {
                sum[r][u] = hn::MulAdd(weight, value[u], sum[r][u]);
            }
        }
    }
}

/// sum += transposed tile * value for a tile [columns][8] and sum [columns][U vectors].
template <class Real, int U>
HWY_INLINE void add_transposed_product(const Real* HWY_RESTRICT tile, int columns,
                                       const Vec<Real> (&value)[tile_rows][U], Real* HWY_RESTRICT sum) {
    const Tag<Real> d;
    constexpr int n = width<Real>;
    for (int k = 0; k < columns; ++k, tile += tile_rows, sum += U * n) {
        Vec<Real> s[U];
#pragma GCC unroll 2
        for (int u = 0; u < U; ++u) {
            s[u] = hn::Load(d, sum + u * n);
        }
#pragma GCC unroll 8
        for (int r = 0; r < tile_rows; ++r) {
            const auto weight = hn::Set(d, tile[r]);
#pragma GCC unroll 2
            for (int u = 0; u < U; ++u) {
                s[u] = hn::MulAdd(weight, value[r][u], s[u]);
            }
        }
#pragma GCC unroll 2
        for (int u = 0; u < U; ++u) {
            hn::Store(s[u], d, sum + u * n);
        }
    }
}

/// out = matrix * in (+ bias) for in [columns][U vectors]; epilogue(row, value[U]) gets every row, padding
/// included.
template <class Real, int U, class Epilogue>
HWY_INLINE void multiply(const TiledMatrix<Real>& m, const Real* HWY_RESTRICT in,
                         const Real* HWY_RESTRICT bias, Epilogue epilogue) {
    const Tag<Real> d;
    for (int row = 0; row < m.rows; row += tile_rows) {
        Vec<Real> sum[tile_rows][U];
#pragma GCC unroll 8
        for (int r = 0; r < tile_rows; ++r) {
            const auto start = bias ? hn::Set(d, bias[row + r]) : hn::Zero(d);
#pragma GCC unroll 2
            for (int u = 0; u < U; ++u) {
                sum[r][u] = start;
            }
        }
        add_tile_product<Real, U>(m.tile(row / tile_rows), m.columns, in, sum);
#pragma GCC unroll 8
        for (int r = 0; r < tile_rows; ++r) {
            epilogue(row + r, sum[r]);
        }
    }
}

}  // namespace tempera::simd
