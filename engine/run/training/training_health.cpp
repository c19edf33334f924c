// SPDX-License-Identifier: MIT
#include "run/training/training_health.hpp"

#include <cmath>
#include <numeric>
#include <span>

#include "core/number_text.hpp"
#include "diagnostics/mode_weights.hpp"

namespace tempera {

namespace {

/// An eighth before the middle, and the last eighth; too few points tell no trend.
void add_losses(TrainingNumbers& t, std::span<const double> total) {
    constexpr std::size_t enough = 40;
    const std::size_t n = total.size(), part = n / 8;
    if (n < enough) {
        return;
    }
    const auto mean = [part](std::span<const double> v) {
        return std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(part);
    };
    t.loss_before = mean(total.subspan(n / 2 - part, part));
    t.loss_now = mean(total.last(part));
}

void add_level(HealthNumbers& h, double sigma, const std::vector<double>& learned,
               const std::vector<double>& exact) {
    if (learned.empty() || learned.size() != exact.size()) {
        return;
    }
    const double variation = total_variation(learned, exact);
    if (!(variation <= h.learned_total_variation)) {  // also the first one
        h.learned_total_variation = variation;
        h.learned_worst_at = "sigma " + short_number(sigma);
    }
}

}  // namespace

HealthNumbers training_health(const TrainingSnapshot& training) {
    HealthNumbers h;
    h.subject = HealthNumbers::Subject::training;
    TrainingNumbers& t = h.training;
    t.step = training.step;
    if (training.state == RunState::failed) {
        t.failure = training.error;
    }
    if (const Series* total = training.record->find("total")) {
        add_losses(t, total->y);
    }
    t.losses = training.loss_names;
    if (training.judgements && !training.judgements->empty()) {
        const Judgement& j = *training.judgements->back();
        t.train = j.train;
        t.held_out = j.held_out;
        for (const NoiseLevel& level : j.levels) {
            add_level(h, level.sigma, level.mode_weights, training.true_mode_weights);
        }
    }
    return h;
}

}  // namespace tempera
