// SPDX-License-Identifier: MIT
#include "run/sweep/sweep_table.hpp"

#include <algorithm>
#include <cmath>

#include "core/csv.hpp"
#include "core/number_text.hpp"
#include "diagnostics/weights.hpp"
#include "run/preset/preset.hpp"
#include "run/record/summary_keys.hpp"

namespace tempera {

namespace {

/// Scalar keys of a summary as dotted names (replicates and lists are left out).
void scalar_keys(const Json& value, const std::string& place, std::vector<std::string>& out) {
    for (const auto& [key, entry] : value.items()) {
        const std::string name = place.empty() ? key : place + "." + key;
        if (entry.is_object()) {
            scalar_keys(entry, name, out);
        } else if (!entry.is_array() && std::find(out.begin(), out.end(), name) == out.end()) {
            out.push_back(name);
        }
    }
}

/// "observables.energy.stderr" for "observables.energy.mean", as the table of summary keys pairs them.
std::string error_key(const SummaryColumn& column) {
    const auto split = [](const std::string& name) { return name.rfind('.') + 1; };  // 0 without a group
    const std::string pattern = column.key->name, group = pattern.substr(0, split(pattern));
    for (const SummaryKey& key : summary_keys()) {
        const std::string name = key.name;
        if (key.over == SummaryKey::Over::error_of_mean && name.substr(0, split(name)) == group &&
            key.of == pattern.substr(group.size())) {
            return column.name.substr(0, split(column.name)) + name.substr(group.size());
        }
    }
    return {};
}

}  // namespace

std::size_t sweep_combinations(const SweepPlan& plan) {
    return plan.cells.size() / static_cast<std::size_t>(plan.n_seeds);
}

const std::vector<std::string>& sweep_labels(const SweepPlan& plan, std::size_t combination) {
    return plan.cells[combination * static_cast<std::size_t>(plan.n_seeds)].labels;
}

SweepMean sweep_mean(const SweepPlan& plan, const std::vector<Json>& summaries, std::size_t combination,
                     const SweepMetric& metric) {
    const std::size_t n_seeds = static_cast<std::size_t>(plan.n_seeds);
    Moments moments;
    double own_error = std::nan("");
    for (std::size_t s = 0; s < n_seeds; ++s) {
        const Json& summary = summaries[combination * n_seeds + s];
        const Json v = get_value(summary, metric.key);
        if (v.is_number()) {
            moments.add(metric.magnitude ? std::abs(v.get<double>()) : v.get<double>());
            const Json error = metric.error_key.empty() ? Json() : get_value(summary, metric.error_key);
            own_error = error.is_number() ? error.get<double>() : std::nan("");
        }
    }
    return {moments.n ? moments.mean : std::nan(""), moments.n == 1 ? own_error : moments.standard_error(),
            moments.n};
}

std::vector<SweepMetric> present_metrics(const SweepPlan& plan, const std::vector<Json>& summaries) {
    std::vector<const Json*> there;
    for (const Json& s : summaries) {
        there.push_back(&s);
    }
    std::vector<SweepMetric> out;
    for (const SummaryColumn& column : summary_columns(&SummaryKey::in_sweeps, there)) {
        const bool magnitude = column.key->magnitude;
        SweepMetric metric{column.name, magnitude ? "|" + column.heading + "|" : column.heading,
                           column.key->log, magnitude, error_key(column)};
        for (std::size_t g = 0; g < sweep_combinations(plan); ++g) {
            if (std::isfinite(sweep_mean(plan, summaries, g, metric).mean)) {
                out.push_back(std::move(metric));
                break;
            }
        }
    }
    return out;
}

std::string sweep_csv(const SweepPlan& plan, const std::vector<Json>& summaries) {
    std::vector<std::string> keys;
    for (const Json& s : summaries) {
        if (s.is_object()) {
            scalar_keys(s, "", keys);
        }
    }
    std::string out;
    for (const SweepColumn& c : plan.columns) {
        // a swept key may also be a key of the summary
        const bool taken = c.name == "seed" || std::find(keys.begin(), keys.end(), c.name) != keys.end();
        out += csv_text(taken ? "grid." + c.name : c.name) + ",";
    }
    out += plan.seed_of == "run.seed" ? "run_seed" : plan.seed_of;
    for (const std::string& k : keys) {
        out += "," + csv_text(k);
    }
    out += "\n";
    for (std::size_t i = 0; i < plan.cells.size(); ++i) {
        if (!summaries[i].is_object()) {
            continue;
        }
        for (const std::string& l : plan.cells[i].labels) {
            out += csv_text(l) + ",";
        }
        out += std::to_string(plan.cells[i].seed);
        for (const std::string& k : keys) {
            const Json v = get_value(summaries[i], k);
            out += "," + (v.is_null()           ? ""
                          : v.is_number_float() ? csv_number(v.get<double>())
                                                : csv_text(v.is_string() ? v.get<std::string>() : v.dump()));
        }
        out += "\n";
    }
    return out;
}

namespace {

/// Characters of UTF-8.
std::size_t length(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
}

}  // namespace

std::string aligned_table(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> width;
    for (const auto& row : rows) {
        width.resize(std::max(width.size(), row.size()));
        for (std::size_t c = 0; c < row.size(); ++c) {
            width[c] = std::max(width[c], length(row[c]));
        }
    }
    std::string out;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        std::string line;
        for (std::size_t c = 0; c < rows[r].size(); ++c) {
            line += rows[r][c] +
                    (c + 1 < rows[r].size() ? std::string(width[c] - length(rows[r][c]) + 2, ' ') : "");
        }
        out += line + "\n";
        if (r == 0) {
            std::size_t total = 0;
            for (std::size_t w : width) {
                total += w + 2;
            }
            out += std::string(total - 2, '-') + "\n";
        }
    }
    return out;
}

