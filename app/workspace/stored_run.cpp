// SPDX-License-Identifier: MIT
#include "app/workspace/stored_run.hpp"

#include <algorithm>
#include <atomic>

#include "run/folder/run_folder.hpp"
#include "run/record/result.hpp"
#include "run/record/run_folder_snapshot.hpp"

namespace tempera::app {

namespace fs = std::filesystem;

std::unique_ptr<LatestJob<fs::path, StoredRun>> make_stored_run_reader() {
    return std::make_unique<LatestJob<fs::path, StoredRun>>([](const fs::path& folder, const auto& context) {
        static std::atomic<long> next_id{-2};  // runs of the session count upwards from zero
        StoredRun run;
        run.folder = folder;
        try {
            auto result = std::make_shared<const RunResult>(read_run_folder(folder));
            Snapshot snapshot = snapshot_of(*result);
            snapshot.id = next_id--;
            run.snapshot = std::make_shared<const Snapshot>(std::move(snapshot));
            run.result = std::move(result);
        } catch (const std::exception& e) {
            run.error = e.what();
        }
        context.publish(std::make_shared<const StoredRun>(std::move(run)));
    });
}

fs::path run_folder_of(const fs::path& file) {
    std::error_code ignored;
    const bool is_folder = fs::is_directory(file, ignored);
    const fs::path folder = is_folder ? file : file.parent_path();
    const std::string name = file.filename().string();
    const auto of_a_run = {"preset.json", "summary.json", "levels.csv",  "modes.csv",
                           "log.txt",     "samples.npz",  "samples.csv", "genealogy.npz",
                           "report.html", "exchange.npz", "overlap.npz"};
    const bool asked = is_folder || std::find(of_a_run.begin(), of_a_run.end(), name) != of_a_run.end();
    const bool whole =
        fs::exists(folder / "preset.json", ignored) && fs::exists(folder / "summary.json", ignored);
    return asked && whole ? folder : fs::path();
}

}  // namespace tempera::app
