// SPDX-License-Identifier: MIT
// A plot as SVG, PDF or PNG bytes: equal plots give equal bytes.
#include <cairo-pdf.h>

#include <cmath>
#include <cstdint>

#include "figures/cairo_canvas.hpp"
#include "figures/plot_spec.hpp"
#include "figures/png.hpp"

namespace tempera {
namespace {

constexpr double points_per_mm = 72 / 25.4;

/// Cleaned copy: callers may hand over what they have.
PlotSpec clean(const PlotSpec& plot) {
    PlotSpec out = plot;
    sanitize(out);
    return out;
}

std::string described(const PlotSpec& plot) {
    return plot.describe() + (plot.provenance.empty() ? "" : " " + plot.provenance);
}

}  // namespace

std::string to_svg(const PlotSpec& plot, const Palette& palette, FigureSize size) {
    const PlotSpec p = clean(plot);
    const double width = size.width_mm * points_per_mm, height = size.height_mm * points_per_mm;
    SvgCanvas canvas(width, height, p.id + (palette.dark ? "-dark" : ""), p.title, described(p));
    draw_plot(canvas, p, palette, width, height);
    return canvas.finish();
}

std::string to_pdf(const PlotSpec& plot, const Palette& palette, FigureSize size) {
    const PlotSpec p = clean(plot);
    const double width = size.width_mm * points_per_mm, height = size.height_mm * points_per_mm;
    std::string bytes;
    const CairoSurface surface(cairo_pdf_surface_create_for_stream(append_bytes, &bytes, width, height));
    check_cairo(cairo_surface_status(surface.get()), "making a PDF");
    cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, p.title.c_str());
    cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_SUBJECT, described(p).c_str());
    cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATOR, "Tempera");
    // A fixed date: otherwise cairo writes the time of day.
    cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
    cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_MOD_DATE, "2000-01-01T00:00:00Z");
    {
        const CairoContext context(cairo_create(surface.get()));
        CairoCanvas canvas(context.get());
        draw_plot(canvas, p, palette, width, height);
        check_cairo(cairo_status(context.get()), "drawing a PDF");
    }
    cairo_surface_finish(surface.get());
    check_cairo(cairo_surface_status(surface.get()), "writing a PDF");
    return bytes;
}

std::string to_png(const PlotSpec& plot, const Palette& palette, FigureSize size, double dpi) {
    const PlotSpec p = clean(plot);
    const double width = size.width_mm * points_per_mm, height = size.height_mm * points_per_mm,
                 scale = dpi / 72;
    const CairoSurface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24,
                                                          static_cast<int>(std::lround(width * scale)),
                                                          static_cast<int>(std::lround(height * scale))));
    check_cairo(cairo_surface_status(surface.get()), "making a picture");
    {
        const CairoContext context(cairo_create(surface.get()));
        cairo_scale(context.get(), scale, scale);
        CairoCanvas canvas(context.get());
        draw_plot(canvas, p, palette, width, height);
        check_cairo(cairo_status(context.get()), "drawing a picture");
    }
    cairo_surface_flush(surface.get());
    return png_bytes(surface.get());
}

}  // namespace tempera
