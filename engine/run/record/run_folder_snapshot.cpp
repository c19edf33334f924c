// SPDX-License-Identifier: MIT
#include "run/record/run_folder_snapshot.hpp"

#include <algorithm>
#include <cmath>

#include "core/block.hpp"
#include "diagnostics/mode_weights.hpp"
#include "run/diagnostics/observable_statistics.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_target.hpp"
#include "run/record/chain_traces.hpp"
#include "run/record/metrics.hpp"
#include "run/record/point_set.hpp"
#include "run/record/sprite_subset.hpp"
#include "run/record/summary.hpp"

namespace tempera {

namespace {

constexpr int density_pixels = 256;

void fill_numbers(Snapshot& s, const Json& summary) {
    s.log_z = summary_number(summary, "log_z");
    s.log_z_stderr = summary_number(summary, "log_z_stderr");
    if (const Json reason = get_value(summary, "log_z_stderr_missing"); reason.is_string()) {
        s.log_z_stderr_missing = reason.get<std::string>();
    }
    const double truth = summary_number(summary, "log_z_true");
    if (std::isfinite(truth)) {
        s.log_z_true = truth;
    }
    s.seconds = summary_number(summary, "seconds.total");
    s.acceptance = summary_number(summary, "acceptance");
    s.n_resamplings = static_cast<int>(summary_count(summary, "n_resamplings"));
    s.tally.log_density = summary_count(summary, "evaluations.log_density");
    s.tally.score = summary_count(summary, "evaluations.score");
    s.tally.hessian = summary_count(summary, "evaluations.hessian");
    s.tally.hessian_vector = summary_count(summary, "evaluations.hessian_vector");
    s.tally.map_not_converged = summary_count(summary, "failures.map_not_converged");
    s.tally.non_finite = summary_count(summary, "failures.non_finite");
    s.tally.diverged = summary_count(summary, "failures.diverged");
    s.tally.hessian_floored = summary_count(summary, "failures.hessian_floored");
    s.warnings = stored_warnings(summary);
}

/// Why a run failed stands among its warnings.
std::string error_of(const Json& summary) {
    for (RunWarning& w : stored_warnings(summary)) {
        if (w.id == "numerical_failure") {
            return std::move(w.text);
        }
    }
    return {};
}

/// The subset of the samples that is drawn. They are in target coordinates, which the plane projects.
std::shared_ptr<const SpriteSet> sprites_of(const ReplicateResult& r, int dim, const ViewPlane& plane) {
    auto sprites = std::make_shared<SpriteSet>();
    const long n = static_cast<long>(r.log_weight.size()), kept = std::min(n, sprite_limit);
    const auto row = static_cast<std::size_t>(dim);
    sprites->total = n;
    std::vector<double> log_weight;
    for (long k = 0; k < kept; ++k) {
        const auto i = static_cast<std::size_t>(sprite_particle(k, kept, n));
        const auto at = plane.project(std::span(r.x).subspan(i * row, row));
        sprites->x.push_back(at[0]);
        sprites->y.push_back(at[1]);
        sprites->particle.push_back(static_cast<int>(i));
        sprites->root.push_back(r.ancestor[i]);
        sprites->mode.push_back(r.mode[i]);
        log_weight.push_back(r.log_weight[i]);
    }
    sprites->weight = relative_weights(std::move(log_weight));
    return sprites;
}

/// Null where there is none, or none any more.
std::shared_ptr<const PointSet> reference_of(const Json& resolved, const Target<double>& target) {
    try {
        return point_set(target, load_reference(resolved, target).get());
    } catch (const std::exception&) {
        return nullptr;
    }
}

void fill_samples(Snapshot& s, const ReplicateResult& r) {
    const int n = static_cast<int>(r.log_weight.size());
    if (n == 0) {
        return;
    }
    s.n_particles = n;
    s.sprites = sprites_of(r, s.dim, s.plane);
    Particles<double> x(n, s.dim);
    PerParticle<double> weight(n);
    for (int i = 0; i < n; ++i) {
        weight[i] = r.log_weight[static_cast<std::size_t>(i)];
        for (int d = 0; d < s.dim; ++d) {
            x(i, d) = r.x[static_cast<std::size_t>(i) * static_cast<std::size_t>(s.dim) +
                          static_cast<std::size_t>(d)];
        }
    }
    s.density = std::make_shared<Grid>(
        bin_particles(x, &weight, s.plane, s.plane.box, density_pixels, density_pixels));
    s.memory_bytes = static_cast<double>(n) * (8.0 * s.dim + 32);
    if (s.exchange) {
        return;
    }
    s.unique_roots = std::lround(unique_fraction(r.ancestor) * n);
    s.ess_fraction = ess_fraction(r.log_weight);
    s.pareto_k = pareto_k(r.log_weight);
    s.log_weight_variance = log_weight_moments(r.log_weight).variance;
    s.weight_histogram = std::make_shared<Histogram>(log_weight_histogram(r.log_weight));
    s.lorenz = std::make_shared<Lorenz>(lorenz_curve(r.log_weight));
}

/// Chains stand in the samples as rows of a point of each, in the order of time.
std::shared_ptr<const ChainTraces> traces_of(const RunResult& stored, const Json& resolved,
                                             const Target<double>& target) {
    const ReplicateResult& r = stored.first;
    if (!sampler_info(get_value(resolved, "sampler")).chains || r.ancestor.empty()) {
        return nullptr;
    }
    auto out = std::make_shared<ChainTraces>();
    out->n_chains = *std::ranges::max_element(r.ancestor) + 1;
    out->n_rows = static_cast<long>(r.log_weight.size()) / out->n_chains;
    out->observables = chain_traces(observe(target, std::span<const double>(r.x)), out->n_chains);
    if (r.exchange) {
        out->level_energies = level_energies(*r.exchange);
        tell_time(*out, resolved, burn_in(resolved) + r.exchange->scans_counted / out->n_chains);
    } else if (stored.summary.value("status", "finished") == "finished") {
        tell_time(*out, resolved, burn_in(resolved) + get_value(resolved, "sampler.n_steps").get<long>());
    }
    return out;
}

/// Folders of earlier builds hold no intervals; those of the last level follow from what they hold.
std::shared_ptr<const std::vector<ModeRow>> modes_with_interval(const Snapshot& s,
                                                                const std::vector<ModeRow>& stored) {
    auto rows = std::make_shared<std::vector<ModeRow>>(stored);
    if (!rows->empty() && rows->back().weighted_interval.empty() && !s.exchange && s.n_particles > 0) {
        ModeRow& last = rows->back();
        const double n = static_cast<double>(s.n_particles),
                     roots = s.unique_roots > 0 ? static_cast<double>(s.unique_roots) : n;
        last.sampled_interval = mode_interval(last.sampled, roots);
        last.weighted_interval = mode_interval(last.weighted, std::min(s.ess_fraction * n, roots));
    }
    return rows;
}

/// Judged with what the arrays tell beside the summary.
std::vector<HealthFinding> findings_of(const Snapshot& s, const Json& summary) {
    HealthNumbers numbers = health_numbers(summary);
    numbers.level = s.level;
    add_levels(numbers, *s.record);
    if (s.exchange_stats) {
        add_exchange(numbers, *s.exchange_stats);
    } else if (s.n_particles > 0) {
        add_weights(numbers, static_cast<double>(s.n_particles), s.ess_fraction, s.pareto_k);
    }
    return stored_findings(numbers, summary);
}

int last_level(const Record& record) {
    const Series* seconds = record.find("seconds");
    return seconds ? static_cast<int>(seconds->x.back()) : 0;
}

}  // namespace

Snapshot snapshot_of(const RunResult& stored) {
    const ReplicateResult& r = stored.first;
    Snapshot s;
    const std::string status = stored.summary.value("status", "finished");
    s.state = status == "partial"  ? RunState::cancelled
              : status == "failed" ? RunState::failed
                                   : RunState::finished;
    s.error = error_of(stored.summary);
    const Json resolved = resolve_preset(stored.preset);
    s.preset = std::make_shared<const Json>(resolved);
    s.dim = stored.dim;
    s.n_levels = std::max(0, static_cast<int>(stored.positions.size()) - 1);
    s.exchange = r.exchange != nullptr;
    s.exchange_stats = r.exchange;
    s.level = s.exchange ? 0 : last_level(r.record);
    s.fraction = 1;
    s.progress = s.progress_end = s.exchange ? get_value(resolved, "sampler.n_scans").is_number()
                                                   ? get_value(resolved, "sampler.n_scans").get<long>()
                                                   : 0
                                             : s.n_levels;
    if (s.state != RunState::finished && !s.exchange) {
        s.progress = s.n_levels - s.level;
        s.fraction = static_cast<double>(s.progress) / std::max(1, s.n_levels);
    }
    s.eta_seconds = 0;
    s.mode_names = stored.mode_names;
    const auto target = known_preset_target(resolved);
    if (target) {
        s.plane = view_plane(*target);
        describe_target(s, *target);
    }
    fill_numbers(s, r.summary);
    s.record = with_metrics(std::make_shared<const Record>(r.record), r.summary.value("metrics", Json()));
    s.positions = std::make_shared<std::vector<LevelPosition>>(stored.positions);
    if (target && target->dim() == stored.dim) {
        fill_samples(s, r);
        s.points = point_set(*target, r.x, r.log_weight);
        s.traces = traces_of(stored, resolved, *target);
        s.reference = reference_of(resolved, *target);
    }
    s.overlap = r.overlap;
    s.modes = modes_with_interval(s, r.modes);
    s.findings = findings_of(s, r.summary);
    return s;
}

}  // namespace tempera
