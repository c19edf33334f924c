// SPDX-License-Identifier: MIT
// Identical particles with a pair energy, on the subspace of configurations whose centre rests. All pairs of
// a vector of samples at once: lanes are samples, and the loop over pairs keeps one particle in registers.
#pragma once

#include <cmath>

#include "core/scratch.hpp"
#include "targets/particles/mean_free.hpp"
#include "targets/simd_math.hpp"
#include "targets/target.hpp"

namespace tempera {

namespace hn = hwy::HWY_NAMESPACE;

/// A pair energy as a function g of the squared distance q.
template <class V>
struct PairTerms {
    V energy;  ///< g(q)
    V slope;   ///< 2 g'(q): the gradient for particle i is slope (x_i - x_j)
    V bend;    ///< 4 g''(q): along d = x_i - x_j the pair's second derivative is slope 1 + bend d d^T
};

/// exp(-sum_{i<j} g(|x_i - x_j|^2) - trap/2 sum_i |x_i - centre|^2). `Pair` has terms(tag, q) and trap().
template <class Real, class Pair>
class ParticleSystem : public Target<Real> {
public:
    /// 1 <= layout.axes <= 3.
    ParticleSystem(ParticleLayout layout, const Pair& pair)
        : layout_(layout), pair_(pair),
          subspace_(std::make_shared<MeanFree>(layout.n_particles, layout.axes)) {}

    int dim() const override { return layout_.n_particles * layout_.axes; }
    std::shared_ptr<const Isometry> subspace() const override { return subspace_; }
    std::optional<ParticleLayout> particles() const override { return layout_; }
    std::vector<Observable> observables() const override {
        return {{.name = "energy"}, {.name = "mean_distance"}, {.name = "radius_of_gyration"}};
    }
    void observe(Block<const Real> x, Block<double> out) const override;
    bool particle_energies(Block<const Real> x, Block<double> out) const override {
        with_axes([&]<int axes>() { share_energy<axes>(x, out); });
        return true;
    }
    Box view_box() const override {
        const double half = 1.2 * layout_.length * std::pow(layout_.n_particles, 1.0 / layout_.axes);
        return Box::around(0, 0, half, half);
    }

protected:
    void evaluate_block(Block<const Real> x, const Wanted<Real>& wanted) const override {
        with_axes([&]<int axes>() { evaluate<axes>(x, wanted); });
    }
    void hessian_vector_block(Block<const Real> x, Block<const Real> v, Block<Real> out) const override {
        with_axes([&]<int axes>() { multiply<axes>(x, v, out); });
    }
    /// body(squared distance) for every pair of one sample, whose coordinate k is place(k).
    template <class Place, class Body>
    void for_pairs(Place place, Body body) const {
        const int axes = layout_.axes;
        for (int i = 0; i < layout_.n_particles; ++i) {
            for (int j = i + 1; j < layout_.n_particles; ++j) {
                double q = 0;
                for (int a = 0; a < axes; ++a) {
                    const double d = place(i * axes + a) - place(j * axes + a);
                    q += d * d;
                }
                body(q);
            }
        }
    }

private:
    using D = simd::Tag<Real>;
    using V = simd::Vec<Real>;
    static constexpr int width = simd::width<Real>;

