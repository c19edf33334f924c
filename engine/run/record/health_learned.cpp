// SPDX-License-Identifier: MIT
// Rules of learned densities and of their training.
#include <algorithm>
#include <cmath>

#include "run/record/health_rules.hpp"

namespace tempera {

namespace {

using Of = HealthRule::Of;
using Row = HealthRule::Row;
using Saying = HealthRule::Saying;

/// How far the used noise levels lie beyond those trained on, as a factor.
double beyond_training(const HealthNumbers& h) {
    if (!(h.trained_noise_max > 0)) {
        return not_a_number;
    }
    const double low = h.trained_noise_min > 0 ? h.trained_noise_min / h.used_noise_min : 1;
    return std::max(low, h.used_noise_max / h.trained_noise_max);
}

const std::vector<HealthRule> density_rules = {
    {.id = "weights_not_verifiable",
     .of = Of::learned_path,
     .row = Row::never,
     .measures = "whether densities between the ends are learned",
     .measure = [](const HealthNumbers&) { return 1.0; },
     .good = 1,
     .warning = 1,
     .meaning = "A learned log density can give wrong masses to modes that are apart, which neither its "
                "loss nor the effective sample size shows (docs/mode_blindness.md).",
     .fix = "Compare with the exact path. AIS with a kernel and without moves uses scores and the two "
            "end densities only: no learned density enters its weights.",
     .warn = [](const HealthNumbers&) -> Saying {
         return {"Densities between the ends are learned: a good effective sample size does not prove "
                 "that mode weights are right."};
     }},
    {.id = "beyond_training",
     .row = Row::never,
     .measures = "how far the path's noise levels lie beyond those of the training, as a factor",
     .measure = beyond_training,
     .good = 1.001,  // ends that are written with few digits
     .warning = 1.001,
     .meaning = "At noise levels that it was not trained on a network says anything.",
     .fix = "Take rho_min and rho_max of the schedule from the training, or train on a wider range "
            "(model.training.noise).",
     .warn = [](const HealthNumbers& h) -> Saying {
         return {"The network was trained on noise levels from " + short_number(h.trained_noise_min) +
                 " to " + short_number(h.trained_noise_max) + ", but the path uses " +
                 short_number(h.used_noise_min) + " to " + short_number(h.used_noise_max) +
                 ": beyond its training it says anything."};
     }},
    {.id = "learned_total_variation",
     .of = Of::learned_density,
     .name = "learned TV",
     .row = Row::when_known,
     .key = "learned_path.max_total_variation",
     .shown = [](const HealthNumbers& h) { return h.learned_total_variation; },
     .note = [](const HealthNumbers& h) { return "worst, at " + h.learned_worst_at; },
     .measures = "total variation of the learned density's mode weights, at the worst noise level",
     .good = 0.05,
     .warning = 0.15,
     .meaning = "Total variation between the mode weights that the learned log density implies and the "
                "exact ones: half the sum of absolute differences, at the worst level. ESS and loss do "
                "not show it.",
     .fix = "Train with DiffCLF, or weigh by the two ends only: AIS with a kernel and without moves."},
    {.id = "roughness",
     .of = Of::learned_density,
     .name = "roughness",
     .row = Row::when_known,
     .key = "learned_path.roughness",
     .shown = [](const HealthNumbers& h) { return h.roughness; },
     .decimals = 2,
     .note = [](const HealthNumbers&) -> std::string { return "of mode 1 along the path"; },
     .measures = "J, the sum over levels of |logit m(k + 1) - logit m(k)|",
     .good = 0.5,
     .warning = 2,
     .meaning = "J, the sum over levels of |logit m(k + 1) - logit m(k)|, m the learned mass of the "
                "first mode: 0 on an exact diffusion path. What goes up and down again must be paid for "
                "by weights or swaps.",
     .fix = "Train with DiffCLF, or weigh by the two ends only: AIS with a kernel and without moves."},
};

// -- Training

constexpr long too_early = 200;  // steps before which losses on held-out points tell nothing

/// Factor between a loss on points held out and on those trained on; NaN where it is not known.
double gap(const TrainingNumbers& t, std::size_t loss) {
    return loss < t.train.size() && loss < t.held_out.size() && t.train[loss] > 0
               ? t.held_out[loss] / t.train[loss]
               : not_a_number;
}

double largest_gap(const HealthNumbers& h) {
    double out = not_a_number;
    for (std::size_t i = 0; i < h.training.losses.size(); ++i) {
        out = std::fmax(out, gap(h.training, i));
    }
    return out;
}

Saying gap_text(const HealthNumbers& h) {
    const TrainingNumbers& t = h.training;
    std::string text;
    for (std::size_t i = 0; i < t.losses.size(); ++i) {
        if (gap(t, i) >= health_rule("held_out_gap").warning) {
            text += (text.empty() ? "" : ", ") + t.losses[i] + " is " + short_number(t.held_out[i]) +
                    " on points held out and " + short_number(t.train[i]) + " on those trained on";
        }
    }
    return {text + ": the points are learned by heart."};
}

const std::vector<HealthRule> training_rules = {
    {.id = "training_failed",
     .of = Of::training,
     .row = Row::never,
     .key = "error",
     .measures = "whether the training failed",
     .measure = [](const HealthNumbers& h) { return h.training.failure.empty() ? 0.0 : 1.0; },
     .good = 1,
     .warning = 1,
     .meaning = "A training that fails, mostly because its loss is no number any more, keeps the weights "
                "of its last checkpoint.",
     .fix = "Lower model.training.learning_rate or set gradient_clip.",
     .warn = [](const HealthNumbers& h) -> Saying {
         return {h.training.failure, h.training.step > 0 ? std::nullopt : std::optional<std::string>("")};
     }},
    {.id = "loss_rises",
     .of = Of::training,
     .name = "loss",
     .row = Row::when_known,
     .shown = [](const HealthNumbers& h) { return h.training.loss_now; },
     .note = [](const HealthNumbers& h) { return "half-way " + fixed(h.training.loss_before, 3); },
     .measures = "rise of the total loss since half-way over what it was then",
     .measure =
         [](const HealthNumbers& h) {
             const TrainingNumbers& t = h.training;
             return t.failure.empty() ? (t.loss_now - t.loss_before) / std::abs(t.loss_before) : not_a_number;
         },
     .good = 0.5,
     .warning = 2,
     .exceptions = "not judged of a training that failed",
     .meaning = "Mean of the total loss over the last eighth of the training, and over the eighth before "
                "its middle.",
     .fix = "It may diverge; lower model.training.learning_rate.",
     .warn = [](const HealthNumbers& h) -> Saying {
         return {"The training loss rises: " + short_number(h.training.loss_before) + " half-way, now " +
                 short_number(h.training.loss_now) + "."};
     }},
    {.id = "held_out_gap",
     .of = Of::training,
     .name = "held out",
     .row = Row::when_known,
     .key = "held_out",
     .shown = largest_gap,
     .decimals = 2,
     .note = [](const HealthNumbers&) -> std::string { return "times the loss trained on"; },
     .measures = "a loss on points held out over that on the points trained on, at most",
     .measure =
         [](const HealthNumbers& h) {
             return h.training.failure.empty() && h.training.step > too_early ? largest_gap(h) : not_a_number;
         },
     .good = 1.1,
     .warning = 1.3,
     .exceptions = "not judged before step 200, or of a training that failed",
     .meaning = "The loss on points that were never trained on. Much above the loss trained on, the "
                "network knows its points by heart.",
     .fix = "Use more points (model.training.n_data) or fewer steps.",
     .warn = gap_text},
};

}  // namespace

std::vector<HealthRule> learned_rules() { return concatenated({density_rules, training_rules}); }

}  // namespace tempera
