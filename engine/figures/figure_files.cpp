// SPDX-License-Identifier: MIT
#include "figures/figure_files.hpp"

#include <algorithm>

#include "core/npy.hpp"

namespace tempera {

const std::vector<std::string>& figure_formats() {
    static const std::vector<std::string> formats{"svg", "pdf", "png", "csv"};
    return formats;
}

std::string figure_bytes(const PlotSpec& plot, const std::string& format, const Palette& palette,
                         FigureSize size, double dpi) {
    return format == "svg"    ? to_svg(plot, palette, size)
           : format == "pdf"  ? to_pdf(plot, palette, size)
           : format == "png"  ? to_png(plot, palette, size, dpi)
           : format == "json" ? to_json(plot).dump(1)
                              : to_csv(plot);
}

void write_figures(const std::vector<PlotSpec>& figures, const std::vector<std::string>& exports,
                   const Palette& palette, const std::filesystem::path& folder,
                   FigureSize (*size)(const PlotSpec&)) {
    const std::vector<std::string>& formats = figure_formats();
    for (const std::string& format : exports) {
        if (std::find(formats.begin(), formats.end(), format) == formats.end()) {
            continue;
        }
        std::filesystem::create_directories(folder / "figures");
        for (const PlotSpec& plot : figures) {
            write_file_atomically(folder / "figures" / (plot.id + "." + format),
                                  figure_bytes(plot, format, palette, size ? size(plot) : FigureSize{}));
        }
    }
}

}  // namespace tempera
