// SPDX-License-Identifier: MIT
#include "app/workspace/exports.hpp"

#include <utility>

#include "core/npy.hpp"
#include "core/thread.hpp"
#include "figures/figure_files.hpp"
#include "run/folder/run_folder.hpp"
#include "run/record/samples.hpp"

namespace tempera::app {

std::filesystem::path free_file(const std::filesystem::path& wanted) {
    std::filesystem::path path = wanted;
    for (int i = 2; std::filesystem::exists(path); ++i) {
        path = wanted.parent_path() /
               (wanted.stem().string() + "-" + std::to_string(i) + wanted.extension().string());
    }
    return path;
}

Exporter::Exporter() : thread_([this] { loop(); }) {}

Exporter::~Exporter() {
    {
        std::lock_guard lock(mutex_);
        stop_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void Exporter::loop() {
    yield_to_the_window();
    while (true) {
        std::pair<Job, std::filesystem::path> job;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [&] { return stop_ || !jobs_.empty(); });
            if (jobs_.empty()) {  // and nothing more is to come
                return;
            }
            job = std::move(jobs_.front());
            jobs_.pop_front();
            working_ = true;
        }
        Report report;
        try {
            report.text = job.first(job.second);
        } catch (const std::filesystem::filesystem_error& e) {
            report = {false, "cannot write " + e.path1().string() + ": " + e.code().message(), job.first};
        } catch (const std::exception& e) {
            report = {false, e.what(), job.first};
        }
        std::function<void()> call;
        {
            std::lock_guard lock(mutex_);
            reports_.push_back(std::move(report));
            working_ = false;
            call = on_report_;
        }
        idle_.notify_all();
        if (call) {
            call();
        }
    }
}

void Exporter::enqueue(Job job, const std::filesystem::path& folder) {
    {
        std::lock_guard lock(mutex_);
        jobs_.emplace_back(std::move(job), folder);
    }
    wake_.notify_all();
}

void Exporter::refuse(const std::string& why) {
    const std::lock_guard lock(mutex_);
    reports_.push_back({false, why, {}});
}

void Exporter::wait() {
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [&] { return jobs_.empty() && !working_; });
}

std::vector<Exporter::Report> Exporter::take_reports() {
    std::lock_guard lock(mutex_);
    return std::exchange(reports_, {});
}

void Exporter::set_on_report(std::function<void()> callback) {
    std::lock_guard lock(mutex_);
    on_report_ = std::move(callback);
}

void Exporter::figures(std::vector<PlotSpec> plots, const FigureExport& how, const std::string& prefix) {
    std::erase_if(plots, [](const PlotSpec& p) { return p.layers.empty(); });
    if (plots.empty()) {
        refuse("There is nothing to export yet.");
        return;
    }
    enqueue(
        [plots = std::move(plots), how, prefix](const std::filesystem::path& folder) {
            std::filesystem::create_directories(folder);
            std::filesystem::path last;
            for (const PlotSpec& plot : plots) {
                last = free_file(folder / (prefix + "-" + plot.id + "." + how.format));
                write_file_atomically(last,
                                      figure_bytes(plot, how.format, palette(how.theme), how.size, how.dpi));
            }
            return "wrote " + (plots.size() == 1
                                   ? last.string()
                                   : std::to_string(plots.size()) + " figures to " + folder.string());
        },
        how.folder);
}

void Exporter::samples(std::shared_ptr<const RunResult> result, const std::string& format,
                       const std::filesystem::path& folder, const std::string& name) {
    if (!result) {
        refuse("There are no samples yet: let a run finish first.");
        return;
    }
    const auto job = [result = std::move(result), format, name](const std::filesystem::path& into) {
        std::filesystem::create_directories(into);
        const std::filesystem::path path = free_file(into / (name + "-samples." + format));
        if (format == "csv") {
            write_file_atomically(path, samples_table(*result));
        } else {
            write_npz(path, sample_arrays(*result));
        }
        return "wrote " + path.string();
    };
    enqueue(job, folder);
}

void Exporter::run_folder(std::shared_ptr<const RunResult> result, const std::filesystem::path& folder,
                          const std::string& name) {
    if (!result) {
        refuse("There is no result yet: let a run finish first.");
        return;
    }
    enqueue(
        [result = std::move(result), name](const std::filesystem::path& into) {
            return "wrote " + add_run_folder(*result, into / name, {"svg", "html"}).string();
        },
        folder);
}

}  // namespace tempera::app
