// SPDX-License-Identifier: MIT
// Independent Markov chains of one move at the target alone: the baseline that annealed samplers are compared
// with. It tells nothing of log Z.
#include <algorithm>
#include <cmath>

#include "core/number.hpp"
#include "core/parallel.hpp"
#include "core/state_archive.hpp"
#include "core/thread.hpp"
#include "paths/relaxation.hpp"
#include "samplers/annealed_sampler.hpp"
#include "samplers/collected_points.hpp"
#include "samplers/level_stats.hpp"
#include "samplers/step_adaptation.hpp"

namespace tempera {

namespace {

struct McmcSettings {
    int n_chains = 32;
    long n_steps = 2000, burn_in = 1000, thin = 1;
    std::string initial = "reference";

    void describe(Describer& d) {
        d.integer("n_chains", n_chains,
                  {.min = 1,
                   .max = 1'000'000,
                   .log_scale = true,
                   .help = "Independent chains that run side by side."});
        d.integer("n_steps", n_steps,
                  {.min = 1,
                   .max = 1e9,
                   .log_scale = true,
                   .help = "Steps of every chain after the burn-in, of moves.n_steps moves each."});
        d.integer("burn_in", burn_in,
                  {.min = 0, .max = 1e9, .help = "Steps before these, left out of every result."});
        d.integer("thin", thin,
                  {.min = 1, .max = 1e9, .log_scale = true, .help = "Every so many steps a point is kept."});
        d.choice("initial", initial, {"reference", "relaxed", "exact"},
                 {.help =
                      "Start of the chains: draws of the path's reference, the same moved uphill (clusters "
                      "of particles), or draws of the target itself."});
    }
};

template <class Real>
class Mcmc final : public AnnealedSampler<Real> {
public:
    Mcmc(const McmcSettings& settings, const SamplerContext<Real>& context)
        : settings_(settings), path_(context.path), move_(context.move), key_(context.key),
          x_(settings.n_chains, path_->dim()), score_(x_), log_density_(settings.n_chains),
          collected_(settings.thin) {
        if (settings.initial == "exact" && !path_->has_level_sampler(0)) {
            throw ConfigError("sampler.initial",
                              "\"exact\" needs a target with an exact sampler; use \"reference\"");
        }
        factor_ = context.move_factor.empty() ? 1 : context.move_factor[0];
    }

    void start() override;
    bool finished() const override { return step_ >= progress_end(); }
    MoveKind advance() override;
    bool at_boundary() const override { return true; }
    long progress() const override { return step_; }
    long progress_end() const override { return settings_.burn_in + settings_.n_steps; }
    int current_level() const override { return 0; }
    Population<Real> population(int level) const override { return {level, level == 0 ? &x_ : nullptr}; }
    const std::vector<LevelStats>& level_stats() const override { return level_stats_; }
    void report(Record& record) const override { report_levels(record, level_stats_); }
    double log_z() const override { return not_a_number; }
    StandardError log_z_error() const override {
        return StandardError::unknown("chains at the target alone tell nothing of log Z");
    }
    const Tally& tally() const override { return tally_; }
    int n_chains() const override { return settings_.n_chains; }
    const std::vector<double>* collected() const override { return &collected_.points(); }
    void replace_kernel(std::shared_ptr<const TransitionKernel<Real>>) override {}
    void replace_move(std::shared_ptr<const Move<Real>> move) override {
        move_ = std::move(move);
        evaluate();
    }
    void update_settings(const Json& settings) override;
    void archive(StateArchive& archive) override;

private:
    struct Part {  // what a block's moves report
        double accepted = 0;
        Tally tally;
        Part& operator+=(const Part& o) {
            accepted += o.accepted;
            tally += o.tally;
            return *this;
        }
    };
    void evaluate();
    void update_stats();

