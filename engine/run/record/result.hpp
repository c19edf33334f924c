// SPDX-License-Identifier: MIT
// Results of a run and its folder (design contract: preset.json, summary.json, levels.csv, samples.npz,
// modes.csv, genealogy.npz, log.txt and exports).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "figures/plot_spec.hpp"
#include "run/record/snapshot.hpp"

namespace tempera {

/// One replicate, finished or partial.
struct ReplicateResult {
    Json summary;  ///< the contract's keys
    Record record;
    std::vector<ModeRow> modes;
    std::vector<double> x;            ///< [n, dim] target coordinates
    std::vector<double> log_weight;   ///< [n]
    std::vector<int> mode, ancestor;  ///< [n]
    std::vector<std::vector<int>> genealogy;
    std::vector<int> genealogy_levels;
    std::shared_ptr<const ExchangeStats> exchange;
};

struct RunResult final : WorkResult {
    Json preset;   ///< resolved; schedule frozen under path.schedule_in_use
    Json summary;  ///< top level of summary.json
    int dim = 0;
    std::vector<LevelPosition> positions;
    std::vector<std::string> mode_names;
    ReplicateResult first;  ///< replicate 0 with its arrays (others keep their summaries only)
    std::vector<PlotSpec> figures;
    std::string log;
    std::filesystem::path model_folder;  ///< training that belongs to the run: stored as its folder's "model"
};

/// Figures of a result: ESS by level, mode weights by level, particles over density, weights, swap
/// statistics, ...
std::vector<PlotSpec> result_figures(const RunResult& result);

/// Writes the folder under a temporary name and gives it its own in one step; `exports` holds any of csv,
/// npz, svg, pdf, png, html. Throws ConfigError when `folder` exists and !force, even if it was made
/// meanwhile; std::runtime_error (disk full, permission) with the reason.
void write_run_folder(const RunResult& result, const std::filesystem::path& folder,
                      const std::vector<std::string>& exports, bool force);
/// Writes the folder under the first of folder, folder-2, ... that is free when it is complete; returns
/// which.
std::filesystem::path add_run_folder(const RunResult& result, const std::filesystem::path& folder,
                                     const std::vector<std::string>& exports);
/// Only what looks like a run folder (or is empty) may be replaced.
bool is_replaceable(const std::filesystem::path& folder);
/// First free of folder, folder-2, folder-3, ...
std::filesystem::path free_folder(const std::filesystem::path& folder);
/// Self-contained HTML report with inline SVG.
std::string html_report(const RunResult& result);
/// Reads a run folder back (for `report`, `app RUN`).
RunResult read_run_folder(const std::filesystem::path& folder);
/// Readable summary table for terminals.
std::string summary_table(const RunResult& result);

}  // namespace tempera
