// SPDX-License-Identifier: MIT
#include "run/summary.hpp"

#include <cmath>
#include <set>

#include "core/build_id.hpp"
#include "core/parallel.hpp"
#include "diagnostics/mode_weights.hpp"
#include "diagnostics/weights.hpp"
#include "figures/ticks.hpp"

namespace tempera {

namespace {

const char* instruction_set() {
#if defined(__AVX512F__)
    return "avx512";
#elif defined(__AVX2__)
    return "avx2";
#elif defined(__aarch64__)
    return "neon";
#else
    return "baseline";
#endif
}

std::string percent(double fraction) {
    char text[32];
    std::snprintf(text, sizeof text, fraction < 0.001 ? "%.2g %%" : "%.3g %%", 100 * fraction);
    return text;
}

std::string short_number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", value);
    return text;
}

/// Whole, with its thousands apart, once three digits say it.
std::string count_text(double n) {
    return n < 100 && n != std::round(n) ? short_number(n) : typeset(std::round(n), 0);
}

/// Keys that are the same in every replicate or that are combined in their own way.
const std::set<std::string>& kept_keys() {
    static const std::set<std::string> keys = {
        "schema",  "version", "name",  "status",      "target",     "path", "kernel",
        "moves",   "sampler", "dim",   "n_particles", "n_levels",   "seed", "precision",
        "threads", "ranks",   "isa",   "build",       "log_z_true", "true", "warnings",
        "seconds", "n_dsm",   "n_clf", "bar_weights"};
    return keys;
}

bool is_numeric_list(const Json& value) {
    if (!value.is_array() || value.empty()) {
        return false;
    }
    for (const Json& v : value) {
        if (!v.is_number()) {
            return false;
        }
    }
    return true;
}

Json combine_objects(const std::vector<const Json*>& rows) {
    Json out = Json::object();
    for (const auto& [key, first] : rows.front()->items()) {
        if (kept_keys().count(key)) {
            out[key] = first;
            continue;
        }
        std::vector<const Json*> values;
        for (const Json* row : rows) {
            if (row->contains(key) && !(*row)[key].is_null()) {
                values.push_back(&(*row)[key]);
            }
        }
        if (values.empty()) {
            out[key] = nullptr;
        } else if (values.front()->is_object()) {
            out[key] = combine_objects(values);
        } else if (values.front()->is_number()) {
            Moments moments;
            for (const Json* v : values) {
                moments.add(v->get<double>());
            }
            out[key] = number_or_null(moments.mean);
            out[key + "_sd"] = number_or_null(std::sqrt(moments.variance()));
        } else if (is_numeric_list(*values.front())) {
            std::vector<Moments> moments(values.front()->size());
            for (const Json* v : values) {
                for (std::size_t i = 0; is_numeric_list(*v) && i < std::min(moments.size(), v->size()); ++i) {
                    moments[i].add((*v)[i].get<double>());
                }
            }
            Json means = Json::array(), deviations = Json::array();
            for (const Moments& m : moments) {
                means.push_back(number_or_null(m.mean));
                deviations.push_back(number_or_null(std::sqrt(m.variance())));
            }
            out[key] = means;
            out[key + "_sd"] = deviations;
        } else {
            out[key] = first;
        }
    }
    return out;
}

}  // namespace

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

std::string value_text(const Json& value) {
    if (value.is_number_float()) {
        char text[40];
        std::snprintf(text, sizeof text, "%.4g", value.get<double>());
        return text;
    }
    return value.is_null() ? "-" : value.is_string() ? value.get<std::string>() : value.dump();
}

