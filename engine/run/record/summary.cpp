// SPDX-License-Identifier: MIT
#include "run/record/summary.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/build_id.hpp"
#include "core/number_text.hpp"
#include "core/parallel.hpp"
#include "diagnostics/weights.hpp"
#include "run/preset/preset.hpp"
#include "run/record/summary_keys.hpp"

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

/// Values of one key over the replicates that have it.
using Values = std::vector<const Json*>;

/// What the table says of a key; of one that it has not, what its value calls for.
SummaryKey::Over over_replicates(const SummaryKey* key, const Json& value) {
    const bool numbers = value.is_number() || (value.is_array() && !value.empty() && value[0].is_number());
    return key ? key->over : numbers ? SummaryKey::Over::mean : SummaryKey::Over::same;
}

/// `f` of the moments of numbers, or entry by entry of the moments of lists of them; the first value where it
/// is neither.
template <class Function>
Json of_moments(const Values& values, const Function& f) {
    const auto add = [](Moments& moments, const Json& v) {
        if (v.is_number()) {
            moments.add(v.get<double>());
        }
    };
    const Json& first = *values.front();
    if (first.is_number()) {
        Moments moments;
        for (const Json* v : values) {
            add(moments, *v);
        }
        return number_or_null(f(moments));
    }
    if (!first.is_array() || std::any_of(first.begin(), first.end(), [](const Json& entry) {
            return !entry.is_number() && !entry.is_null();
        })) {
        return first;
    }
    Json out = Json::array();
    for (std::size_t i = 0; i < first.size(); ++i) {
        Moments moments;
        for (const Json* v : values) {
            add(moments, i < v->size() ? (*v)[i] : Json());
        }
        out.push_back(moments.n ? number_or_null(f(moments)) : Json(nullptr));
    }
    return out;
}

double deviation(const Moments& m) { return std::sqrt(m.variance()); }
double error_of_mean(const Moments& m) { return deviation(m) / std::sqrt(static_cast<double>(m.n)); }

/// The objects of all replicates at one place of the summary.
class Combined {
public:
    Combined(const Values& rows, std::string place) : rows_(rows), place_(std::move(place)) {}

    Json object() const {
        Json out = Json::object();
        for (const Json* row : rows_) {
            for (const auto& [key, value] : row->items()) {
                if (!out.contains(key)) {
                    add(out, key);
                }
            }
        }
        return out;
    }

private:
    /// Those that are not null.
    Values values(const std::string& key) const {
        Values out;
        for (const Json* row : rows_) {
            if (const auto at = row->find(key); at != row->end() && !at->is_null()) {
                out.push_back(&*at);
            }
        }
        return out;
    }

    void add(Json& out, const std::string& key) const {
        const Values known = values(key);
        const SummaryKey* line = find_summary_key(place_ + key).key;
        // The spread tells the error of a mean, whatever each replicate says of its own.
        const Values measured = line && line->of ? values(line->of) : Values();
        out[key] = known.empty() ? Json(nullptr) : *known.front();
        switch (over_replicates(line, out[key])) {
        case SummaryKey::Over::same:
        case SummaryKey::Over::whole:
            if (!known.empty() && known.front()->is_object()) {
                out[key] = Combined(known, place_ + key + ".").object();
            }
            break;
        case SummaryKey::Over::mean:
            if (!known.empty()) {
                out[key] = of_moments(known, [](const Moments& m) { return m.mean; });
                out[key + "_sd"] = of_moments(known, deviation);
            }
            break;
        case SummaryKey::Over::error_of_mean:
            if (measured.size() > 1) {
                out[key] = of_moments(measured, error_of_mean);
            }
            break;
        case SummaryKey::Over::reason:
            if (measured.size() > 1) {
                out[key] = nullptr;
            }
            break;
        }
    }

    const Values& rows_;
    std::string place_;
};

}  // namespace

std::string value_text(const Json& value) {
    if (value.is_number_float()) {
        return short_number(value.get<double>(), 4);
    }
    return value.is_null() ? "-" : value.is_string() ? value.get<std::string>() : value.dump();
}

double summary_number(const Json& summary, const char* dotted) {
    const Json v = get_value(summary, dotted);
    return v.is_number() ? v.get<double>() : not_a_number;
}

long summary_count(const Json& summary, const char* dotted) {
    const double v = summary_number(summary, dotted);
    return std::isfinite(v) ? std::lround(v) : 0;
}

std::vector<RunWarning> stored_warnings(const Json& summary) {
    std::vector<RunWarning> out;
    for (const Json& w : get_value(summary, "warnings")) {
        out.push_back({w.value("id", ""), w.value("text", ""), w.value("fix", "")});
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
                       : sampler.contains("n_chains")    ? sampler["n_chains"]
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

Json estimates_summary(const std::vector<Estimate>& estimates) {
    Json out = Json::object();
    for (const Estimate& e : estimates) {
        out[e.name] = {{"value", number_or_null(e.value)},
                       {"stderr", number_or_null(e.error.value)},
                       {"stderr_missing", e.error.missing.empty() ? Json(nullptr) : Json(e.error.missing)},
                       {"exact", e.exact ? number_or_null(*e.exact) : Json(nullptr)},
                       {"unit", e.unit.empty() ? Json(nullptr) : Json(e.unit)}};
    }
    return out;
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
    Values rows;
    for (const Json& r : replicates) {
        rows.push_back(&r);
    }
    Json out = Combined(rows, "").object();
    for (const char* status : {"partial", "failed"}) {
        for (const Json& r : replicates) {
            if (r["status"] == status) {
                out["status"] = status;
            }
        }
    }
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
