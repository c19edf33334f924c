// SPDX-License-Identifier: MIT
// Replica exchange over all levels at once: even-odd scans (Okabe et al. 2001; non-reversible, Syed et al.,
// JRSS B 84, 2022) with swaps that carry configurations between neighbouring levels by transition kernels
// (arXiv 2502.10328).
#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/parallel.hpp"
#include "core/scratch.hpp"
#include "samplers/annealed_sampler.hpp"
#include "samplers/exchange_record.hpp"
#include "samplers/exchange_start.hpp"
#include "samplers/replica_labels.hpp"
#include "samplers/swap_statistics.hpp"

namespace tempera {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t index_scans = 512;  // kept of the index process

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

struct ExchangeSettings {
    int n_ensembles = 32, n_scans = 1000, moves_per_scan = 1;
    double burn_in_fraction = 0.5;
    std::string initial = "reference";

    void describe(Describer& d) {
        d.integer("n_ensembles", n_ensembles,
                  {.min = 1,
                   .max = 1'000'000,
                   .log_scale = true,
                   .help = "Independent ladders of n_levels + 1 replicas that run side by side."});
        d.integer("n_scans", n_scans,
                  {.min = 1,
                   .max = 1e9,
                   .log_scale = true,
                   .help = "Scans: moves at every level, then swaps of every second pair."});
        d.number("burn_in_fraction", burn_in_fraction,
                 {.min = 0,
                  .max = 1,
                  .open_max = true,
                  .help = "First part of the scans, left out of every result."});
        d.integer("moves_per_scan", moves_per_scan,
                  {.min = 0,
                   .max = 10'000,
                   .change = Change::warm,
                   .help = "MCMC steps at every level in each scan."});
        d.choice("initial", initial, {"reference", "exact", "worst_mode"},
                 {.help = "Start of every level: draws of the reference, of the level's own exact law, or of "
                          "the lightest mode at that level."});
    }
};

template <class Real>
class ReplicaExchange final : public AnnealedSampler<Real> {
public:
    ReplicaExchange(const ExchangeSettings& settings, const SamplerContext<Real>& context);

    void start() override;
    bool finished() const override { return scan_ >= settings_.n_scans; }
    MoveKind advance() override;
    bool at_boundary() const override { return !explored_; }
    long progress() const override { return scan_; }
    long progress_end() const override { return settings_.n_scans; }
    int current_level() const override { return 0; }
    Population<Real> population(int level) const override;
    const std::vector<LevelStats>& level_stats() const override { return level_stats_; }
    const ExchangeStats* exchange_stats() const override { return &stats_; }
    double log_z() const override {
        return std::isnan(stats_.log_z_bar) ? stats_.log_z_stepping_stone : stats_.log_z_bar;
    }
    double log_z_stderr() const override { return stats_.log_z_bar_stderr; }
    const Tally& tally() const override { return tally_; }
    const std::vector<double>* collected() const override { return &record_.collected(); }
    void replace_kernel(std::shared_ptr<TransitionKernel<Real>> kernel) override;
    void replace_move(std::shared_ptr<Move<Real>> move) override;
    void update_settings(const Json& settings) override;

private:
    struct Level {
        Particles<Real> x, score;
        PerParticle<Real> log_density;
        double factor = 1;    // of the move's step
        double accepted = 0;  // sum of acceptances since burn-in
        double seconds = 0;
        long steps = 0;  // and of how many moves
    };
    struct Part {  // what a task reports
        double accepted = 0;
        Tally tally;
    };

    int n_levels() const { return path_->n_levels(); }
    long burn_in_scans() const { return static_cast<long>(settings_.burn_in_fraction * settings_.n_scans); }
    bool score_wanted(int level) const;
    const Real* field_score(int level, int b) const;
    Tally evaluate(int level, int b);
    void explore();
    void refresh(int b, Tally& tally);
    void swap_scan();
    Tally swap_block(int k, int b);
    void count_scan();
    void update_stats();

