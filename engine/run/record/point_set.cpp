// SPDX-License-Identifier: MIT
#include "run/record/point_set.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"
#include "diagnostics/particle_distance.hpp"
#include "run/diagnostics/observable_statistics.hpp"
#include "run/record/sprite_subset.hpp"

namespace tempera {

namespace {

/// As many as a picture can use, of systems evenly spread.
constexpr std::size_t most_distances = 6'000;

std::size_t pairs_of(const ParticleLayout& layout) {
    const auto n = static_cast<std::size_t>(layout.n_particles);
    return n * (n - 1) / 2;
}
std::size_t pairs_of(const PointSet& points, const ParticleLayout& layout) {
    return points.weight.size() * pairs_of(layout);
}

void add_distances(PointSet& points, const ParticleLayout& layout) {
    const std::size_t n = points.weight.size(), pairs = std::max<std::size_t>(1, pairs_of(layout)),
                      kept = std::min(n, std::max<std::size_t>(1, most_distances / pairs));
    for (std::size_t k = 0; k < kept; ++k) {
        const std::size_t p = k * n / kept, dim = static_cast<std::size_t>(points.dim);
        const std::vector<double> of_one = pair_distances(std::span(points.x).subspan(p * dim, dim), layout);
        points.distance.insert(points.distance.end(), of_one.begin(), of_one.end());
        points.distance_weight.insert(points.distance_weight.end(), of_one.size(),
                                      static_cast<double>(points.weight[p]));
    }
}

/// More pairs than these take longer than a view of a run that goes on may: LJ55 has 3 million of 2000
/// points.
constexpr std::size_t most_pairs_in_passing = 200'000;

/// Norms of the forces on the particles of every point and, where they are known, their energies.
template <class Real>
void add_forces(PointSet& points, const Target<Real>& target, const ParticleLayout& layout) {
    const int dim = target.dim(), n = static_cast<int>(points.weight.size()),
              n_blocks = (n + block_size - 1) / block_size;
    const auto n_particles = static_cast<std::size_t>(layout.n_particles);
    points.force.assign(n_particles * points.weight.size(), 0);
    points.energy = points.force;
    std::vector<char> told(static_cast<std::size_t>(n_blocks), 0);
    parallel_for(n_blocks, [&](int b) {
        const int first = b * block_size, count = std::min(block_size, n - first);
        const Particles<Real> x = block_of<Real>(points.x, dim, first, count);
        Particles<Real> score(count, dim);
        Particles<double> energy(count, layout.n_particles);
        const Block<const Real> block = x.block(0);
        target.evaluate_uncounted(block, {.score = score.block(0).row(0)});
        told[static_cast<std::size_t>(b)] = target.particle_energies(block, energy.block(0));
        for (int i = 0; i < count; ++i) {
            for (int p = 0; p < layout.n_particles; ++p) {
                double square = 0;
                for (int a = 0; a < layout.axes; ++a) {
                    square += std::pow(static_cast<double>(score(i, p * layout.axes + a)), 2);
                }
                const std::size_t at =
                    static_cast<std::size_t>(first + i) * n_particles + static_cast<std::size_t>(p);
                points.force[at] = static_cast<float>(std::sqrt(square));
                points.energy[at] = static_cast<float>(energy(i, p));
            }
        }
    });
    if (std::count(told.begin(), told.end(), 0) > 0) {
        points.energy.clear();
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
void measure(PointSet& points, const Target<Real>& target, Measured measured) {
    points.observables = observe(target, points.x);
    const auto layout = target.particles();
    if (!layout) {
        return;
    }
    add_distances(points, *layout);
    if (measured == Measured::in_full || pairs_of(points, *layout) <= most_pairs_in_passing) {
        add_forces(points, target, *layout);
    }
}

void place_along(PointSet& points, const PrincipalAxes& axes) {
    points.principal = along_axes(axes, points.x, points.weight, points.dim);
}

std::optional<std::size_t> row_of(const std::vector<int>& kept, int particle) {
    const auto at = std::lower_bound(kept.begin(), kept.end(), particle);
    return at != kept.end() && *at == particle ? std::optional(static_cast<std::size_t>(at - kept.begin()))
                                               : std::nullopt;
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
    if (points->dim > 2) {
        place_along(*points, principal_axes(points->x, points->weight, points->dim));
    }
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
template void measure(PointSet&, const Target<float>&, Measured);
template void measure(PointSet&, const Target<double>&, Measured);
template std::shared_ptr<const PointSet> point_set(const Target<float>&, std::span<const double>,
                                                   std::span<const double>);
template std::shared_ptr<const PointSet> point_set(const Target<double>&, std::span<const double>,
                                                   std::span<const double>);
template std::shared_ptr<const PointSet> point_set(const Target<float>&, const ReferencePoints*);
template std::shared_ptr<const PointSet> point_set(const Target<double>&, const ReferencePoints*);

}  // namespace tempera
