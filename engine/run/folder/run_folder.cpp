// SPDX-License-Identifier: MIT
// Writing a run folder: everything goes to a temporary name first, so that no half folder is ever seen.
#include <algorithm>
#include <fstream>

#include "core/csv.hpp"
#include "core/folders.hpp"
#include "core/npy.hpp"
#include "figures/figure_files.hpp"
#include "run/figures/run_figures.hpp"
#include "run/folder/run_folder.hpp"
#include "run/preset/preset.hpp"
#include "run/preset/preset_files.hpp"
#include "run/record/level_overlap.hpp"
#include "run/record/result.hpp"
#include "run/record/samples.hpp"
#include "run/record/tables.hpp"
#include "run/report/report.hpp"

namespace tempera {

namespace fs = std::filesystem;

namespace {

void write_text(const fs::path& file, const std::string& contents) {
    std::ofstream out(file, std::ios::binary);
    out.write(contents.data(), static_cast<std::streamsize>(contents.size()));
    out.close();
    if (!out) {
        throw std::runtime_error(file.string() + ": cannot be written (disk full or no permission)");
    }
}

Npz genealogy_arrays(const ReplicateResult& r) {
    std::vector<std::int32_t> all;
    for (const auto& event : r.genealogy) {
        all.insert(all.end(), event.begin(), event.end());
    }
    Npz out;
    const std::size_t n = r.genealogy.empty() ? 0 : r.genealogy.front().size();
    out["ancestor"] = NpyArray::of(all, {r.genealogy.size(), n});
    const std::vector<std::int32_t> levels(r.genealogy_levels.begin(), r.genealogy_levels.end());
    out["level"] = NpyArray::of(levels, {levels.size()});
    return out;
}

/// Appends the rows to a list; returns their length.
template <class T, class To>
std::size_t flat(const std::vector<std::vector<T>>& rows, std::vector<To>& to) {
    for (const auto& row : rows) {
        to.insert(to.end(), row.begin(), row.end());
    }
    return rows.empty() ? 0 : rows.front().size();
}

Npz overlap_arrays(const LevelOverlap& overlap) {
    Npz out;
    std::vector<double> ess;
    const std::size_t n = flat(overlap.ess_fraction, ess);
    out["level"] = NpyArray::of(std::vector<std::int32_t>(overlap.levels.begin(), overlap.levels.end()), {n});
    out["n_points"] =
        NpyArray::of(std::vector<std::int64_t>(overlap.n_points.begin(), overlap.n_points.end()), {n});
    out["ess_fraction"] = NpyArray::of(ess, {n, n});
    out["dropped"] = NpyArray::of(std::vector<std::int64_t>{overlap.dropped}, {1});
    return out;
}

Npz exchange_arrays(const ExchangeStats& e) {
    Npz out;
    std::vector<std::int32_t> labels;
    std::vector<double> occupancy, energies;
    const std::size_t n_labels = flat(e.index_process, labels), n_modes = flat(e.occupancy, occupancy),
                      n_energies = flat(e.energy_process, energies);
    out["index_process"] = NpyArray::of(labels, {e.index_process.size(), n_labels});
    out["energy_process"] = NpyArray::of(energies, {e.energy_process.size(), n_energies});
    out["occupancy"] = NpyArray::of(occupancy, {e.occupancy.size(), n_modes});
    out["swap_rejection"] = NpyArray::of(e.swap_rejection, {e.swap_rejection.size()});
    out["up_fraction"] = NpyArray::of(e.up_fraction, {e.up_fraction.size()});
    out["log_z"] =
        NpyArray::of(std::vector<double>{e.log_z_stepping_stone, e.log_z_bar, e.log_z_bar_error.value}, {3});
    out["counts"] = NpyArray::of(
        std::vector<std::int64_t>{e.round_trips, e.scans_counted, e.first_scan, e.counted_from, e.trip_scans},
        {5});
    return out;
}

void write_exports(const RunResult& r, const fs::path& folder, const std::vector<std::string>& exports) {
    const std::string theme = get_value(r.preset, "view.theme").is_string()
                                  ? get_value(r.preset, "view.theme").get<std::string>()
                                  : "light";
    const auto asked = [&](const std::string& kind) { return std::ranges::count(exports, kind) > 0; };
    if (asked("csv")) {
        write_text(folder / "samples.csv", samples_table(r));
    }
    const bool page = asked("html");
    if (!page && std::ranges::none_of(figure_formats(), asked)) {
        return;  // samples.npz is always there
    }
    const std::vector<PlotSpec> figures = result_figures(r);
    if (page) {
        write_text(folder / "report.html", html_report(r, figures));
    }
    write_figures(figures, exports, palette(theme), folder);
}

/// The model of the run as part of its folder, which works wherever it is moved; returns its name there.
std::string copy_model(const RunResult& r, const fs::path& folder) {
    const std::string named = get_value(r.preset, "model").value("file", std::string());
    const fs::path source = !r.model_folder.empty() ? r.model_folder
                            : named.empty()         ? fs::path()
                                                    : find_file(r.preset, named);
    if (source.empty() || !fs::exists(source)) {
        return {};
    }
    const std::string name = "model" + (fs::is_directory(source) ? "" : source.extension().string());
    fs::copy(source, folder / name, fs::copy_options::recursive);
    if (r.model_folder.empty() && fs::is_directory(source)) {
        fs::remove(folder / name / "checkpoint.pt");  // going on with the training is not the run's business
    }
    return name;
}

void fill_folder(const RunResult& r, const fs::path& folder, const std::vector<std::string>& exports) {
    Json preset = stored_preset(r.preset, folder);
    if (const std::string model = copy_model(r, folder); !model.empty()) {
        preset["model"]["file"] = model;
    }
    write_text(folder / "preset.json", format_preset(preset));
    write_tables(r, folder);
    write_npz(folder / "samples.npz", sample_arrays(r));
    if (!r.first.genealogy.empty()) {
        write_npz(folder / "genealogy.npz", genealogy_arrays(r.first));
    }
    if (r.first.exchange) {
        write_npz(folder / "exchange.npz", exchange_arrays(*r.first.exchange));
    }
    if (r.first.overlap && !r.first.overlap->levels.empty()) {
        write_npz(folder / "overlap.npz", overlap_arrays(*r.first.overlap));
    }
    write_text(folder / "log.txt", r.log);
    write_exports(r, folder, exports);
    write_text(folder / "summary.json", r.summary.dump(2) + "\n");
}

}  // namespace

bool is_replaceable(const fs::path& folder) {
    return fs::is_directory(folder) && (fs::is_empty(folder) || fs::exists(folder / "summary.json") ||
                                        fs::exists(folder / "preset.json"));
}

namespace {

fs::path without_slash(const fs::path& folder) {
    const fs::path target = fs::absolute(folder).lexically_normal();
    return target.has_filename() ? target : target.parent_path();
}

/// The result in a folder beside `name`, not yet under it.
std::unique_ptr<PendingFolder> pending_result(const RunResult& result, const fs::path& name,
                                              const std::vector<std::string>& exports) {
    try {
        auto pending = std::make_unique<PendingFolder>(name);
        fill_folder(result, pending->path(), exports);
        return pending;
    } catch (const fs::filesystem_error& error) {
        throw std::runtime_error(name.string() + ": cannot be written (" + error.code().message() + ")");
    }
}

}  // namespace

void write_run_folder(const RunResult& result, const fs::path& folder,
                      const std::vector<std::string>& exports, bool force) {
    const fs::path name = without_slash(folder);
    const auto check = [&](bool taken) {
        if (taken && !force) {
            throw ConfigError("--out " + folder.string(),
                              "exists already; choose another folder or add --force to replace it");
        }
        if (taken && !is_replaceable(name)) {
            throw ConfigError("--out " + folder.string(),
                              "exists and is no run folder; it is not replaced, choose another one");
        }
    };
    check(is_taken(name));
    const auto pending = pending_result(result, name, exports);
    if (!pending->commit_as(name)) {
        check(true);
        pending->replace(name);
    }
}

fs::path add_run_folder(const RunResult& result, const fs::path& folder,
                        const std::vector<std::string>& exports) {
    const fs::path name = without_slash(folder);
    const auto pending = pending_result(result, name, exports);
    for (;;) {
        const fs::path to = free_folder(name);
        if (pending->commit_as(to)) {
            return folder.has_filename() ? folder.parent_path() / to.filename() : to;
        }
    }
}

}  // namespace tempera