    ExchangeSettings settings_;
    std::shared_ptr<const DensityPath<Real>> path_;
    std::shared_ptr<TransitionKernel<Real>> kernel_;
    std::shared_ptr<Move<Real>> move_;
    StreamKey key_;

    std::vector<Level> levels_;
    ReplicaLabels labels_;
    SwapStatistics swaps_;
    std::vector<PerParticle<double>> down_, up_;  // works of the scan, per pair
    long scan_ = 0, steps_ = 0, next_bennett_ = 0;
    bool explored_ = false;
    double explore_seconds_ = 0;
    ExchangeRecord<Real> record_;
    std::vector<LevelStats> level_stats_;
    ExchangeStats stats_;
    Tally tally_;
};

template <class Real>
ReplicaExchange<Real>::ReplicaExchange(const ExchangeSettings& settings, const SamplerContext<Real>& context)
    : settings_(settings), path_(context.path), kernel_(context.kernel), move_(context.move),
      key_(context.key), levels_(static_cast<std::size_t>(n_levels()) + 1),
      labels_(n_levels(), settings.n_ensembles), swaps_(n_levels(), settings.n_ensembles),
      down_(static_cast<std::size_t>(n_levels()), PerParticle<double>(settings.n_ensembles)), up_(down_),
      record_(n_levels(), path_->target().n_modes()) {
    check_exchange_start(*path_, settings.initial);
    kernel_->set_check_inverse(true);
    for (std::size_t k = 0; k < levels_.size(); ++k) {
        levels_[k].x = levels_[k].score = Particles<Real>(settings.n_ensembles, path_->dim());
        levels_[k].log_density = PerParticle<Real>(settings.n_ensembles);
        levels_[k].factor = context.move_factor.empty() ? 1.0 : context.move_factor[k];
    }
}

template <class Real>
bool ReplicaExchange<Real>::score_wanted(int level) const {
    const bool for_move = level < n_levels() && settings_.moves_per_scan > 0 && move_->uses_score();
    const bool for_kernel = level > 0 && kernel_->uses_score() && !kernel_->is_identity() &&
                            path_->field(level) == &path_->density(level);
    return for_move || for_kernel;
}

/// The score that a kernel may be given at a level: the cached one, where density and field are the same
/// function.
template <class Real>
const Real* ReplicaExchange<Real>::field_score(int level, int b) const {
    const bool same = level > 0 && score_wanted(level) && path_->field(level) == &path_->density(level);
    return same ? levels_[static_cast<std::size_t>(level)].score.block(b).data : nullptr;
}

template <class Real>
Tally ReplicaExchange<Real>::evaluate(int level, int b) {
    Tally tally;
    Level& at = levels_[static_cast<std::size_t>(level)];
    path_->density(level).evaluate(
        at.x.block(b), {at.log_density.block(b), score_wanted(level) ? at.score.block(b).data : nullptr},
        tally);
    return tally;
}

template <class Real>
void ReplicaExchange<Real>::start() {
    const int n_blocks = levels_[0].x.n_blocks();
    const auto parts = parallel_sum<Tally>((n_levels() + 1) * n_blocks, [&](int t) {
        const int k = t / n_blocks, b = t % n_blocks;
        draw_exchange_start(*path_, settings_.initial, k, key_, b,
                            levels_[static_cast<std::size_t>(k)].x.block(b));
        return evaluate(k, b);
    });
    tally_ += parts;
    for (int k = 0; k <= n_levels(); ++k) {
        for (int e = 0; e < settings_.n_ensembles; ++e) {
            if (!std::isfinite(levels_[static_cast<std::size_t>(k)].log_density[e])) {
                throw NumericalError(
                    "the log density at the start of level " + std::to_string(k) + " is not finite", k, e);
            }
        }
    }
    update_stats();
}

template <class Real>
MoveKind ReplicaExchange<Real>::advance() {
    if (finished()) {
        return MoveKind::finished;
    }
    explored_ = !explored_;
    if (explored_) {
        explore();
        return MoveKind::explore;
    }
    swap_scan();
    count_scan();
    return MoveKind::swap;
}

/// Moves at the levels below the reference, which is drawn afresh.
template <class Real>
void ReplicaExchange<Real>::explore() {
    const auto begin = Clock::now();
    const int n_blocks = levels_[0].x.n_blocks(), n_steps = settings_.moves_per_scan;
    std::vector<Part> parts(static_cast<std::size_t>((n_levels() + 1) * n_blocks));
    parallel_for(static_cast<int>(parts.size()), [&](int t) {
        const int k = t / n_blocks, b = t % n_blocks;
        Part& part = parts[static_cast<std::size_t>(t)];
        if (k == n_levels()) {
            refresh(b, part.tally);
            return;
        }
        Level& at = levels_[static_cast<std::size_t>(k)];
        const MoveState<Real> state{at.x.block(b), at.log_density.block(b),
                                    score_wanted(k) ? at.score.block(b).data : nullptr};
        for (int m = 0; m < n_steps; ++m) {
            part.accepted += move_->apply(path_->density(k), state, path_->move_variance(k), at.factor,
                                          key_.with(Purpose::move, static_cast<std::uint32_t>(k),
                                                    static_cast<std::uint32_t>(steps_ + m)),
                                          static_cast<std::uint32_t>(b * block_size), part.tally);
        }
    });
    steps_ += n_steps;
    for (int k = 0; k <= n_levels(); ++k) {
        Level& at = levels_[static_cast<std::size_t>(k)];
        double accepted = 0;
        for (int b = 0; b < n_blocks; ++b) {
            const Part& part = parts[static_cast<std::size_t>(k * n_blocks + b)];
            accepted += part.accepted;
            tally_ += part.tally;
        }
        at.accepted += accepted;
        at.steps += static_cast<long>(n_steps) * settings_.n_ensembles;
        if (n_steps > 0 && move_->adapt() && scan_ < burn_in_scans() && k < n_levels()) {
            const double mean = accepted / (static_cast<double>(n_steps) * settings_.n_ensembles);
            const double gain = std::max(0.05, std::pow(1.0 + static_cast<double>(scan_), -0.6));
            at.factor *= std::exp(gain * (mean - move_->target_acceptance()));
        }
    }
    explore_seconds_ += seconds_since(begin);
}

template <class Real>
void ReplicaExchange<Real>::refresh(int b, Tally& tally) {
    const auto at = static_cast<std::uint32_t>(n_levels());
    path_->sample_reference(key_.with(Purpose::reference, at, static_cast<std::uint32_t>(scan_ + 1)),
                            static_cast<std::uint32_t>(b * block_size), levels_.back().x.block(b));
    tally += evaluate(n_levels(), b);
}

template <class Real>
void ReplicaExchange<Real>::swap_scan() {
    const int n_blocks = levels_[0].x.n_blocks(), parity = static_cast<int>(scan_ % 2);
    const int n_offered = (n_levels() - parity + 1) / 2;
    tally_ += parallel_sum<Tally>(
        n_offered * n_blocks, [&](int t) { return swap_block(parity + 2 * (t / n_blocks), t % n_blocks); });
    if (scan_ == burn_in_scans() && scan_ > 0) {  // what was shown of the burn-in is dropped
        swaps_ = SwapStatistics(n_levels(), settings_.n_ensembles);
        labels_.reset_counts();
        for (Level& level : levels_) {
            level.accepted = 0;
            level.steps = 0;
        }
        record_.reset_occupancy();
    }
    parallel_for(n_offered, [&](int p) {
        const auto k = static_cast<std::size_t>(parity + 2 * p);
        swaps_.add(static_cast<int>(k), down_[k].span(), up_[k].span());
    });
}

/// Offers every ensemble of a block the generalised swap of levels k and k + 1.
template <class Real>
Tally ReplicaExchange<Real>::swap_block(int k, int b) {
    Tally tally;
    Scratch frame;
    Level& low = levels_[static_cast<std::size_t>(k)];
    Level& high = levels_[static_cast<std::size_t>(k) + 1];
    const Block<Real> x_low = low.x.block(b), x_high = high.x.block(b);
    const std::size_t rows = static_cast<std::size_t>(x_low.dim) * block_size;
    const auto first = static_cast<std::uint32_t>(b * block_size), level = static_cast<std::uint32_t>(k),
               scan = static_cast<std::uint32_t>(scan_);

    const auto proposal = [&](Block<Real> like) {
        return Block<Real>{frame.take<Real>(rows), like.dim, like.n};
    };
    const Block<Real> y_low = proposal(x_low), y_high = proposal(x_high);
    double *down = down_[static_cast<std::size_t>(k)].block(b),
           *up = up_[static_cast<std::size_t>(k)].block(b);
    auto *failed_down = frame.take<unsigned char>(block_size),
         *failed_up = frame.take<unsigned char>(block_size);
    std::fill_n(failed_down, block_size, static_cast<unsigned char>(0));
    std::fill_n(failed_up, block_size, static_cast<unsigned char>(0));
    if (kernel_->is_identity()) {
        std::copy_n(x_high.data, rows, y_low.data);
        std::copy_n(x_low.data, rows, y_high.data);
        std::fill_n(down, block_size, 0.0);
        std::fill_n(up, block_size, 0.0);
    } else {
        kernel_->down(k, {x_high, field_score(k + 1, b)}, y_low, down, failed_down,
                      key_.with(Purpose::transition, level, scan), first, tally);
        kernel_->up(k, {x_low, field_score(k, b)}, y_high, up, failed_up,
                    key_.with(Purpose::transition_up, level, scan), first, tally);
    }

    Real *log_low = frame.take<Real>(block_size), *log_high = frame.take<Real>(block_size);
    Real* score_low = score_wanted(k) ? frame.take<Real>(rows) : nullptr;
    Real* score_high = score_wanted(k + 1) ? frame.take<Real>(rows) : nullptr;
    path_->density(k).evaluate(y_low, {log_low, score_low}, tally);
    path_->density(k + 1).evaluate(y_high, {log_high, score_high}, tally);

    double* uniform = frame.take<double>(block_size);
    fill_uniforms<double>(key_.with(Purpose::swap, level, scan), first, Block<double>{uniform, 1, x_low.n});
    for (int l = 0; l < x_low.n; ++l) {
        down[l] += static_cast<double>(log_low[l]) - static_cast<double>(high.log_density.block(b)[l]);
        up[l] += static_cast<double>(low.log_density.block(b)[l]) - static_cast<double>(log_high[l]);
        const bool failed = failed_down[l] || failed_up[l];
        if (!failed && !(std::isfinite(down[l]) && std::isfinite(up[l]))) {
            ++tally.non_finite;
        }
        down[l] = failed_down[l] || !std::isfinite(down[l]) ? -infinity : down[l];
        up[l] = failed_up[l] || !std::isfinite(up[l]) ? infinity : up[l];
        if (!(std::log(uniform[l]) < down[l] - up[l])) {
            continue;
        }
        for (int i = 0; i < x_low.dim; ++i) {
            x_low(i, l) = y_low(i, l);
            x_high(i, l) = y_high(i, l);
            const auto at = static_cast<std::ptrdiff_t>(i) * block_size + l;
            if (score_low) {
                low.score.block(b).data[at] = score_low[at];
            }
            if (score_high) {
                high.score.block(b).data[at] = score_high[at];
            }
        }
        low.log_density.block(b)[l] = log_low[l];
        high.log_density.block(b)[l] = log_high[l];
        labels_.swap(k, b * block_size + l);
    }
    return tally;
}

/// Bookkeeping at the end of a scan.
template <class Real>
void ReplicaExchange<Real>::count_scan() {
    labels_.finish_scan();
    stats_.index_process.push_back(labels_.labels(0));
    if (stats_.index_process.size() > index_scans) {
        stats_.index_process.erase(stats_.index_process.begin());
    }
    parallel_for(record_.levels_due(scan_),
                 [&](int k) { record_.assign_modes(*path_, k, levels_[static_cast<std::size_t>(k)].x); });
    if (scan_ >= burn_in_scans()) {
        stats_.scans_counted += settings_.n_ensembles;
        record_.collect(scan_ - burn_in_scans(), levels_[0].x);
    }
    ++scan_;
    update_stats();
}

template <class Real>
void ReplicaExchange<Real>::update_stats() {
    stats_.swap_rejection = swaps_.rejection();
    stats_.round_trips = scan_ > burn_in_scans() ? labels_.round_trips() : 0;
    stats_.log_z_stepping_stone = swaps_.log_z_stepping_stone();
    stats_.up_fraction = labels_.up_fraction();
    stats_.first_scan = scan_ - static_cast<long>(stats_.index_process.size());
    // Bennett's equations go over all kept works: solved anew only when there are a tenth more, and at the
    // end.
    if (scan_ >= next_bennett_ || scan_ == burn_in_scans() + 2 || finished()) {
        const SwapStatistics::Estimate estimate = swaps_.bennett();
        stats_.log_z_bar = estimate.value;
        stats_.log_z_bar_stderr = estimate.standard_error;
        next_bennett_ = scan_ + std::max<long>(2, std::abs(scan_ - burn_in_scans()) / 10);
    }
    stats_.occupancy = record_.occupancy();
    level_stats_.clear();
    for (int k = n_levels(); k >= 0; --k) {
        const Level& at = levels_[static_cast<std::size_t>(k)];
        LevelStats level;
        level.level = k;
        level.acceptance =
            at.steps > 0 && k < n_levels() ? at.accepted / static_cast<double>(at.steps) : not_a_number;
        level.swap_rejection =
            k < n_levels() ? stats_.swap_rejection[static_cast<std::size_t>(k)] : not_a_number;
        level.seconds = explore_seconds_ / static_cast<double>(n_levels() + 1);
        level_stats_.push_back(level);
    }
}

template <class Real>
Population<Real> ReplicaExchange<Real>::population(int level) const {
    const bool exists = level >= 0 && level <= n_levels();
    return {level, exists ? &levels_[static_cast<std::size_t>(level)].x : nullptr};
}

template <class Real>
void ReplicaExchange<Real>::replace_kernel(std::shared_ptr<TransitionKernel<Real>> kernel) {
    kernel_ = std::move(kernel);
    kernel_->set_check_inverse(true);
    const int n_blocks = levels_[0].x.n_blocks();
    tally_ += parallel_sum<Tally>((n_levels() + 1) * n_blocks,
                                  [&](int t) { return evaluate(t / n_blocks, t % n_blocks); });
}

template <class Real>
void ReplicaExchange<Real>::replace_move(std::shared_ptr<Move<Real>> move) {
    move_ = std::move(move);
    const int n_blocks = levels_[0].x.n_blocks();
    tally_ += parallel_sum<Tally>((n_levels() + 1) * n_blocks,
                                  [&](int t) { return evaluate(t / n_blocks, t % n_blocks); });
}

template <class Real>
void ReplicaExchange<Real>::update_settings(const Json& settings) {
    Problems problems;
    const ExchangeSettings s = read_settings<ExchangeSettings>(settings, "sampler", problems);
    if (s.n_ensembles != settings_.n_ensembles || s.n_scans != settings_.n_scans ||
        s.initial != settings_.initial || s.burn_in_fraction != settings_.burn_in_fraction) {
        problems.add("sampler", "only moves_per_scan can change during a run; restart to apply the others");
    }
    problems.throw_if_any();
    settings_ = s;
    replace_move(move_);
}

}  // namespace

SamplerEntry replica_exchange_sampler() {
    return make_entry<AnnealedSampler, SamplerContext, ReplicaExchange, ExchangeSettings>(
        "sampler", "replica_exchange",
        "Replica exchange: one replica at every level, neighbours swap through the kernel.");
}

}  // namespace tempera
