// SPDX-License-Identifier: MIT
#include "run/work/replicate_run.hpp"

#include <algorithm>
#include <cmath>

#include "core/thread.hpp"
#include "diagnostics/mode_weights.hpp"
#include "diagnostics/wasserstein.hpp"
#include "run/record/metrics.hpp"
#include "run/record/summary.hpp"

namespace tempera {

namespace {

/// Sliced W2 sorts its points along every direction: more than this are thinned evenly.
constexpr long distance_points = 1L << 18;

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
    return sliced_w2(path.coordinates().to_target(std::move(points)), path.target().dim(), weights,
                     *path.target().mixture());
}

}  // namespace

template <class Real>
ReplicateRun<Real>::ReplicateRun(const Experiment<Real>& experiment, int replicate, bool record)
    : experiment_(&experiment), sampler_(experiment.make_sampler(replicate)),
      replicate_(static_cast<std::uint32_t>(replicate)),
      recorded_(record && experiment.target->n_modes() > 0),
      every_level_(experiment.preset["run"]["record"]["every_level"].template get<int>()), modes_(experiment),
      diagnostics_(experiment.preset["run"]["record"]["diagnostics"], {experiment.path, chains()}) {}

template <class Real>
void ReplicateRun<Real>::start() {
    const Stopwatch watch;
    sampler_->start();
    sampling_seconds_ += watch.seconds();
    look();
}

template <class Real>
MoveKind ReplicateRun<Real>::advance() {
    const Stopwatch watch;
    const MoveKind kind = sampler_->advance();
    sampling_seconds_ += watch.seconds();
    if (sampler_->at_boundary()) {
        look();
    }
    return kind;
}

/// What is recorded of a level, or after a scan.
template <class Real>
void ReplicateRun<Real>::look() {
    if (chains()) {
        diagnostics_.look(*sampler_, sampler_->progress());
        return;
    }
    const int level = sampler_->current_level(), n_levels = experiment_->path->n_levels();
    if (level != 0 && level != n_levels && level % every_level_ != 0) {
        return;
    }
    if (recorded_) {
        modes_.look(*sampler_);
    }
    diagnostics_.look(*sampler_, level);
}

template <class Real>
Record ReplicateRun<Real>::record(const HealthNumbers& judged) const {
    Record out;
    const bool of_target = sampler_->current_level() == 0;
    out.estimates.push_back({"log_z",
                             "",
                             sampler_->log_z(),
                             {judged.log_z_stderr, judged.log_z_stderr_missing},
                             of_target ? experiment_->target->log_z() : std::nullopt});
    sampler_->report(out);
    diagnostics_.report(out);
    return out;
}

/// Visits of one replica are correlated; each round trip counts as one independent draw, and so does each
/// chain without swaps.
template <class Real>
double ReplicateRun<Real>::independent_draws(const Sample& sample) const {
    const ExchangeStats* exchange = sampler_->exchange_stats();
    return exchange   ? std::max(1.0, static_cast<double>(exchange->round_trips))
           : chains() ? static_cast<double>(sampler_->n_chains())
                      : ess_fraction(sample.log_weight) * static_cast<double>(sample.n);
}

