// SPDX-License-Identifier: MIT
#include "app/workspace/exports.hpp"

#include <sys/resource.h>

#include <fstream>
#include <utility>

#include "core/npy.hpp"
#include "run/record/result.hpp"

namespace tempera::app {
namespace {

std::string render(const PlotSpec& plot, const FigureExport& how) {
    const Palette& colours = palette(how.theme);
    return how.format == "svg"    ? to_svg(plot, colours, how.size)
           : how.format == "pdf"  ? to_pdf(plot, colours, how.size)
           : how.format == "csv"  ? to_csv(plot)
           : how.format == "json" ? to_json(plot).dump(1)
                                  : to_png(plot, colours, how.size, how.dpi);
}

std::string samples_csv(const RunResult& r) {
    std::string text;
    for (int i = 0; i < r.dim; ++i) {
        text += "x" + std::to_string(i) + ",";
    }
    text += "log_weight,mode,ancestor\n";
    const std::size_t n = r.first.log_weight.size(), d = static_cast<std::size_t>(r.dim);
    char buffer[40];
    for (std::size_t p = 0; p < n; ++p) {
        for (std::size_t i = 0; i < d; ++i) {
            std::snprintf(buffer, sizeof buffer, "%.17g,", r.first.x[p * d + i]);
            text += buffer;
        }
        std::snprintf(buffer, sizeof buffer, "%.17g", r.first.log_weight[p]);
        text += buffer;
        text += "," + std::to_string(p < r.first.mode.size() ? r.first.mode[p] : -1);
        text += "," + std::to_string(p < r.first.ancestor.size() ? r.first.ancestor[p] : -1) + "\n";
    }
    return text;
}

}  // namespace

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
    setpriority(PRIO_PROCESS, 0, 10);
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
                write_file_atomically(last, render(plot, how));
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
            write_file_atomically(path, samples_csv(*result));
        } else {
            const auto n = result->first.log_weight.size();
            const auto d = static_cast<std::size_t>(result->dim);
            write_npz(path,
                      {{"x", NpyArray::of(result->first.x, {n, d})},
                       {"log_weight", NpyArray::of(result->first.log_weight, {n})},
                       {"mode", NpyArray::of(result->first.mode, {result->first.mode.size()})},
                       {"ancestor", NpyArray::of(result->first.ancestor, {result->first.ancestor.size()})}});
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
