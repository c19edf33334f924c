// SPDX-License-Identifier: MIT
#include "run/work/session.hpp"

#include <algorithm>
#include <cmath>

#include "core/build_id.hpp"
#include "diagnostics/mode_weights.hpp"
#include "run/background/path_maps.hpp"
#include "run/preset/preset.hpp"
#include "run/record/sprite_subset.hpp"
#include "run/record/summary.hpp"
#include "run/work/replicates.hpp"

namespace tempera {

namespace {

constexpr int density_pixels = 256;
constexpr double nan_value = std::numeric_limits<double>::quiet_NaN();

template <class Real>
std::shared_ptr<const SpriteSet> make_sprites(const DensityPath<Real>& path, const Population<Real>& p,
                                              const ViewPlane& plane) {
    auto sprites = std::make_shared<SpriteSet>();
    const long n = p.x->size(), kept = std::min(n, sprite_limit);
    const int dim = path.dim();
    sprites->total = n;
    std::vector<double> x(static_cast<std::size_t>(kept * dim)), log_weight;
    for (long s = 0; s < kept; ++s) {
        const long i = stratum_particle(s, kept, n);
        double at[2] = {0, 0};
        for (int d = 0; d < dim; ++d) {
            const double y = static_cast<double>((*p.x)(static_cast<int>(i), d));
            x[static_cast<std::size_t>(s * dim + d)] = y;
            const double v = plane.shift[static_cast<std::size_t>(d)] + plane.scale * y;
            at[0] += plane.axis[0][static_cast<std::size_t>(d)] * v;
            at[1] += plane.axis[1][static_cast<std::size_t>(d)] * v;
        }
        sprites->x.push_back(static_cast<float>(at[0]));
        sprites->y.push_back(static_cast<float>(at[1]));
        sprites->particle.push_back(static_cast<int>(i));
        sprites->root.push_back(p.root ? (*p.root)[static_cast<std::size_t>(i)] : static_cast<int>(i));
        log_weight.push_back(p.log_weight ? (*p.log_weight)[static_cast<int>(i)] : 0);
    }
    sprites->weight = relative_weights(std::move(log_weight));
    const int n_modes = path.target().n_modes();
    sprites->mode = n_modes > 1 ? hard_modes(path.mode_responsibilities(p.level, x), n_modes)
                                : std::vector<int>(static_cast<std::size_t>(kept), 0);
    return sprites;
}

template <class Real>
class TypedSession final : public RunSession {
public:
    TypedSession(const Json& resolved, std::stop_token stop)
        : experiment_(build_experiment<Real>(resolved, stop)), run_(experiment_, 0, true), current_(resolved),
          plane_(view_plane(*experiment_.path)), box_(level_box(*experiment_.path, plane_)) {
        auto positions = std::make_shared<std::vector<LevelPosition>>();
        for (int k = 0; k <= experiment_.path->n_levels(); ++k) {
            positions->push_back(experiment_.path->position(k));
        }
        positions_ = positions;
        sight_levels_ = thumbnail_levels(experiment_.path->n_levels(), n_thumbnails);
    }

    void start() override {
        run_.start();
        keep_sight();
    }
    void advance() override {
        run_.advance();
        keep_sight();
    }
    bool finished() const override { return run_.finished(); }
    bool at_boundary() const override { return run_.sampler().at_boundary(); }
    int level() const override { return run_.sampler().current_level(); }
    void archive(StateArchive& archive) override { run_.archive(archive); }

    void apply(const Json& resolved) override {
        if (resolved["kernel"] != current_["kernel"]) {
            experiment_.kernel = experiment_.make_kernel(resolved);
            run_.sampler().replace_kernel(experiment_.kernel);
        }
        if (resolved["moves"] != current_["moves"]) {
            experiment_.move = experiment_.make_move(resolved);
            run_.sampler().replace_move(experiment_.move);
        }
        if (resolved["sampler"] != current_["sampler"]) {
            run_.sampler().update_settings(resolved["sampler"]);
        }
        edited_ = edited_ || resolved["kernel"] != current_["kernel"] ||
                  resolved["moves"] != current_["moves"] || resolved["sampler"] != current_["sampler"];
        current_ = resolved;
    }

    void fill(Snapshot& s) const override;
    RunResult result(const std::string& status, const std::string& error, double total_seconds,
                     const RunCallbacks& callbacks) override;

private:
    Experiment<Real> experiment_;
    ReplicateRun<Real> run_;
    Json current_;
    ViewPlane plane_;
    std::array<double, 4> box_;
    std::shared_ptr<const std::vector<LevelPosition>> positions_;
    std::vector<int> sight_levels_;
    std::vector<LevelSight> sights_;
    bool edited_ = false;
    bool others_done_ = false;  // the replicates after the first, which run when the result is made

