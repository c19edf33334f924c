// SPDX-License-Identifier: MIT
// The two readable forms of a result: one self-contained HTML page and a table for terminals.
#include <algorithm>
#include <cmath>
#include <limits>

#include "diagnostics/mode_weights.hpp"
#include "diagnostics/weights.hpp"
#include "figures/ticks.hpp"
#include "run/preset/preset.hpp"
#include "run/record/metric_list.hpp"
#include "run/record/result.hpp"
#include "run/record/summary.hpp"
#include "run/record/summary_keys.hpp"
#include "run/report/report.hpp"
#include "run/report/report_page.hpp"
#include "run/report/summary_values.hpp"

namespace tempera {
namespace {

/// Decimals that show two digits of an error, at least three.
int decimals_of(const std::optional<double>& error) {
    return error && *error > 0 ? std::clamp(1 - static_cast<int>(std::floor(std::log10(*error))), 3, 8) : 3;
}

double evaluations(const Json& summary) {
    double sum = 0;
    for (const auto& [key, value] : part(summary, "evaluations").items()) {
        sum += value.is_number() ? value.get<double>() : 0;
    }
    return sum;
}

std::string millions(double n) {
    return n >= 1e9 ? typeset(n / 1e9, 2) + " G" : n >= 1e6 ? typeset(n / 1e6, 2) + " M" : typeset(n, 0);
}

std::string masses(const std::vector<double>& w) {
    constexpr std::size_t most = 6;
    std::string out;
    for (std::size_t m = 0; m < std::min(most, w.size()); ++m) {
        out += (m ? "  " : "") + (std::isfinite(w[m]) ? typeset(w[m], 3) : std::string("\u2013"));
    }
    return out + (w.size() > most ? "  \u2026 (" + std::to_string(w.size()) + " modes)" : "");
}

/// How sure the masses of the worst level are where they come from points.
std::string bennett_note(const Json& path) {
    const Json& errors = part(path, "bar_standard_errors");
    const auto level = number(path, "level_of_max");
    if (!errors.is_array() || !level) {
        return "";
    }
    double largest = 0;
    for (const double e : list(errors.at(static_cast<std::size_t>(*level)))) {
        largest = std::max(largest, e);
    }
    return ", by Bennett's ratio, standard error of a mass up to " + typeset(largest, 3);
}

std::string join(const std::string& a, const std::string& b) {
    return a.empty() ? b : b.empty() ? a : a + ", " + b;
}

/// The rows so far, and what they are made from. Names and decimals are those of the table of summary keys.
struct RowList {
    const Json& summary;
    long n_replicates;
    std::vector<ReportRow> rows{};

