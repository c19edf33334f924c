// SPDX-License-Identifier: MIT
#include "run/work/run_overlap.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "core/parallel.hpp"
#include "core/state_archive.hpp"
#include "diagnostics/weights.hpp"
#include "run/record/sprite_subset.hpp"
#include "run/record/thumbnail_levels.hpp"

namespace tempera {

namespace {

constexpr int most_levels = 24;
constexpr int most_points = block_size;  // of a level: one block

/// Particles that stand for a weighted population, each as often as it is drawn: systematic, from the middles
/// of equal shares, so that nothing is left to chance.
std::vector<int> drawn_by_weight(const std::vector<double>& weight) {
    std::vector<int> out;
    if (weight.empty() || !std::isfinite(weight.front())) {
        return out;  // no weight is left
    }
    const int n = std::min(most_points, static_cast<int>(weight.size()));
    double passed = 0;
    std::size_t at = 0;
    for (int i = 0; i < n; ++i) {
        const double place = (i + 0.5) / n;
        while (at + 1 < weight.size() && passed + weight[at] < place) {
            passed += weight[at++];
        }
        out.push_back(static_cast<int>(at));
    }
    return out;
}

}  // namespace

template <class Real>
RunOverlap<Real>::RunOverlap(const DensityPath<Real>& path)
    : path_(&path), levels_(thumbnail_levels(path.n_levels(), most_levels)), points_(levels_.size()) {}

template <class Real>
void RunOverlap<Real>::keep(const AnnealedSampler<Real>& sampler) {
    if (!path_->has_level_densities() || !sampler.at_boundary()) {
        return;
    }
    if (const ExchangeStats* exchange = sampler.exchange_stats()) {
        keep_scan(sampler, exchange->scans_counted / sampler.n_chains() - 1);
    } else if (sampler.n_chains() == 0) {
        keep_level(sampler);
    }
}

template <class Real>
void RunOverlap<Real>::keep_level(const AnnealedSampler<Real>& sampler) {
    const auto at = std::ranges::find(levels_, sampler.current_level());
    const auto source = static_cast<std::size_t>(at - levels_.begin());
    if (at == levels_.end() || !points_[source].count.empty()) {
        return;
    }
    const Population<Real> population = sampler.population(*at);
    if (population.x && population.x->size() > 0 && population.log_weight) {
        add(source, population, drawn_by_weight(normalised_weights(population.log_weight->span())));
    }
}

template <class Real>
void RunOverlap<Real>::keep_scan(const AnnealedSampler<Real>& sampler, long scan) {
    const int row = std::min(sampler.n_chains(), most_points);
    if (scan < 0 || scan % stride_ != 0 || !thin(scan, static_cast<std::size_t>(row))) {
        return;
    }
    std::vector<int> drawn;
    for (int i = 0; i < row; ++i) {
        drawn.push_back(static_cast<int>(stratum_particle(i, row, sampler.n_chains())));
    }
    for (std::size_t source = 0; source < levels_.size(); ++source) {
        add(source, sampler.population(levels_[source]), drawn);
    }
}

/// Makes room for a row of points of that scan; false where it is not to be kept.
template <class Real>
bool RunOverlap<Real>::thin(long scan, std::size_t row) {
    const std::size_t rows = points_.front().count.size() / row, most = most_points / row;
    if (rows < most) {
        return true;
    }
    const std::size_t left = (rows + 1) / 2;
    for (LevelPoints& level : points_) {
        const auto halve = [&](std::vector<double>& values, std::size_t width) {
            for (std::size_t r = 0; r < left; ++r) {
                std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(2 * r * width), width,
                            values.begin() + static_cast<std::ptrdiff_t>(r * width));
            }
            values.resize(left * width);
        };
        halve(level.count, row);
        halve(level.log_density, row * levels_.size());
    }
    latest_.reset();
    stride_ *= 2;
    return scan % stride_ == 0 && left < most;
}

template <class Real>
void RunOverlap<Real>::add(std::size_t source, const Population<Real>& population,
                           const std::vector<int>& drawn) {
    if (drawn.empty()) {
        return;
    }
    LevelPoints& to = points_[source];
    std::vector<int> distinct;
    for (const int i : drawn) {
        if (distinct.empty() || distinct.back() != i) {
            distinct.push_back(i);
            to.count.push_back(0);
        }
        to.count.back() += 1;
    }
    const std::size_t n = distinct.size(), n_levels = levels_.size(), first = to.log_density.size();
    Particles<Real> x(static_cast<int>(n), path_->dim());
    const Block<Real> block = x.block(0);
    for (int lane = 0; lane < block.lanes(); ++lane) {
        const int from = distinct[std::min(static_cast<std::size_t>(lane), n - 1)];
        for (int i = 0; i < x.dim(); ++i) {
            block(i, lane) = (*population.x)(from, i);
        }
    }
    to.log_density.resize(first + n * n_levels);
    parallel_for(static_cast<int>(n_levels), [&](int target) {
        PerParticle<Real> log_density(static_cast<int>(n));
        Tally not_of_the_run;
        const auto at = static_cast<std::size_t>(target);
        path_->density(levels_[at]).evaluate(block, {log_density.block(0), nullptr}, not_of_the_run);
        for (std::size_t i = 0; i < n; ++i) {
            to.log_density[first + i * n_levels + at] = static_cast<double>(log_density[static_cast<int>(i)]);
        }
    });
    latest_.reset();
}

template <class Real>
std::shared_ptr<const LevelOverlap> RunOverlap<Real>::latest(const AnnealedSampler<Real>& sampler) {
    const bool none = std::ranges::all_of(points_, [](const LevelPoints& p) { return p.count.empty(); }),
               at_target_alone = sampler.n_chains() > 0 && !sampler.exchange_stats();
    if (latest_ || (none && path_->has_level_densities() && !at_target_alone)) {
        return latest_;
    }
    auto made = std::make_shared<LevelOverlap>();
    if (at_target_alone) {
        made->missing = "These chains stay at the target: there are no levels to compare.";
    } else if (!path_->has_level_densities()) {
        made->missing = "This path has no log densities between its ends, so that particles of one level "
                        "cannot be weighed for another.";
    } else {
        made->levels = levels_;
        compare_levels(*made, points_);
    }
    latest_ = made;
    return latest_;
}

template <class Real>
void RunOverlap<Real>::archive(StateArchive& archive) {
    archive.whole("stride", stride_, 1, std::numeric_limits<long>::max());
    for (std::size_t k = 0; k < points_.size(); ++k) {
        LevelPoints& points = points_[k];
        const std::string name = "level" + std::to_string(k);
        archive(name + ".count", points.count);
        archive(name + ".log_density", points.log_density);
        archive.check(name, points.log_density.size() == points.count.size() * levels_.size());
    }
    latest_.reset();
}

template class RunOverlap<float>;
template class RunOverlap<double>;

}  // namespace tempera
