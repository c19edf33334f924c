// SPDX-License-Identifier: MIT
#include <cmath>
#include <fstream>
#include <sstream>

#include "core/npy.hpp"
#include "run/folder/run_folder.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_target.hpp"
#include "run/record/level_overlap.hpp"
#include "run/record/result.hpp"
#include "run/record/tables.hpp"

namespace tempera {

namespace fs = std::filesystem;

namespace {

std::string read_text(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        throw ConfigError(
            file.string(),
            "cannot be read; a run folder holds preset.json, summary.json, levels.csv and samples.npz");
    }
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

std::vector<int> integers(const Npz& arrays, const std::string& name, const fs::path& file) {
    const auto at = arrays.find(name);
    if (at == arrays.end()) {
        throw ConfigError(file.string(), "has no array \"" + name + "\"");
    }
    std::vector<int> out;
    for (double v : at->second.to_doubles()) {
        out.push_back(static_cast<int>(v));
    }
    return out;
}

std::vector<double> doubles(const Npz& arrays, const std::string& name, const fs::path& file) {
    const auto at = arrays.find(name);
    if (at == arrays.end()) {
        throw ConfigError(file.string(), "has no array \"" + name + "\"");
    }
    return at->second.to_doubles();
}

void read_samples(RunResult& r, const fs::path& file) {
    const Npz arrays = read_npz(file);
    r.first.x = doubles(arrays, "x", file);
    r.first.log_weight = doubles(arrays, "log_weight", file);
    r.first.mode = integers(arrays, "mode", file);
    r.first.ancestor = integers(arrays, "ancestor", file);
    const std::size_t n = r.first.log_weight.size();
    if (r.first.x.size() != n * static_cast<std::size_t>(r.dim) || r.first.mode.size() != n ||
        r.first.ancestor.size() != n) {
        throw ConfigError(file.string(), "its arrays do not fit together");
    }
}

template <class T>
std::vector<std::vector<T>> rows_of(const std::vector<T>& flat, const std::vector<std::size_t>& shape) {
    std::vector<std::vector<T>> out;
    for (std::size_t i = 0; shape.size() == 2 && i < shape[0]; ++i) {
        out.emplace_back(flat.begin() + static_cast<std::ptrdiff_t>(i * shape[1]),
                         flat.begin() + static_cast<std::ptrdiff_t>((i + 1) * shape[1]));
    }
    return out;
}

void read_exchange(RunResult& r, const fs::path& file) {
    const Npz arrays = read_npz(file);
    auto e = std::make_shared<ExchangeStats>();
    e->swap_rejection = doubles(arrays, "swap_rejection", file);
    e->up_fraction = doubles(arrays, "up_fraction", file);
    e->index_process = rows_of(integers(arrays, "index_process", file), arrays.at("index_process").shape);
    if (arrays.contains("energy_process")) {  // folders of earlier builds have none
        e->energy_process =
            rows_of(doubles(arrays, "energy_process", file), arrays.at("energy_process").shape);
    }
    e->occupancy = rows_of(doubles(arrays, "occupancy", file), arrays.at("occupancy").shape);
    const std::vector<double> log_z = doubles(arrays, "log_z", file),
                              counts = doubles(arrays, "counts", file);
    if (log_z.size() == 3 && (counts.size() == 3 || counts.size() == 5)) {
        e->log_z_stepping_stone = log_z[0], e->log_z_bar = log_z[1];
        const Json reason = get_value(r.first.summary, "log_z_stderr_missing");
        e->log_z_bar_error =
            std::isfinite(log_z[2])
                ? StandardError{log_z[2], {}}
                : StandardError::unknown(reason.is_string() ? reason.get<std::string>() : "");
        e->round_trips = static_cast<long>(counts[0]), e->scans_counted = static_cast<long>(counts[1]),
        e->first_scan = static_cast<long>(counts[2]);
        // Folders of earlier builds counted what came after the burn-in and did not say where that ended.
        e->trip_scans = counts.size() == 5 ? static_cast<long>(counts[4]) : e->scans_counted;
        e->counted_from = counts.size() == 5 ? static_cast<long>(counts[3]) : 0;
    }
    r.first.exchange = e;
}

void read_overlap(RunResult& r, const fs::path& file) {
    const Npz arrays = read_npz(file);
    auto overlap = std::make_shared<LevelOverlap>();
    overlap->levels = integers(arrays, "level", file);
    const std::vector<int> n_points = integers(arrays, "n_points", file),
                           dropped = integers(arrays, "dropped", file);
    overlap->n_points.assign(n_points.begin(), n_points.end());
    overlap->ess_fraction = rows_of(doubles(arrays, "ess_fraction", file), arrays.at("ess_fraction").shape);
    const std::size_t n = overlap->levels.size();
    if (n_points.size() != n || overlap->ess_fraction.size() != n || dropped.size() != 1 ||
        (n > 0 && overlap->ess_fraction.front().size() != n)) {
        throw ConfigError(file.string(), "its arrays do not fit together");
    }
    overlap->dropped = dropped.front();
    r.first.overlap = overlap;
}

}  // namespace

namespace {

RunResult read_checked(const fs::path& folder) {
    RunResult r;
    r.preset = load_preset(folder / "preset.json");
    const Json summary = parse_json(read_text(folder / "summary.json"));
    if (!summary.is_object() || !summary.contains("schema") || summary["schema"] != "tempera-summary") {
        throw ConfigError((folder / "summary.json").string(), "is no summary of a run");
    }
    r.summary = summary;
    r.first.summary =
        summary.contains("replicates") && !summary["replicates"].empty() ? summary["replicates"][0] : summary;
    r.dim = summary.value("dim", 0);
    const double n_levels = summary.value("n_levels", 0.0);
    if (!(n_levels >= 0 && n_levels <= 100000) || r.dim < 1) {
        throw ConfigError((folder / "summary.json").string(),
                          "dim or n_levels is missing or impossible; run the preset again");
    }
    read_tables(r, folder);
    read_samples(r, folder / "samples.npz");
    if (fs::exists(folder / "genealogy.npz")) {
        const fs::path file = folder / "genealogy.npz";
        const Npz arrays = read_npz(file);
        r.first.genealogy = rows_of(integers(arrays, "ancestor", file), arrays.at("ancestor").shape);
        r.first.genealogy_levels = integers(arrays, "level", file);
    }
    if (fs::exists(folder / "exchange.npz")) {
        read_exchange(r, folder / "exchange.npz");
    }
    if (fs::exists(folder / "overlap.npz")) {
        read_overlap(r, folder / "overlap.npz");
    }
    if (fs::exists(folder / "log.txt")) {
        r.log = read_text(folder / "log.txt");
    }
    if (const auto target = known_preset_target(resolve_preset(r.preset))) {
        r.mode_names = target->mode_names();
    }
    return r;
}

}  // namespace

RunResult read_run_folder(const fs::path& folder) {
    if (!fs::is_directory(folder)) {
        throw ConfigError(folder.string(), "is no run folder");
    }
    try {
        return read_checked(folder);
    } catch (const Json::exception& error) {
        const std::string what = error.what();
        throw ConfigError((folder / "summary.json").string(), "has a value of the wrong kind (" +
                                                                  what.substr(what.find("] ") + 2) +
                                                                  "); run the preset again");
    }
}

}  // namespace tempera