std::string sweep_means_csv(const SweepPlan& plan, const std::vector<Json>& summaries) {
    const auto metrics = present_metrics(plan, summaries);
    std::string out;
    for (const SweepColumn& c : plan.columns) {
        out += csv_text(c.name) + ",";
    }
    out += "runs,failed";
    for (const SweepMetric& m : metrics) {
        out += "," + m.key + "," + m.key + ".stderr";
    }
    out += "\n";
    const std::size_t n_seeds = static_cast<std::size_t>(plan.n_seeds);
    for (std::size_t g = 0; g < sweep_combinations(plan); ++g) {
        int n = 0, failed = 0;
        for (std::size_t s = 0; s < n_seeds; ++s) {
            const Json& summary = summaries[g * n_seeds + s];
            n += summary.is_object();
            failed += summary.is_object() && summary.value("status", "") == "failed";
        }
        for (const std::string& l : sweep_labels(plan, g)) {
            out += csv_text(l) + ",";
        }
        out += std::to_string(n) + "," + std::to_string(failed);
        for (const SweepMetric& m : metrics) {
            const SweepMean v = sweep_mean(plan, summaries, g, m);
            out += "," + csv_number(v.mean) + "," + csv_number(v.standard_error);
        }
        out += "\n";
    }
    return out;
}

std::vector<std::vector<std::string>> sweep_rows(const SweepPlan& plan, const std::vector<Json>& summaries) {
    const auto metrics = present_metrics(plan, summaries);
    std::vector<std::vector<std::string>> rows(1);
    for (const SweepColumn& c : plan.columns) {
        rows[0].push_back(c.name);
    }
    for (const SweepMetric& m : metrics) {
        rows[0].push_back(m.title);
    }
    for (std::size_t g = 0; g < sweep_combinations(plan); ++g) {
        rows.push_back(sweep_labels(plan, g));
        for (const SweepMetric& m : metrics) {
            const SweepMean v = sweep_mean(plan, summaries, g, m);
            rows.back().push_back((std::isnan(v.mean) ? "-" : short_number(v.mean)) +
                                  (std::isfinite(v.standard_error)
                                       ? " \u00b1 " + short_number(v.standard_error, 2)
                                       : std::string()));
        }
    }
    return rows;
}

std::string sweep_text_table(const SweepPlan& plan, const std::vector<Json>& summaries) {
    return aligned_table(sweep_rows(plan, summaries));
}

}  // namespace tempera
