// SPDX-License-Identifier: MIT
// A schedule given value by value, and the check that every schedule passes.
#include <cmath>

#include "core/number_text.hpp"
#include "paths/schedule_entry.hpp"

namespace tempera {

namespace {

struct ExplicitSettings {
    std::vector<double> rho, beta;

    void describe(Describer& d) {
        d.numbers("rho", rho,
                  {.help = "noise-to-signal ratios of levels 1..n_levels, ascending (diffusion paths)"});
        d.numbers("beta", beta,
                  {.help = "inverse temperatures of levels 0..n_levels, from 1 down to 0 (tempering paths)"});
    }
    void check(const std::string& place, Problems& problems) const {
        if (!rho.empty() && !beta.empty()) {
            problems.add(place + ".beta", "is given beside rho; give one of the two");
        }
    }
};

}  // namespace

ScheduleEntry explicit_schedule() {
    return make_schedule<ExplicitSettings>(
        "explicit", "every value given", ScheduleFor::both, false,
        [](const ExplicitSettings& s, int n_levels, bool rho) {
            const std::vector<double>& values = rho ? s.rho : s.beta;
            Problems problems;
            check_schedule(values, n_levels, rho, rho ? "path.schedule.rho" : "path.schedule.beta", problems);
            problems.throw_if_any();
            return values;
        });
}

void check_schedule(const std::vector<double>& values, int n_levels, bool rho, const std::string& place,
                    Problems& problems) {
    const std::string name = place.substr(place.rfind('.') + 1);
    const std::size_t expected = static_cast<std::size_t>(n_levels) + (rho ? 0 : 1);
    if (n_levels < 1 || values.size() != expected) {
        const std::string levels = std::to_string(n_levels);
        problems.add(place, "has " + std::to_string(values.size()) + " values; " +
                                (n_levels < 1 ? "at least one level is needed"
                                 : rho        ? "levels 1.." + levels + " need " + levels
                                              : "levels 0.." + levels + " need " + std::to_string(expected)));
        return;
    }
    for (std::size_t k = 0; k < values.size(); ++k) {
        const std::string at = place + "[" + std::to_string(k) + "]";
        const double v = values[k];
        const auto before = [&] {
            return name + "[" + std::to_string(k - 1) + "] = " + short_number(values[k - 1], 12);
        };
        if (!std::isfinite(v)) {
            problems.add(at, short_number(v, 12) + " must be a finite number");
        } else if (rho && !(v > 0)) {
            problems.add(at, short_number(v, 12) +
                                 " must be greater than 0 (level 0 is the target and needs no value)");
        } else if (rho && !(v >= least_rho && v <= largest_rho)) {
            problems.add(at, short_number(v, 12) + " must be from " + short_number(least_rho) + " to " +
                                 short_number(largest_rho) +
                                 ": beyond, rounding takes every digit of a weight");
        } else if (!rho && k == 0 && v != 1) {
            problems.add(at, short_number(v, 12) + " must be 1, the target");
        } else if (!rho && k + 1 == values.size() && v != 0) {
            problems.add(at, short_number(v, 12) + " must be 0, the reference");
        } else if (k > 0 && rho && !(v > values[k - 1])) {
            problems.add(at, short_number(v, 12) + " must be greater than " + before());
        } else if (k > 0 && !rho && !(v < values[k - 1])) {
            problems.add(at, short_number(v, 12) + " must be smaller than " + before());
        }
    }
}

}  // namespace tempera