    McmcSettings settings_;
    std::shared_ptr<const DensityPath<Real>> path_;
    std::shared_ptr<const Move<Real>> move_;
    StreamKey key_;
    Particles<Real> x_, score_;
    PerParticle<Real> log_density_;
    double factor_ = 1, accepted_ = 0, seconds_ = 0;
    long step_ = 0, moves_ = 0, counted_moves_ = 0;
    CollectedPoints<Real> collected_;
    std::vector<LevelStats> level_stats_;
    Tally tally_;
};

template <class Real>
void Mcmc<Real>::start() {
    parallel_for(x_.n_blocks(), [&](int b) {
        const auto first = static_cast<std::uint32_t>(b * block_size);
        settings_.initial == "exact"
            ? path_->sample_level(0, key_.with(Purpose::target_sample, 0), first, x_.block(b))
            : path_->sample_reference(
                  key_.with(Purpose::reference, static_cast<std::uint32_t>(path_->n_levels())), first,
                  x_.block(b));
    });
    if (settings_.initial == "relaxed") {
        tally_ += parallel_sum<Tally>(x_.n_blocks(), [&](int b) {
            Tally tally;
            relax(path_->density(0), x_.block(b), tally);
            return tally;
        });
    }
    evaluate();
    for (int c = 0; c < settings_.n_chains; ++c) {
        if (!std::isfinite(log_density_[c])) {
            throw NumericalError("the log density at the start of a chain is not finite", 0, c);
        }
    }
    update_stats();
}

template <class Real>
void Mcmc<Real>::evaluate() {
    tally_ += parallel_sum<Tally>(x_.n_blocks(), [&](int b) {
        Tally tally;
        path_->density(0).evaluate(
            x_.block(b), {log_density_.block(b), move_->uses_score() ? score_.block(b).data : nullptr},
            tally);
        return tally;
    });
}

template <class Real>
MoveKind Mcmc<Real>::advance() {
    if (finished()) {
        return MoveKind::finished;
    }
    const Stopwatch watch;
    const double variance = path_->move_variance(0);
    const int n_moves = move_->n_steps();
    const Part done = parallel_sum<Part>(x_.n_blocks(), [&](int b) {
        Part part;
        const MoveState<Real> state{x_.block(b), log_density_.block(b),
                                    move_->uses_score() ? score_.block(b).data : nullptr};
        for (int m = 0; m < n_moves; ++m) {
            part.accepted += move_->apply(path_->density(0), state, variance, factor_,
                                          key_.with(Purpose::move, 0, static_cast<std::uint64_t>(moves_ + m)),
                                          static_cast<std::uint32_t>(b * block_size), part.tally);
        }
        return part;
    });
    moves_ += n_moves;
    tally_ += done.tally;
    const double offered = static_cast<double>(n_moves) * settings_.n_chains;
    if (step_ < settings_.burn_in) {
        if (move_->adapt() && n_moves > 0) {
            factor_ *= std::exp(step_change(done.accepted / offered, move_->target_acceptance(),
                                            burn_in_gain(step_), offered));
        }
    } else {
        accepted_ += done.accepted;
        counted_moves_ += n_moves;
        collected_.add(step_ - settings_.burn_in, x_);
    }
    ++step_;
    seconds_ += watch.seconds();
    update_stats();
    return MoveKind::mcmc;
}

template <class Real>
void Mcmc<Real>::update_stats() {
    LevelStats level;
    level.acceptance = counted_moves_ > 0
                           ? accepted_ / (static_cast<double>(counted_moves_) * settings_.n_chains)
                           : not_a_number;
    level.seconds = seconds_;
    level_stats_.assign(1, level);
}

template <class Real>
void Mcmc<Real>::update_settings(const Json& settings) {
    Problems problems;
    const Json now = write_settings(read_settings<McmcSettings>(settings, "sampler", problems));
    if (now != write_settings(settings_)) {
        problems.add("sampler", "nothing of it can change during a run; restart to apply the change");
    }
    problems.throw_if_any();
}

template <class Real>
void Mcmc<Real>::archive(StateArchive& archive) {
    archive("x", x_);
    archive("score", score_);
    archive("log_density", log_density_);
    archive("factor", factor_);
    archive("accepted", accepted_);
    archive("seconds", seconds_);
    archive.whole("step", step_, 0, progress_end());
    archive.whole("moves", moves_, 0, std::numeric_limits<long>::max());
    archive.whole("counted_moves", counted_moves_, 0, std::numeric_limits<long>::max());
    archive("tally", tally_);
    collected_.archive(archive);
    if (archive.restoring()) {
        update_stats();
    }
}

}  // namespace

SamplerEntry mcmc_sampler() {
    return {
        make_entry<AnnealedSampler, SamplerContext, Mcmc, McmcSettings>(
            "sampler", "mcmc", "Independent chains of a move at the target alone, the baseline."),
        [](const Json&) { return SamplerInfo{.chains = true, .needs_moves = true, .tunes_moves = true}; }};
}

}  // namespace tempera
