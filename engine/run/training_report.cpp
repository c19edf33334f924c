// SPDX-License-Identifier: MIT
// The HTML report of a training.
#include <cstdio>

#include "figures/canvas.hpp"
#include "run/html_page.hpp"
#include "run/preset.hpp"
#include "run/training_figures.hpp"

namespace tempera {

namespace {

std::string shown(const Json& value) {
    if (value.is_number_float()) {
        char text[40];
        std::snprintf(text, sizeof text, "%.4g", value.get<double>());
        return text;
    }
    return value.is_null() ? "-" : value.is_string() ? value.get<std::string>() : value.dump();
}

std::vector<std::vector<std::string>> level_rows(const Json& report) {
    std::vector<std::vector<std::string>> rows{
        {"\u03c3", "loss", "relative score error", "learned mode weights"}};
    for (const Json& level : report.value("levels", Json::array())) {
        const Json error = level.value("score_error", Json()), energy = level.value("score_energy", Json());
        const bool known = error.is_number() && energy.is_number() && energy.get<double>() > 0;
        std::string weights;
        const Json masses = level.value("learned_mode_weights", Json());
        for (std::size_t m = 0; masses.is_array() && m < masses.size() && m < 6; ++m) {
            weights += (m ? "  " : "") + shown(masses[m]);
        }
        weights += masses.is_array() && masses.size() > 6 ? "  \u2026" : "";
        rows.push_back({shown(level["sigma"]), shown(level.value("loss", Json())),
                        known ? shown(error.get<double>() / energy.get<double>()) : "-",
                        weights.empty() ? "-" : weights});
    }
    return rows;
}

}  // namespace

std::string training_html(const TrainingRecord& record) {
    const Json& r = record.curves.report;
    std::string out = page_begin(record.curves.name) + "<header>\n<h1>" + escape_markup(record.curves.name) +
                      "</h1>\n<div class=\"dim\">" +
                      escape_markup("Training: " + shown(r.value("status", Json())) + ", " +
                                    shown(r.value("steps", Json())) + " steps in " +
                                    shown(r.value("seconds", Json())) + " s") +
                      "</div>\n";
    const Json note = record.curves.preset.value("note", Json(""));
    if (note.is_string() && !note.get<std::string>().empty()) {
        out += "<p>" + escape_markup(note.get<std::string>()) + "</p>\n";
    }
    const Json error = r.value("error", Json());
    if (error.is_string()) {
        out += "<p class=\"verdict\">" + escape_markup(error.get<std::string>()) + "</p>\n";
    }
    out += "</header>\n<h2>Figures</h2>\n" + page_figures(training_figures(record));
    out += "<h2>Noise levels</h2>\n" + page_table(level_rows(r), 1);
    return out + "<h2>Reproduce</h2>\n<div class=\"card\"><pre>tempera train preset.json --out " +
           escape_markup(record.curves.name) + "-again</pre>\n<details><summary>The preset</summary><pre>" +
           escape_markup(record.curves.preset.dump(2)) + "</pre></details></div>\n" + page_end();
}

}  // namespace tempera
