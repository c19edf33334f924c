// SPDX-License-Identifier: MIT
#include "run/training/training_work.hpp"

#include <algorithm>
#include <cmath>

namespace tempera {
namespace {

constexpr auto judge_interval = std::chrono::seconds(1);
constexpr int judging_cost = 10;   ///< judging takes at most one part in this many
constexpr int level_points = 512;  ///< per noise level of a judgement
constexpr int loss_batches = 2;    ///< that a judgement averages each loss over
constexpr std::size_t most_losses = 512, most_judgements = 128;

/// Sixteen levels of the training's range, evenly in their logarithm, and those that reports name.
std::vector<double> judged_levels(const Json& resolved) {
    Problems ignored;
    const auto noise =
        read_settings<NoiseSettings>(resolved["model"]["training"]["noise"], "model", ignored, {});
    std::vector<double> out;
    for (const double s : reported_sigmas) {
        if (s > 0.999 * noise.min && s < 1.001 * noise.max) {
            out.push_back(s);
        }
    }
    constexpr int n = 16;
    for (int i = 0; i < n; ++i) {
        const double s = noise.min * std::pow(noise.max / noise.min, static_cast<double>(i) / (n - 1));
        const auto near = [s](double other) { return std::abs(std::log(other / s)) < 0.12; };
        if (std::none_of(out.begin(), out.end(), near)) {
            out.push_back(s);
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

}  // namespace

LossCurve::LossCurve(long n_steps)
    : stretch_(
          std::max(1L, (n_steps + static_cast<long>(most_losses) - 1) / static_cast<long>(most_losses))) {}

void LossCurve::add(const training::StepLosses& step) {
    open_.step = step.step;
    open_.learning_rate = step.learning_rate;
    open_.total += step.total;
    open_.each.resize(step.each.size(), 0.0);
    counts_.resize(step.each.size(), 0);
    for (std::size_t i = 0; i < step.each.size(); ++i) {
        if (std::isfinite(step.each[i])) {
            open_.each[i] += step.each[i];
            ++counts_[i];
        }
    }
    if (++n_ >= stretch_) {
        done_.push_back(mean());
        open_ = {};
        counts_.clear();
        n_ = 0;
    }
}

std::shared_ptr<const std::vector<LossPoint>> LossCurve::points() const {
    auto out = std::make_shared<std::vector<LossPoint>>(done_);
    if (n_ > 0) {
        out->push_back(mean());
    }
    return out;
}

LossPoint LossCurve::mean() const {
    LossPoint p = open_;
    p.total /= static_cast<double>(n_);
    for (std::size_t i = 0; i < p.each.size(); ++i) {
        p.each[i] = counts_[i] > 0 ? p.each[i] / static_cast<double>(counts_[i]) : std::nan("");
    }
    return p;
}

TrainingWork::TrainingWork(const Json& resolved)
    : session(resolved), curve(session.n_steps()), levels_(judged_levels(resolved)),
      gap_(std::max(1L, session.n_steps() / 100)) {}

void TrainingWork::step() {
    last_ = session.step();
    curve.add(last_);
}

bool TrainingWork::judgement_due() const {
    const long since = judgements.empty() ? gap_ : steps() - judgements.back()->step;
    const auto idle = Clock::now() - judged_at_;
    return since >= gap_ && (idle >= judge_interval || since >= 2 * gap_) &&
           idle >= (judging_cost - 1) * last_judging_;
}

void TrainingWork::judge(bool last) {
    if (!last && !judgements.empty() && judgements.back()->step == steps()) {
        return;
    }
    const auto begin = Clock::now();
    auto j = std::make_shared<Judgement>();
    j->step = steps();
    j->train = session.trainer().final_losses(last ? 8 : loss_batches);
    j->held_out = session.trainer().losses_on(session.held_out(), last ? 8 : loss_batches);
    for (std::size_t i = 0; i < j->train.size(); ++i) {
        if (i >= last_.each.size() || !std::isfinite(last_.each[i])) {  // this loss has not started
            j->train[i] = j->held_out[i] = std::nan("");
        }
    }
    for (const double sigma : levels_) {
        j->levels.push_back(session.level_report(sigma, last ? 4096 : level_points));
    }
    if (last && !judgements.empty() && judgements.back()->step == steps()) {
        judgements.pop_back();
    }
    judgements.push_back(std::move(j));
    if (judgements.size() > most_judgements) {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < judgements.size(); i += 2) {
            judgements[kept++] = judgements[i];
        }
        judgements.resize(kept);
        gap_ *= 2;
    }
    weights = std::make_shared<NetworkWeights>(session.weights());
    judged_at_ = Clock::now();
    last_judging_ = judged_at_ - begin;
}

}  // namespace tempera
