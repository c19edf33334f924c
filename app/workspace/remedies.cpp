// SPDX-License-Identifier: MIT
#include "app/workspace/remedies.hpp"

#include "app/kit/text.hpp"
#include "app/workspace/document.hpp"

namespace tempera::app {
namespace {

constexpr std::size_t most_shown = 2;

/// The preset that remedies look at.
struct Case {
    const Json& resolved;
    std::vector<Remedy>& found;

    std::string text(const char* dotted) const {
        const Json v = get_value(resolved, dotted);
        return v.is_string() ? v.get<std::string>() : "";
    }
    double number(const char* dotted, double otherwise) const {
        const Json v = get_value(resolved, dotted);
        return v.is_number() ? v.get<double>() : otherwise;
    }
    void offer(std::string label, std::vector<std::pair<std::string, Json>> values) const {
        found.push_back({std::move(label), std::move(values)});
    }
    /// Twice as many of something that is counted.
    void twice(const char* what, const char* dotted) const {
        const long n = static_cast<long>(number(dotted, 0));
        if (n > 0) {
            offer("Double the " + std::string(what) + " (" + grouped(n) + " to " + grouped(2 * n) + ")",
                  {{dotted, 2 * n}});
        }
    }
};

void more_levels(const Case& c) { c.twice("levels", "path.n_levels"); }

/// Weights that no learned density touches (docs/mode_blindness.md): AIS with a kernel and without moves.
void reweight_ends(const Case& c) {
    if (c.text("path.type") != "learned_diffusion" ||
        (c.text("sampler.type") == "ais" && c.text("moves.type") == "none")) {
        return;
    }
    std::vector<std::pair<std::string, Json>> values{{"sampler.type", "ais"}, {"moves.type", "none"}};
    if (c.text("kernel.type") == "none") {
        values.push_back({"kernel.type", "second_order"});
    }
    c.offer("Weigh at the ends only (AIS)", std::move(values));
}

/// Levels do not help where what is wrong is the learned density.
void more_exact_levels(const Case& c) {
    if (c.text("path.type") != "learned_diffusion") {
        more_levels(c);
    }
}

void more_particles(const Case& c) { c.twice("particles", "sampler.n_particles"); }

void resample(const Case& c) {
    if (c.text("sampler.type") == "ais") {
        c.offer("Turn on resampling (SMC)", {{"sampler.type", "smc"}});
    } else if (c.number("sampler.ess_threshold", 1) < 0.5) {
        c.offer("Resample below ESS 0.5", {{"sampler.ess_threshold", 0.5}});
    }
}

void better_kernel(const Case& c) {
    const std::string now = c.text("kernel.type");
    if (now == "none" || now == "first_order" || now == "exponential_integrator") {
        c.offer("Use a second-order kernel", {{"kernel.type", "second_order"}});
    }
}

void diffusion_path(const Case& c) {
    if (c.text("path.type") == "tempering") {
        c.offer("Use the diffusion path", {{"path.type", "diffusion"}});
    }
}

void automatic_substeps(const Case& c) {
    if (c.text("kernel.n_substeps") != "auto") {
        c.offer("Use automatic substeps", {{"kernel.n_substeps", "auto"}});
    }
}

void double_precision(const Case& c) {
    if (c.text("run.precision") != "f64") {
        c.offer("Use double precision", {{"run.precision", "f64"}});
    }
}

void equal_rejection(const Case& c) {
    if (c.text("path.schedule.type") != "equal_rejection") {
        c.offer("Space levels for equal rejection", {{"path.schedule.type", "equal_rejection"}});
    }
}

void more_moves(const Case& c) { c.twice("moves per scan", "sampler.moves_per_scan"); }

void adapt_moves(const Case& c) {
    if (c.text("moves.type") != "none" && get_value(c.resolved, "moves.adapt") == Json(false)) {
        c.offer("Tune the steps of the moves", {{"moves.adapt", true}});
    }
}

void more_steps(const Case& c) { c.twice("steps of the moves", "moves.n_steps"); }

void more_scans(const Case& c) { c.twice("scans", "sampler.n_scans"); }

using Rule = void (*)(const Case&);
const std::map<std::string, std::vector<Rule>>& rules() {
    static const std::map<std::string, std::vector<Rule>> table = {
        {"weight_collapse", {resample, more_levels, better_kernel}},
        {"heavy_tail", {more_levels, better_kernel}},
        {"few_roots", {more_particles, more_levels}},
        {"mode_weights_off", {reweight_ends, diffusion_path, better_kernel, more_exact_levels}},
        {"weights_not_verifiable", {reweight_ends}},
        {"log_z_off", {reweight_ends, diffusion_path, more_exact_levels, better_kernel}},
        {"maps_failed", {automatic_substeps, more_levels}},
        {"non_finite", {double_precision}},
        {"hessian_floored", {more_levels}},
        {"low_swap_acceptance", {equal_rejection, more_levels}},
        {"slow_local_mixing", {more_moves, better_kernel}},
        {"no_overlap", {equal_rejection, more_levels}},
        {"pairs_not_offered", {more_scans}},
        {"stuck_moves", {adapt_moves}},
        {"pilot_collapsed", {adapt_moves, more_steps}},
    };
    return table;
}

}  // namespace

std::vector<Remedy> remedies(const std::string& warning, const Json& document, const Json& resolved) {
    std::vector<Remedy> found, good;
    const auto at = rules().find(warning);
    if (at != rules().end()) {
        for (const Rule rule : at->second) {
            rule({resolved, found});
        }
    }
    for (Remedy& remedy : found) {
        Document tried;
        tried.adopt(document, {});
        tried.set_all(remedy.values, remedy.label);
        if (tried.problems().empty() && good.size() < most_shown) {
            good.push_back(std::move(remedy));
        }
    }
    return good;
}

std::vector<std::string> warnings_with_remedies() {
    std::vector<std::string> out;
    for (const auto& [id, remedies] : rules()) {
        out.push_back(id);
    }
    return out;
}

const std::vector<Remedy>& RemedyFinder::of(const std::string& warning, const Json& document,
                                            const Json& resolved) {
    if (document_ != document) {
        document_ = document;
        found_.clear();
    }
    const auto at = found_.find(warning);
    return at != found_.end() ? at->second
                              : found_.emplace(warning, remedies(warning, document, resolved)).first->second;
}

}  // namespace tempera::app
