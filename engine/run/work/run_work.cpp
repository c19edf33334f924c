// SPDX-License-Identifier: MIT
#include "run/work/run_work.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/number.hpp"
#include "run/preset/preset.hpp"
#include "run/record/metrics.hpp"
#include "run/record/point_set.hpp"
#include "run/record/summary.hpp"
#include "run/work/replicates.hpp"
#include "run/work/run_sights.hpp"

namespace tempera {

namespace {

template <class Real>
class RunWork final : public Work {
public:
    RunWork(const Json& resolved, bool watched, std::stop_token stop)
        : watched_(watched), experiment_(build_experiment<Real>(resolved, stop)), run_(experiment_, 0, true),
          current_(resolved), sights_(*experiment_.path) {
        auto positions = std::make_shared<std::vector<LevelPosition>>();
        for (int k = 0; k <= experiment_.path->n_levels(); ++k) {
            positions->push_back(experiment_.path->position(k));
        }
        positions_ = positions;
        if (watched) {
            reference_ = point_set(*experiment_.target, experiment_.reference.get());
        }
    }

    void start() override {
        run_.start();
        keep_sight();
        boundary_ = true;
        begin_others();
    }
    void advance() override;
    bool finished() const override { return run_.finished() && (!others_ || others_->finished()); }
    bool at_boundary() const override { return boundary_; }
    WorkProgress progress() const override;
    const Json& preset() const override { return current_; }
    void apply(const Edits& edits) override;
    void archive(StateArchive& archive) override;
    std::shared_ptr<WorkView> view(bool at_rest) override;
    std::shared_ptr<WorkResult> result(const Ending& ending) override;

private:
    bool watched_;
    Experiment<Real> experiment_;
    ReplicateRun<Real> run_;
    std::optional<OtherReplicates<Real>> others_;  ///< once the first is done
    Json current_;                                 ///< the preset as it runs now
    RunSights<Real> sights_;
    std::shared_ptr<const std::vector<LevelPosition>> positions_;
    std::shared_ptr<const PointSet> reference_;
    std::vector<AppliedEdit> edits_;
    long steps_ = 0;
    bool boundary_ = false;
    bool edited_ = false;                   ///< in what the particles depend on
    Json metrics_;                          ///< of the first replicate's result, once there is one
    std::shared_ptr<const Snapshot> seen_;  ///< of the first replicate's end, which does not change any more

