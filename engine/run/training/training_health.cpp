// SPDX-License-Identifier: MIT
#include "run/training/training_health.hpp"

#include <cmath>
#include <numeric>

#include "core/number_text.hpp"
#include "diagnostics/mode_weights.hpp"
#include "run/preset/preset_target.hpp"

namespace tempera {

namespace {

HealthNumbers of_training() {
    HealthNumbers h;
    h.subject = HealthNumbers::Subject::training;
    return h;
}

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

std::vector<double> numbers(const Json& list) {
    std::vector<double> out;
    for (const Json& v : list) {
        out.push_back(v.is_number() ? v.get<double>() : not_a_number);
    }
    return out;
}

}  // namespace

HealthNumbers training_health(const TrainingSnapshot& training) {
    HealthNumbers h = of_training();
    TrainingNumbers& t = h.training;
    t.step = training.step;
    if (training.state == RunState::failed) {
        t.failure = training.error;
    }
    std::vector<double> total;
    if (training.losses) {
        for (const LossPoint& point : *training.losses) {
            total.push_back(point.total);
        }
    }
    add_losses(t, total);
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

HealthNumbers training_health(const Json& preset, const Json& report, std::span<const double> total_loss) {
    HealthNumbers h = of_training();
    TrainingNumbers& t = h.training;
    t.step = report.value("steps", 0L);
    if (report.value("status", "") == "failed") {
        t.failure = report.value("error", std::string());
    }
    add_losses(t, total_loss);
    const Json losses = report.value("losses", Json::object()),
               held_out = report.value("held_out", Json::object()),
               levels = report.value("levels", Json::array());
    for (const auto& [name, loss] : losses.items()) {
        t.losses.push_back(name);
        t.train.push_back(loss.is_number() ? loss.get<double>() : not_a_number);
        const Json other = held_out.value(name, Json());
        t.held_out.push_back(other.is_number() ? other.get<double>() : not_a_number);
    }
    const std::vector<double> exact = preset_target<double>(preset)->mode_weights();
    for (const Json& level : levels) {
        add_level(h, level.value("sigma", 0.0), numbers(level.value("learned_mode_weights", Json())), exact);
    }
    return h;
}

}  // namespace tempera
