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

struct LevelSeries {
    const char *name, *unit;
    double (*value)(const LevelStats&);
};

constexpr LevelSeries level_series[] = {
    {"ess_fraction", "", [](const LevelStats& l) { return l.ess_fraction; }},
    {"cess_fraction", "", [](const LevelStats& l) { return l.cess_fraction; }},
    {"log_z_increment", "", [](const LevelStats& l) { return l.log_z_increment; }},
    {"resampled", "", [](const LevelStats& l) { return l.resampled ? 1.0 : 0.0; }},
    {"acceptance", "", [](const LevelStats& l) { return l.acceptance; }},
    {"swap_rejection", "", [](const LevelStats& l) { return l.swap_rejection; }},
    {"seconds", "s", [](const LevelStats& l) { return l.seconds; }},
};

}  // namespace

const std::vector<std::string>& level_series_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> out;
        for (const LevelSeries& series : level_series) {
            out.push_back(series.name);
        }
        return out;
    }();
    return names;
}

void report_levels(Record& record, const std::vector<LevelStats>& levels) {
    for (const auto& [name, unit, value] : level_series) {
        Series series{name, "level", unit, {}, {}, {}, {}};
        for (const LevelStats& level : levels) {
            series.add(level.level, value(level));
        }
        record.add(std::move(series));
    }
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
