// SPDX-License-Identifier: MIT
// Level schedules: docs/theory.md, "Schedules".
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/settings.hpp"

namespace tempera {

struct ScheduleEntry {
    std::string name, summary;
    bool for_rho = false, for_beta = false;  ///< which paths it fits
    bool adaptive = false;  ///< needs pilot runs (samplers/adaptive_schedule.hpp); `make` gives the start
    std::vector<Field> fields;
    std::function<void(const Json&, const std::string& place, Problems&)> check;
    std::function<Json(const Json&)> resolve;
    /// rho of levels 1..n_levels ascending, or beta of levels 0..n_levels descending from 1 to 0.
    std::function<std::vector<double>(const Json&, int n_levels, bool rho)> make;
};

/// log_snr, edm, uniform_time, linear_beta, equal_rejection, equal_cess, linear, geometric, explicit.
const std::vector<ScheduleEntry>& schedule_catalogue();
const std::vector<SettingsType>& schedule_types();  ///< of the catalogue
const ScheduleEntry& find_schedule(const std::string& name);

/// Noise-to-signal ratios beyond these leave no digit of a weight: steps are lost in the rounding of
/// positions, squares overflow. Smaller ones need float64.
constexpr double least_rho = 1e-10, largest_rho = 1e12, least_rho_f32 = 1e-5;

/// Checks an explicit schedule: finite, strictly monotone, right length and ends; reports
/// "path.schedule.rho[7]: ...".
void check_schedule(const std::vector<double>& values, int n_levels, bool rho, const std::string& place,
                    Problems& problems);

}  // namespace tempera