    template <class Body>
    void with_axes(Body body) const {
        switch (layout_.axes) {
        case 1:
            return body.template operator()<1>();
        case 2:
            return body.template operator()<2>();
        default:
            return body.template operator()<3>();
        }
    }
    /// The rows of a block for one vector of lanes, close together: rows of blocks are a power of two apart,
    /// which would leave most of the cache unused.
    void gather(Block<const Real> x, int lane, Real* out) const {
        for (int i = 0; i < dim(); ++i) {
            hn::Store(hn::Load(D(), x.row(i) + lane), D(), out + i * width);
        }
    }
    template <int axes>
    static HWY_INLINE V difference(const V* x, const Real* other, V* d) {
        V q = hn::Zero(D());
        for (int a = 0; a < axes; ++a) {
            d[a] = hn::Sub(x[a], hn::Load(D(), other + a * width));
            q = hn::MulAdd(d[a], d[a], q);
        }
        return q;
    }
    template <int axes>
    void evaluate(Block<const Real> x, const Wanted<Real>& wanted) const;
    template <int axes, bool with_slopes>
    V pairs(const Real* x, Real* slopes) const;
    template <int axes>
    V trap(const Real* x, Real* slopes) const;
    template <int axes>
    void multiply(Block<const Real> x, Block<const Real> v, Block<Real> out) const;
    template <int axes>
    void share_energy(Block<const Real> x, Block<double> out) const;
    template <int axes>
    void fill_hessian(const Real* x, int lane, Real* hessian) const;

