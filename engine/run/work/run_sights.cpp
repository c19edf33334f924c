// SPDX-License-Identifier: MIT
#include "run/work/run_sights.hpp"

#include <algorithm>
#include <cmath>

#include "core/state_archive.hpp"
#include "diagnostics/mode_weights.hpp"
#include "run/record/point_set.hpp"
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
        const long i = stratum_particle(s, kept, n);
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
std::shared_ptr<const PointSet> RunSights<Real>::points(const Population<Real>& p) const {
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
    measure(*points, path_->target());
    return points;
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
        kept_.push_back({level, sprites(p), density(p)});
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
    kept_.resize(levels.size());
    for (std::size_t i = 0; i < kept_.size(); ++i) {
        LevelSight& sight = kept_[i];
        SpriteSet sprites = sight.sprites ? *sight.sprites : SpriteSet{};
        Grid grid = sight.density ? *sight.density : Grid{};
        archive_sprites(archive, "sprites" + std::to_string(i), sprites);
        archive_grid(archive, "density" + std::to_string(i), grid);
        if (archive.restoring()) {
            sight = {levels[i], std::make_shared<SpriteSet>(std::move(sprites)),
                     std::make_shared<Grid>(std::move(grid))};
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