    int shown_level() const {
        const Json& wanted = current_["view"]["level"];
        return run_.sampler().exchange_stats() && wanted.is_number_integer()
                   ? std::min(wanted.get<int>(), experiment_.path->n_levels())
                   : run_.sampler().current_level();
    }
    double eta() const;
    std::shared_ptr<const Grid> make_density(const Population<Real>& p) const {
        return std::make_shared<Grid>(
            bin_particles(*p.x, p.log_weight, plane_, box_, density_pixels, density_pixels));
    }
    void keep_sight();
    void fill_population(Snapshot& s) const;
};

/// Remembers the particles where a level that stands for the path ends.
template <class Real>
void TypedSession<Real>::keep_sight() {
    const AnnealedSampler<Real>& sampler = run_.sampler();
    const int level = sampler.current_level();
    if (sampler.exchange_stats() || !sampler.at_boundary() ||
        std::find(sight_levels_.begin(), sight_levels_.end(), level) == sight_levels_.end()) {
        return;
    }
    const Population<Real> p = sampler.population(level);
    if (p.x && p.x->size() > 0) {
        sights_.push_back({level, make_sprites(*experiment_.path, p, plane_), make_density(p)});
    }
}

template <class Real>
double TypedSession<Real>::eta() const {
    const AnnealedSampler<Real>& sampler = run_.sampler();
    const long left = sampler.progress_end() - sampler.progress();
    if (sampler.exchange_stats()) {
        return sampler.progress() > 0 ? run_.sampling_seconds() * static_cast<double>(left) /
                                            static_cast<double>(sampler.progress())
                                      : -1;
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
void TypedSession<Real>::fill_population(Snapshot& s) const {
    Population<Real> p = run_.sampler().population(shown_level());
    if (!p.x) {
        p = run_.sampler().population(run_.sampler().current_level());
    }
    if (!p.x || p.x->size() == 0) {
        return;
    }
    s.level = p.level;
    s.n_particles = p.x->size();
    s.sprites = make_sprites(*experiment_.path, p, plane_);
    s.density = make_density(p);
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
void TypedSession<Real>::fill(Snapshot& s) const {
    const AnnealedSampler<Real>& sampler = run_.sampler();
    s.exchange = sampler.exchange_stats() != nullptr;
    s.progress = sampler.progress();
    s.progress_end = sampler.progress_end();
    const double part =
        s.progress_end > 0 ? static_cast<double>(s.progress) / static_cast<double>(s.progress_end) : 0;
    const int n_replicates = edited_ ? 1 : current_["run"]["n_replicates"].template get<int>();
    s.fraction = others_done_ ? 1 : part / n_replicates;
    s.level = sampler.current_level();
    s.n_levels = experiment_.path->n_levels();
    s.dim = experiment_.path->dim();
    s.seconds = run_.sampling_seconds();
    const double left = finished() ? 0 : eta();
    const double others = others_done_ || part == 0 ? 0 : (n_replicates - 1) * run_.sampling_seconds() / part;
    s.eta_seconds = left < 0 ? left : left + others;
    s.tally = sampler.tally();
    s.evaluations_per_second = s.seconds > 0 ? static_cast<double>(s.tally.evaluations()) / s.seconds : 0;
    s.levels = std::make_shared<std::vector<LevelStats>>(sampler.level_stats());
    s.positions = positions_;
    s.mode_names = experiment_.target->mode_names();
    s.true_mode_weights = experiment_.target->mode_weights();
    s.plane = plane_;
    s.ess_fraction = s.pareto_k = s.acceptance = s.log_weight_variance = nan_value;
    s.log_z = sampler.log_z();
    s.log_z_true = experiment_.target->log_z();
    s.n_resamplings = sampler.n_resamplings();
    if (!s.levels->empty()) {
        s.acceptance = s.levels->back().acceptance;
    }
    s.modes = std::make_shared<std::vector<ModeRow>>(run_.mode_rows());
    fill_population(s);
    s.sights = std::make_shared<std::vector<LevelSight>>(sights_);
    if (s.exchange) {
        s.exchange_stats = std::make_shared<ExchangeStats>(*sampler.exchange_stats());
    }
    HealthNumbers health = run_.health(*s.modes);
    health.sampling_done = finished();
    health.n = static_cast<double>(s.n_particles);
    if (!s.exchange && s.n_particles > 0) {
        add_weights(health, health.n, s.ess_fraction, s.pareto_k);
        health.unique_fraction = s.unique_roots > 0 ? static_cast<double>(s.unique_roots) / health.n : 1;
    }
    s.log_z_stderr = health.log_z_stderr;
    s.log_z_stderr_missing = health.log_z_stderr_missing;
    s.warnings = health_warnings(health);
    if (edited_) {
        s.warnings.push_back(edited_warning());
    }
}

template <class Real>
RunResult TypedSession<Real>::result(const std::string& status, const std::string& error,
                                     double total_seconds, const RunCallbacks& callbacks) {
    experiment_.preset = current_;
    ReplicateSet set;
    const int n_replicates = current_["run"]["n_replicates"].get<int>();
    // Other replicates of an edited run would not repeat it.
    if (status == "finished" && n_replicates > 1 && !edited_) {
        set = run_replicates(experiment_, 1, n_replicates, callbacks);
        others_done_ = true;
    }
    set.first = run_.result(status, true, status == "finished");
    if (edited_) {
        set.first.summary["warnings"].push_back(warnings_json({edited_warning()})[0]);
    }
    set.summaries.insert(set.summaries.begin(), set.first.summary);
    set.sampling_seconds += run_.sampling_seconds();
    if (!error.empty()) {
        set.error = error;
    }
    return assemble_result(experiment_, std::move(set), total_seconds);
}

}  // namespace

std::unique_ptr<RunSession> make_session(const Json& resolved, std::stop_token stop) {
    if (resolved["run"]["precision"] == "f32") {
        return std::make_unique<TypedSession<float>>(resolved, stop);
    }
    return std::make_unique<TypedSession<double>>(resolved, stop);
}

}  // namespace tempera