template <class Real>
std::vector<ModeRow> ReplicateRun<Real>::exchange_rows() const {
    std::vector<ModeRow> rows;
    const ExchangeStats& stats = *sampler_->exchange_stats();
    const double n_eff = independent_draws({});
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
HealthNumbers ReplicateRun<Real>::health(const std::vector<ModeRow>& rows) const {
    const Target<Real>& target = *experiment_->target;
    HealthNumbers h;
    h.chains = chains();
    h.tally = sampler_->tally();
    const DensityPath<Real>& path = *experiment_->path;
    h.learned = path.learned();
    h.pilot_independence = experiment_->pilot.independence;
    if (h.learned) {
        h.used_noise_min = path.position(1).rho, h.used_noise_max = path.position(path.n_levels()).rho;
        h.trained_noise_min = experiment_->trained_noise[0];
        h.trained_noise_max = experiment_->trained_noise[1];
    }
    h.level = sampler_->current_level();
    h.n_resamplings = sampler_->n_resamplings();
    h.log_z = sampler_->log_z();
    h.log_z_true = target.log_z().value_or(not_a_number);
    h.log_z_error = h.log_z - h.log_z_true;
    const StandardError error = sampler_->log_z_error();
    h.log_z_stderr = error.value;
    h.log_z_stderr_missing = error.missing;
    for (const LevelStats& level : sampler_->level_stats()) {
        count_acceptance(h, level.acceptance);
    }
    h.modes_exact = target.mode_weights();
    if (!rows.empty() && rows.back().level == 0) {
        h.modes_found = rows.back().weighted;
        h.modes_interval = rows.back().weighted_interval;
    }
    if (const ExchangeStats* stats = sampler_->exchange_stats()) {
        add_exchange(h, *stats);
    }
    return h;
}

template <class Real>
auto ReplicateRun<Real>::sample(bool with_modes) const -> Sample {
    const AnnealedSampler<Real>& s = *sampler_;
    const DensityPath<Real>& path = *experiment_->path;
    Sample out;
    out.level = chains() ? 0 : s.current_level();
    out.of_target = out.level == 0 && (chains() || s.finished());
    const Population<Real> population = s.population(out.level);
    out.root = population.root;
    if (s.collected() && !s.collected()->empty()) {
        out.x = *s.collected();
        out.n = static_cast<long>(out.x.size()) / path.dim();
        out.counts = count_points(path, out.x, out.n, s.n_chains());
        out.log_weight.assign(static_cast<std::size_t>(out.n), 0.0);
        return out;
    }
    out.n = population.x ? population.x->size() : 0;
    if (out.n > 0) {
        out.x = gather_points(*population.x, 0, 1, static_cast<int>(out.n));
    }
    out.counts = count_modes(path, population, 0, with_modes ? &out.mode : nullptr);
    out.log_weight.assign(static_cast<std::size_t>(out.n), 0.0);
    if (population.log_weight) {
        const auto weights = population.log_weight->span();
        std::copy(weights.begin(), weights.end(), out.log_weight.begin());
    }
    return out;
}

template <class Real>
void ReplicateRun<Real>::summarise_weights(Json& j, HealthNumbers& health, const Sample& sample) const {
    const AnnealedSampler<Real>& s = *sampler_;
    const auto& truth = experiment_->target->log_z();
    const bool weighted = !chains();
    const auto of_weights = [&](double value) { return weighted ? number_or_null(value) : Json(nullptr); };
    health.n = static_cast<double>(sample.n);
    if (weighted) {
        add_weights(health, health.n, ess_fraction(sample.log_weight), pareto_k(sample.log_weight));
    }
    if (sample.root) {
        health.unique_fraction = unique_fraction(*sample.root);
    }
    const LogWeightMoments moments = log_weight_moments(sample.log_weight);
    j["ess_fraction"] = of_weights(health.ess_fraction);
    j["log_z"] = number_or_null(s.log_z());
    j["log_z_stderr"] = number_or_null(health.log_z_stderr);
    j["log_z_stderr_missing"] =
        health.log_z_stderr_missing.empty() ? Json(nullptr) : Json(health.log_z_stderr_missing);
    j["log_z_true"] = truth ? number_or_null(*truth) : Json(nullptr);
    j["log_z_error"] = sample.of_target ? number_or_null(health.log_z_error) : Json(nullptr);
    j["log_weight_variance"] = of_weights(moments.variance);
    j["log_weight_max"] = of_weights(moments.max);
    j["n_resamplings"] = weighted ? Json(s.n_resamplings()) : Json(nullptr);
    j["unique_ancestor_fraction"] = sample.root ? number_or_null(health.unique_fraction) : Json(nullptr);
}

/// Standard errors of the weighted proportions; those of modes that no particle is in are half the interval
/// that as many draws leave.
template <class Real>
std::vector<double> ReplicateRun<Real>::errors_of_modes(const Sample& sample) const {
    constexpr double half_width = 1.96;
    if (sample.counts.weighted_stderr.empty()) {
        return {};
    }
    std::vector<double> out =
        mode_interval(sample.counts.weighted, sample.counts.weighted_stderr, independent_draws(sample));
    for (double& v : out) {
        v /= half_width;
    }
    return out;
}

template <class Real>
void ReplicateRun<Real>::summarise_modes(Json& j, const Sample& sample) const {
    const auto list = [](const std::vector<double>& v) { return v.empty() ? Json(nullptr) : Json(v); };
    const std::vector<double> truth = experiment_->target->mode_weights();
    const bool judged = sample.of_target && !truth.empty() && !sample.counts.weighted.empty();
    const std::vector<std::string> names = experiment_->target->mode_names();
    j["mode_names"] = names.empty() ? Json(nullptr) : Json(names);
    j["mode_weights"] = {{"true", list(truth)},
                         {"sampled", list(sample.counts.sampled)},
                         {"weighted", list(sample.counts.weighted)},
                         {"weighted_stderr", list(errors_of_modes(sample))},
                         {"stderr_missing", sample.counts.stderr_missing.empty()
                                                ? Json(nullptr)
                                                : Json(sample.counts.stderr_missing)},
                         {"learned", list(experiment_->learned_weights(1))}};
    j["mode_weight_mae"] =
        judged ? number_or_null(mean_absolute_error(sample.counts.weighted, truth)) : Json(nullptr);
    j["learned_path"] = learned_summary(experiment_->learned);
    j["replica_exchange"] = nullptr;
    if (const ExchangeStats* exchange = sampler_->exchange_stats()) {
        const bool known = !exchange->occupancy.empty() && !exchange->occupancy[0].empty();
        j["replica_exchange"] =
            exchange_summary(*exchange, truth, known ? exchange->occupancy[0] : sample.counts.sampled);
    }
}

template <class Real>
void ReplicateRun<Real>::summarise_work(Json& j) const {
    Moments acceptance;
    for (const LevelStats& l : sampler_->level_stats()) {
        if (std::isfinite(l.acceptance)) {
            acceptance.add(l.acceptance);
        }
    }
    const Tally& tally = sampler_->tally();
    j["acceptance"] = acceptance.n ? number_or_null(acceptance.mean) : Json(nullptr);
    j["pilot_independence"] = number_or_null(experiment_->pilot.independence);
    j["evaluations"] = {{"log_density", tally.log_density},
                        {"score", tally.score},
                        {"hessian", tally.hessian},
                        {"hessian_vector", tally.hessian_vector}};
    j["failures"] = {{"map_not_converged", tally.map_not_converged},
                     {"non_finite", tally.non_finite},
                     {"diverged", tally.diverged},
                     {"hessian_floored", tally.hessian_floored}};
    j["seconds"] = {{"total", sampling_seconds_}, {"sampling", sampling_seconds_}};
}

/// What the points, at x in the target's coordinates, tell of its observables, and how far they are from the
/// reference.
template <class Real>
void ReplicateRun<Real>::summarise_points(Json& j, const Sample& sample, const std::vector<double>& x,
                                          bool compared, bool with_floors) const {
    const Target<Real>& target = *experiment_->target;
    j["metrics"] = j["observables"] = nullptr;
    if (!sample.of_target || sample.n == 0 || (chains() && sampler_->collected()->empty())) {
        return;
    }
    const std::vector<std::vector<double>> values = observe(target, x);
    const WeightedPoints points{x, sample.log_weight, sample.root, sampler_->n_chains()};
    j["observables"] = observables_summary(target, values, points);
    if (compared && experiment_->reference) {
        StreamKey key;
        key.seed = experiment_->preset["run"]["seed"].template get<std::uint64_t>();
        key.replicate = replicate_;
        j["metrics"] = metrics_summary(target, *experiment_->reference, points, values, key, with_floors);
    }
}

template <class Real>
void ReplicateRun<Real>::add_arrays(ReplicateResult& out, Sample sample, std::vector<double> x,
                                    Record record) const {
    const AnnealedSampler<Real>& s = *sampler_;
    out.record = std::move(record);
    out.mode = sample.mode.empty() ? assign_modes(*experiment_->path, sample.level, sample.x, sample.n)
                                   : std::move(sample.mode);
    out.x = std::move(x);
    out.log_weight = std::move(sample.log_weight);
    if (sample.root) {
        out.ancestor = *sample.root;
    } else {
        out.ancestor.resize(static_cast<std::size_t>(sample.n));
        for (std::size_t i = 0; i < out.ancestor.size(); ++i) {
            const int index = static_cast<int>(i);
            out.ancestor[i] = chains() ? index % s.n_chains() : index;
        }
    }
    if (s.genealogy()) {
        out.genealogy = *s.genealogy();
        out.genealogy_levels = s.genealogy_levels();
    }
    if (const ExchangeStats* exchange = s.exchange_stats()) {
        out.exchange = std::make_shared<ExchangeStats>(*exchange);
    }
}

template <class Real>
ReplicateResult ReplicateRun<Real>::result(const std::string& status, bool with_arrays,
                                           bool with_distance) const {
    const DensityPath<Real>& path = *experiment_->path;
    Sample points = sample(with_arrays);
    std::vector<ModeRow> rows = mode_rows();
    if (chains() && rows.empty() && !points.counts.weighted.empty()) {
        ModeRow row;
        row.exact = path.target().mode_weights();
        row.sampled = points.counts.sampled, row.weighted = points.counts.weighted;
        rows.push_back(std::move(row));
    }
    if (chains() && !rows.empty() && !points.counts.weighted_stderr.empty()) {
        rows.back().sampled_interval = rows.back().weighted_interval =
            mode_interval(rows.back().weighted, points.counts.weighted_stderr, independent_draws(points));
    }
    HealthNumbers judged = health(rows);
    judged.sampling_done = points.of_target;

    ReplicateResult out;
    out.summary = summary_head(experiment_->preset, status, path.target().dim(), path.n_levels());
    summarise_weights(out.summary, judged, points);
    summarise_modes(out.summary, points);
    summarise_work(out.summary);
    out.summary["sliced_w2"] =
        points.of_target && with_distance && points.n > 0 && experiment_->target->mixture()
            ? number_or_null(distance_to_exact(path, points.x, points.log_weight))
            : Json(nullptr);
    std::vector<double> x = path.coordinates().to_target(points.x);
    summarise_points(out.summary, points, x, with_distance, with_arrays);
    out.summary["estimates"] = estimates_summary(diagnostics_.estimates());
    if (status != "finished") {
        judged.stopped_at = sampler_->progress(), judged.stopped_end = sampler_->progress_end();
        judged.level = points.level;
    }
    out.summary["warnings"] = warnings_json(health_warnings(judged));
    if (with_arrays) {
        out.modes = std::move(rows);
        add_arrays(out, std::move(points), std::move(x), record(judged));
    }
    return out;
}

template <class Real>
void ReplicateRun<Real>::archive(StateArchive& archive) {
    sampler_->archive(archive);
    archive("sampling_seconds", sampling_seconds_);
    modes_.archive(archive);
    diagnostics_.archive(archive);
}

template class ReplicateRun<float>;
template class ReplicateRun<double>;

}  // namespace tempera
