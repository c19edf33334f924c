// SPDX-License-Identifier: MIT
// Fixed schedules of inverse temperatures beta, from 1 (target) to 0 (reference).
#include <cmath>

#include "paths/schedule_entry.hpp"

namespace tempera {

namespace {

struct LinearSettings {
    void describe(Describer&) {}
};

struct GeometricSettings {
    double beta_min = 1e-3;
    void describe(Describer& d) {
        d.number("beta_min", beta_min,
                 {.min = 0,
                  .max = 1,
                  .open_min = true,
                  .open_max = true,
                  .log_scale = true,
                  .help = "inverse temperature of the last level before the reference"});
    }
};

}  // namespace

std::vector<double> geometric_values(double beta_min, int n_levels) {
    std::vector<double> out{1};
    for (int k = 1; k < n_levels; ++k) {
        out.push_back(std::pow(beta_min, static_cast<double>(k) / (n_levels - 1)));
    }
    out.push_back(0);
    return out;
}

ScheduleEntry linear_schedule() {
    return make_schedule<LinearSettings>("linear", "equal steps of inverse temperature", ScheduleFor::beta,
                                         false, [](const LinearSettings&, int n, bool) {
                                             std::vector<double> out;
                                             for (int k = 0; k <= n; ++k) {
                                                 out.push_back(1 - static_cast<double>(k) / n);
                                             }
                                             return out;
                                         });
}

ScheduleEntry geometric_schedule() {
    return make_schedule<GeometricSettings>(
        "geometric", "equal factors of inverse temperature down to beta_min, then 0", ScheduleFor::beta,
        false, [](const GeometricSettings& s, int n, bool) { return geometric_values(s.beta_min, n); });
}

}  // namespace tempera
