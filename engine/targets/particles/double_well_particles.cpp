// SPDX-License-Identifier: MIT
// Particles whose pairs feel a double well of their distance r: a u + b u^2 + c u^4 with u = r - d0 (Koehler,
// Klein and Noe 2020). dw4 is the benchmark of four particles in the plane.
#include <cmath>
#include <numeric>

#include "core/number.hpp"
#include "targets/particles/particle_system.hpp"

namespace tempera {

namespace {

struct DoubleWellSettings {
    int n_particles = 4, dim = 2;
    double a = 0, b = -4, c = 0.9, d0 = 4;

    void describe(Describer& d) {
        d.integer("n_particles", n_particles, {.min = 2, .max = 1000, .help = "particles"});
        d.integer("dim", dim, {.min = 1, .max = 3, .help = "coordinates of a particle"});
        d.number("a", a, {.min = -1e6, .max = 1e6, .help = "of the distance less d0"});
        d.number("b", b, {.min = -1e6, .max = 1e6, .help = "of its square; negative: two wells"});
        d.number("c", c, {.min = 0, .max = 1e6, .open_min = true, .help = "of its fourth power"});
        d.number("d0", d0, {.min = 0, .max = 1e6, .help = "distance at the barrier between the wells"});
    }
};

struct Dw4Settings {
    void describe(Describer&) {}
};

template <class Real>
class DoubleWellPair {
public:
    explicit DoubleWellPair(const DoubleWellSettings& s)
        : a_(static_cast<Real>(s.a)), b_(static_cast<Real>(s.b)), c_(static_cast<Real>(s.c)),
          d0_(static_cast<Real>(s.d0)) {}
    double trap() const { return 0; }

    template <bool with_slope, bool with_bend, class D, class V>
    HWY_INLINE PairTerms<V> terms(D tag, V q) const {
        // Two particles in one place have no direction to part in: a floor far below every distance of note.
        q = hn::Max(hn::Set(tag, Real(1e-12)), q);
        const V r = hn::Sqrt(q), u = hn::Sub(r, hn::Set(tag, d0_)), u2 = hn::Mul(u, u), a = hn::Set(tag, a_),
                b = hn::Set(tag, b_), c = hn::Set(tag, c_);
        PairTerms<V> out;
        out.energy = hn::MulAdd(u2, hn::MulAdd(c, u2, b), hn::Mul(a, u));
        if constexpr (with_slope) {
            const V first = hn::MulAdd(hn::Add(u, u), hn::MulAdd(hn::Set(tag, 2 * c_), u2, b),
                                       a);  // d/dr = a + 2 b u + 4 c u^3
            out.slope = hn::Div(first, r);
            if constexpr (with_bend) {
                const V second = hn::MulAdd(hn::Set(tag, 12 * c_), u2, hn::Set(tag, 2 * b_));
                out.bend = hn::Div(hn::Sub(second, out.slope), q);
            }
        }
        return out;
    }

private:
    Real a_, b_, c_, d0_;
};

/// Modes are the numbers of short distances (below d0), which tell the basins of four particles apart; more
/// pairs have too many to name.
constexpr int most_pairs_with_modes = 15;

template <class Real>
class DoubleWellParticles : public ParticleSystem<Real, DoubleWellPair<Real>> {
    using Base = ParticleSystem<Real, DoubleWellPair<Real>>;

public:
    DoubleWellParticles(const DoubleWellSettings& s, const TargetContext<Real>&)
        : Base({s.n_particles, s.dim, s.d0 > 0 ? s.d0 : 1}, DoubleWellPair<Real>(s)), s_(s) {}

    std::shared_ptr<const Target<double>> in_double() const override {
        return std::make_shared<DoubleWellParticles<double>>(s_, TargetContext<double>{});
    }

    int n_modes() const override { return n_pairs() <= most_pairs_with_modes ? n_pairs() + 1 : 0; }
    std::vector<std::string> mode_names() const override {
        std::vector<std::string> out;
        for (int short_ones = 0; short_ones < n_modes(); ++short_ones) {
            out.push_back(std::to_string(short_ones) + " short");
        }
        return out;
    }
    std::vector<double> mode_responsibilities(const std::vector<double>& x) const override {
        const auto modes = static_cast<std::size_t>(n_modes()), d = static_cast<std::size_t>(this->dim());
        std::vector<double> out(x.size() / d * modes, 0.0);
        for (std::size_t i = 0; modes && i < x.size() / d; ++i) {
            out[i * modes + static_cast<std::size_t>(short_distances(
                                [&](int k) { return x[i * d + static_cast<std::size_t>(k)]; }))] = 1;
        }
        return out;
    }

    std::vector<Observable> observables() const override {
        std::vector<Observable> out = Base::observables();
        out.push_back({.name = "short_distances"});
        return out;
    }
    void observe(Block<const Real> x, Block<double> out) const override {
        Base::observe(x, out);
        const int row = out.dim - 1;
        for (int lane = 0; lane < x.lanes(); ++lane) {
            out(row, lane) = short_distances([&](int k) { return static_cast<double>(x(k, lane)); });
        }
    }
    /// The curvature of a pair's wells is -4 b (2 c u^2 = -b).
    double local_variance() const override {
        const double curvature = s_.b < 0 ? -4 * s_.b : std::sqrt(s_.c) + s_.b;
        return 1 / (0.5 * s_.n_particles * curvature);
    }

private:
    int n_pairs() const { return s_.n_particles * (s_.n_particles - 1) / 2; }
    template <class Place>
    int short_distances(Place place) const {
        int out = 0;
        this->for_pairs(place, [&](double q) { out += q < s_.d0 * s_.d0; });
        return out;
    }

    DoubleWellSettings s_;
};

/// Exact by quadrature (docs/targets.md): log Z and the mean energy to all digits given, the masses by the
/// number of short distances to 1e-5.
template <class Real>
class Dw4 final : public DoubleWellParticles<Real> {
public:
    Dw4(const Dw4Settings&, const TargetContext<Real>& context) : DoubleWellParticles<Real>({}, context) {}
    std::optional<double> log_z() const override { return 29.667232; }
    std::vector<double> mode_weights() const override {
        std::vector<double> out{4.6e-11, 9.4805e-4, 0.517621, 0.034794, 0.406373, 0.039652, 6.1098e-4};
        const double total = std::accumulate(out.begin(), out.end(), 0.0);
        for (double& w : out) {
            w /= total;
        }
        return out;
    }
    std::vector<Observable> observables() const override {
        std::vector<Observable> out = DoubleWellParticles<Real>::observables();
        out.front().exact = -22.541508;
        return out;
    }
};

}  // namespace

TargetEntry double_well_particles_target() {
    return target_entry<DoubleWellParticles, DoubleWellSettings>(
        "double_well_particles", "particles whose pairs feel a double well of their distance");
}

TargetEntry dw4_target() {
    return target_entry<Dw4, Dw4Settings>("dw4", "four such particles in the plane, 6 dimensions");
}

}  // namespace tempera
