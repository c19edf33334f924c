// SPDX-License-Identifier: MIT
// Lennard-Jones clusters in a harmonic trap, E = 2 epsilon sum_{i<j} [(r_m/r)^12 - 2 (r_m/r)^6] +
// oscillator/2 sum_i |x_i - centre|^2: the energy that the diffusion samplers of this field are compared on
// (Koehler, Klein and Noe 2020 and the codes that follow; the factor 2 counts every pair in both orders).
#include "core/number.hpp"
#include "targets/particles/particle_system.hpp"

namespace tempera {

namespace {

struct LennardJonesSettings {
    int n_particles = 13;
    double epsilon = 1, r_m = 1, oscillator = 1;

    void describe(Describer& d) {
        d.integer("n_particles", n_particles, {.min = 2, .max = 1000, .help = "particles in space"});
        d.number(
            "epsilon", epsilon,
            {.min = 0, .max = 1e6, .open_min = true, .log_scale = true, .help = "half the depth of a pair"});
        d.number("r_m", r_m,
                 {.min = 0,
                  .max = 1e6,
                  .open_min = true,
                  .log_scale = true,
                  .help = "distance of a pair at its least energy"});
        d.number("oscillator", oscillator,
                 {.min = 0, .max = 1e6, .open_min = true, .help = "stiffness of the trap around the centre"});
    }
};

template <int particles>
struct ClusterSettings {
    void describe(Describer&) {}
    operator LennardJonesSettings() const { return {.n_particles = particles}; }
};

/// With s = r_m^2 / q: g = 2 epsilon (s^6 - 2 s^3), 2 g' = 24 epsilon (s^3 - s^6) / q and 4 g'' =
/// 48 epsilon (7 s^6 - 4 s^3) / q^2.
template <class Real>
class LennardJonesPair {
public:
    explicit LennardJonesPair(const LennardJonesSettings& s)
        : epsilon_(static_cast<Real>(s.epsilon)), square_(static_cast<Real>(s.r_m * s.r_m)),
          trap_(s.oscillator) {}
    double trap() const { return trap_; }

    template <bool with_slope, bool with_bend, class D, class V>
    HWY_INLINE PairTerms<V> terms(D tag, V q) const {
        const V inverse = hn::Div(hn::Set(tag, Real(1)), q), s = hn::Mul(hn::Set(tag, square_), inverse),
                s3 = hn::Mul(hn::Mul(s, s), s), two = hn::Set(tag, Real(2));
        PairTerms<V> out;
        out.energy = hn::Mul(hn::Set(tag, 2 * epsilon_), hn::Mul(s3, hn::Sub(s3, two)));
        if constexpr (with_slope) {
            out.slope = hn::Mul(hn::Mul(hn::Set(tag, 24 * epsilon_), inverse), hn::NegMulAdd(s3, s3, s3));
        }
        if constexpr (with_bend) {
            const V bracket = hn::Mul(s3, hn::MulSub(hn::Set(tag, Real(7)), s3, hn::Set(tag, Real(4))));
            out.bend = hn::Mul(hn::Set(tag, 48 * epsilon_), hn::Mul(hn::Mul(inverse, inverse), bracket));
        }
        return out;
    }

private:
    Real epsilon_, square_;
    double trap_;
};

template <class Real>
class LennardJones final : public ParticleSystem<Real, LennardJonesPair<Real>> {
public:
    LennardJones(const LennardJonesSettings& s, const TargetContext<Real>&)
        : ParticleSystem<Real, LennardJonesPair<Real>>({s.n_particles, 3, s.r_m}, LennardJonesPair<Real>(s)),
          s_(s) {}
    std::shared_ptr<const Target<double>> in_double() const override {
        return std::make_shared<LennardJones<double>>(s_, TargetContext<double>{});
    }
    /// A particle shakes in the cage of twelve neighbours, a third of them along an axis: 2 g'' is 144
    /// epsilon / r_m^2 along a pair at rest.
    double local_variance() const override {
        return 1 / (4 * 144 * s_.epsilon / (s_.r_m * s_.r_m) + s_.oscillator);
    }

private:
    LennardJonesSettings s_;
};

}  // namespace

TargetEntry lennard_jones_target() {
    return target_entry<LennardJones, LennardJonesSettings>(
        "lennard_jones", "a cluster of Lennard-Jones particles in space, centre at rest");
}

TargetEntry lj13_target() {
    return target_entry<LennardJones, ClusterSettings<13>>("lj13",
                                                           "13 Lennard-Jones particles, 36 dimensions");
}

TargetEntry lj55_target() {
    return target_entry<LennardJones, ClusterSettings<55>>("lj55",
                                                           "55 Lennard-Jones particles, 162 dimensions");
}

}  // namespace tempera