    ParticleLayout layout_;
    Pair pair_;
    std::shared_ptr<const Isometry> subspace_;
};

/// Sum of the pairs' energies; with `with_slopes` their gradient [dim][width] into `slopes`.
template <class Real, class Pair>
template <int axes, bool with_slopes>
auto ParticleSystem<Real, Pair>::pairs(const Real* x, Real* slopes) const -> V {
    const D tag;
    const int n = layout_.n_particles;
    V energy = hn::Zero(tag);
    for (int i = 0; with_slopes && i < n * axes; ++i) {
        hn::Store(hn::Zero(tag), tag, slopes + i * width);
    }
    for (int i = 0; i < n; ++i) {
        V here[axes], force[axes];
        for (int a = 0; a < axes; ++a) {
            here[a] = hn::Load(tag, x + (i * axes + a) * width);
            if constexpr (with_slopes) {
                force[a] = hn::Load(tag, slopes + (i * axes + a) * width);
            }
        }
        for (int j = i + 1; j < n; ++j) {
            V d[axes];
            const V q = difference<axes>(here, x + j * axes * width, d);
            const PairTerms<V> terms = pair_.template terms<with_slopes, false>(tag, q);
            energy = hn::Add(energy, terms.energy);
            for (int a = 0; with_slopes && a < axes; ++a) {
                Real* other = slopes + (j * axes + a) * width;
                force[a] = hn::MulAdd(terms.slope, d[a], force[a]);
                hn::Store(hn::NegMulAdd(terms.slope, d[a], hn::Load(tag, other)), tag, other);
            }
        }
        for (int a = 0; with_slopes && a < axes; ++a) {
            hn::Store(force[a], tag, slopes + (i * axes + a) * width);
        }
    }
    return energy;
}

/// Energy of the trap around the centre; adds its gradient where `slopes` is not null.
template <class Real, class Pair>
template <int axes>
auto ParticleSystem<Real, Pair>::trap(const Real* x, Real* slopes) const -> V {
    const D tag;
    const int n = layout_.n_particles;
    const V stiffness = hn::Set(tag, static_cast<Real>(pair_.trap()));
    V energy = hn::Zero(tag);
    for (int a = 0; a < axes; ++a) {
        V centre = hn::Zero(tag);
        for (int i = 0; i < n; ++i) {
            centre = hn::Add(centre, hn::Load(tag, x + (i * axes + a) * width));
        }
        centre = hn::Mul(centre, hn::Set(tag, Real(1) / static_cast<Real>(n)));
        for (int i = 0; i < n; ++i) {
            const V d = hn::Sub(hn::Load(tag, x + (i * axes + a) * width), centre);
            energy = hn::MulAdd(d, d, energy);
            if (slopes) {
                Real* slope = slopes + (i * axes + a) * width;
                hn::Store(hn::MulAdd(stiffness, d, hn::Load(tag, slope)), tag, slope);
            }
        }
    }
    return hn::Mul(hn::Mul(stiffness, hn::Set(tag, Real(0.5))), energy);
}

template <class Real, class Pair>
template <int axes>
void ParticleSystem<Real, Pair>::evaluate(Block<const Real> x, const Wanted<Real>& wanted) const {
    const D tag;
    Scratch frame;
    const auto size = static_cast<std::size_t>(dim()) * width;
    Real *near = frame.take<Real>(size), *slopes = wanted.score ? frame.take<Real>(size) : nullptr;
    for (int lane = 0; lane < x.lanes(); lane += width) {
        gather(x, lane, near);
        if (wanted.score || wanted.log_density) {
            V energy = slopes ? pairs<axes, true>(near, slopes) : pairs<axes, false>(near, nullptr);
            if (pair_.trap() > 0) {
                energy = hn::Add(energy, trap<axes>(near, slopes));
            }
            if (wanted.log_density) {
                hn::Store(hn::Neg(energy), tag, wanted.log_density + lane);
            }
            for (int i = 0; slopes && i < dim(); ++i) {
                hn::Store(hn::Neg(hn::Load(tag, slopes + i * width)), tag,
                          wanted.score + static_cast<std::ptrdiff_t>(i) * block_size + lane);
            }
        }
        if (wanted.hessian) {
            fill_hessian<axes>(near, lane, wanted.hessian);
        }
    }
}

/// A pair has -(slope 1 + bend d d^T) at (i, i) and (j, j) and its negative at (i, j); the trap has
/// -trap (1 - 1/n) per axis.
template <class Real, class Pair>
template <int axes>
void ParticleSystem<Real, Pair>::fill_hessian(const Real* x, int lane, Real* hessian) const {
    const D tag;
    const int n = layout_.n_particles, rows = n * axes;
    const auto entry = [&](int row, int column) {
        return hessian + (static_cast<std::ptrdiff_t>(row) * rows + column) * block_size + lane;
    };
    const auto add = [&](int row, int column, V value) {
        hn::Store(hn::Add(hn::Load(tag, entry(row, column)), value), tag, entry(row, column));
    };
    const Real stiffness = static_cast<Real>(pair_.trap()), shared = stiffness / static_cast<Real>(n);
    for (int row = 0; row < rows; ++row) {
        for (int column = 0; column < rows; ++column) {
            const bool same_axis = row % axes == column % axes;
            const Real value = (same_axis ? shared : Real(0)) - (row == column ? stiffness : Real(0));
            hn::Store(hn::Set(tag, value), tag, entry(row, column));
        }
    }
    for (int i = 0; i < n; ++i) {
        V here[axes];
        for (int a = 0; a < axes; ++a) {
            here[a] = hn::Load(tag, x + (i * axes + a) * width);
        }
        for (int j = i + 1; j < n; ++j) {
            V d[axes];
            const V q = difference<axes>(here, x + j * axes * width, d);
            const PairTerms<V> terms = pair_.template terms<true, true>(tag, q);
            for (int a = 0; a < axes; ++a) {
                for (int b = 0; b < axes; ++b) {
                    V value = hn::Mul(terms.bend, hn::Mul(d[a], d[b]));
                    value = a == b ? hn::Add(value, terms.slope) : value;
                    add(i * axes + a, i * axes + b, hn::Neg(value));
                    add(j * axes + a, j * axes + b, hn::Neg(value));
                    add(i * axes + a, j * axes + b, value);
                    add(j * axes + a, i * axes + b, value);
                }
            }
        }
    }
}

template <class Real, class Pair>
template <int axes>
void ParticleSystem<Real, Pair>::multiply(Block<const Real> x, Block<const Real> v, Block<Real> out) const {
    const D tag;
    Scratch frame;
    const int n = layout_.n_particles;
    const auto size = static_cast<std::size_t>(dim()) * width;
    Real *near = frame.take<Real>(size), *along = frame.take<Real>(size), *product = frame.take<Real>(size);
    for (int lane = 0; lane < x.lanes(); lane += width) {
        gather(x, lane, near), gather(v, lane, along);
        for (int i = 0; i < dim(); ++i) {
            hn::Store(hn::Zero(tag), tag, product + i * width);
        }
        for (int i = 0; i < n; ++i) {
            V here[axes], moving[axes];
            for (int a = 0; a < axes; ++a) {
                here[a] = hn::Load(tag, near + (i * axes + a) * width);
                moving[a] = hn::Load(tag, along + (i * axes + a) * width);
            }
            for (int j = i + 1; j < n; ++j) {
                V d[axes], u[axes], du = hn::Zero(tag);
                const V q = difference<axes>(here, near + j * axes * width, d);
                difference<axes>(moving, along + j * axes * width, u);
                const PairTerms<V> terms = pair_.template terms<true, true>(tag, q);
                for (int a = 0; a < axes; ++a) {
                    du = hn::MulAdd(d[a], u[a], du);
                }
                du = hn::Mul(du, terms.bend);
                for (int a = 0; a < axes; ++a) {
                    const V value = hn::MulAdd(terms.slope, u[a], hn::Mul(du, d[a]));
                    Real *own = product + (i * axes + a) * width, *other = product + (j * axes + a) * width;
                    hn::Store(hn::Add(hn::Load(tag, own), value), tag, own);
                    hn::Store(hn::Sub(hn::Load(tag, other), value), tag, other);
                }
            }
        }
        if (pair_.trap() > 0) {
            trap<axes>(along, product);  // it is linear
        }
        for (int i = 0; i < dim(); ++i) {
            hn::Store(hn::Neg(hn::Load(tag, product + i * width)), tag, out.row(i) + lane);
        }
    }
}

template <class Real, class Pair>
void ParticleSystem<Real, Pair>::observe(Block<const Real> x, Block<double> out) const {
    Target<Real>::observe(x, out);
    const int n = layout_.n_particles;
    for (int lane = 0; lane < x.lanes(); ++lane) {
        double distances = 0, squares = 0;
        for_pairs([&](int k) { return static_cast<double>(x(k, lane)); },
                  [&](double q) { distances += std::sqrt(q), squares += q; });
        out(1, lane) = distances / (0.5 * n * (n - 1));
        out(2, lane) = std::sqrt(squares) / n;  // sum_{i<j} r^2 = n sum_i |x_i - centre|^2
    }
}

template <class Real, class Pair>
template <int axes>
void ParticleSystem<Real, Pair>::share_energy(Block<const Real> x, Block<double> out) const {
    const D tag;
    Scratch frame;
    const int n = layout_.n_particles;
    Real* near = frame.take<Real>(static_cast<std::size_t>(dim()) * width);
    Real* pair = frame.take<Real>(static_cast<std::size_t>(width));
    for (int lane = 0; lane < x.lanes(); lane += width) {
        gather(x, lane, near);
        for (int i = 0; i < n; ++i) {
            std::fill_n(out.row(i) + lane, width, 0.0);
        }
        for (int i = 0; i < n; ++i) {
            V here[axes];
            for (int a = 0; a < axes; ++a) {
                here[a] = hn::Load(tag, near + (i * axes + a) * width);
            }
            for (int j = 0; j < n; ++j) {
                V d[axes];
                const V q = difference<axes>(here, near + j * axes * width, d);
                // sum_i |x_i - centre|^2 = sum_{i,j} q / (2 n)
                V energy = hn::Mul(q, hn::Set(tag, static_cast<Real>(pair_.trap() / (2.0 * n))));
                if (i != j) {
                    energy = hn::Add(energy, pair_.template terms<false, false>(tag, q).energy);
                }
                hn::Store(hn::Mul(energy, hn::Set(tag, Real(0.5))), tag, pair);
                for (int l = 0; l < width; ++l) {
                    out(i, lane + l) += static_cast<double>(pair[l]);
                }
            }
        }
    }
}

}  // namespace tempera
