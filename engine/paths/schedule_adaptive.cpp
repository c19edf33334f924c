// SPDX-License-Identifier: MIT
// Schedules that pilot runs find; here are their settings and the schedules the pilots start from.
#include "paths/schedule_entry.hpp"

namespace tempera {

namespace {

constexpr int start_levels = 64;  // of a pilot that is to find the number of levels itself

struct EqualRejectionSettings : NoiseRange {
    int n_rounds = 3;

    void describe(Describer& d) {
        NoiseRange::describe(d);
        d.integer(
            "n_rounds", n_rounds,
            {.min = 1, .max = 10, .help = "pilot rounds; each has twice the samples of the one before"});
    }
};

struct EqualCessSettings {
    std::optional<double> cess;

    void describe(Describer& d) {
        d.number_or("cess", cess, nullptr,
                    {.min = 0,
                     .max = 1,
                     .open_min = true,
                     .open_max = true,
                     .help = "conditional effective sample size per level; it then sets the number of "
                             "levels; null keeps n_levels"});
    }
};

}  // namespace

ScheduleEntry equal_rejection_schedule() {
    return make_schedule<EqualRejectionSettings>(
        "equal_rejection", "levels with equal swap rejections of the mechanism in use (pilot runs)",
        ScheduleFor::rho, true,
        [](const EqualRejectionSettings& s, int n, bool) { return log_snr_values(s, n); });
}

ScheduleEntry equal_cess_schedule() {
    return make_schedule<EqualCessSettings>(
        "equal_cess", "levels with equal conditional effective sample size (pilot run)", ScheduleFor::beta,
        true, [](const EqualCessSettings&, int n, bool) {
            return geometric_values(1e-3, n > 0 ? n : start_levels);
        });
}

}  // namespace tempera
