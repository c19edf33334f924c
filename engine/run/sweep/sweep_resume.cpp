// SPDX-License-Identifier: MIT
#include "run/sweep/sweep_resume.hpp"

#include "core/files.hpp"
#include "core/npy.hpp"
#include "run/preset/preset_files.hpp"
#include "run/work/checkpoint.hpp"

namespace tempera {

namespace fs = std::filesystem;

namespace {

/// Null where there is no such file or it holds no object.
Json read_object(const fs::path& file) {
    if (!fs::is_regular_file(file)) {
        return nullptr;
    }
    Json out = parse_json(read_file_text(file));
    return out.is_object() ? out : Json(nullptr);
}

Json plan_document(const SweepPlan& plan) {
    Json columns = Json::array();
    for (const SweepColumn& c : plan.columns) {
        Json values = Json::array();
        for (const SweepValue& v : c.values) {
            values.push_back({{"label", v.label}, {"set", v.changes}});
        }
        columns.push_back({{"name", c.name}, {"values", values}});
    }
    return {{"schema", "tempera-sweep"},
            {"version", 1},
            {"columns", columns},
            {"seeds", plan.n_seeds},
            {"seed_of", plan.seed_of}};
}

/// Settings in which a stored run differs from the planned one. Where a model is trained on the way, its file
/// is the sweep's business.
std::vector<std::string> cell_difference(const Json& stored, const SweepCell& cell, const fs::path& folder) {
    std::vector<std::string> out = run_difference(stored, stored_preset(cell.preset, folder));
    if (cell.model >= 0) {
        std::erase(out, "model.file");
    }
    return out;
}

[[noreturn]] void refuse(const fs::path& folder, const std::string& what) {
    throw ConfigError("--out " + folder.string(), what + "; nothing was changed, choose another folder");
}

/// Preset and summary of a run that is done; null where it is not, or what is there cannot be read.
Json stored_cell(const fs::path& folder, std::size_t cell) {
    Json document = read_object(cell_file(folder, cell));
    const bool whole = document.is_object() && document.contains("summary") && document.contains("preset") &&
                       document["preset"].is_object() && document["preset"].contains("run") &&
                       document["preset"]["run"].is_object();
    return whole ? document : Json(nullptr);
}

void check_cells(const SweepPlan& plan, const fs::path& folder) {
    for (std::size_t cell = 0; cell < plan.cells.size(); ++cell) {
        const Json stored = stored_cell(folder, cell);
        const std::vector<std::string> places =
            stored.is_null() ? std::vector<std::string>()
                             : cell_difference(stored["preset"], plan.cells[cell], folder);
        if (!places.empty()) {
            refuse(folder, "holds another sweep (run " + std::to_string(cell + 1) + " differs in " +
                               places.front() + (places.size() > 1 ? ", ..." : "") + ")");
        }
    }
    if (fs::exists(cell_file(folder, plan.cells.size()))) {
        refuse(folder, "holds a sweep of more than these " + std::to_string(plan.cells.size()) + " runs");
    }
}

}  // namespace

fs::path cell_file(const fs::path& folder, std::size_t cell) {
    const std::string number = std::to_string(cell);
    return folder / "cells" /
           (std::string(number.size() < 5 ? 5 - number.size() : 0, '0') + number + ".json");
}

void check_same_sweep(const SweepPlan& plan, const fs::path& folder) {
    if (!fs::exists(folder) || fs::is_empty(folder)) {
        return;
    }
    const Json known = read_object(folder / "sweep.json");
    if (known.is_null() && !fs::is_directory(folder / "cells")) {
        refuse(folder, "holds something, but no sweep to resume");
    }
    if (known.is_object() && known != plan_document(plan)) {
        std::string names;
        for (const Json& c : known.value("columns", Json::array())) {
            names += (names.empty() ? "" : ", ") + c.value("name", std::string("?"));
        }
        refuse(folder, "holds another sweep (over " + names + ", " +
                           known.value("seeds", Json(nullptr)).dump() + " seeds)");
    }
    check_cells(plan, folder);
}

void write_sweep_plan(const SweepPlan& plan, const fs::path& folder) {
    write_file_atomically(folder / "sweep.json", plan_document(plan).dump(1) + "\n");
}

Json kept_cell(const SweepPlan& plan, std::size_t cell, const fs::path& folder) {
    const Json stored = stored_cell(folder, cell);
    const bool same =
        stored.is_object() && cell_difference(stored["preset"], plan.cells[cell], folder).empty();
    return same ? stored["summary"] : Json(nullptr);
}

}  // namespace tempera
