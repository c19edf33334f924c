// SPDX-License-Identifier: MIT
#include "targets/particles/mean_free.hpp"

#include <cmath>

#include "core/scratch.hpp"

namespace tempera {

namespace {

double norm_of(int k) { return 1 / std::sqrt(static_cast<double>(k) * (k + 1)); }

/// Particle k has -k times the k-th coordinate and all coordinates after it: a sum that runs downwards.
template <class Real>
void embed_axes(int n, int axes, Block<const Real> y, Block<Real> x) {
    Scratch frame;
    Real* later = frame.take<Real>(block_size);
    for (int a = 0; a < axes; ++a) {
        std::fill_n(later, y.lanes(), Real(0));
        for (int k = n - 1; k >= 0; --k) {
            const Real norm = k ? static_cast<Real>(norm_of(k)) : Real(0), own = static_cast<Real>(-k);
            const Real* coordinate = y.row(k ? (k - 1) * axes + a : a);
            Real* place = x.row(k * axes + a);
            for (int lane = 0; lane < y.lanes(); ++lane) {
                const Real scaled = norm * coordinate[lane];
                place[lane] = later[lane] + own * scaled;
                later[lane] += scaled;
            }
        }
    }
}

/// The k-th coordinate is the sum of the k particles before less k times the k-th one.
template <class Real>
void project_axes(int n, int axes, Block<const Real> x, Block<Real> y) {
    Scratch frame;
    Real* before = frame.take<Real>(block_size);
    for (int a = 0; a < axes; ++a) {
        std::copy_n(x.row(a), x.lanes(), before);
        for (int k = 1; k < n; ++k) {
            const Real norm = static_cast<Real>(norm_of(k)), times = static_cast<Real>(k);
            const Real* place = x.row(k * axes + a);
            Real* coordinate = y.row((k - 1) * axes + a);
            for (int lane = 0; lane < x.lanes(); ++lane) {
                const Real here = place[lane];
                coordinate[lane] = norm * (before[lane] - times * here);
                before[lane] += here;
            }
        }
    }
}

}  // namespace

void MeanFree::embed(Block<const float> y, Block<float> x) const { embed_axes(n_, axes_, y, x); }
void MeanFree::embed(Block<const double> y, Block<double> x) const { embed_axes(n_, axes_, y, x); }
void MeanFree::project(Block<const float> x, Block<float> y) const { project_axes(n_, axes_, x, y); }
void MeanFree::project(Block<const double> x, Block<double> y) const { project_axes(n_, axes_, x, y); }

}  // namespace tempera
