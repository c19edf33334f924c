// SPDX-License-Identifier: MIT
// Replica exchange over all levels at once: even-odd scans (Okabe et al. 2001; non-reversible, Syed et al.,
// JRSS B 84, 2022) with swaps that carry configurations between neighbouring levels by transition kernels
// (arXiv 2502.10328).
#include <algorithm>
#include <cmath>

#include "core/number.hpp"
#include "core/parallel.hpp"
#include "core/thread.hpp"
#include "samplers/annealed_sampler.hpp"
#include "samplers/exchange/exchange_ladder.hpp"
#include "samplers/exchange/exchange_record.hpp"
#include "samplers/exchange/exchange_start.hpp"
#include "samplers/exchange/swap_statistics.hpp"
#include "samplers/level_stats.hpp"
#include "samplers/step_adaptation.hpp"

namespace tempera {

namespace {

constexpr std::size_t process_scans = 512;  // kept of the index process and the energies with it

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
    void report(Record& record) const override { report_levels(record, level_stats_); }
    double log_z() const override {
        return std::isnan(stats_.log_z_bar) ? stats_.log_z_stepping_stone : stats_.log_z_bar;
    }
    StandardError log_z_error() const override { return stats_.log_z_bar_error; }
    const Tally& tally() const override { return tally_; }
    int n_chains() const override { return settings_.n_ensembles; }
    const std::vector<double>* collected() const override { return &record_.collected(); }
    void replace_kernel(std::shared_ptr<const TransitionKernel<Real>> kernel) override;
    void replace_move(std::shared_ptr<const Move<Real>> move) override;
    void update_settings(const Json& settings) override;
    void archive(StateArchive& archive) override;

private:
    struct Acceptance {  // of the moves at a level since the burn-in
        double accepted = 0;
        long steps = 0;
    };
    struct Part {  // what a task reports
        double accepted = 0;
        Tally tally;
    };

    int n_levels() const { return ladder_.n_levels(); }
    long burn_in_scans() const { return static_cast<long>(settings_.burn_in_fraction * settings_.n_scans); }
    void explore();
    void swap_scan();
    void count_scan();
    void update_stats();

