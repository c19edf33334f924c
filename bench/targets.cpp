// SPDX-License-Identifier: MIT
// Energies and forces of targets that are no mixtures, over 4096 particles in blocks as the samplers call
// them.
#include "bench/measure.hpp"
#include "targets/target.hpp"

namespace tempera::bench {

namespace {

constexpr int n_particles = 4096;

struct Case {
    const char *name, *target;
    Json settings;
    double flops;  ///< of one particle, of log density and score, by count; divisions count as one
    const char* note;
};

/// A configuration near a lattice for systems of particles, so that no pair is out of range; else normals.
template <class Real>
void fill_points(const Target<Real>& target, Particles<Real>& x) {
    const auto layout = target.particles();
    for (int b = 0; b < x.n_blocks(); ++b) {
        fill_normals(StreamKey{.seed = 2}, static_cast<std::uint32_t>(b * block_size), x.block(b));
    }
    for (int p = 0; layout && p < x.size(); ++p) {
        for (int k = 0; k < layout->n_particles; ++k) {
            int place = k;
            for (int a = 0; a < layout->axes; ++a, place /= 4) {
                Real& here = x(p, k * layout->axes + a);
                here = static_cast<Real>(layout->length) * (static_cast<Real>(place % 4) + Real(0.05) * here);
            }
        }
    }
}

template <class Real>
void measure(Report& report, const Peaks& peaks, const Case& c) {
    const bool single = sizeof(Real) == 4;
    const std::string name = std::string(c.name) + (single ? "_f32" : "_f64");
    if (!report.wants(name)) {
        return;
    }
    const auto target =
        find_entry(target_catalogue(), "target", c.target).template make<Real>(c.settings, {});
    Particles<Real> x(n_particles, target->dim()), score(n_particles, target->dim());
    PerParticle<Real> log_density(n_particles);
    fill_points(*target, x);
    const double seconds = least_seconds([&] {
        for (int b = 0; b < x.n_blocks(); ++b) {
            target->evaluate_uncounted(x.block(b), {log_density.block(b), score.block(b).data});
        }
        keep(*log_density.block(0));
    });
    const double peak = single ? peaks.fma_f32 : peaks.fma_f64;
    report.add({name, seconds, n_particles / seconds, "particles/s", n_particles * c.flops / seconds / peak,
                false, c.note});
}

/// Pairs, and flops of each: distance and forces in `axes` dimensions, and the energy's own.
double pair_flops(int n, int axes, double own) { return 0.5 * n * (n - 1) * (7 * axes + own); }

}  // namespace

void measure_targets(Report& report, const Peaks& peaks) {
    const Json none = Json::object();
    const Case cases[] = {
        {"dw4_score", "dw4", none, pair_flops(4, 2, 17), "31 flops a pair, a root and a division among them"},
        {"lj13_score", "lj13", none, pair_flops(13, 3, 12) + 13 * 15,
         "33 flops a pair, a division among them"},
        {"lj55_score", "lj55", none, pair_flops(55, 3, 12) + 55 * 15, "the same"},
        {"ising16_score",
         "ising",
         {{"size", 16}},
         4 * 2 * 16 * 256.0,
         "four transforms along the axes; exponentials and logarithms not counted"},
        {"logistic_score_1000x24",
         "logistic_regression",
         {{"n_rows", 1000}, {"n_features", 24}},
         4 * 1000 * 25.0,
         "4 flops a row and coefficient; an exponential and a reciprocal a row not counted"}};
    for (const Case& c : cases) {
        measure<float>(report, peaks, c);
        measure<double>(report, peaks, c);
    }
}

}  // namespace tempera::bench