    int n_replicates() const { return edited_ ? 1 : current_["run"]["n_replicates"].template get<int>(); }
    int shown_level() const {
        const Json& wanted = current_["view"]["level"];
        return run_.sampler().exchange_stats() && wanted.is_number_integer()
                   ? std::min(wanted.get<int>(), experiment_.path->n_levels())
                   : run_.sampler().current_level();
    }
    void keep_sight() {
        if (watched_) {
            sights_.keep(run_.sampler());
        }
    }
    void begin_others();
    void take(const Json& preset);
    void archive_edits(StateArchive& archive);
    double part() const;
    double eta() const;
    void fill_population(Snapshot& s, Measured measured);
    void fill(Snapshot& s, Measured measured);
};

/// The replicates of an edited run would not repeat it.
template <class Real>
void RunWork<Real>::begin_others() {
    if (run_.finished() && !others_ && n_replicates() > 1) {
        experiment_.preset = current_;
        others_.emplace(experiment_);
    }
}

template <class Real>
void RunWork<Real>::advance() {
    ++steps_;
    if (others_) {
        const std::size_t done = others_->n_done();
        others_->advance();
        boundary_ = others_->n_done() > done;
        if (!others_->error().empty()) {
            throw NumericalError(others_->error(), 0, -1);
        }
        return;
    }
    run_.advance();
    keep_sight();
    boundary_ = run_.sampler().at_boundary();
    begin_others();
}

/// Kernel, moves and sampler settings of a preset that differs in nothing that needs a restart: what can fail
/// is made first.
template <class Real>
void RunWork<Real>::take(const Json& preset) {
    const bool new_kernel = preset["kernel"] != current_["kernel"],
               new_moves = preset["moves"] != current_["moves"],
               new_sampler = preset["sampler"] != current_["sampler"];
    const auto kernel = new_kernel ? experiment_.make_kernel(preset) : experiment_.kernel;
    const auto move = new_moves ? experiment_.make_move(preset) : experiment_.move;
    AnnealedSampler<Real>& sampler = run_.sampler();
    if (new_sampler) {
        sampler.update_settings(preset["sampler"]);
    }
    if (new_moves) {
        try {
            sampler.replace_move(move);
        } catch (const ConfigError&) {
            if (new_sampler) {
                sampler.update_settings(current_["sampler"]);
            }
            throw;
        }
    }
    if (new_kernel) {
        sampler.replace_kernel(kernel);
    }
    experiment_.kernel = kernel;
    experiment_.move = move;
    edited_ = edited_ || new_kernel || new_moves || new_sampler;
    current_ = preset;
    seen_.reset();
}

template <class Real>
void RunWork<Real>::apply(const Edits& edits) {
    const Json wanted = with_edits(current_, edits);
    const std::string text = edit_text(current_, edits);
    if (text.empty()) {
        return;
    }
    const auto differs = [&](const char* section) { return wanted[section] != current_[section]; };
    if (run_.finished() && (differs("kernel") || differs("moves") || differs("sampler"))) {
        throw ConfigError("", others_ ? "the first replicate is done; edits count from the next run"
                                      : "the run is done; edits count from the next run");
    }
    take(wanted);
    edits_.push_back({steps_, run_.sampler().current_level(), text});
}

template <class Real>
void RunWork<Real>::archive_edits(StateArchive& archive) {
    Json list = Json::array();
    for (const AppliedEdit& e : edits_) {
        list.push_back({{"move", e.move}, {"level", e.level}, {"text", e.text}});
    }
    std::string edits = list.dump(), preset = current_.dump();
    bool edited = edited_;
    archive("work.edits", edits);
    archive("work.preset", preset);
    archive("work.edited", edited);
    archive("work.steps", steps_);
    archive("work.boundary", boundary_);
    if (!archive.restoring()) {
        return;
    }
    // Settings first, as the run had them; then what they had been used for.
    if (const Json running = Json::parse(preset); running != current_) {
        take(running);
    }
    edited_ = edited;
    edits_.clear();
    for (const Json& e : Json::parse(edits)) {
        edits_.push_back(
            {e.at("move").get<long>(), e.at("level").get<int>(), e.at("text").get<std::string>()});
    }
}

template <class Real>
void RunWork<Real>::archive(StateArchive& archive) {
    archive_edits(archive);
    run_.archive(archive);
    archive.part("sights", sights_);
    if (archive.restoring()) {
        others_.reset();
        seen_.reset();
        begin_others();
    }
    if (others_) {
        others_->archive(archive);
    }
}

/// Of the first replicate.
template <class Real>
double RunWork<Real>::part() const {
    const long end = run_.sampler().progress_end();
    return end > 0 ? static_cast<double>(run_.sampler().progress()) / static_cast<double>(end) : 0;
}

template <class Real>
WorkProgress RunWork<Real>::progress() const {
    const int n = n_replicates();
    if (n > 1) {
        const std::size_t done = others_ ? others_->n_done() + 1 : 0;
        const double all = part() + (others_ ? others_->fraction() * (n - 1) : 0);
        return {all / n, "replicate " +
                             std::to_string(std::min<std::size_t>(done + 1, static_cast<std::size_t>(n))) +
                             " of " + std::to_string(n)};
    }
    const long at = run_.sampler().progress(), end = run_.sampler().progress_end();
    const AnnealedSampler<Real>& sampler = run_.sampler();
    return {part(), (sampler.exchange_stats() ? "scan " + std::to_string(at)
                     : sampler.n_chains() > 0 ? "step " + std::to_string(at)
                                              : "level " + std::to_string(end - at)) +
                        " of " + std::to_string(end)};
}

template <class Real>
std::shared_ptr<WorkView> RunWork<Real>::view(bool at_rest) {
    auto s = seen_ ? std::make_shared<Snapshot>(*seen_) : std::make_shared<Snapshot>();
    s->preset = std::make_shared<Json>(current_);
    s->edits = edits_;
    s->steps_done = steps_;
    if (!seen_) {
        fill(*s, at_rest || run_.finished() ? Measured::in_full : Measured::in_passing);
        if (run_.finished()) {
            seen_ = std::make_shared<Snapshot>(*s);
        }
    }
    s->record = with_metrics(s->record, metrics_);
    s->fraction = progress().fraction;
    const double left = run_.finished() ? 0 : eta();
    const double others =
        part() > 0 ? (n_replicates() - 1) * (1 - (others_ ? others_->fraction() : 0)) * s->seconds / part()
                   : 0;
    s->eta_seconds = left < 0 ? left : left + others;
    return s;
}

template <class Real>
double RunWork<Real>::eta() const {
    const AnnealedSampler<Real>& sampler = run_.sampler();
    const long left = sampler.progress_end() - sampler.progress();
    if (sampler.n_chains() > 0) {
        const auto done = static_cast<double>(sampler.progress());
        return done > 0 ? run_.sampling_seconds() * static_cast<double>(left) / done : -1;
    }
    std::vector<double> recent;
    const auto& levels = sampler.level_stats();
    for (std::size_t i = levels.size() > 8 ? levels.size() - 8 : 0; i < levels.size(); ++i) {
        recent.push_back(levels[i].seconds);
    }
    if (recent.size() < 2) {
        return -1;
    }
    std::nth_element(recent.begin(), recent.begin() + recent.size() / 2, recent.end());
    return recent[recent.size() / 2] * static_cast<double>(left);
}

template <class Real>
void RunWork<Real>::fill_population(Snapshot& s, Measured measured) {
    Population<Real> p = run_.sampler().population(shown_level());
    if (!p.x) {
        p = run_.sampler().population(run_.sampler().current_level());
    }
    if (!p.x || p.x->size() == 0) {
        return;
    }
    s.level = p.level;
    s.n_particles = p.x->size();
    s.sprites = sights_.sprites(p);
    s.density = sights_.density(p);
    s.points = sights_.points(p, measured);
    if (p.root && !s.exchange) {
        s.unique_roots = std::lround(unique_fraction(*p.root) * static_cast<double>(p.root->size()));
    }
    s.memory_bytes = static_cast<double>(p.x->size()) * (2.0 * experiment_.path->dim() * sizeof(Real) + 32);
    if (!p.log_weight) {
        return;
    }
    const auto weights = p.log_weight->span();
    s.ess_fraction = ess_fraction(weights);
    s.pareto_k = pareto_k(weights);
    s.log_weight_variance = log_weight_moments(weights).variance;
    s.weight_histogram = std::make_shared<Histogram>(log_weight_histogram(weights));
    s.lorenz = std::make_shared<Lorenz>(lorenz_curve(weights));
}

template <class Real>
void RunWork<Real>::fill(Snapshot& s, Measured measured) {
    const AnnealedSampler<Real>& sampler = run_.sampler();
    s.exchange = sampler.exchange_stats() != nullptr;
    s.progress = sampler.progress();
    s.progress_end = sampler.progress_end();
    s.level = sampler.current_level();
    s.n_levels = experiment_.path->n_levels();
    s.dim = experiment_.target->dim();
    s.seconds = run_.sampling_seconds();
    s.tally = sampler.tally();
    s.evaluations_per_second = s.seconds > 0 ? static_cast<double>(s.tally.evaluations()) / s.seconds : 0;
    s.positions = positions_;
    s.mode_names = experiment_.target->mode_names();
    describe_target(s, *experiment_.target);
    s.plane = sights_.plane();
    s.reference = reference_;
    s.ess_fraction = s.pareto_k = s.acceptance = s.log_weight_variance = not_a_number;
    s.log_z = sampler.log_z();
    s.log_z_true = experiment_.target->log_z();
    s.n_resamplings = sampler.n_resamplings();
    if (!sampler.level_stats().empty()) {
        s.acceptance = sampler.level_stats().back().acceptance;
    }
    s.modes = std::make_shared<std::vector<ModeRow>>(run_.mode_rows());
    fill_population(s, measured);
    sights_.fill(s, sampler, current_, measured == Measured::in_full);
    if (s.exchange) {
        s.exchange_stats = std::make_shared<ExchangeStats>(*sampler.exchange_stats());
    }
    HealthNumbers health = run_.health(*s.modes);
    health.sampling_done = run_.finished();
    health.n = static_cast<double>(s.n_particles);
    if (sampler.n_chains() == 0 && s.n_particles > 0) {
        add_weights(health, health.n, s.ess_fraction, s.pareto_k);
        health.unique_fraction = s.unique_roots > 0 ? static_cast<double>(s.unique_roots) / health.n : 1;
    }
    s.record = std::make_shared<const Record>(run_.record(health));
    s.log_z_stderr = health.log_z_stderr;
    s.log_z_stderr_missing = health.log_z_stderr_missing;
    health.level = s.level;
    health.acceptance = s.acceptance;
    health.edited = edited_;
    s.findings = health_findings(health);
    s.warnings = warnings_of(s.findings);
}

template <class Real>
std::shared_ptr<WorkResult> RunWork<Real>::result(const Ending& ending) {
    if (ending.hurry) {
        return nullptr;
    }
    experiment_.preset = current_;
    const std::string status =
        run_.finished() && (others_ || ending.kind != Ending::Kind::failed) ? "finished" : ending.status();
    ReplicateSet set;
    set.n_asked = n_replicates();
    set.first = run_.result(status, true, status == "finished");
    set.first.overlap = sights_.overlap(run_.sampler());
    metrics_ = set.first.summary["metrics"];
    if (edited_) {
        set.first.summary["warnings"].push_back(warnings_json({warning_of("edited")})[0]);
    }
    set.summaries.push_back(set.first.summary);
    set.sampling_seconds = run_.sampling_seconds();
    set.error = ending.error;  // also of another replicate
    if (others_) {
        for (Json& summary : others_->summaries()) {
            set.summaries.push_back(std::move(summary));
        }
        set.sampling_seconds += others_->sampling_seconds();
    }
    auto made = std::make_shared<RunResult>(assemble_result(experiment_, std::move(set), ending.seconds));
    for (const AppliedEdit& e : edits_) {
        made->preset["edits"].push_back({{"move", e.move}, {"level", e.level}, {"text", e.text}});
    }
    return made;
}

}  // namespace

std::unique_ptr<Work> make_run_work(const Json& resolved, bool watched, std::stop_token stop) {
    if (resolved["run"]["precision"] == "f32") {
        return std::make_unique<RunWork<float>>(resolved, watched, stop);
    }
    return std::make_unique<RunWork<double>>(resolved, watched, stop);
}

}  // namespace tempera
