// SPDX-License-Identifier: MIT
#include "training/training_settings.hpp"

#include "core/number_text.hpp"
#include "training/objective.hpp"

namespace tempera {

void NoiseSettings::describe(Describer& d) {
    const Attributes level{.min = least_training_noise, .max = largest_training_noise, .log_scale = true};
    Attributes smallest = level, largest = level;
    smallest.help = "smallest noise level";
    largest.help = "largest noise level";
    d.choice("type", type, {"log_uniform", "log_normal"},
             {.help = "law of the training noise levels; log_normal takes min and max as its 2.5 % and 97.5 "
                      "% quantiles"});
    d.number("min", min, smallest);
    d.number("max", max, largest);
}

void NoiseSettings::check(const std::string& place, Problems& problems) const {
    if (!(min < max)) {
        problems.add(place + ".max", short_number(max, 6) + " must be above min = " + short_number(min, 6));
    }
}

void TrainingSettings::describe(Describer& d) {
    d.integer("n_steps", n_steps,
              {.min = 1, .max = 100000000, .log_scale = true, .help = "optimiser steps in all"});
    d.integer("batch_size", batch_size,
              {.min = 1, .max = 1 << 24, .log_scale = true, .help = "data points a step"});
    d.number("learning_rate", learning_rate,
             {.min = 0, .max = 1, .open_min = true, .log_scale = true, .help = "Adam's first step"});
    d.choice("schedule", schedule, {"inverse", "cosine", "constant"},
             {.help = "how the step falls: as 1 / sqrt(1 + (step / 400)^2), whatever n_steps; as a half "
                      "cosine to 0 at n_steps; not at all"});
    d.number("ema", ema,
             {.min = 0,
              .max = 1,
              .open_max = true,
              .help = "decay of the average of the weights that is kept (0 = none)"});
    d.number("gradient_clip", gradient_clip,
             {.min = 0, .help = "largest norm of the gradient (0 = no limit)"});
    d.boolean("clip_each", clip_each,
              {.help = "the limit holds for every loss on its own: one that is far from its minimum does not "
                       "drown the others"});
    d.integer(
        "n_data", n_data,
        {.min = 1, .max = 1 << 30, .log_scale = true, .help = "samples of the target when data is exact"});
    d.file("data", data, {"exact"},
           {.help = "exact, points of your own as a csv or npy file [n, dim] in the target's coordinates "
                    "(numpy.save writes npy), or a run folder (weights respected)"});
    d.group("noise", noise, {.help = "law of the noise levels"});
    d.integer("seed", seed, {.min = 0, .help = "of the initial weights, the data and the batches"});
    d.integer(
        "checkpoint_every", checkpoint_every,
        {.min = 1,
         .help = "steps between states that are kept: a killed or diverging training goes on from the last"});
}

void TrainingSettings::check(const std::string& place, Problems& problems) const {
    if (data.empty()) {
        problems.add(place + ".data", "is empty; write \"exact\", a csv or npy file or a run folder");
    }
}

void TrainedSettings::describe(Describer& d) {
    d.list("losses", losses, training::loss_types,
           {.min = 1, .help = "losses that are minimised together, each with its weight"});
    d.group("training", training, {.help = "how the network is trained"});
}

}  // namespace tempera
