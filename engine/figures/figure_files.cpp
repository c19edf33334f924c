// SPDX-License-Identifier: MIT
#include "figures/figure_files.hpp"

#include "core/npy.hpp"

namespace tempera {

std::string figure_bytes(const PlotSpec& plot, const std::string& kind, const Palette& palette,
                         FigureSize size, double dpi) {
    return kind == "svg"    ? to_svg(plot, palette, size)
           : kind == "pdf"  ? to_pdf(plot, palette, size)
           : kind == "png"  ? to_png(plot, palette, size, dpi)
           : kind == "json" ? to_json(plot).dump(1)
                            : to_csv(plot);
}

void write_figures(const std::vector<PlotSpec>& figures, const std::vector<std::string>& kinds,
                   const Palette& palette, const std::filesystem::path& folder,
                   FigureSize (*size)(const PlotSpec&)) {
    for (const std::string& kind : kinds) {
        if (kind == "html" || kind == "npz") {
            continue;
        }
        std::filesystem::create_directories(folder / "figures");
        for (const PlotSpec& plot : figures) {
            write_file_atomically(folder / "figures" / (plot.id + "." + kind),
                                  figure_bytes(plot, kind, palette, size ? size(plot) : FigureSize{}));
        }
    }
}

}  // namespace tempera
