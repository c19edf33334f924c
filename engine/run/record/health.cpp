// SPDX-License-Identifier: MIT
#include "run/record/health.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "run/record/health_rules.hpp"
#include "samplers/annealed_sampler.hpp"

namespace tempera {

namespace {

using Of = HealthRule::Of;
using Row = HealthRule::Row;
using Saying = HealthRule::Saying;
using Subject = HealthNumbers::Subject;

HealthRule partial_rule() {
    return {.id = "partial",
            .row = Row::never,
            .measures = "whether the run was stopped before its end",
            .measure = [](const HealthNumbers& h) { return h.stopped_at < 0 ? 0.0 : 1.0; },
            .good = 1,
            .warning = 1,
            .meaning = "A run that was stopped keeps what it reached: its numbers are those of that level.",
            .warn = [](const HealthNumbers& h) -> Saying {
                return {"Stopped at " + std::to_string(h.stopped_at) + " of " +
                        std::to_string(h.stopped_end) + (h.exchange ? " scans" : " levels") +
                        "; samples and weights are those of level " + std::to_string(h.level) + "."};
            }};
}

std::vector<HealthRule> conduct_rules() {
    return {{.id = "edited",
             .row = Row::never,
             .measures = "whether settings were changed while the run went on",
             .measure = [](const HealthNumbers& h) { return h.edited ? 1.0 : 0.0; },
             .good = 1,
             .warning = 1,
             .meaning = "Edits between moves leave the weights right, but the preset alone does not give the "
                        "same run again.",
             .warn = [](const HealthNumbers&) -> Saying {
                 return {"Settings were changed while it ran: the estimates hold, but this run is not a "
                         "replicate of others."};
             }},
            {.id = "numerical_failure",
             .row = Row::never,
             .measures = "whether a replicate failed",
             .measure = [](const HealthNumbers& h) { return h.failure.empty() ? 0.0 : 1.0; },
             .good = 1,
             .warning = 1,
             .meaning = "A run that cannot go on, because its numbers left what a computer can hold, keeps "
                        "what it reached.",
             .warn = [](const HealthNumbers& h) -> Saying { return {h.failure}; }}};
}

bool applies(const HealthRule& rule, const HealthNumbers& h) {
    const bool run = h.subject == Subject::run;
    switch (rule.of) {
    case Of::run:
        return run;
    case Of::weighted:
        return run && !h.chains && h.n > 0;
    case Of::exchange:
        return run && h.exchange;
    case Of::learned_path:
        return run && h.learned;
    case Of::learned_density:
        return true;
    case Of::training:
        return h.subject == Subject::training;
    }
    return false;
}

Mark judge(const HealthRule& rule, const HealthNumbers& h) {
    const bool too_early = rule.judged == HealthRule::Judged::when_sampled &&
                           (!h.sampling_done || (rule.of == Of::exchange && !h.after_burn_in));
    if (too_early || (std::isnan(rule.good) && std::isnan(rule.warning))) {
        return Mark::none;
    }
    const double measured = (rule.measure ? rule.measure : rule.shown)(h);
    if (std::isnan(measured)) {
        return Mark::none;
    }
    const auto passes = [&](double threshold) {
        return rule.more_is_better ? measured >= threshold : measured < threshold;
    };
    const double limit = rule.stricter ? rule.stricter(h) : rule.warning;
    if (!std::isnan(limit) && !passes(limit)) {
        return Mark::bad;
    }
    return passes(rule.good) ? Mark::good : Mark::warning;
}

std::string number_shown(const HealthRule& rule, double value) {
    return rule.decimals == 0 && std::isfinite(value) ? grouped(std::lround(value))
                                                      : fixed(value, rule.decimals);
}

HealthFinding find(const HealthRule& rule, const HealthNumbers& h) {
    HealthFinding out;
    out.rule = &rule;
    out.mark = judge(rule, h);
    if (rule.row != Row::never) {
        const double shown = rule.shown(h);
        out.has_row = rule.row == Row::always || (rule.row == Row::when_known && std::isfinite(shown)) ||
                      (rule.row == Row::when_broken && out.mark == Mark::bad);
        out.value = number_shown(rule, shown);
        out.note = out.has_row && rule.note ? rule.note(h) : "";
    }
    if (out.mark == Mark::bad && rule.warn) {
        RunWarning warning = warning_of(rule.id, h);
        out.text = std::move(warning.text);
        out.fix = std::move(warning.fix);
    }
    return out;
}

}  // namespace

std::vector<HealthRule> concatenated(std::initializer_list<std::vector<HealthRule>> parts) {
    std::vector<HealthRule> out;
    for (const std::vector<HealthRule>& part : parts) {
        out.insert(out.end(), part.begin(), part.end());
    }
    return out;
}

const std::vector<HealthRule>& health_rules() {
    static const std::vector<HealthRule> all = concatenated(
        {{partial_rule()}, estimate_rules(), learned_rules(), sampling_rules(), conduct_rules()});
    return all;
}

const HealthRule& health_rule(const std::string& id) {
    const auto at = std::ranges::find(health_rules(), id, &HealthRule::id);
    if (at == health_rules().end()) {
        throw std::out_of_range("no rule of health is called " + id);
    }
    return *at;
}

std::vector<HealthFinding> health_findings(const HealthNumbers& numbers) {
    std::vector<HealthFinding> out;
    for (const HealthRule& rule : health_rules()) {
        if (applies(rule, numbers)) {
            out.push_back(find(rule, numbers));
        }
    }
    return out;
}

RunWarning warning_of(const std::string& id, const HealthNumbers& numbers) {
    const HealthRule& rule = health_rule(id);
    Saying saying = rule.warn(numbers);
    return {id, std::move(saying.text), saying.fix.value_or(rule.fix)};
}

std::vector<RunWarning> warnings_of(const std::vector<HealthFinding>& findings) {
    std::vector<RunWarning> out;
    for (const HealthFinding& f : findings) {
        if (!f.text.empty()) {
            out.push_back({f.rule->id, f.text, f.fix});
        }
    }
    return out;
}

std::vector<RunWarning> health_warnings(const HealthNumbers& numbers) {
    return warnings_of(health_findings(numbers));
}

Json warnings_json(const std::vector<RunWarning>& warnings) {
    Json out = Json::array();
    for (const RunWarning& w : warnings) {
        out.push_back({{"id", w.id}, {"text", w.fix.empty() ? w.text : w.text + " " + w.fix}});
    }
    return out;
}

void count_acceptance(HealthNumbers& numbers, double acceptance) {
    if (std::isfinite(acceptance)) {
        ++numbers.levels_moved;
        numbers.levels_frozen += acceptance < 0.005;
        numbers.levels_idle += acceptance >= 0.9995;
    }
}

void add_weights(HealthNumbers& numbers, double n, double ess_fraction, double pareto_k) {
    numbers.n = n;
    numbers.ess_fraction = ess_fraction;
    numbers.pareto_k = pareto_k;
    if (pareto_k >= 1 && ess_fraction < nearly_equal && std::isfinite(numbers.log_z_stderr)) {
        numbers.log_z_stderr = not_a_number;
        numbers.log_z_stderr_missing =
            "the tail of the weights is too heavy for a mean (Pareto k " + short_number(pareto_k) + ")";
    }
}

void add_exchange(HealthNumbers& numbers, const ExchangeStats& stats) {
    numbers.exchange = numbers.chains = true;
    numbers.after_burn_in = stats.scans_counted > 0;
    numbers.measured_trips = stats.round_trips_per_scan();
    numbers.predicted_trips = stats.predicted_round_trips_per_scan();
    numbers.round_trips = static_cast<double>(stats.round_trips);
    numbers.counted_from = static_cast<double>(stats.counted_from);
    numbers.min_swap_acceptance = stats.min_swap_acceptance();
    numbers.communication_barrier = stats.communication_barrier();
    numbers.log_z_bar = stats.log_z_bar;
    numbers.log_z_bar_stderr = stats.log_z_bar_error.value;
    numbers.pairs_not_offered =
        static_cast<int>(std::ranges::count_if(stats.swap_rejection, [](double r) { return std::isnan(r); }));
    numbers.pair_apart = stats.pair_apart;
}

}  // namespace tempera
