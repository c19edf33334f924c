// SPDX-License-Identifier: MIT
// Every level schedule, one line each.
#include "core/catalogue.hpp"
#include "paths/schedule.hpp"

#define TEMPERA_SCHEDULES(X)                                                                                 \
    X(log_snr)                                                                                               \
    X(edm)                                                                                                   \
    X(uniform_time)                                                                                          \
    X(linear_beta)                                                                                           \
    X(equal_rejection)                                                                                       \
    X(equal_cess)                                                                                            \
    X(linear)                                                                                                \
    X(geometric)                                                                                             \
    X(explicit)

namespace tempera {

#define TEMPERA_DECLARE(name) ScheduleEntry name##_schedule();
TEMPERA_SCHEDULES(TEMPERA_DECLARE)
#undef TEMPERA_DECLARE

const std::vector<ScheduleEntry>& schedule_catalogue() {
#define TEMPERA_ENTRY(name) name##_schedule(),
    static const std::vector<ScheduleEntry> entries{TEMPERA_SCHEDULES(TEMPERA_ENTRY)};
#undef TEMPERA_ENTRY
    return entries;
}

const std::vector<SettingsType>& schedule_types() {
    static const std::vector<SettingsType> types = [] {
        std::vector<SettingsType> out;
        for (const ScheduleEntry& e : schedule_catalogue()) {
            out.push_back({e.name, e.summary, e.fields, e.check, e.resolve});
        }
        return out;
    }();
    return types;
}

const ScheduleEntry& find_schedule(const std::string& name) {
    std::vector<std::string> known;
    std::string all;
    for (const ScheduleEntry& e : schedule_catalogue()) {
        if (e.name == name) {
            return e;
        }
        known.push_back(e.name);
        all += (all.empty() ? "" : ", ") + e.name;
    }
    const std::string near = nearest_name(name, known);
    throw ConfigError("path.schedule.type", "\"" + name + "\" is not known" +
                                                (near.empty() ? "" : "; did you mean \"" + near + "\"?") +
                                                " (one of: " + all + ")");
}

}  // namespace tempera
