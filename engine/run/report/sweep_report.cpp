// SPDX-License-Identifier: MIT
#include "run/report/sweep_report.hpp"

#include "core/npy.hpp"
#include "figures/canvas.hpp"
#include "figures/figure_files.hpp"
#include "run/page/html_page.hpp"
#include "run/preset/preset.hpp"
#include "run/report/sweep_figures.hpp"
#include "run/sweep/sweep_table.hpp"

namespace tempera {

namespace fs = std::filesystem;

namespace {

std::string failures_html(const SweepPlan& plan, const std::vector<Json>& summaries) {
    std::string out;
    for (std::size_t i = 0; i < summaries.size(); ++i) {
        if (!summaries[i].is_object() || summaries[i].value("status", "") != "failed") {
            continue;
        }
        std::string cell;
        for (const std::string& l : plan.cells[i].labels) {
            cell += l + ", ";
        }
        const Json& why = summaries[i].contains("error") ? summaries[i]["error"] : Json("");
        out += "<li>" + escape_markup(cell + "seed " + std::to_string(plan.cells[i].seed)) +
               " <span class=\"dim\">" + escape_markup(why.is_string() ? why.get<std::string>() : "") +
               "</span></li>\n";
    }
    return out.empty() ? out
                       : "<h2>Failed runs</h2>\n<div class=\"card\"><ul class=\"warnings\">\n" + out +
                             "</ul></div>\n";
}

}  // namespace

std::vector<PlotSpec> sweep_result_figures(const SweepPlan& plan, const SweepResult& result) {
    std::vector<PlotSpec> out = sweep_figures(plan, result.summaries);
    for (PlotSpec& plot : sweep_training_figures(plan, result.trainings)) {
        out.push_back(std::move(plot));
    }
    return out;
}

std::string sweep_html(const SweepPlan& plan, const SweepResult& result,
                       const std::vector<PlotSpec>& figures) {
    std::string out = page_begin(plan.name) + "<header>\n<h1>" + escape_markup(plan.name) +
                      "</h1>\n<div class=\"dim\">" + std::to_string(sweep_combinations(plan)) +
                      " combinations, " + std::to_string(plan.n_seeds) +
                      (plan.n_seeds == 1 ? " seed each" : " seeds each") + ", " +
                      std::to_string(plan.cells.size()) + " runs";
    if (!plan.trainings.empty()) {
        out += ", " + std::to_string(plan.trainings.size()) + " trained models";
    }
    out += "</div>\n";
    if (!plan.note.empty()) {
        out += "<p>" + escape_markup(plan.note) + "</p>\n";
    }
    if (!result.complete) {
        out += "<p class=\"verdict\">Not all runs are there: the sweep was interrupted.</p>\n";
    }
    out += "</header>\n";
    std::vector<PlotSpec> tall, usual;
    for (const PlotSpec& plot : figures) {
        (sweep_figure_size(plot).height_mm > 100 ? tall : usual).push_back(plot);
    }
    out += "<h2>Figures</h2>\n";
    if (!tall.empty()) {
        double height = 0;
        for (const PlotSpec& plot : tall) {
            height = std::max(height, sweep_figure_size(plot).height_mm);
        }
        out += page_figures(tall, {128, 0.85 * height});
    }
    if (!usual.empty()) {
        out += page_figures(usual);
    }
    out += "<h2>" + std::string(plan.n_seeds > 1 ? "Means over the seeds, with standard errors" : "Runs") +
           "</h2>\n" + page_table(sweep_rows(plan, result.summaries), plan.columns.size());
    out += failures_html(plan, result.summaries);
    return out +
           "<h2>Files</h2>\n<div class=\"card\">results.csv holds every run, means.csv the table above, "
           "cells/ each run's preset and summary.</div>\n" +
           page_end();
}

void write_sweep_report(const SweepPlan& plan, const SweepResult& result, const fs::path& folder,
                        const std::vector<std::string>& exports) {
    const std::vector<PlotSpec> figures = sweep_result_figures(plan, result);
    write_file_atomically(folder / "results.csv", sweep_csv(plan, result.summaries));
    write_file_atomically(folder / "means.csv", sweep_means_csv(plan, result.summaries));
    write_figures(figures, exports, palette("light"), folder, sweep_figure_size);
    write_file_atomically(folder / "report.html", sweep_html(plan, result, figures));
}

}  // namespace tempera
