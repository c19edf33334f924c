// SPDX-License-Identifier: MIT
// The HTML report of a training.
#include "run/report/training_report.hpp"

#include "figures/canvas.hpp"
#include "run/figures/training_figures.hpp"
#include "run/page/html_page.hpp"
#include "run/preset/preset.hpp"
#include "run/record/summary.hpp"
#include "run/report/report_page.hpp"
#include "run/training/training_folder.hpp"
#include "run/training/training_health.hpp"

namespace tempera {

namespace {

std::vector<std::vector<std::string>> level_rows(const Json& report) {
    std::vector<std::vector<std::string>> rows{
        {"\u03c3", "loss", "relative score error", "learned mode weights"}};
    for (const Json& level : report.value("levels", Json::array())) {
        const double error = relative_score_error(noise_level_of(level));
        std::string weights;
        const Json masses = level.value("learned_mode_weights", Json());
        for (std::size_t m = 0; masses.is_array() && m < masses.size() && m < 6; ++m) {
            weights += (m ? "  " : "") + value_text(masses[m]);
        }
        weights += masses.is_array() && masses.size() > 6 ? "  \u2026" : "";
        rows.push_back({value_text(level["sigma"]), value_text(level.value("loss", Json())),
                        value_text(number_or_null(error)), weights.empty() ? "-" : weights});
    }
    return rows;
}

std::vector<ReportRow> health_rows(const std::vector<HealthFinding>& findings) {
    std::vector<ReportRow> rows;
    for (const HealthFinding& f : findings) {
        if (f.has_row) {
            rows.push_back(finding_row(f));
        }
    }
    return rows;
}

std::string health_section(const std::vector<HealthFinding>& findings) {
    const std::vector<ReportRow> rows = health_rows(findings);
    return rows.empty() ? ""
                        : "<h2>Health</h2>\n<div class=\"card\"><table>\n" + rows_html(rows) + "</table>" +
                              doubts_html(findings) + "</div>\n";
}

}  // namespace

std::string training_table(const TrainingResult& stored) {
    const std::vector<HealthFinding> findings = health_findings(training_health(snapshot_of(stored)));
    return rows_text(health_rows(findings)) + doubts_text(findings, warnings_of(findings));
}

std::string training_html(const TrainingResult& stored) {
    const Json& r = stored.report;
    const Json given = get_value(stored.preset, "name");
    const std::string name = given.is_string() ? given.get<std::string>() : "model";
    std::string out = page_begin(name) + "<header>\n<h1>" + escape_markup(name) +
                      "</h1>\n<div class=\"dim\">" +
                      escape_markup("Training: " + value_text(r.value("status", Json())) + ", " +
                                    value_text(r.value("steps", Json())) + " steps in " +
                                    value_text(r.value("seconds", Json())) + " s") +
                      "</div>\n";
    const Json note = stored.preset.value("note", Json(""));
    if (note.is_string() && !note.get<std::string>().empty()) {
        out += "<p>" + escape_markup(note.get<std::string>()) + "</p>\n";
    }
    const Json error = r.value("error", Json());
    if (error.is_string()) {
        out += "<p class=\"verdict\">" + escape_markup(error.get<std::string>()) + "</p>\n";
    }
    const TrainingSnapshot training = snapshot_of(stored);
    const std::vector<HealthFinding> findings = health_findings(training_health(training));
    out += "</header>\n" + health_section(findings) + warnings_html(warnings_of(findings)) +
           "<h2>Figures</h2>\n" + page_figures(training_figures(training));
    out += "<h2>Noise levels</h2>\n" + page_table(level_rows(r), 1);
    return out + "<h2>Reproduce</h2>\n<div class=\"card\"><pre>tempera train preset.json --out " +
           escape_markup(name) + "-again</pre>\n<details><summary>The preset</summary><pre>" +
           escape_markup(stored.preset.dump(2)) + "</pre></details></div>\n" + page_end();
}

}  // namespace tempera
