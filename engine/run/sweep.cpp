// SPDX-License-Identifier: MIT
#include "run/sweep.hpp"

#include <atomic>
#include <cmath>
#include <fstream>
#include <mutex>
#include <sstream>
#include <thread>

#include "core/npy.hpp"
#include "core/parallel.hpp"
#include "run/csv.hpp"
#include "run/preset.hpp"
#include "run/result.hpp"
#include "run/sweep_table.hpp"

namespace tempera {

namespace fs = std::filesystem;

namespace {

/// Commas outside brackets and quotes part the values.
std::vector<Json> split_values(const std::string& text) {
    std::vector<Json> out;
    std::string part;
    int depth = 0;
    bool quoted = false;
    const auto finish = [&] {
        Json value = Json::parse(part, nullptr, false);
        out.push_back(value.is_discarded() ? Json(part) : value);
        part.clear();
    };
    for (char c : text) {
        quoted = c == '"' ? !quoted : quoted;
        depth += quoted ? 0 : (c == '[' || c == '{') - (c == ']' || c == '}');
        if (c == ',' && depth == 0 && !quoted) {
            finish();
        } else {
            part += c;
        }
    }
    finish();
    return out;
}

void read_section(const Json& sweep, SweepPlan& plan, bool with_grid) {
    if (!sweep.is_object()) {
        throw ConfigError("sweep",
                          "must be an object such as { \"grid\": { \"path.n_levels\": [64, 128] } }");
    }
    for (const auto& [key, value] : sweep.items()) {
        if (key == "cases") {
            plan.columns.push_back("case");
            plan.values.push_back(value.get<std::vector<Json>>());
            for (const Json& c : plan.values.back()) {
                if (!c.is_object() || !c.contains("name") || !c["name"].is_string() || !c.contains("set") ||
                    !c["set"].is_object()) {
                    throw ConfigError("sweep.cases",
                                      "each case needs { \"name\": \"...\", \"set\": { ... } }");
                }
            }
        } else if (key == "grid") {
            for (const auto& [place, values] : value.items()) {
                if (with_grid) {
                    if (!values.is_array() || values.empty()) {
                        throw ConfigError("sweep.grid." + place, "must be a list of values");
                    }
                    plan.columns.push_back(place);
                    plan.values.push_back(values.get<std::vector<Json>>());
                }
            }
        } else if (key == "seeds") {
            if (!value.is_number_integer() || value.get<int>() < 1) {
                throw ConfigError("sweep.seeds", value.dump() + " must be a whole number from 1");
            }
            plan.n_seeds = value.get<int>();
        } else {
            const std::string near = nearest_name(key, {"cases", "grid", "seeds"});
            throw ConfigError("sweep." + key,
                              "is not known" +
                                  (near.empty() ? std::string() : "; did you mean \"" + near + "\"?"));
        }
    }
}

void set_column(Json& preset, const std::string& column, const Json& value) {
    if (column != "case") {
        set_value(preset, column, value);
        return;
    }
    for (const auto& [place, v] : value["set"].items()) {
        set_value(preset, place, v);
    }
}

std::string read_text(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

fs::path cell_file(const fs::path& folder, std::size_t index) {
    std::string number = std::to_string(index);
    return folder / "cells" /
           (std::string(number.size() < 5 ? 5 - number.size() : 0, '0') + number + ".json");
}

/// The summary of a cell that was run before with the same preset; null otherwise.
Json kept_cell(const fs::path& file, const Json& preset) {
    if (!fs::exists(file)) {
        return nullptr;
    }
    const Json document = Json::parse(read_text(file), nullptr, false);
    const bool same = document.is_object() && document.contains("preset") && document["preset"] == preset &&
                      document.contains("summary");
    return same ? document["summary"] : Json(nullptr);
}

}  // namespace

SweepPlan plan_sweep(const Json& preset, const std::vector<std::string>& grid, int n_seeds) {
    SweepPlan plan;
    Json base = preset;
    if (base.contains("sweep") && !base["sweep"].is_null()) {
        read_section(base["sweep"], plan, grid.empty());
    }
    base.erase("sweep");
    for (const std::string& entry : grid) {
        const auto equal = entry.find('=');
        if (equal == std::string::npos || equal == 0 || equal + 1 == entry.size()) {
            throw ConfigError("--grid", "\"" + entry + "\" must have the form a.b=v1,v2,...");
        }
        plan.columns.push_back(entry.substr(0, equal));
        plan.values.push_back(split_values(entry.substr(equal + 1)));
    }
    if (plan.columns.empty()) {
        throw ConfigError("--grid", "is missing, and the preset has no \"sweep\" section; write for example "
                                    "--grid path.n_levels=64,128");
    }
    plan.n_seeds = n_seeds > 0 ? n_seeds : plan.n_seeds;
    plan.name = base.value("name", std::string("sweep"));
    std::size_t total = 1;
    for (const auto& v : plan.values) {
        total *= v.size();
    }
    if (total * static_cast<std::size_t>(plan.n_seeds) > 100000) {
        throw ConfigError("--grid", "has " + std::to_string(total) + " combinations times " +
                                        std::to_string(plan.n_seeds) +
                                        " seeds; at most 100000 runs are allowed");
    }
    Problems problems;
    for (std::size_t index = 0; index < total; ++index) {
        Json changed = base;
        std::vector<std::string> labels;
        std::size_t rest = index, block = total;
        for (std::size_t c = 0; c < plan.columns.size(); ++c) {
            block /= plan.values[c].size();
            const Json& value = plan.values[c][rest / block];
            rest %= block;
            set_column(changed, plan.columns[c], value);
            labels.push_back(plan.columns[c] == "case" ? value["name"].get<std::string>()
                             : value.is_string()       ? value.get<std::string>()
                                                       : value.dump());
        }
        const auto found = check_preset(changed);
        for (const Problem& p : found) {
            bool known = false;
            for (const Problem& q : problems.list()) {
                known = known || (q.place == p.place && q.text == p.text);
            }
            if (!known) {
                problems.add(p.place, p.text);
            }
        }
        if (!found.empty()) {
            continue;
        }
        Json resolved = resolve_preset(changed);
        const long first_seed = resolved["run"]["seed"].get<long>();
        for (int s = 0; s < plan.n_seeds; ++s) {
            resolved["run"]["seed"] = first_seed + s;
            plan.cells.push_back({labels, first_seed + s, resolved});
        }
    }
    problems.throw_if_any();
    return plan;
}

SweepResult run_sweep(const SweepPlan& plan, const SweepOptions& options) {
    fs::create_directories(options.folder / "cells");
    SweepResult result;
    result.summaries.assign(plan.cells.size(), nullptr);
    std::vector<std::size_t> todo;
    for (std::size_t i = 0; i < plan.cells.size(); ++i) {
        if (options.resume) {
            result.summaries[i] = kept_cell(cell_file(options.folder, i), plan.cells[i].preset);
        }
        if (result.summaries[i].is_null()) {
            todo.push_back(i);
        }
    }
    std::atomic<std::size_t> next{0};
    std::atomic<int> failed{0};
    std::mutex mutex;
    long done = static_cast<long>(plan.cells.size() - todo.size());
    std::exception_ptr error;
    const auto run_cells = [&] {
        for (std::size_t at = next++; at < todo.size() && !options.stop.stop_requested(); at = next++) {
            const std::size_t i = todo[at];
            Json summary;
            try {
                RunCallbacks callbacks;
                callbacks.stop = options.stop;
                summary = run_preset(plan.cells[i].preset, callbacks).summary;
            } catch (const NumericalError& e) {
                summary = {{"status", "failed"},
                           {"warnings", {{{"id", "numerical_failure"}, {"text", e.what()}}}}};
            }
            failed += summary["status"] == "failed";
            if (summary["status"] == "partial") {
                return;
            }
            write_file_atomically(cell_file(options.folder, i),
                                  Json{{"preset", plan.cells[i].preset}, {"summary", summary}}.dump() + "\n");
            const std::lock_guard lock(mutex);
            result.summaries[i] = std::move(summary);
            ++done;
            if (options.progress) {
                options.progress(done, static_cast<long>(plan.cells.size()));
            }
        }
    };
    // What ends a worker early (a full disk, say) ends the others, too; cells that are there stay.
    const auto work = [&] {
        try {
            run_cells();
        } catch (...) {
            const std::lock_guard lock(mutex);
            error = error ? error : std::current_exception();
            next = todo.size();
        }
    };
    {
        std::vector<std::jthread> workers;
        const std::size_t jobs =
            static_cast<std::size_t>(options.jobs > 0 ? options.jobs : std::max(1, thread_count()));
        for (std::size_t j = 0; j < std::min(jobs, todo.size()); ++j) {
            workers.emplace_back(work);
        }
    }
    if (error && !options.stop.stop_requested()) {
        std::rethrow_exception(error);
    }
    result.n_failed = failed;
    for (const Json& s : result.summaries) {
        result.complete = result.complete && !s.is_null();
    }
    write_file_atomically(options.folder / "results.csv", sweep_csv(plan, result.summaries));
    result.table = sweep_text_table(plan, result.summaries);
    result.figures = sweep_figures(plan, result.summaries);
    fs::create_directories(options.folder / "figures");
    for (const PlotSpec& plot : result.figures) {
        write_file_atomically(options.folder / "figures" / (plot.id + ".svg"),
                              to_svg(plot, palette("light")));
    }
    return result;
}

}  // namespace tempera
