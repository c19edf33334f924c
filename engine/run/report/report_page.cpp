// SPDX-License-Identifier: MIT
// The HTML report of a run.
#include "run/report/report_page.hpp"

#include <cmath>
#include <cstdio>
#include <map>

#include "figures/canvas.hpp"
#include "run/figures/run_figures.hpp"
#include "run/page/html_page.hpp"
#include "run/record/summary.hpp"
#include "run/record/summary_keys.hpp"
#include "run/report/report.hpp"

namespace tempera {
namespace {

/// Text of a key; `otherwise` when it is absent or null.
std::string text_at(const Json& j, const char* key, const char* otherwise) {
    const auto it = j.find(key);
    return it != j.end() && it->is_string() ? it->get<std::string>() : otherwise;
}

struct Definition {
    const char *name, *text;
};

/// Words of the figures; those of the summary are in the table of its keys.
constexpr Definition words_of_figures[] = {
    {"conditional ESS / N", "(sum of W u)\u00b2 / sum of W u\u00b2 with the weights W before a step (sum 1) "
                            "and the incremental weights u of that step."},
    {"total variation", "Half the sum of absolute differences between two sets of mode weights."},
    {"Pareto k",
     "Tail index of a generalised Pareto law fitted to the largest weights. Below 0.5 good, below 0.7 "
     "usable, above 0.7 the estimates are not reliable, above 1 the mean weight may not exist."},
    {"Lorenz curve, Gini", "Share of the weight that the lightest particles hold together; Gini is twice the "
                           "area between the curve and the diagonal: 0 for equal weights."},
};

std::string definition_list() {
    std::string out = "<dl>\n";
    const auto add = [&](const char* name, const char* text) {
        out += "<dt>" + escape_markup(name) + "</dt><dd>" + escape_markup(text) + "</dd>\n";
    };
    for (const SummaryKey& key : summary_keys()) {
        if (*key.title) {
            add(key.title, key.help);
        }
    }
    for (const Definition& word : words_of_figures) {
        add(word.name, word.text);
    }
    return out + "</dl>";
}

double number_in(const Json& list, std::size_t i) {
    return list.is_array() && i < list.size() && list[i].is_number() ? list[i].get<double>() : std::nan("");
}

std::string cell(double value, const char* format) {
    char text[40];
    std::snprintf(text, sizeof text, format, value);
    return std::isfinite(value) ? text : "\u2013";
}

/// Mode weights that the learned densities imply and samples that would teach them, level by level.
std::string learned_section(const RunResult& result) {
    const Json path = result.summary.value("learned_path", Json());
    if (!path.is_object()) {
        return "";
    }
    const Json n_dsm = path.value("n_dsm", Json()), n_clf = path.value("n_clf", Json()),
               bar_errors = path.value("bar_standard_errors", Json());
    std::map<std::size_t, std::vector<double>> learned;
    for (const ModeRow& row : result.first.modes) {
        learned[static_cast<std::size_t>(row.level)] = row.learned;
    }
    std::vector<std::vector<std::string>> rows{{"level", "\u03c1", "learned mode weights"}};
    if (n_dsm.is_array()) {
        rows[0].insert(rows[0].end(), {"n DSM", "n DiffCLF"});
    }
    for (std::size_t k = 0; k < result.positions.size(); ++k) {
        std::string weights;
        const std::vector<double>& w = learned[k];
        for (std::size_t m = 0; m < w.size() && m < 6; ++m) {
            weights += (m ? "  " : "") + cell(w[m], "%.3f");
            if (bar_errors.is_array() && k < bar_errors.size()) {
                weights += " \u00b1 " + cell(number_in(bar_errors[k], m), "%.2g");
            }
        }
        weights += w.size() > 6 ? "  \u2026" : "";
        rows.push_back(
            {std::to_string(k), cell(result.positions[k].rho, "%.4g"), weights.empty() ? "\u2013" : weights});
        if (n_dsm.is_array()) {
            rows.back().insert(rows.back().end(),
                               {cell(number_in(n_dsm, k), "%.3g"), cell(number_in(n_clf, k), "%.3g")});
        }
    }
    return "<h2>Learned densities</h2>\n<details><summary>Level by level" +
           std::string(bar_errors.is_array() ? ", by Bennett\u2019s ratio between neighbours" : "") +
           "</summary>\n" + page_table(rows, 1) + "</details>\n";
}

}  // namespace

std::string html_report(const RunResult& result) { return html_report(result, result_figures(result)); }

std::string html_report(const RunResult& result, const std::vector<PlotSpec>& figures) {
    const Json& s = result.summary;
    const std::vector<HealthFinding> findings = report_findings(result);
    const std::string name = text_at(s, "name", "run");
    std::string out = page_begin(name);
    out += "<header>\n<h1>" + escape_markup(name) + "</h1>\n<div class=\"dim\">" +
           escape_markup(report_subtitle(result)) + "</div>\n";
    if (const auto note = result.preset.find("note");
        note != result.preset.end() && note->is_string() && !note->get<std::string>().empty()) {
        out += "<p>" + escape_markup(note->get<std::string>()) + "</p>\n";
    }
    out += "<p class=\"verdict\">" + escape_markup(report_verdict(result, findings)) + "</p>\n</header>\n";

    out += "<h2>Summary</h2>\n<div class=\"card\"><table>\n";
    out += rows_html(report_rows(result, findings)) + "</table>" + doubts_html(findings) + "</div>\n";

    out += learned_section(result);
    out += warnings_html(stored_warnings(s));
    if (!figures.empty()) {
        out += "<h2>Figures</h2>\n" + page_figures(figures);
    }
    out += "<h2>Reproduce</h2>\n<div class=\"card\"><pre>tempera run preset.json --out " +
           escape_markup(name) +
           "-again</pre>\n<p class=\"dim\">preset.json is the file beside this report, or the text below. "
           "Build " +
           escape_markup(text_at(s, "build", "unknown")) + ", instruction set " +
           escape_markup(text_at(s, "isa", "unknown")) +
           ": the same bits come out for any number of threads.</p>\n<details><summary>The "
           "preset</summary><pre>" +
           escape_markup(result.preset.dump(2)) + "</pre></details></div>\n";
    out += "<h2>Definitions</h2>\n<div class=\"card\"><details><summary>What the numbers mean</summary>" +
           definition_list();
    return out + "</details></div>\n" + page_end();
}

}  // namespace tempera
