// SPDX-License-Identifier: MIT
#include "app/render/plot_ticks.hpp"

#include <implot.h>
#include <implot_internal.h>

#include <algorithm>
#include <cmath>

#include "figures/ticks.hpp"

namespace tempera::app {
namespace {

/// Pixels at scale 1 that a label needs along its axis.
constexpr float label_height = 19, label_width = 46, label_gap = 16;

double round_step(double least) {
    const double power = std::pow(10.0, std::floor(std::log10(least)));
    for (const double lead : {1.0, 2.0, 5.0}) {
        if (lead * power >= least * 0.999) {
            return lead * power;
        }
    }
    return 10 * power;
}

void locate(ImPlotTicker& ticker, const ImPlotRange& range, float pixels, bool vertical, ImPlotFormatter,
            void*) {
    const double low = std::min(range.Min, range.Max), high = std::max(range.Min, range.Max),
                 size = high - low;
    if (!(size > 0) || !std::isfinite(size) || pixels < 1) {
        return;
    }
    const float scale = ImGui::GetStyle().FontScaleMain;
    float room = (vertical ? label_height : label_width) * scale;
    const auto ticks = [&] {
        const double step = round_step(size * std::min(1.0, static_cast<double>(room / pixels)));
        return ticks_of_step(low - 1e-9 * size, high + 1e-9 * size, step);
    };
    auto list = ticks();
    float widest = 0;
    for (const auto& [value, text] : list) {
        widest = std::max(widest, ImGui::CalcTextSize(text.c_str()).x + label_gap * scale);
    }
    if (!vertical && widest > room) {  // long numbers stand further apart
        room = widest;
        list = ticks();
    }
    for (const auto& [value, text] : list) {
        ticker.AddTick(value, true, 0, true, text.c_str());
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
