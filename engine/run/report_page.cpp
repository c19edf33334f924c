// SPDX-License-Identifier: MIT
// The HTML report: one page without loads from elsewhere; figures inline, once for light and once for dark.
#include "run/report_page.hpp"

#include <cstdio>

#include "figures/canvas.hpp"

namespace tempera {
namespace {

/// Text of a key; `otherwise` when it is absent or null.
std::string text_at(const Json& j, const char* key, const char* otherwise) {
    const auto it = j.find(key);
    return it != j.end() && it->is_string() ? it->get<std::string>() : otherwise;
}

std::string css_colours(const Palette& p) {
    const auto entry = [](const char* name, unsigned rgb) {
        char buffer[48];
        std::snprintf(buffer, sizeof buffer, "--%s:#%06x;", name, rgb);
        return std::string(buffer);
    };
    return entry("ground", p.ground) + entry("panel", p.panel) + entry("field", p.field) +
           entry("border", p.border) + entry("text", p.text) + entry("dim", p.dim) +
           entry("accent", p.accent) + entry("warning", p.warning);
}

constexpr const char* style = R"css(
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:15px/1.5 Roboto,"Helvetica Neue",Helvetica,Arial,sans-serif;-webkit-text-size-adjust:100%}
main{max-width:1240px;margin:0 auto;padding:32px 20px 48px}
h1{font-size:26px;line-height:1.2;margin:0 0 4px}
h2{font-size:12.5px;letter-spacing:.06em;text-transform:uppercase;color:var(--dim);margin:32px 0 10px;font-weight:600}
.dim,dd,footer{color:var(--dim)}
.verdict{font-size:18px;line-height:1.45;max-width:60em;margin:18px 0 0}
.card{background:var(--panel);border-radius:6px;padding:14px 18px}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:5px 16px 5px 0;vertical-align:baseline;border-bottom:1px solid var(--border)}
tr:last-child>*{border-bottom:0}
th{font-weight:400;white-space:nowrap;width:1%;padding-right:28px}
td.n,pre,code{font-family:Inconsolata,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
td.n{white-space:pre-wrap;width:1%;min-width:12em;padding-right:28px}
td.b{color:var(--dim);font-size:13.5px}
.warnings{list-style:none;margin:0;padding:0}
.warnings li{padding:5px 0 5px 26px;position:relative}
.warnings li:before{content:"\25B2";position:absolute;left:2px;color:var(--warning);font-size:13px;line-height:22px}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,460px),1fr));gap:8px}
.figures figure{margin:0;background:var(--panel);border-radius:6px;padding:4px;overflow:hidden}
.figures svg{display:block;width:100%;height:auto}
.on-dark{display:none}
pre{margin:0;overflow:auto;font-size:13px;line-height:1.5}
details>summary{cursor:pointer;color:var(--accent)}
details[open]>summary{margin-bottom:10px}
dl{margin:0}dt{margin-top:8px}dd{margin:0}
footer{margin-top:32px;font-size:13px}
@media (prefers-color-scheme:dark){.on-dark{display:block}.on-light{display:none}}
@media print{body{background:#fff}main{padding:0}.figures figure,.card{break-inside:avoid}}
@media (max-width:640px){td.n{min-width:0}th{white-space:normal}}
)css";

struct Definition {
    const char *name, *text;
};

constexpr Definition definitions[] = {
    {"ESS / N", "Kish's effective sample size over the number of particles: (sum of w)\u00b2 / (N \u00b7 sum "
                "of w\u00b2). 1 for equal weights, 1 / N when one particle carries all weight."},
    {"Conditional ESS / N", "(sum of W u)\u00b2 / sum of W u\u00b2 with the weights W before a step (sum 1) "
                            "and the incremental weights u of that step."},
    {"log Z", "Logarithm of the mean weight: the normalising constant of the target relative to the "
              "normalised reference. The error is one standard error from this run alone."},
    {"Mode weights", "Sampled: mean of the responsibilities of each mode; weighted: their mean under the "
                     "weights. Exact mixtures assign softly, other targets by their basins."},
    {"Total variation", "Half the sum of absolute differences between two sets of mode weights."},
    {"Sliced W2", "Root mean square, over 128 fixed directions, of the one-dimensional Wasserstein-2 "
                  "distance between the weighted particles and the exact projected mixture."},
    {"Pareto k",
     "Tail index of a generalised Pareto law fitted to the largest weights. Below 0.5 good, below 0.7 "
     "usable, above 0.7 the estimates are not reliable, above 1 the mean weight may not exist."},
    {"Lorenz curve, Gini", "Share of the weight that the lightest particles hold together; Gini is twice the "
                           "area between the curve and the diagonal: 0 for equal weights."},
    {"Distinct ancestors", "Share of the starting particles from which some final particle descends."},
    {"Communication barrier", "Sum of the mean swap rejections over all pairs of neighbouring levels. About "
                              "2 \u039b + 1 levels are enough for good mixing."},
    {"Round trips per scan", "How often, per ensemble and scan, a replica goes from the reference to the "
                             "target and back; predicted as 1 / (2 + 2 sum of r / (1 \u2212 r))."},
};

std::string figures_html(const std::vector<PlotSpec>& figures) {
    std::string out;
    // Sized so that the type is about 12 px in a column of the grid.
    constexpr FigureSize size{116, 74};
    for (const PlotSpec& figure : figures) {
        out += "<figure>\n<div class=\"on-light\">" + to_svg(figure, palette("light"), size) +
               "</div>\n<div class=\"on-dark\">" + to_svg(figure, palette("dark"), size) +
               "</div>\n</figure>\n";
    }
    return out;
}

}  // namespace

