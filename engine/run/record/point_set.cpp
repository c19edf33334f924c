// SPDX-License-Identifier: MIT
#include "run/record/point_set.hpp"

#include <algorithm>
#include <cmath>

#include "diagnostics/particle_distance.hpp"
#include "run/diagnostics/observable_statistics.hpp"
#include "run/record/sprite_subset.hpp"

namespace tempera {

namespace {

/// As many as a picture can use, of systems evenly spread.
constexpr std::size_t most_distances = 6'000;

void add_distances(PointSet& points, const ParticleLayout& layout) {
    const std::size_t n = points.weight.size(),
                      pairs = static_cast<std::size_t>(layout.n_particles) *
                              static_cast<std::size_t>(layout.n_particles - 1) / 2,
                      kept = std::min(n, std::max<std::size_t>(1, most_distances / pairs));
    for (std::size_t k = 0; k < kept; ++k) {
        const std::size_t p = k * n / kept, dim = static_cast<std::size_t>(points.dim);
        const std::vector<double> of_one = pair_distances(std::span(points.x).subspan(p * dim, dim), layout);
        points.distance.insert(points.distance.end(), of_one.begin(), of_one.end());
        points.distance_weight.insert(points.distance_weight.end(), of_one.size(),
                                      static_cast<double>(points.weight[p]));
    }
}

}  // namespace

template <class Real>
void describe_target(Snapshot& s, const Target<Real>& target) {
    s.true_mode_weights = target.mode_weights();
    s.observables = target.observables();
    s.particles = target.particles();
    s.lattice = target.lattice();
}

template <class Real>
void measure(PointSet& points, const Target<Real>& target) {
    points.observables = observe(target, points.x);
    if (const auto layout = target.particles()) {
        add_distances(points, *layout);
    }
}

template <class Real>
std::shared_ptr<const PointSet> point_set(const Target<Real>& target, std::span<const double> x,
                                          std::span<const double> log_weight) {
    auto points = std::make_shared<PointSet>();
    const long n = static_cast<long>(log_weight.size()), kept = std::min(n, point_limit);
    const auto row = static_cast<std::size_t>(target.dim());
    points->dim = target.dim();
    std::vector<double> of_kept;
    for (long k = 0; k < kept; ++k) {
        const auto i = static_cast<std::size_t>(stratum_particle(k, kept, n));
        const auto at = x.subspan(i * row, row);
        points->x.insert(points->x.end(), at.begin(), at.end());
        points->particle.push_back(static_cast<int>(i));
        of_kept.push_back(log_weight[i]);
    }
    points->weight = relative_weights(std::move(of_kept));
    measure(*points, target);
    return points;
}

template <class Real>
std::shared_ptr<const PointSet> point_set(const Target<Real>& target, const ReferencePoints* reference) {
    if (!reference) {
        return nullptr;
    }
    std::vector<double> log_weight(reference->weight.size());
    std::transform(reference->weight.begin(), reference->weight.end(), log_weight.begin(),
                   [](double w) { return std::log(w); });
    return point_set(target, reference->x, log_weight);
}

template void describe_target(Snapshot&, const Target<float>&);
template void describe_target(Snapshot&, const Target<double>&);
template void measure(PointSet&, const Target<float>&);
template void measure(PointSet&, const Target<double>&);
template std::shared_ptr<const PointSet> point_set(const Target<float>&, std::span<const double>,
                                                   std::span<const double>);
template std::shared_ptr<const PointSet> point_set(const Target<double>&, std::span<const double>,
                                                   std::span<const double>);
template std::shared_ptr<const PointSet> point_set(const Target<float>&, const ReferencePoints*);
template std::shared_ptr<const PointSet> point_set(const Target<double>&, const ReferencePoints*);

}  // namespace tempera
