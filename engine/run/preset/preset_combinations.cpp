// SPDX-License-Identifier: MIT
// What goes together in a preset.
#include <filesystem>
#include <set>

#include "kernels/transition_kernel.hpp"
#include "paths/density_path.hpp"
#include "run/diagnostics/diagnostic.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_files.hpp"
#include "run/preset/preset_numbers.hpp"
#include "run/preset/preset_reference.hpp"
#include "run/preset/preset_schema.hpp"
#include "run/preset/preset_target.hpp"
#include "samplers/annealed_sampler.hpp"
#include "training/objective.hpp"

namespace tempera {

std::string text_of(const Json& section, const char* key) {
    return section.is_object() && section.contains(key) && section[key].is_string()
               ? section[key].get<std::string>()
               : std::string();
}

namespace {

/// Scores alone leave the densities between the ends unknown: only AIS with kernels and no moves gets by
/// without them.
void check_score_model(const Json& p, Problems& problems) {
    const std::string sampler = text_of(p["sampler"], "type"), kernel = text_of(p["kernel"], "type"),
                      moves = text_of(p["moves"], "type");
    const auto refuse = [&](const std::string& what, const std::string& fix) {
        problems.add("model.type", "\"" + text_of(p["model"], "type") + "\" has scores only, but " + what +
                                       " needs the log densities between the ends; use a model with an "
                                       "energy, or " +
                                       fix);
    };
    if (const SamplerInfo info = sampler_info(p["sampler"]); info.needs_level_densities) {
        const bool resamples = info.resamples_below > 0;
        refuse((resamples ? "resampling in \"" : "sampler \"") + sampler + "\"",
               std::string("sampler \"ais\"") + (resamples ? ", or sampler.ess_threshold = 0" : ""));
    }
    if (!moves.empty() && moves != "none" && p["moves"].value("n_steps", 1) > 0) {
        refuse("moves \"" + moves + "\"", "moves \"none\"");
    }
    if (kernel == "none") {
        refuse("kernel \"none\"", "a kernel such as \"first_order\"");
    }
}

void check_diagnostics(const Json& p, Problems& problems) {
    const Json list = get_value(p, "run.record.diagnostics");
    std::set<std::string> seen;
    for (std::size_t i = 0; list.is_array() && i < list.size(); ++i) {
        const std::string type = text_of(list[i], "type"),
                          place = "run.record.diagnostics[" + std::to_string(i) + "].type";
        if (!seen.insert(type).second) {
            problems.add(place, "\"" + type + "\" stands there twice; one of them is enough");
        }
        if (sampler_info(p["sampler"]).chains &&
            find_entry(diagnostic_catalogue(), "run.record.diagnostics", type).needs_weights) {
            problems.add(place, "\"" + type + "\" looks at weights, and the particles of \"" +
                                    text_of(p["sampler"], "type") + "\" have none; leave it out");
        }
    }
}

/// Does every loss find what it needs of the network and the target?
void check_losses(const Json& model, const Target<double>& target, Problems& problems) {
    training::ObjectiveContext<float> context;
    context.spec.dim = target.dim();
    context.spec.head = training::head_of(model_info(model).has_log_density, text_of(model, "head"));
    context.has_energy = context.spec.head != training::Head::score;
    for (std::size_t i = 0; i < model["losses"].size(); ++i) {
        const std::string teacher = text_of(model["losses"][i], "teacher");
        std::error_code unknown;
        if (!teacher.empty() && !std::filesystem::exists(teacher, unknown)) {
            continue;  // check_files names it
        }
        try {
            training::make_loss(model["losses"], i, context);
        } catch (const ConfigError& error) {
            for (const Problem& p : error.problems()) {
                problems.add(p.place, p.text);
            }
        }
    }
}

}  // namespace

void check_combinations(const Json& p, Problems& problems) {
    const std::string path = text_of(p["path"], "type"), kernel = text_of(p["kernel"], "type"),
                      moves = text_of(p["moves"], "type");
    if (!path.empty() && !path_uses_rho(path) && !kernel.empty() && kernel != "none") {
        problems.add("kernel.type",
                     "\"" + kernel + "\" needs the scores of noised densities, which a " + path +
                         " path does not have; use \"none\" with moves, or path.type \"diffusion\"");
    }
    if (p["kernel"].is_object() && !path.empty() && path_uses_rho(path)) {
        if (const auto& check = find_entry(kernel_catalogue(), "kernel", kernel).check_path) {
            check(p["kernel"], p["path"], problems);
        }
    }
    if (p["target"].is_null() || path.empty()) {
        return;
    }
    if (lacks_files(p, "target")) {
        return;  // check_files names them
    }
    const PathInfo made_of = path_info(p["path"]);
    std::shared_ptr<const Target<double>> target;
    try {
        target = preset_target<double>(p);
    } catch (const ConfigError& error) {
        for (const Problem& problem : error.problems()) {
            problems.add(problem.place, problem.text);
        }
        return;
    }
    if (made_of.needs_mixture && !target->mixture()) {
        problems.add("path.type", "\"" + path +
                                      "\" needs a target whose noised densities are known in closed "
                                      "form (Gaussian mixtures); \"" +
                                      text_of(p["target"], "type") + "\" has none; use \"tempering\"");
    }
    const ModelInfo model = model_info(p["model"]);
    if (made_of.uses_model && text_of(p["model"], "type") == "none") {
        problems.add("model.type", "\"none\" leaves a " + path +
                                       " path without densities; choose energy_mlp, score_mlp, "
                                       "perturbed_exact or torchscript, or path.type \"diffusion\"");
    }
    if (made_of.uses_model && model.present && !model.has_log_density) {
        check_score_model(p, problems);
    }
    if (needs_training(p["model"])) {
        check_losses(p["model"], *target, problems);
    }
    if (p["path"].value("standardise", false) && !target->particles() &&
        (!target->mean() || !target->covariance())) {
        problems.add("path.standardise",
                     "true needs the target's mean and covariance, which are not known for \"" +
                         text_of(p["target"], "type") + "\"; set it to false");
    }
    if (text_of(p["run"], "reference") == "exact" && !target->has_sampler()) {
        problems.add("run.reference", no_exact_reference);
    }
    const std::string sampler = text_of(p["sampler"], "type");
    if (sampler_info(p["sampler"]).needs_moves && moves == "none") {
        problems.add("moves.type", "\"none\" leaves the chains of \"" + sampler +
                                       "\" where they start; choose hmc, mala or random_walk");
    }
    check_diagnostics(p, problems);
    check_numbers(p, *target, problems);
    const Json level = p["view"].is_object() ? p["view"]["level"] : Json(nullptr);
    if (level.is_number_integer() && p["path"].contains("n_levels") &&
        level.get<long>() > p["path"]["n_levels"].get<long>()) {
        problems.add("view.level",
                     level.dump() + " must not be above path.n_levels = " + p["path"]["n_levels"].dump());
    }
}

}  // namespace tempera
