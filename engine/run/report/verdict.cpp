// SPDX-License-Identifier: MIT
// One sentence on how a run went, from its findings.
#include <algorithm>
#include <array>

#include "run/report/report_page.hpp"
#include "run/report/summary_values.hpp"

namespace tempera {

namespace {

Mark mark_of(const std::vector<HealthFinding>& findings, const std::string& id) {
    const auto at = std::ranges::find_if(findings, [&](const HealthFinding& f) { return f.rule->id == id; });
    return at == findings.end() ? Mark::none : at->mark;
}

std::string of_weights(const Json& summary, Mark mark) {
    if (const auto ess = number(summary, "ess_fraction")) {
        const std::string text = " (ESS / N " + readable(*ess, 3) + ")";
        return (mark == Mark::bad       ? "A few particles carry most of the weight"
                : mark == Mark::warning ? "The weights are uneven"
                                        : "The weights are even") +
               text;
    }
    if (const Json& exchange = part(summary, "replica_exchange"); exchange.is_object()) {
        return "The swaps are accepted at least " + text_of(number(exchange, "min_swap_acceptance"), 3) +
               " of the time";
    }
    return "The run finished";
}

/// The estimates with a mark, as the subject of a sentence.
struct Estimates {
    std::vector<std::string> names;

    explicit Estimates(const std::vector<HealthFinding>& findings, Mark mark) {
        for (const auto& [id, name] :
             std::array{std::pair{"log_z_off", "log Z"}, std::pair{"mode_weights_off", "the mode weights"}}) {
            if (mark_of(findings, id) == mark) {
                names.push_back(name);
            }
        }
    }
    bool any() const { return !names.empty(); }
    std::string with(const std::string& verb) const {
        const bool one = names.size() == 1 && names[0] == "log Z";
        return (names.size() == 2 ? names[0] + " and " + names[1] : names[0]) + " " + verb + (one ? "s" : "");
    }
    std::string exact() const { return names.size() == 2 ? "the exact values" : "the exact value"; }
};

}  // namespace

std::string report_verdict(const RunResult& result, const std::vector<HealthFinding>& findings) {
    const Json& s = result.summary;
    const std::string status = word(s, "status");
    if (status == "partial") {
        return "The run was stopped before its end: the numbers below are those of the level that it "
               "reached.";
    }
    if (status == "failed") {
        return "The run failed; what it reached before that is below.";
    }
    const Mark even = mark_of(findings, "weight_collapse");
    const std::string weights = of_weights(s, even);
    if (even == Mark::bad) {
        return weights + ": neither log Z nor the mode weights can be trusted.";
    }
    const Estimates off(findings, Mark::bad), doubtful(findings, Mark::warning), right(findings, Mark::good);
    if (off.any()) {
        return weights + ", but " + off.with("differ") + " from " + off.exact() +
               " by more than chance explains.";
    }
    if (doubtful.any()) {
        return weights + ", but " + doubtful.with("differ") + " from " + doubtful.exact() +
               " by about as much as chance explains at most.";
    }
    if (right.any()) {
        return weights + " and " + right.with("agree") + " with " + right.exact() +
               " within the statistical error.";
    }
    const bool known = number(s, "log_z_true") || part(part(s, "mode_weights"), "true").is_array();
    return weights + (known ? ". No error is known by which its estimates could be compared with the exact "
                              "values."
                            : ". No exact values are known for this target.");
}

}  // namespace tempera
