// SPDX-License-Identifier: MIT
#include "run/work/run_sights.hpp"

#include <algorithm>
#include <cmath>

#include "core/state_archive.hpp"
#include "diagnostics/mode_weights.hpp"
#include "run/record/sprite_subset.hpp"
#include "run/record/thumbnail_levels.hpp"

namespace tempera {

namespace {

constexpr int density_pixels = 256;

void archive_sprites(StateArchive& archive, const std::string& name, SpriteSet& sprites) {
    archive(name + ".x", sprites.x);
    archive(name + ".y", sprites.y);
    archive(name + ".weight", sprites.weight);
    archive(name + ".mode", sprites.mode);
    archive(name + ".particle", sprites.particle);
    archive(name + ".root", sprites.root);
    archive(name + ".total", sprites.total);
}

/// What the rest of a set follows from.
void archive_points(StateArchive& archive, const std::string& name, PointSet& points, int dim) {
    points.dim = dim;
    archive(name + ".x", points.x);
    archive(name + ".weight", points.weight);
    archive(name + ".particle", points.particle);
    archive.check(name, points.x.size() == points.weight.size() * static_cast<std::size_t>(dim) &&
                            points.particle.size() == points.weight.size());
}

void archive_grid(StateArchive& archive, const std::string& name, Grid& grid) {
    archive(name + ".nx", grid.nx);
    archive(name + ".ny", grid.ny);
    archive(name + ".x_min", grid.box.x_min);
    archive(name + ".x_max", grid.box.x_max);
    archive(name + ".y_min", grid.box.y_min);
    archive(name + ".y_max", grid.box.y_max);
    archive(name + ".value", grid.value);
    archive(name + ".max", grid.max);
}

}  // namespace

template <class Real>
RunSights<Real>::RunSights(const DensityPath<Real>& path)
    : path_(&path), plane_(view_plane(path)), levels_(thumbnail_levels(path.n_levels(), n_thumbnails)),
      overlap_(path), traces_(path) {}

template <class Real>
std::shared_ptr<const SpriteSet> RunSights<Real>::sprites(const Population<Real>& p) const {
    auto sprites = std::make_shared<SpriteSet>();
    const long n = p.x->size(), kept = std::min(n, sprite_limit);
    const int dim = path_->dim();
    sprites->total = n;
    std::vector<double> x(static_cast<std::size_t>(kept * dim)), log_weight;
    for (long s = 0; s < kept; ++s) {
        const long i = sprite_particle(s, kept, n);
        const std::span<double> y(x.data() + s * dim, static_cast<std::size_t>(dim));
        for (int d = 0; d < dim; ++d) {
            y[static_cast<std::size_t>(d)] = static_cast<double>((*p.x)(static_cast<int>(i), d));
        }
        const auto at = plane_.project(y);
        sprites->x.push_back(at[0]);
        sprites->y.push_back(at[1]);
        sprites->particle.push_back(static_cast<int>(i));
        sprites->root.push_back(p.root ? (*p.root)[static_cast<std::size_t>(i)] : static_cast<int>(i));
        log_weight.push_back(p.log_weight ? (*p.log_weight)[static_cast<int>(i)] : 0);
    }
    sprites->weight = relative_weights(std::move(log_weight));
    const int n_modes = path_->target().n_modes();
    sprites->mode = n_modes > 1 ? hard_modes(path_->mode_responsibilities(p.level, x), n_modes)
                                : std::vector<int>(static_cast<std::size_t>(kept), 0);
    return sprites;
}

template <class Real>
std::shared_ptr<PointSet> RunSights<Real>::unplaced(const Population<Real>& p, Measured measured) const {
    auto points = std::make_shared<PointSet>();
    const long n = p.x->size(), kept = std::min(n, point_limit);
    std::vector<double> y, log_weight;
    for (long s = 0; s < kept; ++s) {
        const int i = static_cast<int>(stratum_particle(s, kept, n));
        for (int d = 0; d < path_->dim(); ++d) {
            y.push_back(static_cast<double>((*p.x)(i, d)));
        }
        points->particle.push_back(i);
        log_weight.push_back(p.log_weight ? (*p.log_weight)[i] : 0);
    }
    points->dim = path_->target().dim();
    points->x = path_->to_target(p.level, std::move(y));
    points->weight = relative_weights(std::move(log_weight));
    measure(*points, path_->target(), measured);
    return points;
}

template <class Real>
void RunSights<Real>::find_axes(const PointSet& points) {
    const Stopwatch watch;
    axes_ = principal_axes(points.x, points.weight, points.dim, &axes_);
    axes_seconds_ = watch.seconds();
    since_axes_ = {};
}

template <class Real>
std::shared_ptr<const PointSet> RunSights<Real>::points(const Population<Real>& p, Measured measured) {
    constexpr double part_of_time = 0.02;
    auto points = unplaced(p, measured);
    if (points->dim > 2) {
        if (!axes_.known() || measured == Measured::in_full ||
            axes_seconds_ < part_of_time * since_axes_.seconds()) {
            find_axes(*points);
        }
        place_along(*points, axes_);
    }
    return points;
}

/// Signs follow those of the sight before, which does not depend on what was looked at.
template <class Real>
void RunSights<Real>::place_kept(PointSet& points) {
    if (points.dim > 2) {
        kept_axes_ = principal_axes(points.x, points.weight, points.dim, &kept_axes_);
        place_along(points, kept_axes_);
        axes_ = kept_axes_;
    }
}

template <class Real>
std::shared_ptr<const Grid> RunSights<Real>::density(const Population<Real>& p) const {
    return std::make_shared<Grid>(
        bin_particles(*p.x, p.log_weight, plane_, plane_.box, density_pixels, density_pixels));
}

template <class Real>
void RunSights<Real>::keep(const AnnealedSampler<Real>& sampler) {
    overlap_.keep(sampler);
    traces_.follow(sampler);
    const int level = sampler.current_level();
    if (sampler.n_chains() > 0 || !sampler.at_boundary() ||
        std::find(levels_.begin(), levels_.end(), level) == levels_.end()) {
        return;
    }
    const Population<Real> p = sampler.population(level);
    if (p.x && p.x->size() > 0) {
        auto points = unplaced(p, Measured::in_full);
        place_kept(*points);
        kept_.push_back({level, sprites(p), density(p), std::move(points)});
    }
}

template <class Real>
void RunSights<Real>::fill(Snapshot& s, const AnnealedSampler<Real>& sampler, const Json& preset,
                           bool at_rest) {
    s.sights = std::make_shared<std::vector<LevelSight>>(kept_);
    s.overlap = overlap_.latest(sampler);
    s.traces = traces_.latest(sampler, preset, at_rest);
}

template <class Real>
void RunSights<Real>::archive(StateArchive& archive) {
    std::vector<int> levels;
    for (const LevelSight& sight : kept_) {
        levels.push_back(sight.level);
    }
    archive("level", levels);
    if (archive.restoring()) {
        kept_axes_ = {};
    }
    kept_.resize(levels.size());
    for (std::size_t i = 0; i < kept_.size(); ++i) {
        LevelSight& sight = kept_[i];
        SpriteSet sprites = sight.sprites ? *sight.sprites : SpriteSet{};
        Grid grid = sight.density ? *sight.density : Grid{};
        auto points = std::make_shared<PointSet>(sight.points ? *sight.points : PointSet{});
        archive_sprites(archive, "sprites" + std::to_string(i), sprites);
        archive_grid(archive, "density" + std::to_string(i), grid);
        archive_points(archive, "points" + std::to_string(i), *points, path_->target().dim());
        if (archive.restoring()) {
            measure(*points, path_->target());
            place_kept(*points);
            sight = {levels[i], std::make_shared<SpriteSet>(std::move(sprites)),
                     std::make_shared<Grid>(std::move(grid)), std::move(points)};
        }
    }
    archive.part("overlap", overlap_);
    if (archive.restoring()) {
        traces_ = RunTraces<Real>(*path_);
    }
}

template class RunSights<float>;
template class RunSights<double>;

}  // namespace tempera
