// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cmath>

#include "diagnostics/mode_weights.hpp"
#include "figures/ticks.hpp"
#include "run/record/health.hpp"
#include "run/report/report_page.hpp"
#include "run/report/summary_values.hpp"

namespace tempera {

std::string report_verdict(const RunResult& result) {
    const Json& s = result.summary;
    const auto ess = number(s, "ess_fraction");
    const std::string status = word(s, "status");
    if (status == "partial") {
        return "The run was stopped before its end: the numbers below are those of the level that it "
               "reached.";
    }
    if (status == "failed") {
        return "The run failed; what it reached before that is below.";
    }
    std::string weights;
    if (ess) {
        weights = *ess >= 0.5 ? "The weights are even (ESS / N " + typeset(*ess, 3) + ")"
                  : *ess >= 0.1
                      ? "The weights are uneven (ESS / N " + typeset(*ess, 3) + ")"
                      : "A few particles carry most of the weight (ESS / N " + readable(*ess, 3) + ")";
    } else if (part(s, "replica_exchange").is_object()) {
        weights = "The swaps are accepted at least " +
                  text_of(number(part(s, "replica_exchange"), "min_swap_acceptance"), 3) + " of the time";
    } else {
        weights = "The run finished";
    }
    if (ess && *ess * number(s, "n_particles").value_or(0) < 30) {
        return weights + ": neither log Z nor the mode weights can be trusted.";
    }
    const auto error = number(s, "log_z_error"), stderr_of = number(s, "log_z_stderr");
    const Json& modes = part(s, "mode_weights");
    const std::vector<double> exact = list(part(modes, "true")), found = list(part(modes, "weighted"));
    std::vector<std::string> good, bad;
    if (error) {
        (log_z_agrees(*error, stderr_of.value_or(HealthNumbers::unknown)) ? good : bad).push_back("log Z");
    }
    if (!exact.empty() && found.size() == exact.size()) {
        // Four standard errors of a proportion at the effective size, at least one hundredth.
        const double effective = std::max(1.0, ess.value_or(1) * number(s, "n_particles").value_or(1));
        const double tolerance = std::max(0.01, 2 * std::sqrt(static_cast<double>(exact.size()) / effective));
        (total_variation(found, exact) <= tolerance ? good : bad).push_back("the mode weights");
    }
    const auto both = [](const std::vector<std::string>& v) {
        return v.size() == 2 ? v[0] + " and " + v[1] : v[0];
    };
    if (!bad.empty()) {
        return weights + ", but " + both(bad) +
               (bad.size() == 1 && bad[0] == "log Z" ? " differs" : " differ") + " from the exact value" +
               (bad.size() == 2 ? "s" : "") + " by more than chance explains.";
    }
    if (!good.empty()) {
        return weights + (ess && *ess < 0.1 ? "; " : " and ") + both(good) +
               (good.size() == 1 && good[0] == "log Z" ? " agrees" : " agree") + " with the exact value" +
               (good.size() == 2 ? "s" : "") + " within the statistical error.";
    }
    return weights + ". No exact values are known for this target.";
}

}  // namespace tempera
