// SPDX-License-Identifier: MIT
#include "samplers/level_stats.hpp"

namespace tempera {

namespace {

template <class T, class Field>
void column(StateArchive& archive, const std::string& name, std::vector<LevelStats>& levels, Field field) {
    std::vector<T> values;
    for (LevelStats& level : levels) {
        values.push_back(static_cast<T>(level.*field));
    }
    archive("levels." + name, values);
    levels.resize(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        levels[i].*field = static_cast<std::remove_reference_t<decltype(levels[i].*field)>>(values[i]);
    }
}

template <class Field>
void report(Record& record, const char* name, const char* unit, const std::vector<LevelStats>& levels,
            Field field) {
    Series series{name, "level", unit, {}, {}, {}, {}};
    for (const LevelStats& level : levels) {
        series.add(level.level, static_cast<double>(level.*field));
    }
    record.add(std::move(series));
}

}  // namespace

void report_levels(Record& record, const std::vector<LevelStats>& levels) {
    report(record, "ess_fraction", "", levels, &LevelStats::ess_fraction);
    report(record, "cess_fraction", "", levels, &LevelStats::cess_fraction);
    report(record, "log_z_increment", "", levels, &LevelStats::log_z_increment);
    report(record, "resampled", "", levels, &LevelStats::resampled);
    report(record, "acceptance", "", levels, &LevelStats::acceptance);
    report(record, "swap_rejection", "", levels, &LevelStats::swap_rejection);
    report(record, "seconds", "s", levels, &LevelStats::seconds);
}

void archive_levels(StateArchive& archive, int n_levels, std::vector<LevelStats>& levels) {
    std::vector<int> level;
    for (const LevelStats& l : levels) {
        level.push_back(l.level);
    }
    archive.whole("levels.level", level, 0, n_levels);
    levels.resize(level.size());
    for (std::size_t i = 0; i < level.size(); ++i) {
        levels[i].level = level[i];
    }
    column<double>(archive, "ess_fraction", levels, &LevelStats::ess_fraction);
    column<double>(archive, "cess_fraction", levels, &LevelStats::cess_fraction);
    column<double>(archive, "log_z_increment", levels, &LevelStats::log_z_increment);
    column<int>(archive, "resampled", levels, &LevelStats::resampled);
    column<double>(archive, "acceptance", levels, &LevelStats::acceptance);
    column<double>(archive, "swap_rejection", levels, &LevelStats::swap_rejection);
    column<double>(archive, "seconds", levels, &LevelStats::seconds);
    column<int>(archive, "unique_roots", levels, &LevelStats::unique_roots);
}

}  // namespace tempera