std::vector<RunWarning> health_warnings(const HealthNumbers& h) {
    std::vector<RunWarning> out;
    const auto add = [&](const char* id, std::string text, std::string fix) {
        out.push_back({id, std::move(text), std::move(fix)});
    };
    if (!h.exchange && h.n > 0 && (h.ess_fraction < 0.05 || h.ess_fraction * h.n < 10)) {
        add("weight_collapse",
            "The effective sample size is " + count_text(h.ess_fraction * h.n) + " of " + count_text(h.n) +
                " particles (" + percent(h.ess_fraction) + "): a few particles carry all weight.",
            "Use more levels, a kernel of higher order, or SMC with resampling.");
    }
    // Nearly equal weights have no tail to speak of, whatever its index.
    if (!h.exchange && h.n >= 25 && h.pareto_k > 0.7 && h.ess_fraction < 0.9) {
        add("heavy_tail",
            "Pareto k of the weights is " + short_number(h.pareto_k) +
                " (above 0.7): means over the weights converge slowly and their "
                "standard errors are too small.",
            "Use more levels; rare huge weights are typical of too few.");
    }
    if (!h.exchange && h.sampling_done && h.n >= 100 && h.unique_fraction < 0.02) {
        add("few_roots",
            "Only " + percent(h.unique_fraction) +
                " of the starting particles have descendants: the samples are strongly related.",
            "Use more particles, or levels closer together so that resampling happens less often.");
    }
    if (h.sampling_done && !h.modes_exact.empty() && h.modes_found.size() == h.modes_exact.size() &&
        !proportions_agree(h.modes_found, h.modes_exact, h.modes_interval)) {
        add("mode_weights_off",
            "The mode weights differ from the exact ones by more than four standard errors (total "
            "variation " +
                short_number(total_variation(h.modes_found, h.modes_exact)) +
                "). The effective sample size cannot see this.",
            h.learned
                ? "Use AIS with a kernel and without moves, whose weights no learned density touches, or a "
                  "model trained with DiffCLF."
                : "Use a diffusion path, a kernel of higher order, or more levels.");
    }
    if (h.sampling_done && std::abs(h.log_z_error) > std::max(4 * h.log_z_stderr, 1e-3)) {
        add("log_z_off",
            "log Z differs from the exact value by " + short_number(h.log_z_error) + ", " +
                short_number(std::abs(h.log_z_error) / h.log_z_stderr) + " of its standard errors.",
            h.learned ? "A lost mode shows like this: use AIS with a kernel and without moves."
                      : "Use more levels or a kernel of higher order; a lost mode shows like this.");
    }
    if (h.tally.map_not_converged > 0) {
        add("maps_failed",
            std::to_string(h.tally.map_not_converged) +
                " implicit midpoint solves did not converge; those particles have weight zero "
                "(in replica exchange: the swap is rejected).",
            "Use more levels or kernel.n_substeps \"auto\".");
    }
    if (h.tally.non_finite > 0) {
        add("non_finite",
            std::to_string(h.tally.non_finite) +
                " log densities were not finite; those particles have weight zero.",
            "Look at the target where particles start, or use precision f64.");
    }
    if (h.tally.hessian_floored > 0) {
        add("hessian_floored",
            std::to_string(h.tally.hessian_floored) +
                " covariances had eigenvalues below the floor and were raised to it.",
            "Use more levels.");
    }
    if (h.learned) {
        add("weights_not_verifiable",
            "Densities between the ends are learned: a good effective sample size does not prove that mode "
            "weights are right.",
            "Compare with the exact path, or use AIS with a kernel and without moves.");
    }
    if (h.exchange && h.after_burn_in && h.min_swap_acceptance < 0.1) {
        add("low_swap_acceptance",
            "The lowest swap acceptance between neighbouring levels is " + percent(h.min_swap_acceptance) +
                ".",
            "Add levels, or use schedule equal_rejection.");
    }
    if (h.exchange && h.after_burn_in && h.measured_trips < 0.8 * h.predicted_trips) {
        add("slow_local_mixing",
            "Round trips per scan are " + short_number(h.measured_trips) + ", predicted " +
                short_number(h.predicted_trips) + ": replicas do not mix within their levels between swaps.",
            "Use more moves per scan, or a kernel of higher order.");
    }
    if (h.edited) {
        add("edited",
            "Settings were changed while it ran: the estimates hold, but this run is not a replicate of "
            "others.",
            "");
    }
    return out;
}

