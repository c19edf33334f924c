// SPDX-License-Identifier: MIT
#include "app/stories/script.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <utility>

#include "app/learning/blindness_board.hpp"
#include "app/shell/workbench.hpp"
#include "core/build_id.hpp"

namespace tempera::app {
namespace {

/// The first word and the rest.
std::pair<std::string, std::string> split(const std::string& line) {
    const std::size_t space = line.find(' ');
    if (space == std::string::npos) {
        return {line, {}};
    }
    const std::size_t next = line.find_first_not_of(' ', space);
    return {line.substr(0, space), next == std::string::npos ? "" : line.substr(next)};
}

ConfigError cannot(const std::string& line, const std::string& why) { return {"\"" + line + "\"", why}; }

double number_in(const std::string& line, const std::string& text) {
    try {
        std::size_t end = 0;
        const double v = std::stod(text, &end);
        if (end == text.size() && std::isfinite(v)) {
            return v;
        }
    } catch (const std::exception&) {  // said below
    }
    throw cannot(line, "needs a number");
}

bool maps_are_current(const Workbench& bench) {
    const PathMaps* maps = bench.workspace.maps();
    return maps && !bench.workspace.resolved().empty() && maps->key == path_key(bench.workspace.resolved());
}

/// Edits of the person's are asked about first; the line is tried again when there is an answer.
Performed open(Workbench& bench, const std::string& line, const std::string& file) {
    const auto path = std::filesystem::path(TEMPERA_SOURCE_DIR) / file;
    Workspace& w = bench.workspace;
    if (std::exchange(bench.script_refused, false)) {
        throw cannot(line, "your edits stay as they are; go on when they are saved");
    }
    if (w.modified()) {
        if (!bench.questions.open() && !bench.dialog.is_open()) {
            bench.leave_document(
                "go on", [&bench] { bench.workspace.give_up_edits(); },
                [&bench] { bench.script_refused = true; });
        }
        return Performed::later;
    }
    const bool autostart = w.autostart;
    const std::string layout = bench.view.layout;
    w.autostart = false;  // the script says when to run
    bench.open_file(path.string());
    w.autostart = autostart;
    if (w.file() != path) {
        throw cannot(line, "the file cannot be opened");
    }
    if (bench.view.layout != layout) {  // the script chooses the layout, too
        bench.set_layout(layout);
    }
    return Performed::done;
}

void set(Workbench& bench, const std::string& line, const std::string& text) {
    const std::size_t sign = text.find('=');
    if (sign == std::string::npos) {
        throw cannot(line, "needs KEY = VALUE");
    }
    std::string key = text.substr(0, sign), value = text.substr(sign + 1);
    key.erase(key.find_last_not_of(' ') + 1);
    value.erase(0, value.find_first_not_of(' '));
    const Json parsed = parse_json(value);
    bench.workspace.stage(key, parsed.is_discarded() ? Json(value) : parsed);
}

Performed wait(const Workbench& bench, const std::string& line, const std::string& what) {
    const Workspace& w = bench.workspace;
    bool there = false;
    if (what == "run") {
        there = !w.busy() && w.snapshot().state != RunState::idle;
    } else if (what == "maps") {
        there = maps_are_current(bench) && w.maps()->complete;
    } else if (what == "training") {
        there = !bench.learning.active();
    } else if (what == "curves") {
        const WrongWeightCurves* c = bench.blindness->curves();
        const double level = noise_in_view(w);
        there = c && c->assumed == bench.blindness->assumed &&
                (std::isnan(level) || c->here.sigma == level || !c->obstacle.empty());
    } else {
        throw cannot(line, "can wait for run, maps, training or curves");
    }
    return there ? Performed::done : Performed::later;
}

Performed look(Workbench& bench, const std::string& line, const std::string& where) {
    const auto [kind, value] = split(where);
    PathPlace place;
    place.value = number_in(line, value);
    if (kind == "noise" || kind == "beta") {
        place.kind = kind == "noise" ? PathPlace::Kind::noise : PathPlace::Kind::beta;
    } else if (kind != "level") {
        throw cannot(line, "needs level, noise or beta and a number");
    }
    const std::optional<int> level = level_at(bench, place);
    if (!level) {
        return Performed::later;
    }
    bench.workspace.look_at(*level);
    return Performed::done;
}

void show(Workbench& bench, const std::string& line, const std::string& what) {
    const auto [panel, part] = split(what);
    if (!find_view(panel)) {
        throw cannot(line, "there is no such panel");
    }
    std::erase(bench.view.hidden, panel);
    bench.view.raise.push_back(panel);
    if (!part.empty()) {
        const char* parts[] = {"curves", "seeds", "remedies"};
        const auto it = std::find(std::begin(parts), std::end(parts), part);
        if (it == std::end(parts)) {
            throw cannot(line, "there is no such part");
        }
        bench.view.blindness_part = static_cast<int>(it - std::begin(parts));
    }
}

}  // namespace

std::optional<int> level_at(const Workbench& bench, const PathPlace& place) {
    const Workspace& w = bench.workspace;
    if (place.kind == PathPlace::Kind::level) {
        return static_cast<int>(place.value);
    }
    const PathMaps* maps = w.maps();
    if (!maps_are_current(bench) || maps->positions.empty()) {
        return {};
    }
    double best = std::numeric_limits<double>::infinity();
    std::optional<int> level;
    for (std::size_t k = 0; k < maps->positions.size(); ++k) {
        const LevelPosition& p = maps->positions[k];
        const double apart = place.kind == PathPlace::Kind::beta
                                 ? std::abs(p.beta - place.value)
                                 : std::abs(std::log(p.rho * maps->plane.scale / place.value));
        if (apart < best) {  // never true for NaN
            best = apart;
            level = static_cast<int>(k);
        }
    }
    return level;
}

Performed perform(Workbench& bench, const std::string& line) {
    const auto [verb, rest] = split(line);
    Workspace& w = bench.workspace;
    if (verb == "open") {
        return open(bench, line, rest);
    } else if (verb == "set") {
        set(bench, line, rest);
    } else if (verb == "run") {
        w.start();
    } else if (verb == "train") {
        const std::string obstacle = bench.learning.obstacle();
        if (!obstacle.empty()) {
            throw cannot(line, obstacle);
        }
        bench.learning.train_for_story();
    } else if (line == "use training") {
        bench.learning.use_of_story();
    } else if (line == "use shipped") {
        bench.learning.forget_story();
    } else if (verb == "wait") {
        return wait(bench, line, rest);
    } else if (verb == "look") {
        return look(bench, line, rest);
    } else if (verb == "layout") {
        bench.set_layout(rest);
    } else if (verb == "show") {
        show(bench, line, rest);
    } else if (verb == "assume") {
        bench.blindness->assumed = std::clamp(number_in(line, rest), 0.01, 0.99);
    } else if (verb == "pace") {
        w.set_pace(number_in(line, rest));
    } else if (bench.commands.find(line)) {
        bench.commands.run(line, bench);
    } else {
        throw cannot(line, "is not a command");
    }
    return Performed::done;
}

}  // namespace tempera::app
