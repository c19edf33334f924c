// SPDX-License-Identifier: MIT
// Any series that the run or the training tells by name, one at a time.
#include <algorithm>

#include "app/kit/text.hpp"
#include "app/render/plot_implot.hpp"
#include "app/views/level_plot.hpp"
#include "run/figures/run_figures.hpp"

namespace tempera::app {
namespace {

struct Choice {
    std::string label;  ///< what the view remembers
    std::string title;
    const Series* series;
    const WorkView* from;
};

std::vector<Choice> choices(Workbench& b) {
    std::vector<Choice> out;
    const auto add = [&](const WorkView& from, const std::string& before) {
        for (const Series& series : from.record->series) {
            out.push_back({before + series.name, before + series_title(series.name), &series, &from});
        }
    };
    add(b.workspace.snapshot(), "");
    add(b.learning.training(), "training: ");
    return out;
}

/// The one that was chosen; else the first that a diagnostic tells; else the first.
const Choice* chosen(Workbench& b, const std::vector<Choice>& all) {
    const auto find = [&](const std::string& label) {
        const auto at =
            std::find_if(all.begin(), all.end(), [&](const Choice& c) { return c.label == label; });
        return at == all.end() ? nullptr : &*at;
    };
    if (const Choice* remembered = find(b.view.series)) {
        return remembered;
    }
    const auto further = further_series(*b.workspace.snapshot().record);
    const Choice* told = further.empty() ? nullptr : find(further.front()->name);
    return told ? told : all.empty() ? nullptr : &all.front();
}

PlotSpec plot(Workbench& b, const Choice* choice) {
    if (!choice) {
        PlotSpec none;
        none.id = none.title = "Series";
        none.empty =
            "Whatever a run or a training tells level by level, scan by scan or step by step appears "
            "here. run.record.diagnostics adds more.";
        return none;
    }
    return series_figure(*choice->series, choice->from->preset.get(), b.workspace.n_levels());
}

void draw(Workbench& b) {
    const std::vector<Choice> all = choices(b);
    const Choice* choice = chosen(b, all);
    const PlotSpec spec = plot(b, choice);
    panel_header(b, *find_view("series"), "Series", spec.state, &spec);
    if (!choice) {
        empty_text(b, spec.empty);
        return;
    }
    ImGui::SetNextItemWidth(std::min(remaining().width, b.theme.px(220)));
    if (ImGui::BeginCombo("###which", shown(choice->title).c_str(), ImGuiComboFlags_HeightLarge)) {
        for (const Choice& c : all) {
            if (ImGui::Selectable((shown(c.title) + "###" + c.label).c_str(), &c == choice)) {
                b.view.series = c.label;
            }
        }
        ImGui::EndCombo();
    }
    const bool levels = choice->series->axis == "level";
    PlotOptions options;
    options.linked_levels = levels;
    options.x_name = choice->series->axis.c_str();
    options.fit = levels && b.view.fit;
    if (levels && !b.workspace.snapshot().exchange) {
        options.cursor_x = b.workspace.level();
    }
    const Area area = remaining();
    const PlotInput input = draw_plot(spec, b.theme, b.textures, {area.width, area.height}, options);
    if (levels && input.chosen_x) {
        b.workspace.look_at(static_cast<int>(std::lround(*input.chosen_x)));
    }
}

std::vector<PlotSpec> plots(Workbench& b) {
    std::vector<PlotSpec> out;
    for (const Choice& c : choices(b)) {
        out.push_back(plot(b, &c));
    }
    return out;
}

}  // namespace

View series_view() { return {"series", "Series", draw, plots}; }

}  // namespace tempera::app
