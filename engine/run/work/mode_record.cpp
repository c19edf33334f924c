// SPDX-License-Identifier: MIT
#include "run/work/mode_record.hpp"

#include <algorithm>

#include "diagnostics/mode_weights.hpp"
#include "diagnostics/weights.hpp"
#include "run/record/mode_counts.hpp"

namespace tempera {

namespace {

/// Responsibilities per recorded level: more particles than this are thinned, so that recording stays cheap.
constexpr long recorded_responsibilities = 1L << 20;

}  // namespace

template <class Real>
void ModeRecord<Real>::look(const AnnealedSampler<Real>& sampler) {
    const int level = sampler.current_level();
    if (!rows_.empty() && rows_.back().level == level) {
        return;
    }
    const Population<Real> population = sampler.population(level);
    if (!population.x) {
        return;
    }
    ModeRow row;
    row.level = level;
    row.exact = experiment_->path->mode_weights(level);
    row.learned = experiment_->learned_weights(level);
    ModeCounts counts = count_modes(*experiment_->path, population,
                                    recorded_responsibilities / experiment_->target->n_modes());
    const double n = population.x->size();
    const double ess = population.log_weight ? ess_fraction(population.log_weight->span()) * n : n;
    const auto& stats = sampler.level_stats();
    const double roots = stats.empty() || stats.back().unique_roots <= 0 ? n : stats.back().unique_roots;
    // The intervals are those of the particles that were counted.
    const double counted = static_cast<double>(counts.counted);
    row.sampled_interval = mode_interval(counts.sampled, std::min(roots, counted));
    row.weighted_interval = mode_interval(counts.weighted, counts.weighted_stderr,
                                          std::min(std::min(ess, roots), ess * counted / n));
    row.sampled = std::move(counts.sampled);
    row.weighted = std::move(counts.weighted);
    rows_.push_back(std::move(row));
}

template <class Real>
void ModeRecord<Real>::archive(StateArchive& archive) {
    std::vector<int> level;
    for (const ModeRow& row : rows_) {
        level.push_back(row.level);
    }
    archive.whole("modes.level", level, 0, experiment_->path->n_levels());
    rows_.resize(level.size());
    const auto column = [&](const std::string& name, std::vector<double> ModeRow::* field) {
        std::vector<std::vector<double>> values;
        for (ModeRow& row : rows_) {
            values.push_back(row.*field);
        }
        archive("modes." + name, values);
        for (std::size_t i = 0; i < values.size() && i < rows_.size(); ++i) {
            rows_[i].level = level[i];
            rows_[i].*field = std::move(values[i]);
        }
    };
    column("exact", &ModeRow::exact);
    column("sampled", &ModeRow::sampled);
    column("weighted", &ModeRow::weighted);
    column("learned", &ModeRow::learned);
    column("sampled_interval", &ModeRow::sampled_interval);
    column("weighted_interval", &ModeRow::weighted_interval);
}

template class ModeRecord<float>;
template class ModeRecord<double>;

}  // namespace tempera
