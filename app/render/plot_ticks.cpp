// SPDX-License-Identifier: MIT
#include "app/render/plot_ticks.hpp"

#include <implot.h>
#include <implot_internal.h>

#include <algorithm>
#include <cmath>

namespace tempera::app {
namespace {

/// Pixels at scale 1 that a label needs along its axis.
constexpr float label_height = 19, label_width = 46;

double round_step(double least) {
    const double power = std::pow(10.0, std::floor(std::log10(least)));
    for (const double lead : {1.0, 2.0, 5.0}) {
        if (lead * power >= least * 0.999) {
            return lead * power;
        }
    }
    return 10 * power;
}

void locate(ImPlotTicker& ticker, const ImPlotRange& range, float pixels, bool vertical,
            ImPlotFormatter formatter, void* data) {
    const double size = std::abs(range.Size());
    const float room = (vertical ? label_height : label_width) * ImGui::GetStyle().FontScaleMain;
    if (!(size > 0) || !std::isfinite(size) || pixels < 1) {
        return;
    }
    const double step = round_step(size * std::min(1.0, static_cast<double>(room / pixels)));
    const double low = std::min(range.Min, range.Max) - 1e-9 * size,
                 high = std::max(range.Min, range.Max) + 1e-9 * size;
    for (double k = std::ceil(low / step); k * step <= high; ++k) {
        ticker.AddTick(k == 0 ? 0.0 : k * step, true, 0, true, formatter, data);
    }
}

}  // namespace

void space_ticks(bool x, bool y) {
    ImPlotPlot& plot = *ImPlot::GetCurrentPlot();
    if (x) {
        plot.Axes[ImAxis_X1].Locator = locate;
    }
    if (y) {
        plot.Axes[ImAxis_Y1].Locator = locate;
    }
}

}  // namespace tempera::app