Json warnings_json(const std::vector<RunWarning>& warnings) {
    Json out = Json::array();
    for (const RunWarning& w : warnings) {
        out.push_back({{"id", w.id}, {"text", w.fix.empty() ? w.text : w.text + " " + w.fix}});
    }
    return out;
}

Json summary_head(const Json& preset, const std::string& status, int dim, int n_levels) {
    Json j;
    j["schema"] = "tempera-summary";
    j["version"] = 1;
    j["name"] = preset["name"];
    j["status"] = status;
    for (const char* section : {"target", "path", "kernel", "moves", "sampler"}) {
        j[section] = preset[section]["type"];
    }
    j["dim"] = dim;
    const Json& sampler = preset["sampler"];
    j["n_particles"] = sampler.contains("n_particles")   ? sampler["n_particles"]
                       : sampler.contains("n_ensembles") ? sampler["n_ensembles"]
                                                         : Json(nullptr);
    j["n_levels"] = n_levels;
    j["seed"] = preset["run"]["seed"];
    j["precision"] = preset["run"]["precision"];
    j["threads"] = thread_count();
    j["ranks"] = 1;
    j["isa"] = instruction_set();
    j["build"] = build_id();
    return j;
}

Json exchange_summary(const ExchangeStats& stats, const std::vector<double>& true_weights,
                      const std::vector<double>& sampled) {
    Json j;
    Json rejection = Json::array();
    double worst = 1, sum = 0;
    for (double r : stats.swap_rejection) {
        rejection.push_back(number_or_null(r));
        worst = std::min(worst, 1 - r);
        sum += 1 - r;
    }
    j["swap_rejection"] = rejection;
    j["mean_swap_acceptance"] = number_or_null(sum / static_cast<double>(stats.swap_rejection.size()));
    j["min_swap_acceptance"] = number_or_null(worst);
    j["communication_barrier"] = number_or_null(stats.communication_barrier());
    j["round_trips_per_scan"] = number_or_null(stats.round_trips_per_scan());
    j["predicted_round_trips_per_scan"] = number_or_null(stats.predicted_round_trips_per_scan());
    j["log_z_stepping_stone"] = number_or_null(stats.log_z_stepping_stone);
    j["log_z_bar"] = number_or_null(stats.log_z_bar);
    j["mode_weight_bias"] = true_weights.empty() || sampled.empty()
                                ? Json(nullptr)
                                : number_or_null(sampled[0] - true_weights[0]);
    return j;
}

Json combine_summaries(const std::vector<Json>& replicates) {
    std::vector<const Json*> rows;
    for (const Json& r : replicates) {
        rows.push_back(&r);
    }
    Json out = combine_objects(rows);
    for (const char* status : {"partial", "failed"}) {
        for (const Json& r : replicates) {
            if (r["status"] == status) {
                out["status"] = status;
            }
        }
    }
    // Every kind of warning once, with the number of replicates that gave it.
    Json warnings = Json::array();
    std::set<std::string> seen;
    for (const Json& r : replicates) {
        for (const Json& w : r["warnings"]) {
            const std::string id = w["id"].get<std::string>();
            if (!seen.insert(id).second) {
                continue;
            }
            int count = 0;
            for (const Json& other : replicates) {
                for (const Json& v : other["warnings"]) {
                    count += v["id"] == id;
                }
            }
            warnings.push_back(
                {{"id", id},
                 {"text", "(" + std::to_string(count) + " of " + std::to_string(replicates.size()) +
                              " replicates) " + w["text"].get<std::string>()}});
        }
    }
    out["warnings"] = warnings;
    out["replicates"] = replicates;
    return out;
}

}  // namespace tempera
