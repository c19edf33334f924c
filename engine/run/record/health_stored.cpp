// SPDX-License-Identifier: MIT
// The health of a stored run, from its summary.
#include <algorithm>
#include <cmath>
#include <map>

#include "core/record.hpp"
#include "run/preset/preset.hpp"
#include "run/record/health.hpp"
#include "run/record/summary.hpp"
#include "samplers/annealed_sampler.hpp"

namespace tempera {

namespace {

std::vector<double> list(const Json& summary, const char* dotted) {
    const Json values = get_value(summary, dotted);
    std::vector<double> out;
    for (const Json& v : values) {
        out.push_back(v.is_number() ? v.get<double>() : not_a_number);
    }
    return out;
}

std::size_t replicates(const Json& summary) {
    const auto all = summary.find("replicates");
    return all != summary.end() && all->is_array() ? all->size() : 1;
}

void read_estimates(HealthNumbers& h, const Json& summary) {
    constexpr double half_width = 1.96;
    h.log_z = summary_number(summary, "log_z");
    h.log_z_true = summary_number(summary, "log_z_true");
    h.log_z_error = summary_number(summary, "log_z_error");
    h.log_z_stderr = summary_number(summary, "log_z_stderr");
    if (const Json reason = get_value(summary, "log_z_stderr_missing"); reason.is_string()) {
        h.log_z_stderr_missing = reason.get<std::string>();
    }
    h.modes_exact = list(summary, "mode_weights.true");
    h.modes_found = list(summary, "mode_weights.weighted");
    for (const double error : list(summary, "mode_weights.weighted_stderr")) {
        h.modes_interval.push_back(half_width * error);
    }
    if (const std::size_t n = replicates(summary); n > 1 && n < replicates_for_an_error) {
        h.log_z_stderr = not_a_number;
        h.modes_interval.clear();
    }
}

void read_exchange(HealthNumbers& h, const Json& summary) {
    h.measured_trips = summary_number(summary, "replica_exchange.round_trips_per_scan");
    h.predicted_trips = summary_number(summary, "replica_exchange.predicted_round_trips_per_scan");
    h.round_trips = summary_number(summary, "replica_exchange.round_trips");
    h.counted_from = static_cast<double>(summary_count(summary, "replica_exchange.counted_from_scan"));
    h.min_swap_acceptance = summary_number(summary, "replica_exchange.min_swap_acceptance");
    h.communication_barrier = summary_number(summary, "replica_exchange.communication_barrier");
    h.log_z_bar = summary_number(summary, "replica_exchange.log_z_bar");
}

}  // namespace

HealthNumbers health_numbers(const Json& summary) {
    HealthNumbers h;
    const bool finished = get_value(summary, "status") == Json("finished");
    h.exchange = get_value(summary, "replica_exchange").is_object();
    h.chains = sampler_info({{"type", summary.value("sampler", "")}}).chains;
    h.sampling_done = h.after_burn_in = finished;
    h.learned = get_value(summary, "learned_path").is_object();
    h.n = static_cast<double>(summary_count(summary, "n_particles"));
    h.ess_fraction = summary_number(summary, "ess_fraction");
    h.pareto_k = not_a_number;  // the weights tell
    h.unique_fraction = summary_number(summary, "unique_ancestor_fraction");
    h.n_resamplings = summary_number(summary, "n_resamplings");
    h.acceptance = summary_number(summary, "acceptance");
    h.tally.map_not_converged = summary_count(summary, "failures.map_not_converged");
    h.tally.non_finite = summary_count(summary, "failures.non_finite");
    h.tally.diverged = summary_count(summary, "failures.diverged");
    h.tally.hessian_floored = summary_count(summary, "failures.hessian_floored");
    h.pilot_independence = summary_number(summary, "pilot_independence");
    read_estimates(h, summary);
    if (h.exchange) {
        read_exchange(h, summary);
    }
    h.learned_total_variation = summary_number(summary, "learned_path.max_total_variation");
    h.learned_worst_at = "level " + std::to_string(summary_count(summary, "learned_path.level_of_max"));
    h.roughness = summary_number(summary, "learned_path.roughness");
    return h;
}

void add_levels(HealthNumbers& numbers, const Record& record) {
    if (const Series* acceptance = record.find("acceptance")) {
        for (const double level : acceptance->y) {
            count_acceptance(numbers, level);
        }
    }
}

namespace {

std::map<std::string, std::string> warning_texts(const Json& summary) {
    std::map<std::string, std::string> out;
    for (RunWarning& w : stored_warnings(summary)) {
        out.emplace(std::move(w.id), std::move(w.text));
    }
    return out;
}

/// Bad where most replicates are, at least a warning where one is; else the median of those that can be
/// judged.
Mark common_mark(std::vector<Mark> marks) {
    const auto n_bad = std::ranges::count(marks, Mark::bad);
    if (2 * n_bad > std::ssize(marks)) {
        return Mark::bad;
    }
    std::erase(marks, Mark::none);
    if (marks.empty()) {
        return Mark::none;
    }
    std::ranges::sort(marks);
    const Mark median = std::min(marks[(marks.size() - 1) / 2], Mark::warning);
    return n_bad > 0 ? Mark::warning : median;
}

/// By rule.
std::map<std::string, Mark> marks_of_replicates(const Json& replicates) {
    std::map<std::string, std::vector<Mark>> each;
    for (const Json& summary : replicates) {
        for (const HealthFinding& f : stored_findings(health_numbers(summary), summary)) {
            each[f.rule->id].push_back(f.mark);
        }
    }
    std::map<std::string, Mark> out;
    for (auto& [id, marks] : each) {
        out[id] = common_mark(std::move(marks));
    }
    return out;
}

}  // namespace

std::vector<HealthFinding> stored_findings(const HealthNumbers& numbers, const Json& summary) {
    const std::map<std::string, std::string> warned = warning_texts(summary);
    std::map<std::string, Mark> of_replicates;
    if (replicates(summary) > 1) {
        of_replicates = marks_of_replicates(summary["replicates"]);
    }
    std::vector<HealthFinding> out = health_findings(numbers);
    for (HealthFinding& f : out) {
        const auto warning = warned.find(f.rule->id);
        const bool warns = warning != warned.end();
        if (const auto mark = of_replicates.find(f.rule->id); mark != of_replicates.end()) {
            f.mark = warns && f.mark == Mark::bad ? Mark::bad : mark->second;
        } else if (f.rule->warn) {
            f.mark = warns ? Mark::bad : std::min(f.mark, Mark::warning);
        }
        f.text = warns ? warning->second : "";
        f.fix.clear();  // stands in the warning's text
    }
    return out;
}

}  // namespace tempera
