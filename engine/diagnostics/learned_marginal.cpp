// SPDX-License-Identifier: MIT
#include "diagnostics/learned_marginal.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"

namespace tempera {
namespace {

/// Exact samples of a level and the logarithm of p_learned / p_exact at them.
template <class Real>
struct WeightedSamples {
    Particles<Real> x;
    PerParticle<double> log_weight;
};

template <class Real>
WeightedSamples<Real> weighted_samples(const Density<Real>& learned, const Mixture& exact,
                                       const StreamKey& key, int n) {
    WeightedSamples<Real> out{Particles<Real>(n, exact.dim()), PerParticle<double>(n)};
    const auto density = make_mixture_density<Real>(exact);
    parallel_for(out.x.n_blocks(), [&](int b) {
        const Block<Real> x = out.x.block(b);
        exact.sample(key, static_cast<std::uint32_t>(b * block_size), x);
        AlignedArray<Real> p(block_size), q(block_size);
        learned.evaluate_uncounted(x, {.log_density = p.data()});
        density->evaluate_uncounted(x, {.log_density = q.data()});
        for (int lane = 0; lane < x.n; ++lane) {
            const std::size_t l = static_cast<std::size_t>(lane);
            out.log_weight.block(b)[lane] = static_cast<double>(p[l]) - static_cast<double>(q[l]);
        }
    });
    return out;
}

}  // namespace

template <class Real>
Grid learned_marginal(const DensityPath<Real>& path, int level, const Grid& exact, const ViewPlane& plane,
                      const StreamKey& key, int n) {
    constexpr double enough = 24;
    const auto samples = weighted_samples<Real>(path.density(level), *path.level_mixture(level), key, n);
    const Grid count = bin_particles<Real>(samples.x, nullptr, plane, exact.box, exact.nx, exact.ny);
    const Grid weight = bin_particles(samples.x, &samples.log_weight, plane, exact.box, exact.nx, exact.ny);
    Grid out = exact;
    std::vector<char> found(out.value.size(), 0);
    for (int radius = 1; radius <= 16; radius *= 2) {
        Grid c = count, w = weight;
        blur(c, radius);
        blur(w, radius);
        const double cells = (2.0 * radius + 1) * (2.0 * radius + 1), least = radius < 16 ? enough : 0.5;
        for (std::size_t i = 0; i < out.value.size(); ++i) {
            if (!found[i] && static_cast<double>(c.value[i]) * cells >= least) {
                out.value[i] = exact.value[i] * (w.value[i] / c.value[i]);
                found[i] = 1;
            }
        }
    }
    for (std::size_t i = 0; i < out.value.size(); ++i) {
        out.value[i] = found[i] && std::isfinite(out.value[i]) ? out.value[i] : 0.0f;
    }
    out.max = out.value.empty() ? 0 : *std::max_element(out.value.begin(), out.value.end());
    return out;
}

template Grid learned_marginal(const DensityPath<float>&, int, const Grid&, const ViewPlane&,
                               const StreamKey&, int);
template Grid learned_marginal(const DensityPath<double>&, int, const Grid&, const ViewPlane&,
                               const StreamKey&, int);

}  // namespace tempera