    void add(const std::string& key, std::string value, std::string beside = {}) {
        rows.push_back({summary_key(key).title, std::move(value), std::move(beside), key});
    }
    std::optional<double> value(const std::string& key) const {
        const Json v = get_value(summary, key);
        return v.is_number() && std::isfinite(v.get<double>()) ? std::optional(v.get<double>())
                                                               : std::nullopt;
    }
    /// Of a key over the replicates; empty for one.
    std::string spread(const std::string& key) const {
        const auto sd = value(key + "_sd");
        return sd ? "sd " + readable(*sd, find_summary_key(key).key->decimals) + " over " +
                        std::to_string(n_replicates) + " replicates"
                  : std::string();
    }
    /// The value of a key, a dash for none, with its spread and what else stands beside it.
    void add_key(const char* key, const std::string& beside = {}) {
        add(key, text_of(value(key), summary_key(key).decimals), join(spread(key), beside));
    }
    void add_known(const char* key, const std::string& beside = {}) {
        if (value(key)) {
            add_key(key, beside);
        }
    }
};

void add_ess_row(RowList& rows) {
    const auto n = rows.value("n_resamplings");
    rows.add_known("ess_fraction", n && *n > 0 ? "resampled " + typeset(*n, *n == std::floor(*n) ? 0 : 1) +
                                                     (*n == 1 ? " time" : " times")
                                               : "");
}

/// A number with what is known of its error and of the exact one.
struct Estimated {
    std::optional<double> value, error, exact, difference;
    std::string reason, unit;
};

/// Under the key of the summary where it has one of its own, else under its name.
void add_estimate(RowList& rows, const std::string& name, const std::string& key, const Estimated& e,
                  const std::string& spread) {
    const int digits = decimals_of(e.error);
    std::string value = e.value ? typeset(*e.value, digits) : "\u2013", beside;
    if (e.error) {
        value += " \u00b1 " + typeset(*e.error, digits);
    } else if (!e.reason.empty()) {
        beside = "no error known: " + e.reason;
    }
    if (e.exact) {
        beside = join(beside, "exact " + typeset(*e.exact, digits));
        beside += e.difference ? ", error " + typeset(*e.difference, digits) : "";
    }
    rows.rows.push_back({name, value + (e.unit.empty() ? "" : " " + e.unit), join(beside, spread), key});
}

void add_log_z_row(RowList& rows) {
    const Json& s = rows.summary;
    add_estimate(rows, summary_key("log_z").title, "log_z",
                 {number(s, "log_z"), number(s, "log_z_stderr"), number(s, "log_z_true"),
                  number(s, "log_z_error"), word(s, "log_z_stderr_missing"), ""},
                 rows.spread("log_z"));
}

void add_estimate_rows(RowList& rows) {
    for (const auto& [name, e] : part(rows.summary, "estimates").items()) {
        const auto value = number(e, "value"), exact = number(e, "exact");
        add_estimate(rows, name, "estimates." + name,
                     {value, number(e, "stderr"), exact,
                      value && exact ? std::optional(*value - *exact) : std::nullopt,
                      word(e, "stderr_missing"), word(e, "unit")},
                     rows.spread("estimates." + name + ".value"));
    }
}

void add_mode_rows(RowList& rows) {
    const Json& modes = part(rows.summary, "mode_weights");
    if (!modes.is_object()) {
        return;
    }
    const std::vector<double> exact = list(part(modes, "true"));
    const auto distance = [&](const std::vector<double>& w) {
        return exact.empty() || w.size() != exact.size()
                   ? std::string()
                   : "total variation " + typeset(total_variation(w, exact), 3);
    };
    for (const std::string key : {"true", "sampled", "weighted", "learned"}) {
        const std::vector<double> w = list(part(modes, key.c_str()));
        if (!w.empty()) {
            rows.add("mode_weights." + key, masses(w), key == "true" ? "" : distance(w));
        }
    }
}

/// What is known of the densities of a learned path.
void add_learned_rows(RowList& rows) {
    const Json& path = part(rows.summary, "learned_path");
    if (!path.is_object()) {
        return;
    }
    if (const auto worst = number(path, "max_total_variation")) {
        rows.add("learned_path.max_total_variation", "total variation " + typeset(*worst, 3),
                 "level " + text_of(number(path, "level_of_max"), 0) + bennett_note(path));
    }
    rows.add_known("learned_path.roughness");
    rows.add_known("learned_path.max_relative_score_error");
    for (const char* key : {"n_dsm", "n_clf"}) {
        double most = 0, least = std::numeric_limits<double>::infinity();
        for (const double n : list(part(path, key))) {
            if (std::isfinite(n)) {
                most = std::max(most, n), least = std::min(least, n);
            }
        }
        if (most > 0) {
            rows.add(std::string("learned_path.") + key,
                     readable(std::round(least), 0) + " to " + readable(std::round(most), 0), "by level");
        }
    }
}

void add_sample_rows(RowList& rows) {
    rows.add_known("sliced_w2");
    rows.add_known("log_weight_variance");
    if (const auto v = rows.value("unique_ancestor_fraction"); v && *v < 1) {
        rows.add("unique_ancestor_fraction", typeset(100 * *v, 1) + " %");
    }
    rows.add_known("acceptance");
}

/// Distances to the reference, beside what two perfect sets of as many points give.
void add_metric_rows(RowList& rows) {
    const Json& metrics = part(rows.summary, "metrics");
    for (const std::string& name : metric_keys()) {
        const std::string key = "metrics." + name;
        const SummaryKey& line = summary_key(key);
        const auto value = rows.value(key);
        if (!value || !*line.title) {
            continue;
        }
        const auto error = number(part(metrics, "stderr"), name.c_str()),
                   floor = number(part(metrics, "floor"), name.c_str()),
                   n_floor = number(part(metrics, "n_floor"), name.c_str()),
                   n = number(part(metrics, "n_of"), name.c_str()),
                   n_reference = number(part(metrics, "n_reference_of"), name.c_str());
        std::string beside = n && n_reference ? typeset(*n, 0) + " against " + typeset(*n_reference, 0) : "";
        if (floor && n_floor) {
            beside =
                join("floor " + readable(*floor, line.decimals) + " (" + typeset(*n_floor, 0) + ")", beside);
        }
        rows.add(key,
                 readable(*value, line.decimals) +
                     (error ? " \u00b1 " + readable(*error, line.decimals) : ""),
                 join(beside, rows.spread(key)));
    }
}

void add_exchange_rows(RowList& rows) {
    if (!part(rows.summary, "replica_exchange").is_object()) {
        return;
    }
    rows.add_key("replica_exchange.communication_barrier");
    rows.add_key("replica_exchange.min_swap_acceptance");
    const auto predicted = rows.value("replica_exchange.predicted_round_trips_per_scan"),
               from = rows.value("replica_exchange.counted_from_scan");
    rows.add_key("replica_exchange.round_trips_per_scan",
                 join(predicted ? "predicted " + typeset(*predicted, 4) : "",
                      from ? "counted from scan " + typeset(*from, 0) : ""));
}

void add_cost_rows(RowList& rows) {
    const double n = evaluations(rows.summary);
    const auto seconds = rows.value("seconds.sampling");
    rows.add("evaluations", millions(n),
             seconds && *seconds > 0 ? millions(n / *seconds) + " per second" : "");
    rows.add_key("seconds.total", seconds ? "sampling " + readable(*seconds, 2) : "");
    for (const char* key : {"failures.map_not_converged", "failures.non_finite", "failures.diverged",
                            "failures.hessian_floored"}) {
        if (rows.value(key).value_or(0) > 0) {
            rows.add_key(key);
        }
    }
}

long replicates(const RunResult& result) {
    const Json& all = part(result.summary, "replicates");
    return all.is_array() && !all.empty() ? static_cast<long>(all.size()) : 1;
}

}  // namespace

std::vector<ReportRow> report_rows(const RunResult& result, const std::vector<HealthFinding>& findings) {
    RowList rows{result.summary, replicates(result)};
    for (const auto add : {add_ess_row, add_log_z_row, add_mode_rows, add_learned_rows, add_sample_rows,
                           add_metric_rows, add_estimate_rows, add_exchange_rows, add_cost_rows}) {
        add(rows);
    }
    for (const HealthFinding& f : findings) {
        for (ReportRow& row : rows.rows) {
            row.mark = row.key == f.rule->key ? f.mark : row.mark;
        }
    }
    return std::move(rows.rows);
}

std::string report_subtitle(const RunResult& result) {
    const Json& s = result.summary;
    const auto count = [&](const char* key, const char* what) {
        const auto n = number(s, key);
        return n ? ", " + typeset(*n, 0) + " " + what : std::string();
    };
    const Json& re = part(s, "replica_exchange");
    std::string out = word(s, "target") + ", " + word(s, "path") + " path, " + word(s, "kernel") + " kernel";
    if (const std::string moves = word(s, "moves"); !moves.empty() && moves != "none") {
        out += ", " + moves + " moves";
    }
    out += ", " + word(s, "sampler") + count("n_levels", "levels") +
           count("n_particles", re.is_object() ? "ensembles" : "particles");
    return out + (part(s, "seed").is_null() ? "" : ", seed " + part(s, "seed").dump());
}

std::string summary_table(const RunResult& result) {
    const std::vector<HealthFinding> findings = report_findings(result);
    const std::string doubtful = doubts_text(findings, stored_warnings(result.summary));
    return word(result.summary, "name") + "  (" + word(result.summary, "status") + ")\n" +
           plain(report_subtitle(result)) + "\n\n" + rows_text(report_rows(result, findings)) +
           (doubtful.empty() ? "" : "\n" + doubtful);
}

}  // namespace tempera
