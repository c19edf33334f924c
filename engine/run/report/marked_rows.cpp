// SPDX-License-Identifier: MIT
// Rows of reports with the signs of their marks, on pages and in terminals.
#include <algorithm>

#include "diagnostics/weights.hpp"
#include "figures/canvas.hpp"
#include "run/report/report_page.hpp"

namespace tempera {

/// For terminals: plain signs that every encoding and every script can read.
std::string plain(std::string text) {
    constexpr std::pair<const char*, const char*> signs[] = {
        {"\u2212", "-"}, {"\u2009", " "}, {"\u00b1", "+-"}, {"\u2013", "-"}, {"\u2026", "..."}};
    for (const auto& [sign, instead] : signs) {
        for (std::size_t at = 0; (at = text.find(sign, at)) != std::string::npos;
             at += std::char_traits<char>::length(instead)) {
            text.replace(at, std::char_traits<char>::length(sign), instead);
        }
    }
    return text;
}

std::vector<HealthFinding> report_findings(const RunResult& result) {
    HealthNumbers numbers = health_numbers(result.summary);
    if (!result.summary.contains("replicates")) {
        add_levels(numbers, result.first.record);
        if (!numbers.exchange && !result.first.log_weight.empty()) {
            numbers.pareto_k = pareto_k(result.first.log_weight);
        }
    }
    return stored_findings(numbers, result.summary);
}

std::vector<std::string> doubts(const std::vector<HealthFinding>& findings) {
    std::vector<std::string> out;
    for (const HealthFinding& f : findings) {
        if (f.mark == Mark::warning && f.has_row && f.text.empty()) {
            out.push_back(f.rule->name + ": good " + good_range(*f.rule) + " (" + f.rule->measures + ")");
        }
    }
    return out;
}

ReportRow finding_row(const HealthFinding& finding) {
    return {finding.rule->name, finding.value, finding.note, finding.rule->key, finding.mark};
}

std::string rows_html(const std::vector<ReportRow>& rows) {
    const auto sign = [](Mark mark) {
        return mark == Mark::good      ? "\u2713"
               : mark == Mark::warning ? "\u25b2"
               : mark == Mark::bad     ? "\u2715"
                                       : "";
    };
    std::string out;
    for (const ReportRow& r : rows) {
        out += "<tr><th scope=\"row\">" + escape_markup(r.name) + "</th><td class=\"n\">" +
               escape_markup(r.value) + "</td><td class=\"m " + mark_name(r.mark) + "\"" +
               (r.mark == Mark::none ? "" : std::string(" title=\"") + mark_name(r.mark) + "\"") + ">" +
               sign(r.mark) + "</td><td class=\"b\">" + escape_markup(r.beside) + "</td></tr>\n";
    }
    return out;
}

std::string doubts_html(const std::vector<HealthFinding>& findings) {
    std::string out;
    for (const std::string& doubt : doubts(findings)) {
        out += "<p class=\"doubt\"><span class=\"warning\">\u25b2</span> " + escape_markup(doubt) + "</p>\n";
    }
    return out;
}

std::string warnings_html(const std::vector<RunWarning>& warnings) {
    std::string out;
    for (const RunWarning& w : warnings) {
        out += "<li>" + escape_markup(w.text) + " <span class=\"dim\">" + escape_markup(w.fix) +
               "</span></li>\n";
    }
    return out.empty()
               ? ""
               : "<h2>Warnings</h2>\n<div class=\"card\"><ul class=\"warnings\">\n" + out + "</ul></div>\n";
}

std::string rows_text(std::vector<ReportRow> rows) {
    constexpr std::size_t widest = 34;
    std::size_t name_width = 0, value_width = 0;
    for (ReportRow& r : rows) {
        r.name = plain(r.name), r.value = plain(r.value), r.beside = plain(r.beside);
        name_width = std::max(name_width, r.name.size());
        value_width = std::max(value_width, std::min(widest, r.value.size()));
    }
    std::string out;
    for (const ReportRow& r : rows) {
        out += (r.mark == Mark::bad       ? "! "
                : r.mark == Mark::warning ? "~ "
                                          : "  ") +
               r.name + std::string(name_width - r.name.size() + 3, ' ') + r.value;
        if (!r.beside.empty()) {
            out += std::string(value_width > r.value.size() ? value_width - r.value.size() + 3 : 3, ' ') +
                   r.beside;
        }
        out += "\n";
    }
    return out;
}

std::string doubts_text(const std::vector<HealthFinding>& findings, const std::vector<RunWarning>& warnings) {
    std::string out;
    for (const std::string& doubt : doubts(findings)) {
        out += "~ " + plain(doubt) + "\n";
    }
    for (const RunWarning& w : warnings) {
        out += "  warning: " + w.text + (w.fix.empty() ? "" : " " + w.fix) + "\n";
    }
    return out;
}

}  // namespace tempera
