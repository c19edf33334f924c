// SPDX-License-Identifier: MIT
#include "app/workspace/run_list.hpp"

#include <cmath>

#include "diagnostics/mode_weights.hpp"
#include "run/preset/preset.hpp"
#include "run/record/result.hpp"

namespace tempera::app {
namespace {

FinishedRun line_of(const Json& preset) {
    const auto type = [&](const char* section) {
        const Json t = get_value(preset, std::string(section) + ".type");
        return t.is_string() ? t.get<std::string>() : std::string();
    };
    FinishedRun run;
    run.preset = preset;
    run.sampler = type("sampler");
    run.kernel = type("kernel");
    run.mode_error = std::nan("");
    return run;
}

}  // namespace

FinishedRun finished_run(const Snapshot& s, const Json& resolved) {
    FinishedRun run = line_of(s.preset ? *s.preset : resolved);
    run.id = s.id;
    run.state = s.state;
    run.name = run.preset.value("name", "");
    run.ess = s.ess_fraction;
    run.log_z = s.log_z;
    run.log_z_error = s.log_z_true ? s.log_z - *s.log_z_true : std::nan("");
    run.seconds = s.seconds;
    if (s.modes && !s.modes->empty()) {
        const ModeRow& row = s.modes->back();
        const std::vector<double>& got = row.weighted.empty() ? row.sampled : row.weighted;
        if (got.size() == row.exact.size() && !got.empty()) {
            run.mode_error = total_variation(got, row.exact);
        }
    }
    return run;
}

FinishedRun stored_run(const RunResult& stored, const std::filesystem::path& folder) {
    const auto number = [&](const char* key) {
        const Json v = get_value(stored.summary, key);
        return v.is_number() ? v.get<double>() : std::nan("");
    };
    FinishedRun run = line_of(stored.preset);
    run.stored = true;
    run.name = folder.filename().string();
    run.ess = number("ess_fraction");
    run.log_z = number("log_z");
    run.log_z_error = number("log_z_error");
    run.seconds = number("seconds.total");
    const Json known = get_value(stored.summary, "mode_weights.true"),
               weighted = get_value(stored.summary, "mode_weights.weighted");
    const Json found = weighted.is_array() ? weighted : get_value(stored.summary, "mode_weights.sampled");
    if (known.is_array() && found.is_array() && known.size() == found.size() && !known.empty()) {
        run.mode_error = total_variation(found.get<std::vector<double>>(), known.get<std::vector<double>>());
    }
    return run;
}

}  // namespace tempera::app
