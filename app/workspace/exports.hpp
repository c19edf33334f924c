// SPDX-License-Identifier: MIT
// Files written by a worker thread: figures, samples, run folders. Nothing is ever overwritten silently.
#pragma once

#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "figures/plot_spec.hpp"

namespace tempera {
struct RunResult;
}

namespace tempera::app {

/// How figures are written.
struct FigureExport {
    std::filesystem::path folder = "out/figures";
    std::string format = "svg";   ///< png, svg, pdf, csv, json
    std::string theme = "light";  ///< of exports, which are for paper, whatever the window looks like
    FigureSize size;
    double dpi = 200;  ///< of pictures
};

class Exporter {
public:
    Exporter();
    ~Exporter();  ///< finishes what was asked for

    void figures(std::vector<PlotSpec> plots, const FigureExport& how, const std::string& prefix);
    /// format: npz, csv.
    void samples(std::shared_ptr<const RunResult> result, const std::string& format,
                 const std::filesystem::path& folder, const std::string& name);
    /// As a folder called `name`.
    void run_folder(std::shared_ptr<const RunResult> result, const std::filesystem::path& folder,
                    const std::string& name);

    /// Writes into a folder and says what it wrote.
    using Job = std::function<std::string(const std::filesystem::path& folder)>;
    struct Report {
        bool good = true;
        std::string text;
        Job failed;  ///< may go well in another folder; empty where that would not help
    };
    /// What was written or failed since the last call.
    std::vector<Report> take_reports();
    void again(Job job, const std::filesystem::path& folder) { enqueue(std::move(job), folder); }
    void set_on_report(std::function<void()> callback);
    void wait();  ///< until nothing is left to write

private:
    void enqueue(Job job, const std::filesystem::path& folder);
    void refuse(const std::string& why);
    void loop();
    std::mutex mutex_;
    std::condition_variable wake_, idle_;
    std::deque<std::pair<Job, std::filesystem::path>> jobs_;
    std::vector<Report> reports_;
    std::function<void()> on_report_;
    bool stop_ = false, working_ = false;
    std::thread thread_;
};

/// First free of name.ext, name-2.ext, ...
std::filesystem::path free_file(const std::filesystem::path& wanted);

}  // namespace tempera::app
