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
#include <vector>

#include "figures/plot_spec.hpp"

namespace tempera {
struct RunResult;
}

namespace tempera::app {

class Exporter {
public:
    Exporter();
    ~Exporter();  ///< finishes what was asked for

    /// format: png, svg, pdf, csv, json.
    void figures(std::vector<PlotSpec> plots, const std::string& format, const std::string& theme,
                 const std::filesystem::path& folder, const std::string& prefix);
    /// format: npz, csv.
    void samples(std::shared_ptr<const RunResult> result, const std::string& format,
                 const std::filesystem::path& folder, const std::string& name);
    void run_folder(std::shared_ptr<const RunResult> result, const std::filesystem::path& folder);

    struct Report {
        bool good = true;
        std::string text;
    };
    /// What was written or failed since the last call.
    std::vector<Report> take_reports();
    void set_on_report(std::function<void()> callback);
    void wait();  ///< until nothing is left to write

private:
    void enqueue(std::function<std::string()> job);
    void loop();
    std::mutex mutex_;
    std::condition_variable wake_, idle_;
    std::deque<std::function<std::string()>> jobs_;
    std::vector<Report> reports_;
    std::function<void()> on_report_;
    bool stop_ = false, working_ = false;
    std::thread thread_;
};

/// First free of name.ext, name-2.ext, ...
std::filesystem::path free_file(const std::filesystem::path& wanted);

}  // namespace tempera::app
