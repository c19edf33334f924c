// SPDX-License-Identifier: MIT
#include "samplers/annealed/weighted_population.hpp"

#include <cmath>
#include <numeric>

#include "core/number.hpp"
#include "core/parallel.hpp"
#include "core/scratch.hpp"
#include "core/thread.hpp"
#include "samplers/annealed/error_of_log.hpp"
#include "samplers/annealed/resampling.hpp"

namespace tempera {

/// What a block contributes to a transition or a step of the moves.
template <class Real>
struct WeightedPopulation<Real>::Part {
    WeightSum weights, conditional;
    double accepted = 0;
    Tally tally;
    long first_bad = -1;

    Part& operator+=(const Part& o) {
        accepted += o.accepted;
        weights += o.weights;
        conditional += o.conditional;
        tally += o.tally;
        first_bad = first_bad < 0 ? o.first_bad : first_bad;
        return *this;
    }
};

template <class Real>
WeightedPopulation<Real>::WeightedPopulation(const SamplerContext<Real>& context, int n_particles)
    : path_(context.path), kernel_(context.kernel), move_(context.move), key_(context.key),
      move_factor_(context.move_factor), record_genealogy_(context.record_genealogy),
      x_(n_particles, context.path->dim()), log_density_(n_particles), log_weight_(n_particles),
      root_(static_cast<std::size_t>(n_particles)) {
    check_move();
}

template <class Real>
void WeightedPopulation<Real>::check_move() const {
    if (move_->n_steps() > 0 && !path_->has_level_densities()) {
        throw ConfigError("moves.type",
                          "moves between the ends need log densities, and this path has only scores there; "
                          "use \"none\"");
    }
}

template <class Real>
bool WeightedPopulation<Real>::kernel_takes_score() const {
    return kernel_->uses_score() && !kernel_->is_identity();
}

/// The kernel's field is the level's density except, as a rule, at the reference: there a cached score of the
/// density would be of the wrong function.
template <class Real>
bool WeightedPopulation<Real>::score_wanted(int level) const {
    const bool for_move = level < n_levels() && move_->n_steps() > 0 && move_->uses_score();
    const bool for_kernel = level > 0 && kernel_takes_score() && path_->has_level_densities() &&
                            path_->field(level) == &path_->density(level);
    return for_move || for_kernel;
}

template <class Real>
double WeightedPopulation<Real>::move_factor(int level) const {
    return move_factor_.empty() ? 1.0 : move_factor_[static_cast<std::size_t>(level)];
}

template <class Real>
void WeightedPopulation<Real>::start() {
    const Stopwatch watch;
    level_ = n_levels();
    const StreamKey key = key_.with(Purpose::reference, static_cast<std::uint32_t>(level_));
    parallel_for(x_.n_blocks(), [&](int b) {
        path_->sample_reference(key, static_cast<std::uint32_t>(b * block_size), x_.block(b));
        std::fill_n(log_weight_.block(b), block_size, 0.0);
    });
    std::iota(root_.begin(), root_.end(), 0);
    unique_roots_ = size();
    sum_ = {0.0, static_cast<double>(size()), static_cast<double>(size())};
    evaluate_state();
    LevelStats stats;
    stats.level = level_;
    stats.ess_fraction = 1;
    stats.unique_roots = unique_roots_;
    stats.seconds = watch.seconds();
    stats_.push_back(stats);
}

/// Log density and, when wanted, score of the current level at the current positions.
template <class Real>
void WeightedPopulation<Real>::evaluate_state() {
    const bool with_score = score_wanted(level_);
    if (with_score && score_.size() == 0) {
        score_ = Particles<Real>(size(), x_.dim());
    }
    const Part part = parallel_sum<Part>(x_.n_blocks(), [&](int b) {
        Part out;
        path_->density(level_).evaluate(
            x_.block(b), {log_density_.block(b), with_score ? score_.block(b).data : nullptr}, out.tally);
        for (int l = 0; l < x_.block_count(b) && out.first_bad < 0; ++l) {
            if (!std::isfinite(log_density_.block(b)[l]) && log_weight_.block(b)[l] > minus_infinity) {
                out.first_bad = static_cast<long>(b) * block_size + l;
            }
        }
        return out;
    });
    tally_ += part.tally;
    score_ready_ = with_score;
    if (part.first_bad >= 0) {
        throw NumericalError("the log density of a particle at level " + std::to_string(level_) +
                                 " is not finite",
                             level_, part.first_bad);
    }
}

template <class Real>
MoveKind WeightedPopulation<Real>::advance() {
    if (steps_left_ > 0) {
        acceptance_ += explore(move_factor(level_));
        --steps_left_;
        stats_.back().acceptance = acceptance_ / step_;
        return MoveKind::mcmc;
    }
    if (level_ == 0) {
        return MoveKind::finished;
    }
    const bool resampled = transition();
    steps_left_ = move_->n_steps();
    return resampled ? MoveKind::resample : MoveKind::transition;
}

template <class Real>
bool WeightedPopulation<Real>::transition() {
    const Stopwatch watch;
    const int k = level_ - 1;
    if (score_wanted(k) && score_.size() == 0) {
        score_ = Particles<Real>(size(), x_.dim());
        score_ready_ = false;
    }
    const Part part = parallel_sum<Part>(x_.n_blocks(), [&](int b) { return transition_block(k, b); });
    tally_ += part.tally;
    const double log_sum_before = sum_.log_sum();
    level_ = k;
    step_ = 0;
    acceptance_ = 0;
    score_ready_ = score_wanted(k);
    sum_ = part.weights;

    LevelStats stats;
    stats.level = k;
    if (path_->has_level_densities() || k == 0) {
        stats.ess_fraction = sum_.ess() / size();
        stats.log_z_increment = sum_.log_sum() - log_sum_before;
        stats.cess_fraction =
            std::exp(2 * stats.log_z_increment - (part.conditional.log_sum() - log_sum_before));
    }
    if (!(sum_.sum > 0)) {
        stats_.push_back(stats);
        throw NumericalError("every particle has weight zero at level " + std::to_string(k), k,
                             part.first_bad);
    }
    const std::vector<int> from =
        k > 0 ? ancestors(sum_, key_.with(Purpose::resample, static_cast<std::uint32_t>(k)))
              : std::vector<int>{};
    stats.resampled = !from.empty();
    if (stats.resampled) {
        resample(from);
    }
    stats.unique_roots = unique_roots_;
    stats.seconds = watch.seconds();
    stats_.push_back(stats);
    return stats.resampled;
}

/// Adds to each log weight what the transition brought: `log_density` (null while only the ends have one) at
/// the new place less that at the old, and the kernel's log ratio. Returns how many have come to weight zero.
template <class Real>
int WeightedPopulation<Real>::add_increments(int b, Part& out, double* increment, const Real* log_density,
                                             const double* log_ratio, const unsigned char* failed) {
    const Real* before = log_density_.block(b);
    double* weight = log_weight_.block(b);
    int n_dropped = 0;
    for (int l = 0; l < x_.block_count(b); ++l) {
        const double change =
            log_density ? static_cast<double>(log_density[l]) - static_cast<double>(before[l]) : 0.0;
        increment[l] = failed[l] ? minus_infinity : change + log_ratio[l];
        if (!std::isfinite(increment[l])) {
            const bool alive = weight[l] > minus_infinity;
            out.tally.non_finite += alive && !failed[l];
            out.first_bad =
                alive && out.first_bad < 0 ? static_cast<long>(b) * block_size + l : out.first_bad;
            increment[l] = minus_infinity;
            ++n_dropped;
        }
        weight[l] += increment[l];
    }
    return n_dropped;
}

/// A particle of weight zero stays where it was last sound.
template <class Real>
void WeightedPopulation<Real>::keep_dropped(int b, const double* increment, Block<Real> y, Real* log_density,
                                            bool with_score) {
    const Block<Real> x = x_.block(b);
    for (int l = 0; l < x.n; ++l) {
        if (increment[l] != minus_infinity) {
            continue;
        }
        for (int i = 0; i < x.dim; ++i) {
            y(i, l) = x(i, l);
            if (with_score) {
                score_.block(b)(i, l) = Real(0);
            }
        }
        if (log_density) {
            log_density[l] = Real(0);
        }
    }
}

/// Moves a block from level k + 1 to k and adds its work to the log weights.
template <class Real>
typename WeightedPopulation<Real>::Part WeightedPopulation<Real>::transition_block(int k, int b) {
    Part out;
    Scratch frame;
    const Block<Real> x = x_.block(b);
    const std::size_t rows = static_cast<std::size_t>(x.dim);
    Block<Real> y = x;
    double* log_ratio = frame.take<double>(block_size);
    unsigned char* failed = frame.take<unsigned char>(block_size);
    std::fill_n(log_ratio, block_size, 0.0);
    std::fill_n(failed, block_size, static_cast<unsigned char>(0));
    if (!kernel_->is_identity()) {
        y.data = frame.take<Real>(rows * block_size);
        const bool given = score_ready_ && path_->field(k + 1) == &path_->density(k + 1);
        const LevelBlock<Real> from{x, given ? score_.block(b).data : nullptr};
        kernel_->down(k, from, {y, log_ratio, failed},
                      key_.with(Purpose::transition, static_cast<std::uint32_t>(k)),
                      static_cast<std::uint32_t>(b * block_size), out.tally);
    }

    // With densities at the ends only, the works telescope: those between cancel.
    const bool has_density = k == 0 || path_->has_level_densities();
    Real* log_density = log_density_.block(b);
    Real* log_density_at_y = frame.take<Real>(block_size);
    if (has_density) {
        path_->density(k).evaluate(y, {log_density_at_y, score_wanted(k) ? score_.block(b).data : nullptr},
                                   out.tally);
    }
    double* increment = frame.take<double>(block_size);
    if (add_increments(b, out, increment, has_density ? log_density_at_y : nullptr, log_ratio, failed) > 0) {
        keep_dropped(b, increment, y, has_density ? log_density_at_y : nullptr,
                     has_density && score_wanted(k));
    }
    if (y.data != x.data) {
        std::copy_n(y.data, rows * block_size, x.data);
    }
    if (has_density) {
        std::copy_n(log_density_at_y, x.n, log_density);
    }
    const double* weight = log_weight_.block(b);
    out.weights = WeightSum::of(weight, x.n);
    if (has_density) {
        for (int l = 0; l < x.n; ++l) {
            increment[l] += weight[l];
        }
        out.conditional = WeightSum::of(increment, x.n);
    }
    return out;
}

template <class Real>
double WeightedPopulation<Real>::explore(double factor) {
    const Stopwatch watch;
    if (move_->uses_score() && !score_ready_) {
        evaluate_state();
    }
    const StreamKey key =
        key_.with(Purpose::move, static_cast<std::uint32_t>(level_), static_cast<std::uint32_t>(step_));
    const double variance = path_->move_variance(level_);
    const Part total = parallel_sum<Part>(x_.n_blocks(), [&](int b) {
        Part out;
        const MoveState<Real> state{x_.block(b), log_density_.block(b),
                                    score_ready_ ? score_.block(b).data : nullptr};
        out.accepted = move_->apply(path_->density(level_), state, variance, factor, key,
                                    static_cast<std::uint32_t>(b * block_size), out.tally);
        return out;
    });
    ++step_;
    tally_ += total.tally;
    stats_.back().seconds += watch.seconds();
    return total.accepted / size();
}

template <class Real>
void WeightedPopulation<Real>::resample(const std::vector<int>& from) {
    log_z_resampled_ += sum_.log_sum() - std::log(static_cast<double>(size()));
    gather_particles(from, x_, spare_);
    if (score_ready_) {
        gather_particles(from, score_, spare_);
    }
    PerParticle<Real> log_density(size());
    std::vector<int> root(root_.size());
    for (std::size_t i = 0; i < from.size(); ++i) {
        log_density[static_cast<int>(i)] = log_density_[from[i]];
        root[i] = root_[static_cast<std::size_t>(from[i])];
    }
    log_density_ = std::move(log_density);
    root_ = std::move(root);
    unique_roots_ = 0;
    for (std::size_t i = 0; i < root_.size(); ++i) {
        unique_roots_ += i == 0 || root_[i] != root_[i - 1];
    }
    std::fill_n(log_weight_.span().begin(), size(), 0.0);
    sum_ = {0.0, static_cast<double>(size()), static_cast<double>(size())};
    ++n_resamplings_;
    if (record_genealogy_) {
        genealogy_.record(from, level_);
    }
}

template <class Real>
double WeightedPopulation<Real>::log_z() const {
    if (level_ > 0 && level_ < n_levels() && !path_->has_level_densities()) {
        return not_a_number;
    }
    return log_z_resampled_ + sum_.log_sum() - std::log(static_cast<double>(size()));
}

template <class Real>
StandardError WeightedPopulation<Real>::error_of_log_z(double relative_variance) const {
    if (std::isnan(log_z())) {
        return StandardError::unknown("log Z is known at the ends of the path only");
    }
    return error_of_log(relative_variance, size());
}

template <class Real>
Population<Real> WeightedPopulation<Real>::population(int level) const {
    if (level != level_) {
        return {level};
    }
    return {level, &x_, &log_weight_, &root_};
}

template <class Real>
void WeightedPopulation<Real>::replace_kernel(std::shared_ptr<const TransitionKernel<Real>> kernel) {
    kernel_ = std::move(kernel);
}

template <class Real>
void WeightedPopulation<Real>::replace_move(std::shared_ptr<const Move<Real>> move) {
    const auto before = std::exchange(move_, std::move(move));
    try {
        check_move();
    } catch (...) {
        move_ = before;
        throw;
    }
    steps_left_ = std::min(steps_left_, move_->n_steps());
}

template <class Real>
void WeightedPopulation<Real>::archive(StateArchive& archive) {
    archive("x", x_);
    archive("log_density", log_density_);
    archive("log_weight", log_weight_);
    archive.whole("root", root_, 0, size() - 1);
    archive.check("root", static_cast<int>(root_.size()) == size());
    archive("score_ready", score_ready_);
    if (score_ready_) {
        if (score_.size() == 0) {
            score_ = Particles<Real>(size(), x_.dim());
        }
        archive("score", score_);
    }
    archive("sum", sum_);
    archive("log_z_resampled", log_z_resampled_);
    archive.whole("level", level_, 0, n_levels());
    archive.whole("steps_left", steps_left_, 0, std::numeric_limits<int>::max());
    archive.whole("step", step_, 0, std::numeric_limits<int>::max());
    archive.whole("n_resamplings", n_resamplings_, 0, n_levels());
    archive.whole("unique_roots", unique_roots_, 0, size());
    archive("acceptance", acceptance_);
    archive("tally", tally_);
    genealogy_.archive(archive, size(), n_levels());
    archive_levels(archive, n_levels(), stats_);
}

template class WeightedPopulation<float>;
template class WeightedPopulation<double>;

}  // namespace tempera