std::string html_report(const RunResult& result) {
    const Json& s = result.summary;
    const std::string name = text_at(s, "name", "run");
    std::string out = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta "
                      "name=\"color-scheme\" content=\"light dark\">\n<title>" +
                      escape_markup(name) + " \u2013 Tempera</title>\n<style>\n:root{" +
                      css_colours(palette("light")) + "}\n@media (prefers-color-scheme:dark){:root{" +
                      css_colours(palette("dark")) + "}}" + style + "</style>\n</head>\n<body>\n<main>\n";
    out += "<header>\n<h1>" + escape_markup(name) + "</h1>\n<div class=\"dim\">" +
           escape_markup(report_subtitle(result)) + "</div>\n";
    if (const auto note = result.preset.find("note");
        note != result.preset.end() && note->is_string() && !note->get<std::string>().empty()) {
        out += "<p>" + escape_markup(note->get<std::string>()) + "</p>\n";
    }
    out += "<p class=\"verdict\">" + escape_markup(report_verdict(result)) + "</p>\n</header>\n";

    out += "<h2>Summary</h2>\n<div class=\"card\"><table>\n";
    for (const ReportRow& r : report_rows(result)) {
        out += "<tr><th scope=\"row\">" + escape_markup(r.name) + "</th><td class=\"n\">" +
               escape_markup(r.value) + "</td><td class=\"b\">" + escape_markup(r.beside) + "</td></tr>\n";
    }
    out += "</table></div>\n";

    if (const auto warnings = s.find("warnings");
        warnings != s.end() && warnings->is_array() && !warnings->empty()) {
        out += "<h2>Warnings</h2>\n<div class=\"card\"><ul class=\"warnings\">\n";
        for (const Json& w : *warnings) {
            out += "<li>" + escape_markup(text_at(w, "text", "")) + " <span class=\"dim\">" +
                   escape_markup(text_at(w, "fix", "")) + "</span></li>\n";
        }
        out += "</ul></div>\n";
    }
    const std::vector<PlotSpec> figures = result.figures.empty() ? result_figures(result) : result.figures;
    if (!figures.empty()) {
        out += "<h2>Figures</h2>\n<div class=\"figures\">\n" + figures_html(figures) + "</div>\n";
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
    out +=
        "<h2>Definitions</h2>\n<div class=\"card\"><details><summary>What the numbers mean</summary><dl>\n";
    for (const Definition& d : definitions) {
        out += std::string("<dt>") + d.name + "</dt><dd>" + d.text + "</dd>\n";
    }
    return out + "</dl></details></div>\n<footer>Made by Tempera.</footer>\n</main>\n</body>\n</html>\n";
}

}  // namespace tempera
