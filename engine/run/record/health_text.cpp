// SPDX-License-Identifier: MIT
// The table of health rules in words.
#include <cmath>

#include "core/number_text.hpp"
#include "run/record/health.hpp"

namespace tempera {

namespace {

std::string range(double threshold, bool above) {
    return std::isnan(threshold)
               ? ""
               : (above ? "from " : "below ") + short_number(threshold, 4) + (above ? " on" : "");
}

}  // namespace

const char* mark_name(Mark mark) {
    return mark == Mark::good      ? "good"
           : mark == Mark::warning ? "warning"
           : mark == Mark::bad     ? "bad"
                                   : "none";
}

std::string good_range(const HealthRule& rule) { return range(rule.good, rule.more_is_better); }
std::string warning_range(const HealthRule& rule) { return range(rule.warning, !rule.more_is_better); }

std::string scope_text(const HealthRule& rule) {
    const bool exchange = rule.of == HealthRule::Of::exchange;
    const std::string when = rule.judged == HealthRule::Judged::always ? ""
                             : exchange ? ", when all is sampled and the burn-in is over"
                                        : ", when the particles are those of the target";
    switch (rule.of) {
    case HealthRule::Of::run:
        return "every run" + when;
    case HealthRule::Of::weighted:
        return "weighted particles (AIS, SMC)" + when;
    case HealthRule::Of::exchange:
        return "replica exchange" + when;
    case HealthRule::Of::learned_path:
        return "runs on a learned path" + when;
    case HealthRule::Of::learned_density:
        return "learned densities, of a run or a training" + when;
    case HealthRule::Of::training:
        return "trainings" + when;
    }
    return when;
}

Json rule_json(const HealthRule& rule) {
    const auto threshold = [](double value) { return std::isnan(value) ? Json(nullptr) : Json(value); };
    const auto text = [](const std::string& value) { return value.empty() ? Json(nullptr) : Json(value); };
    return {{"name", rule.id},
            {"summary", rule.measures},
            {"label", text(rule.name)},
            {"key", text(rule.key)},
            {"scope", scope_text(rule)},
            {"more_is_better", rule.more_is_better},
            {"good", threshold(rule.good)},
            {"warning", threshold(rule.warning)},
            {"exceptions", text(rule.exceptions)},
            {"warns", rule.warn != nullptr},
            {"meaning", rule.meaning},
            {"fix", text(rule.fix)}};
}

}  // namespace tempera
