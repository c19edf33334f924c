// SPDX-License-Identifier: MIT
#include "run/replicate_run.hpp"

#include <chrono>
#include <cmath>

#include "diagnostics/mode_weights.hpp"
#include "diagnostics/wasserstein.hpp"
#include "run/mode_counts.hpp"
#include "run/summary.hpp"

namespace tempera {

namespace {

/// Responsibilities per recorded level: more particles than this are thinned, so that recording stays cheap.
constexpr long recorded_responsibilities = 1L << 20;
/// Sliced W2 sorts its points along every direction: more than this are thinned evenly.
constexpr long distance_points = 1L << 18;

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Path coordinates [n, dim] to the target's, in place.
template <class Real>
void to_target(const DensityPath<Real>& path, std::vector<double>& x) {
    const Eigen::VectorXd shift = path.shift();
    const double scale = path.scale();
    const std::size_t dim = static_cast<std::size_t>(path.dim());
    for (std::size_t i = 0; i < x.size(); ++i) {
        x[i] = shift[static_cast<Eigen::Index>(i % dim)] + scale * x[i];
    }
}

/// Sliced W2 to the exact mixture of points [n, dim] in path coordinates, of an even subset when there are
/// many.
template <class Real>
double distance_to_exact(const DensityPath<Real>& path, const std::vector<double>& x,
                         const std::vector<double>& log_weight) {
    const std::size_t n = log_weight.size(), dim = static_cast<std::size_t>(path.dim()),
                      kept = std::min<std::size_t>(n, distance_points);
    std::vector<double> points, weights;
    points.reserve(kept * dim);
    weights.reserve(kept);
    for (std::size_t j = 0; j < kept; ++j) {
        const std::size_t i = j * n / kept;
        points.insert(points.end(), x.begin() + static_cast<std::ptrdiff_t>(i * dim),
                      x.begin() + static_cast<std::ptrdiff_t>((i + 1) * dim));
        weights.push_back(log_weight[i]);
    }
    to_target(path, points);
    return sliced_w2(points, path.dim(), weights, *path.target().mixture());
}

}  // namespace

template <class Real>
ReplicateRun<Real>::ReplicateRun(const Experiment<Real>& experiment, int replicate, bool record)
    : experiment_(&experiment), sampler_(experiment.make_sampler(replicate)),
      record_(record && experiment.target->n_modes() > 0),
      every_level_(experiment.preset["run"]["record"]["every_level"].template get<int>()) {}

template <class Real>
void ReplicateRun<Real>::start() {
    const auto begin = Clock::now();
    sampler_->start();
    sampling_seconds_ += seconds_since(begin);
    record_level();
}

template <class Real>
MoveKind ReplicateRun<Real>::advance() {
    const auto begin = Clock::now();
    const MoveKind kind = sampler_->advance();
    sampling_seconds_ += seconds_since(begin);
    if (sampler_->at_boundary()) {
        record_level();
    }
    return kind;
}

template <class Real>
void ReplicateRun<Real>::record_level() {
    if (!record_ || sampler_->exchange_stats()) {
        return;
    }
    const int level = sampler_->current_level(), n_levels = experiment_->path->n_levels();
    if (level != 0 && level != n_levels && level % every_level_ != 0) {
        return;
    }
    if (!modes_.empty() && modes_.back().level == level) {
        return;
    }
    const Population<Real> population = sampler_->population(level);
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
    const auto& stats = sampler_->level_stats();
    const double roots = stats.empty() || stats.back().unique_roots <= 0 ? n : stats.back().unique_roots;
    // The intervals are those of the particles that were counted.
    const double counted = static_cast<double>(counts.counted);
    row.sampled_interval = mode_interval(counts.sampled, std::min(roots, counted));
    row.weighted_interval = mode_interval(counts.weighted, std::min(std::min(ess, roots), ess * counted / n));
    row.sampled = std::move(counts.sampled);
    row.weighted = std::move(counts.weighted);
    modes_.push_back(std::move(row));
}

template <class Real>
std::vector<ModeRow> ReplicateRun<Real>::exchange_rows() const {
    std::vector<ModeRow> rows;
    const ExchangeStats& stats = *sampler_->exchange_stats();
    // Visits of one replica are correlated; each round trip counts as one independent draw.
    const double n_eff = std::max(1.0, static_cast<double>(stats.round_trips));
    for (int level = static_cast<int>(stats.occupancy.size()) - 1; level >= 0; --level) {
        const std::vector<double>& occupancy = stats.occupancy[static_cast<std::size_t>(level)];
        if (occupancy.empty()) {
            continue;
        }
        ModeRow row;
        row.level = level;
        row.exact = experiment_->path->mode_weights(level);
        row.learned = experiment_->learned_weights(level);
        row.sampled = row.weighted = occupancy;
        row.sampled_interval = row.weighted_interval = mode_interval(occupancy, n_eff);
        rows.push_back(std::move(row));
    }
    return rows;
}

template <class Real>
ReplicateResult ReplicateRun<Real>::result(const std::string& status, bool with_arrays,
                                           bool with_distance) const {
    const DensityPath<Real>& path = *experiment_->path;
    const Target<Real>& target = *experiment_->target;
    const AnnealedSampler<Real>& s = *sampler_;
    const ExchangeStats* exchange = s.exchange_stats();
    const int level = exchange ? 0 : s.current_level(), dim = path.dim();
    const bool at_target = level == 0 && (exchange || s.finished());

    ReplicateResult out;
    Population<Real> population = s.population(level);
    const bool collected = s.collected() && !s.collected()->empty();
    long n = collected      ? static_cast<long>(s.collected()->size()) / dim
             : population.x ? population.x->size()
                            : 0;
    std::vector<double> x = collected ? *s.collected()
                            : n       ? gather_points(*population.x, 0, 1, static_cast<int>(n))
                                      : std::vector<double>();
    std::vector<int> hard;
    const ModeCounts counts = collected ? count_points(path, x, n)
                                        : count_modes(path, population, 0, with_arrays ? &hard : nullptr);
    std::vector<double> log_weight(static_cast<std::size_t>(n), 0.0);
    if (!collected && population.log_weight) {
        std::copy(population.log_weight->span().begin(), population.log_weight->span().end(),
                  log_weight.begin());
    }

    Json& j = out.summary;
    j = summary_head(experiment_->preset, status, dim, path.n_levels());
    const std::vector<double> truth = target.mode_weights();
    HealthNumbers health;
    health.exchange = exchange != nullptr;
    health.n = static_cast<double>(n);
    health.tally = s.tally();
    health.learned = path.learned();
    health.sampling_done = at_target;
    health.several_modes = target.n_modes() > 1;
    const LogWeightMoments moments = log_weight_moments(log_weight);
    health.ess_fraction = exchange ? 1 : ess_fraction(log_weight);
    health.pareto_k = exchange ? 0 : pareto_k(log_weight);
    j["ess_fraction"] = exchange ? Json(nullptr) : number_or_null(health.ess_fraction);
    j["log_z"] = number_or_null(s.log_z());
    j["log_z_stderr"] = number_or_null(s.log_z_stderr());
    j["log_z_true"] = target.log_z() ? number_or_null(*target.log_z()) : Json(nullptr);
    j["log_z_error"] =
        target.log_z() && at_target ? number_or_null(s.log_z() - *target.log_z()) : Json(nullptr);
    j["log_weight_variance"] = exchange ? Json(nullptr) : number_or_null(moments.variance);
    j["log_weight_max"] = exchange ? Json(nullptr) : number_or_null(moments.max);

    const auto list = [](const std::vector<double>& v) { return v.empty() ? Json(nullptr) : Json(v); };
    j["mode_weights"] = {{"true", list(truth)},
                         {"sampled", list(counts.sampled)},
                         {"weighted", list(counts.weighted)},
                         {"learned", list(experiment_->learned_weights(1))}};
    j["learned_path"] = learned_summary(experiment_->learned);
    const bool judged = at_target && !truth.empty() && !counts.weighted.empty();
    j["mode_weight_mae"] =
        judged ? number_or_null(mean_absolute_error(counts.weighted, truth)) : Json(nullptr);
    health.log_z_error = target.log_z() && at_target ? s.log_z() - *target.log_z() : health.log_z_error;
    health.log_z_stderr = s.log_z_stderr();
    const std::vector<ModeRow> rows = exchange ? exchange_rows() : modes_;
    if (judged && !rows.empty() && rows.back().level == 0) {
        health.modes_exact = truth;
        health.modes_found = rows.back().weighted;
        health.modes_interval = rows.back().weighted_interval;
    }
    j["sliced_w2"] = at_target && with_distance && n > 0 && target.mixture()
                         ? number_or_null(distance_to_exact(path, x, log_weight))
                         : Json(nullptr);
    j["n_resamplings"] = exchange ? Json(nullptr) : Json(s.n_resamplings());
    health.unique_fraction = population.root && !exchange ? unique_fraction(*population.root) : 1;
    j["unique_ancestor_fraction"] =
        population.root && !exchange ? number_or_null(health.unique_fraction) : Json(nullptr);
    Moments acceptance;
    for (const LevelStats& l : s.level_stats()) {
        if (std::isfinite(l.acceptance)) {
            acceptance.add(l.acceptance);
        }
    }
    j["acceptance"] = acceptance.n ? number_or_null(acceptance.mean) : Json(nullptr);
    j["replica_exchange"] = nullptr;
    if (exchange) {
        const std::vector<double> sampled = exchange->occupancy.empty() || exchange->occupancy[0].empty()
                                                ? counts.sampled
                                                : exchange->occupancy[0];
        j["replica_exchange"] = exchange_summary(*exchange, truth, sampled);
        health.measured_trips = exchange->round_trips_per_scan();
        health.predicted_trips = exchange->predicted_round_trips_per_scan();
        health.after_burn_in = exchange->scans_counted > 0;
        for (double r : exchange->swap_rejection) {
            health.min_swap_acceptance = std::min(health.min_swap_acceptance, 1 - r);
        }
    }
    const Tally& tally = s.tally();
    j["evaluations"] = {{"log_density", tally.log_density},
                        {"score", tally.score},
                        {"hessian", tally.hessian},
                        {"hessian_vector", tally.hessian_vector}};
    j["failures"] = {{"map_not_converged", tally.map_not_converged}, {"non_finite", tally.non_finite}};
    j["seconds"] = {{"total", sampling_seconds_}, {"sampling", sampling_seconds_}};
    std::vector<RunWarning> warnings = health_warnings(health);
    if (status != "finished") {
        warnings.insert(warnings.begin(),
                        {"partial",
                         "Stopped at " + std::to_string(s.progress()) + " of " +
                             std::to_string(s.progress_end()) + (exchange ? " scans" : " levels") +
                             "; samples and weights are those of level " + std::to_string(level) + ".",
                         ""});
    }
    j["warnings"] = warnings_json(warnings);
    if (!with_arrays) {
        return out;
    }
    out.levels = s.level_stats();
    out.modes = rows;
    out.mode = hard.empty() ? assign_modes(path, level, x, n) : std::move(hard);
    to_target(path, x);
    out.x = std::move(x);
    out.log_weight = std::move(log_weight);
    out.ancestor.assign(static_cast<std::size_t>(n), 0);
    if (!exchange && population.root) {
        out.ancestor.assign(population.root->begin(), population.root->end());
    } else {
        const int n_ensembles = experiment_->preset["sampler"].value("n_ensembles", 1);
        for (long i = 0; i < n; ++i) {
            out.ancestor[static_cast<std::size_t>(i)] =
                exchange ? static_cast<int>(i % n_ensembles) : static_cast<int>(i);
        }
    }
    if (s.genealogy()) {
        out.genealogy = *s.genealogy();
        out.genealogy_levels = s.genealogy_levels();
    }
    if (exchange) {
        out.exchange = std::make_shared<ExchangeStats>(*exchange);
    }
    return out;
}

template <class Real>
void ReplicateRun<Real>::archive(StateArchive& archive) {
    sampler_->archive(archive);
    archive("sampling_seconds", sampling_seconds_);
    std::vector<int> level;
    for (const ModeRow& row : modes_) {
        level.push_back(row.level);
    }
    archive("modes.level", level);
    modes_.resize(level.size());
    const auto column = [&](const std::string& name, std::vector<double> ModeRow::* field) {
        std::vector<std::vector<double>> values;
        for (ModeRow& row : modes_) {
            values.push_back(row.*field);
        }
        archive("modes." + name, values);
        for (std::size_t i = 0; i < values.size() && i < modes_.size(); ++i) {
            modes_[i].level = level[i];
            modes_[i].*field = std::move(values[i]);
        }
    };
    column("exact", &ModeRow::exact);
    column("sampled", &ModeRow::sampled);
    column("weighted", &ModeRow::weighted);
    column("learned", &ModeRow::learned);
    column("sampled_interval", &ModeRow::sampled_interval);
    column("weighted_interval", &ModeRow::weighted_interval);
}

template class ReplicateRun<float>;
template class ReplicateRun<double>;

}  // namespace tempera
