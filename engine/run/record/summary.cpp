// SPDX-License-Identifier: MIT
#include "run/record/summary.hpp"

#include <cmath>
#include <set>

#include "core/build_id.hpp"
#include "core/number_text.hpp"
#include "core/parallel.hpp"
#include "diagnostics/weights.hpp"

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

/// Keys that are the same in every replicate or that are combined in their own way.
const std::set<std::string>& kept_keys() {
    static const std::set<std::string> keys = {"schema",      "version",
                                               "name",        "status",
                                               "target",      "path",
                                               "kernel",      "moves",
                                               "sampler",     "dim",
                                               "n_particles", "n_levels",
                                               "seed",        "precision",
                                               "threads",     "ranks",
                                               "isa",         "build",
                                               "log_z_true",  "true",
                                               "warnings",    "seconds",
                                               "n_dsm",       "n_clf",
                                               "bar_weights", "bar_standard_errors"};
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

std::string value_text(const Json& value) {
    if (value.is_number_float()) {
        return short_number(value.get<double>(), 4);
    }
    return value.is_null() ? "-" : value.is_string() ? value.get<std::string>() : value.dump();
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
    double sum = 0;
    for (double r : stats.swap_rejection) {
        rejection.push_back(number_or_null(r));
        sum += 1 - r;
    }
    j["swap_rejection"] = rejection;
    j["mean_swap_acceptance"] = number_or_null(sum / static_cast<double>(stats.swap_rejection.size()));
    j["min_swap_acceptance"] = number_or_null(stats.min_swap_acceptance());
    j["communication_barrier"] = number_or_null(stats.communication_barrier());
    j["round_trips"] = stats.round_trips;
    j["counted_from_scan"] = stats.counted_from;
    j["round_trips_per_scan"] = number_or_null(stats.round_trips_per_scan());
    j["predicted_round_trips_per_scan"] = number_or_null(stats.predicted_round_trips_per_scan());
    j["log_z_stepping_stone"] = number_or_null(stats.log_z_stepping_stone);
    j["log_z_bar"] = number_or_null(stats.log_z_bar);
    j["mode_weight_bias"] = true_weights.empty() || sampled.empty()
                                ? Json(nullptr)
                                : number_or_null(sampled[0] - true_weights[0]);
    return j;
}

namespace {

/// Errors of the replicates' means, which their spread tells whatever each of them says of itself.
void add_errors_of_means(Json& out, const std::vector<Json>& replicates) {
    double n = 0;
    for (const Json& r : replicates) {
        n += r["log_z"].is_number() ? 1 : 0;
    }
    if (n < 2) {
        return;
    }
    const auto of_mean = [n](const Json& sd) {
        return sd.is_number() ? Json(sd.get<double>() / std::sqrt(n)) : Json(nullptr);
    };
    out["log_z_stderr"] = of_mean(out["log_z_sd"]);
    out["log_z_stderr_missing"] = nullptr;
    out.erase("log_z_stderr_sd");
    Json& modes = out["mode_weights"];
    if (modes.is_object() && modes.contains("weighted_sd")) {
        modes["weighted_stderr"] = Json::array();
        for (const Json& sd : modes["weighted_sd"]) {
            modes["weighted_stderr"].push_back(of_mean(sd));
        }
        modes.erase("weighted_stderr_sd");
    }
}

/// Judges the mean of log Z, which shows a bias that is small against the error of each replicate.
std::vector<RunWarning> warnings_of_means(const Json& out, std::size_t n_replicates) {
    HealthNumbers of_means;
    if (n_replicates < replicates_for_an_error || !out["log_z_error"].is_number() ||
        out["log_z_stderr"].is_null()) {
        return {};
    }
    of_means.sampling_done = true;
    of_means.log_z_error = out["log_z_error"].get<double>();
    of_means.log_z_stderr = out["log_z_stderr"].get<double>();
    std::vector<RunWarning> found = health_warnings(of_means);
    for (RunWarning& w : found) {
        w.text = "(mean of " + std::to_string(n_replicates) + " replicates) " + w.text;
    }
    return found;
}

}  // namespace

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
    add_errors_of_means(out, replicates);
    // Every kind of warning once, with the number of replicates that gave it.
    const std::vector<RunWarning> of_means = warnings_of_means(out, replicates.size());
    Json warnings = warnings_json(of_means);
    std::set<std::string> seen;
    for (const RunWarning& w : of_means) {
        seen.insert(w.id);
    }
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
