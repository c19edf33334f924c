// SPDX-License-Identifier: MIT
#include "run/page/html_page.hpp"

#include <cstdio>

#include "figures/canvas.hpp"

namespace tempera {
namespace {

std::string css_colours(const Palette& p) {
    const auto entry = [](const char* name, unsigned rgb) {
        char buffer[48];
        std::snprintf(buffer, sizeof buffer, "--%s:#%06x;", name, rgb);
        return std::string(buffer);
    };
    return entry("ground", p.ground) + entry("panel", p.panel) + entry("field", p.field) +
           entry("border", p.border) + entry("text", p.text) + entry("dim", p.dim) +
           entry("accent", p.accent) + entry("good", p.good) + entry("warning", p.warning) +
           entry("bad", p.bad);
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
td.m{width:1%;padding-right:12px;font-size:12px}
.good{color:var(--good)}.warning{color:var(--warning)}.bad{color:var(--bad)}
td.b{color:var(--dim);font-size:13.5px}
.wide{overflow-x:auto}
.wide th,.wide td{white-space:nowrap;text-align:right;width:auto;padding:4px 0 4px 22px}
.wide th{color:var(--dim);font-size:13px}
.wide th.s,.wide td.s{text-align:left;padding-left:0;padding-right:22px}
.wide td{font-family:Inconsolata,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
.wide td.s{font-family:inherit}
.doubt{margin:8px 0 0;color:var(--dim);font-size:13.5px}.doubt span{font-size:12px}
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

}  // namespace

std::string page_begin(const std::string& title) {
    return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta "
           "name=\"color-scheme\" content=\"light dark\">\n<title>" +
           escape_markup(title) + " \u2013 Tempera</title>\n<style>\n:root{" + css_colours(palette("light")) +
           "}\n@media (prefers-color-scheme:dark){:root{" + css_colours(palette("dark")) + "}}" + style +
           "</style>\n</head>\n<body>\n<main>\n";
}

std::string page_end() { return "<footer>Made by Tempera.</footer>\n</main>\n</body>\n</html>\n"; }

std::string page_figures(const std::vector<PlotSpec>& figures, FigureSize size) {
    // The usual size makes the type about 12 px in a column of the grid.
    std::string out = "<div class=\"figures\">\n";
    for (const PlotSpec& figure : figures) {
        out += "<figure>\n<div class=\"on-light\">" + to_svg(figure, palette("light"), size) +
               "</div>\n<div class=\"on-dark\">" + to_svg(figure, palette("dark"), size) +
               "</div>\n</figure>\n";
    }
    return out + "</div>\n";
}

std::string page_table(const std::vector<std::vector<std::string>>& rows, std::size_t n_names) {
    std::string out = "<div class=\"card wide\"><table>\n";
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const std::string tag = r == 0 ? "th" : "td";
        out += "<tr>";
        for (std::size_t c = 0; c < rows[r].size(); ++c) {
            out += "<" + tag + (c < n_names ? " class=\"s\">" : ">") + escape_markup(rows[r][c]) + "</" +
                   tag + ">";
        }
        out += "</tr>\n";
    }
    return out + "</table></div>\n";
}

}  // namespace tempera