    ExchangeSettings settings_;
    ExchangeLadder<Real> ladder_;
    ReplicaLabels labels_;
    SwapStatistics swaps_;
    std::vector<PerParticle<double>> down_, up_;  // works of the scan, per pair
    std::vector<Acceptance> acceptance_;
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
    : settings_(settings), ladder_(context, settings.n_ensembles, settings.moves_per_scan),
      labels_(n_levels(), settings.n_ensembles), swaps_(n_levels(), settings.n_ensembles),
      down_(static_cast<std::size_t>(n_levels()), PerParticle<double>(settings.n_ensembles)), up_(down_),
      acceptance_(static_cast<std::size_t>(n_levels()) + 1),
      record_(n_levels(), context.path->target().n_modes()) {
    check_exchange_start(*context.path, settings.initial);
}

template <class Real>
void ReplicaExchange<Real>::start() {
    tally_ += ladder_.draw(settings_.initial);
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
    const Stopwatch watch;
    const int n_blocks = ladder_.n_blocks(), n_steps = settings_.moves_per_scan;
    std::vector<Part> parts(static_cast<std::size_t>((n_levels() + 1) * n_blocks));
    parallel_for(static_cast<int>(parts.size()), [&](int t) {
        const int k = t / n_blocks, b = t % n_blocks;
        Part& part = parts[static_cast<std::size_t>(t)];
        if (k == n_levels()) {
            ladder_.refresh_block(b, scan_, part.tally);
            return;
        }
        for (int m = 0; m < n_steps; ++m) {
            part.accepted += ladder_.move_block(k, b, steps_ + m, part.tally);
        }
    });
    steps_ += n_steps;
    const Move<Real>& move = ladder_.move();
    for (int k = 0; k <= n_levels(); ++k) {
        double accepted = 0;
        for (int b = 0; b < n_blocks; ++b) {
            const Part& part = parts[static_cast<std::size_t>(k * n_blocks + b)];
            accepted += part.accepted;
            tally_ += part.tally;
        }
        Acceptance& at = acceptance_[static_cast<std::size_t>(k)];
        at.accepted += accepted;
        at.steps += static_cast<long>(n_steps) * settings_.n_ensembles;
        if (n_steps > 0 && move.adapt() && scan_ < burn_in_scans() && k < n_levels()) {
            const double n_moves = static_cast<double>(n_steps) * settings_.n_ensembles;
            ladder_.factor(k) *= std::exp(
                step_change(accepted / n_moves, move.target_acceptance(), burn_in_gain(scan_), n_moves));
        }
    }
    explore_seconds_ += watch.seconds();
}

template <class Real>
void ReplicaExchange<Real>::swap_scan() {
    const int n_blocks = ladder_.n_blocks(), parity = static_cast<int>(scan_ % 2);
    const int n_offered = (n_levels() - parity + 1) / 2;
    tally_ += parallel_sum<Tally>(n_offered * n_blocks, [&](int t) {
        const int k = parity + 2 * (t / n_blocks), b = t % n_blocks;
        const auto pair = static_cast<std::size_t>(k);
        return ladder_.swap_block(k, b, scan_, down_[pair].block(b), up_[pair].block(b), labels_);
    });
    if (scan_ == burn_in_scans() && scan_ > 0) {  // what was shown of the burn-in is dropped
        swaps_ = SwapStatistics(n_levels(), settings_.n_ensembles);
        labels_.reset_counts();
        acceptance_.assign(acceptance_.size(), {});
        record_.reset_occupancy();
    }
    parallel_for(n_offered, [&](int p) {
        const auto k = static_cast<std::size_t>(parity + 2 * p);
        swaps_.add(static_cast<int>(k), down_[k].span(), up_[k].span());
    });
}

/// Bookkeeping at the end of a scan.
template <class Real>
void ReplicaExchange<Real>::count_scan() {
    labels_.finish_scan();
    const auto remember = [](auto& process, auto scan) {
        process.push_back(std::move(scan));
        if (process.size() > process_scans) {
            process.erase(process.begin());
        }
    };
    std::vector<double> energy;
    for (int k = 0; k <= n_levels(); ++k) {
        energy.push_back(-ladder_.log_density(k, 0));
    }
    remember(stats_.index_process, labels_.labels(0));
    remember(stats_.energy_process, std::move(energy));
    parallel_for(record_.levels_due(scan_),
                 [&](int k) { record_.assign_modes(ladder_.path(), k, ladder_.x(k)); });
    if (scan_ >= burn_in_scans()) {
        stats_.scans_counted += settings_.n_ensembles;
        record_.collect(scan_ - burn_in_scans(), ladder_.x(0));
    }
    ++scan_;
    update_stats();
}

template <class Real>
void ReplicaExchange<Real>::update_stats() {
    stats_.swap_rejection = swaps_.rejection();
    stats_.round_trips = labels_.round_trips();
    stats_.counted_from = scan_ > burn_in_scans() ? burn_in_scans() : 0;
    stats_.trip_scans = (scan_ - stats_.counted_from) * settings_.n_ensembles;
    stats_.log_z_stepping_stone = swaps_.log_z_stepping_stone();
    stats_.up_fraction = labels_.up_fraction();
    stats_.first_scan = scan_ - static_cast<long>(stats_.index_process.size());
    // Bennett's equations go over all kept works: solved anew only when there are a tenth more, and at the
    // end.
    if (scan_ >= next_bennett_ || scan_ == burn_in_scans() + 2 || finished()) {
        const SwapStatistics::Estimate estimate = swaps_.bennett();
        stats_.log_z_bar = estimate.value;
        stats_.log_z_bar_error = estimate.error;
        stats_.pair_apart = estimate.pair_apart;
        next_bennett_ = scan_ + std::max<long>(2, std::abs(scan_ - burn_in_scans()) / 10);
    }
    stats_.occupancy = record_.occupancy();
    level_stats_.clear();
    for (int k = n_levels(); k >= 0; --k) {
        const Acceptance& at = acceptance_[static_cast<std::size_t>(k)];
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
    return {level, exists ? &ladder_.x(level) : nullptr};
}

template <class Real>
void ReplicaExchange<Real>::replace_kernel(std::shared_ptr<const TransitionKernel<Real>> kernel) {
    tally_ += ladder_.replace_kernel(std::move(kernel));
}

template <class Real>
void ReplicaExchange<Real>::replace_move(std::shared_ptr<const Move<Real>> move) {
    tally_ += ladder_.replace_move(std::move(move), settings_.moves_per_scan);
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
    replace_move(ladder_.shared_move());
}

template <class Real>
void ReplicaExchange<Real>::archive(StateArchive& archive) {
    ladder_.archive(archive);
    labels_.archive(archive);
    swaps_.archive(archive);
    record_.archive(archive);
    for (std::size_t k = 0; k < acceptance_.size(); ++k) {
        archive("level" + std::to_string(k) + ".accepted", acceptance_[k].accepted);
        archive("level" + std::to_string(k) + ".steps", acceptance_[k].steps);
    }
    archive.whole("scan", scan_, 0, settings_.n_scans);
    archive.whole("steps", steps_, 0, std::numeric_limits<long>::max());
    archive("next_bennett", next_bennett_);
    archive("explored", explored_);
    archive("explore_seconds", explore_seconds_);
    archive("tally", tally_);
    archive.whole("index_process", stats_.index_process, 0, n_levels());
    archive("energy_process", stats_.energy_process);
    const auto check = [&](const char* name, const auto& process) {
        archive.check(name, process.size() == stats_.index_process.size());
        for (const auto& scan : process) {
            archive.check(name, static_cast<int>(scan.size()) == n_levels() + 1);
        }
    };
    check("index_process", stats_.index_process);
    check("energy_process", stats_.energy_process);
    archive("scans_counted", stats_.scans_counted);
    archive("log_z_bar", stats_.log_z_bar);
    archive("log_z_bar_stderr", stats_.log_z_bar_error.value);
    std::vector<char> missing(stats_.log_z_bar_error.missing.begin(), stats_.log_z_bar_error.missing.end());
    archive("log_z_bar_stderr.missing", missing);
    stats_.log_z_bar_error.missing.assign(missing.begin(), missing.end());
    archive.whole("pair_apart", stats_.pair_apart, -1, n_levels() - 1);
    if (archive.restoring()) {
        update_stats();
    }
}

}  // namespace

SamplerEntry replica_exchange_sampler() {
    return {make_entry<AnnealedSampler, SamplerContext, ReplicaExchange, ExchangeSettings>(
                "sampler", "replica_exchange",
                "Replica exchange: one replica at every level, neighbours swap through the kernel."),
            [](const Json&) {
                return SamplerInfo{
                    .exchanges = true, .chains = true, .tunes_moves = true, .needs_level_densities = true};
            }};
}

}  // namespace tempera
