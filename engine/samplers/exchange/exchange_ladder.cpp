// SPDX-License-Identifier: MIT
#include "samplers/exchange/exchange_ladder.hpp"

#include <algorithm>
#include <cmath>

#include "core/number.hpp"
#include "core/parallel.hpp"
#include "core/scratch.hpp"
#include "core/state_archive.hpp"
#include "samplers/exchange/exchange_start.hpp"

namespace tempera {

namespace {

constexpr bool check_inverse = true;  // of maps: a swap must undo itself

}  // namespace

template <class Real>
struct ExchangeLadder<Real>::Proposals {
    Block<Real> low, high;
    Real *log_low, *log_high;
    Real *score_low, *score_high;  // null where not wanted
    unsigned char *failed_down, *failed_up;
};

template <class Real>
ExchangeLadder<Real>::ExchangeLadder(const SamplerContext<Real>& context, int n_ensembles, int moves_per_scan)
    : path_(context.path), kernel_(context.kernel), move_(context.move), key_(context.key),
      moves_(moves_per_scan > 0), levels_(static_cast<std::size_t>(path_->n_levels()) + 1) {
    for (std::size_t k = 0; k < levels_.size(); ++k) {
        levels_[k].x = levels_[k].score = Particles<Real>(n_ensembles, path_->dim());
        levels_[k].log_density = PerParticle<Real>(n_ensembles);
        levels_[k].factor = context.move_factor.empty() ? 1.0 : context.move_factor[k];
    }
}

template <class Real>
bool ExchangeLadder<Real>::score_wanted(int level) const {
    const bool for_move = level < n_levels() && moves_ && move_->uses_score();
    const bool for_kernel = level > 0 && kernel_->uses_score() && !kernel_->is_identity() &&
                            path_->field(level) == &path_->density(level);
    return for_move || for_kernel;
}

/// The score that a kernel may be given at a level: the cached one, where density and field are the same
/// function.
template <class Real>
const Real* ExchangeLadder<Real>::field_score(int level, int b) const {
    const bool same = level > 0 && score_wanted(level) && path_->field(level) == &path_->density(level);
    return same ? levels_[static_cast<std::size_t>(level)].score.block(b).data : nullptr;
}

template <class Real>
Tally ExchangeLadder<Real>::evaluate(int level, int b) {
    Tally tally;
    Level& at = levels_[static_cast<std::size_t>(level)];
    path_->density(level).evaluate(
        at.x.block(b), {at.log_density.block(b), score_wanted(level) ? at.score.block(b).data : nullptr},
        tally);
    return tally;
}

template <class Real>
Tally ExchangeLadder<Real>::evaluate_all() {
    return parallel_sum<Tally>((n_levels() + 1) * n_blocks(),
                               [&](int t) { return evaluate(t / n_blocks(), t % n_blocks()); });
}

template <class Real>
Tally ExchangeLadder<Real>::draw(const std::string& initial) {
    const Tally tally = parallel_sum<Tally>((n_levels() + 1) * n_blocks(), [&](int t) {
        const int k = t / n_blocks(), b = t % n_blocks();
        draw_exchange_start(*path_, initial, k, key_, b, levels_[static_cast<std::size_t>(k)].x.block(b));
        return evaluate(k, b);
    });
    for (int k = 0; k <= n_levels(); ++k) {
        for (int e = 0; e < n_ensembles(); ++e) {
            if (!std::isfinite(levels_[static_cast<std::size_t>(k)].log_density[e])) {
                throw NumericalError(
                    "the log density at the start of level " + std::to_string(k) + " is not finite", k, e);
            }
        }
    }
    return tally;
}

template <class Real>
double ExchangeLadder<Real>::move_block(int level, int b, long step, Tally& tally) {
    Level& at = levels_[static_cast<std::size_t>(level)];
    const MoveState<Real> state{at.x.block(b), at.log_density.block(b),
                                score_wanted(level) ? at.score.block(b).data : nullptr};
    return move_->apply(
        path_->density(level), state, path_->move_variance(level), at.factor,
        key_.with(Purpose::move, static_cast<std::uint32_t>(level), static_cast<std::uint64_t>(step)),
        static_cast<std::uint32_t>(b * block_size), tally);
}

template <class Real>
void ExchangeLadder<Real>::refresh_block(int b, long scan, Tally& tally) {
    const auto at = static_cast<std::uint32_t>(n_levels());
    path_->sample_reference(key_.with(Purpose::reference, at, static_cast<std::uint32_t>(scan + 1)),
                            static_cast<std::uint32_t>(b * block_size), levels_.back().x.block(b));
    tally += evaluate(n_levels(), b);
}

/// The configurations that levels k and k + 1 of a block would have, with their densities, and the kernel's
/// part of the works.
template <class Real>
void ExchangeLadder<Real>::propose(int k, int b, long scan, Proposals& to, double* down, double* up,
                                   Tally& tally) {
    const Block<const Real> x_low = x(k).block(b), x_high = x(k + 1).block(b);
    const auto first = static_cast<std::uint32_t>(b * block_size), level = static_cast<std::uint32_t>(k),
               at = static_cast<std::uint32_t>(scan);
    std::fill_n(to.failed_down, block_size, static_cast<unsigned char>(0));
    std::fill_n(to.failed_up, block_size, static_cast<unsigned char>(0));
    if (kernel_->is_identity()) {
        const std::size_t rows = static_cast<std::size_t>(x_low.dim) * block_size;
        std::copy_n(x_high.data, rows, to.low.data);
        std::copy_n(x_low.data, rows, to.high.data);
        std::fill_n(down, block_size, 0.0);
        std::fill_n(up, block_size, 0.0);
    } else {
        kernel_->down(k, {x_high, field_score(k + 1, b)}, {to.low, down, to.failed_down, check_inverse},
                      key_.with(Purpose::transition, level, at), first, tally);
        kernel_->up(k, {x_low, field_score(k, b)}, {to.high, up, to.failed_up, check_inverse},
                    key_.with(Purpose::transition_up, level, at), first, tally);
    }
    path_->density(k).evaluate(to.low, {to.log_low, to.score_low}, tally);
    path_->density(k + 1).evaluate(to.high, {to.log_high, to.score_high}, tally);
}

template <class Real>
void ExchangeLadder<Real>::accept(int k, int b, int lane, const Proposals& from) {
    Level& low = levels_[static_cast<std::size_t>(k)];
    Level& high = levels_[static_cast<std::size_t>(k) + 1];
    const Block<Real> x_low = low.x.block(b), x_high = high.x.block(b);
    for (int i = 0; i < x_low.dim; ++i) {
        x_low(i, lane) = from.low(i, lane);
        x_high(i, lane) = from.high(i, lane);
        const auto at = static_cast<std::ptrdiff_t>(i) * block_size + lane;
        if (from.score_low) {
            low.score.block(b).data[at] = from.score_low[at];
        }
        if (from.score_high) {
            high.score.block(b).data[at] = from.score_high[at];
        }
    }
    low.log_density.block(b)[lane] = from.log_low[lane];
    high.log_density.block(b)[lane] = from.log_high[lane];
}

template <class Real>
Tally ExchangeLadder<Real>::swap_block(int k, int b, long scan, double* down, double* up,
                                       ReplicaLabels& labels) {
    Tally tally;
    Scratch frame;
    const int n = x(k).block(b).n, dim = path_->dim();
    const std::size_t rows = static_cast<std::size_t>(dim) * block_size;
    Proposals to;
    to.low = {frame.take<Real>(rows), dim, n};
    to.high = {frame.take<Real>(rows), dim, n};
    to.failed_down = frame.take<unsigned char>(block_size);
    to.failed_up = frame.take<unsigned char>(block_size);
    to.log_low = frame.take<Real>(block_size);
    to.log_high = frame.take<Real>(block_size);
    to.score_low = score_wanted(k) ? frame.take<Real>(rows) : nullptr;
    to.score_high = score_wanted(k + 1) ? frame.take<Real>(rows) : nullptr;
    propose(k, b, scan, to, down, up, tally);

    double* uniform = frame.take<double>(block_size);
    fill_uniforms<double>(
        key_.with(Purpose::swap, static_cast<std::uint32_t>(k), static_cast<std::uint32_t>(scan)),
        static_cast<std::uint32_t>(b * block_size), Block<double>{uniform, 1, n});
    const Real* log_low = levels_[static_cast<std::size_t>(k)].log_density.block(b);
    const Real* log_high = levels_[static_cast<std::size_t>(k) + 1].log_density.block(b);
    for (int l = 0; l < n; ++l) {
        down[l] += static_cast<double>(to.log_low[l]) - static_cast<double>(log_high[l]);
        up[l] += static_cast<double>(log_low[l]) - static_cast<double>(to.log_high[l]);
        const bool failed = to.failed_down[l] || to.failed_up[l];
        if (!failed && !(std::isfinite(down[l]) && std::isfinite(up[l]))) {
            ++tally.non_finite;
        }
        down[l] = to.failed_down[l] || !std::isfinite(down[l]) ? -infinity : down[l];
        up[l] = to.failed_up[l] || !std::isfinite(up[l]) ? infinity : up[l];
        if (std::log(uniform[l]) < down[l] - up[l]) {
            accept(k, b, l, to);
            labels.swap(k, b * block_size + l);
        }
    }
    return tally;
}

template <class Real>
Tally ExchangeLadder<Real>::replace_kernel(std::shared_ptr<const TransitionKernel<Real>> kernel) {
    kernel_ = std::move(kernel);
    return evaluate_all();
}

template <class Real>
Tally ExchangeLadder<Real>::replace_move(std::shared_ptr<const Move<Real>> move, int moves_per_scan) {
    move_ = std::move(move);
    moves_ = moves_per_scan > 0;
    return evaluate_all();
}

template <class Real>
void ExchangeLadder<Real>::archive(StateArchive& archive) {
    for (std::size_t k = 0; k < levels_.size(); ++k) {
        const std::string name = "level" + std::to_string(k);
        archive(name + ".x", levels_[k].x);
        archive(name + ".score", levels_[k].score);
        archive(name + ".log_density", levels_[k].log_density);
        archive(name + ".factor", levels_[k].factor);
    }
}

template class ExchangeLadder<float>;
template class ExchangeLadder<double>;

}  // namespace tempera
