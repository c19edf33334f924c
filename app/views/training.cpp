// SPDX-License-Identifier: MIT
// The network while it learns: how far it is, its losses, and what its log density says of the modes.
#include <algorithm>
#include <cmath>

#include "app/render/plot_implot.hpp"
#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"
#include "core/number_text.hpp"
#include "run/figures/training_figures.hpp"

namespace tempera::app {
namespace {

constexpr const char* demo_preset = "learned_two_lakes_dsm";

LossLook loss_look(const Workbench& bench) {
    return {std::clamp(bench.view.loss_smoothing, 0.0, 0.99), bench.view.learning_rate};
}

std::string state_text(const Workbench& bench) {
    const TrainingSnapshot& s = bench.learning.training();
    if (s.state == RunState::idle) {
        return {};
    }
    std::string text = to_string(s.state);
    if (s.n_steps > 0) {
        text += ", step " + grouped(s.step) + " of " + grouped(s.n_steps);
    }
    return text;
}

/// "103 steps/s, 11 s to go", or what is over.
std::string pace_text(const Workbench& bench) {
    const TrainingSnapshot& s = bench.learning.training();
    if (s.state == RunState::preparing) {
        return "preparing the data ...";
    }
    if (bench.masked || s.step == 0) {
        return {};
    }
    if (bench.learning.active()) {
        return s.steps_per_second > 0 ? fixed(s.steps_per_second, s.steps_per_second < 20 ? 1 : 0) +
                                            " steps/s   " + eta_text(s.eta_seconds)
                                      : std::string("measuring the pace ...");
    }
    return "in " + fixed(s.seconds, 1) + " s";
}

void buttons(Workbench& bench) {
    const Theme& theme = bench.theme;
    Learning& learning = bench.learning;
    const RunState s = learning.training().state;
    const bool running = s == RunState::running || s == RunState::preparing;
    const std::string obstacle = learning.obstacle();
    const bool can = obstacle.empty() || learning.active();
    const char* label = running ? "Pause" : s == RunState::paused ? "Resume" : "Train";
    ImGui::PushStyleVar(ImGuiStyleVar_ButtonTextAlign, {0.5f, 0.5f});
    if (glyph_button(bench, running ? icon::pause : icon::play, label, "###train", true, can,
                     can ? "Train this preset's network, pause, go on (Ctrl+T)" : obstacle.c_str(),
                     theme.px(92))) {
        bench.commands.run("train.toggle", bench);
    }
    ImGui::SameLine();
    if (glyph_button(bench, icon::step, "Step", "###step", false, can,
                     "One step of the optimiser, then paused")) {
        bench.commands.run("train.step", bench);
    }
    ImGui::SameLine();
    if (glyph_button(bench, icon::stop, "Stop", "###stop", false, learning.active(),
                     "Stop and keep what was reached, in a folder of its own")) {
        bench.commands.run("train.stop", bench);
    }
    if (learning.usable()) {
        ImGui::SameLine();
        if (glyph_button(bench, "", "Use", "###use", false, true,
                         "Make this training the preset's model (model.file); can be undone")) {
            bench.commands.run("train.use", bench);
        }
    }
    ImGui::PopStyleVar();
}

void progress(Workbench& bench) {
    const Theme& theme = bench.theme;
    const TrainingSnapshot& s = bench.learning.training();
    const std::string pace = pace_text(bench);
    const Face mono(theme.mono, Theme::number_size);
    const float all = ImGui::GetContentRegionAvail().x, text = ImGui::CalcTextSize(pace.c_str()).x;
    const float width = std::max(theme.px(40), all - text - (text > 0 ? theme.px(12) : 0)), h = theme.px(3);
    const float line = ImGui::GetTextLineHeight();
    ImGui::SetCursorPosY(ImGui::GetCursorPosY() + line / 2 - h);
    const ImVec2 at = ImGui::GetCursorScreenPos();
    ImDrawList* list = ImGui::GetWindowDrawList();
    list->AddRectFilled(at, {at.x + width, at.y + 2 * h}, Theme::packed(theme.colours().field), h);
    const double done = s.n_steps > 0 ? static_cast<double>(s.step) / static_cast<double>(s.n_steps) : 0;
    if (done > 0.004) {
        const unsigned ink = s.state == RunState::failed ? theme.colours().bad : theme.colours().accent;
        list->AddRectFilled(at, {at.x + width * static_cast<float>(done), at.y + 2 * h}, Theme::packed(ink),
                            h);
    }
    ImGui::GetWindowDrawList()->AddText({at.x + all - text, at.y + h - line / 2},
                                        Theme::packed(theme.colours().text), pace.c_str());
    ImGui::Dummy({width, line / 2 + h});
}

/// Buttons at the right end of a row; `width` is what draw() takes.
struct Tools {
    float width = 0;
    void (*draw)(Workbench&) = nullptr;
};

/// How far the running means of the losses look back.
Tools loss_tools(const Workbench& bench) {
    return {bench.theme.px(78), [](Workbench& b) {
                const Theme& theme = b.theme;
                ImGui::PushStyleVar(ImGuiStyleVar_FramePadding, {theme.px(4), 0});
                ImGui::PushStyleVar(ImGuiStyleVar_GrabMinSize, theme.px(4));
                ImGui::SetNextItemWidth(theme.px(78));
                const double low = 0, high = 0.99;
                ImGui::SliderScalar("###smoothing", ImGuiDataType_Double, &b.view.loss_smoothing, &low, &high,
                                    "EMA %.2f", ImGuiSliderFlags_AlwaysClamp);
                ImGui::PopStyleVar(2);
                ImGui::SetItemTooltip("Weight of the past in the running means (0: none). Thin lines are the "
                                      "batches themselves; Ctrl+click to type");
            }};
}

/// Noise levels as lines or as a map.
Tools level_tools(const Workbench& bench) {
    return {bench.theme.px(44), [](Workbench& b) {
                bool& map = b.view.training_map;
                if (choice(b, map ? "lines###as_lines" : "map###as_map", true,
                           map ? "Lines over the noise levels, now and earlier"
                               : "A map over steps and noise levels")) {
                    map = !map;
                }
            }};
}

/// In the row of what was drawn last, at its right end, where there is room; else false.
bool at_right_end(Workbench& bench, const Tools& tools) {
    const float x = ImGui::GetItemRectMax().x - ImGui::GetWindowPos().x, height = ImGui::GetItemRectSize().y,
                right = ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x;
    if (right - x < tools.width + bench.theme.px(8)) {
        return false;
    }
    const Face small(bench.theme.body, Theme::small_size);
    const ImVec2 below = ImGui::GetCursorPos();
    const float top = below.y - ImGui::GetStyle().ItemSpacing.y - height;
    ImGui::SetCursorPos({right - tools.width, top + (height - ImGui::GetTextLineHeight()) / 2});
    tools.draw(bench);
    ImGui::SetCursorPos(below);
    return true;
}

/// Returns the tools of the loss plot when they found no room here.
Tools controls(Workbench& bench) {
    buttons(bench);
    const Tools tools = loss_tools(bench);
    const bool placed = at_right_end(bench, tools);
    progress(bench);
    return placed ? Tools{} : tools;
}

void warnings(Workbench& bench) {
    const Theme& theme = bench.theme;
    const Face small(theme.body, Theme::small_size);
    for (const RunWarning& warning : bench.learning.warnings()) {
        ImGui::TextColored(Theme::vec(theme.colours().warning), "%s", icon::warning);
        ImGui::SameLine(0, theme.px(8));
        ImGui::PushTextWrapPos(0);
        ImGui::TextUnformatted((warning.text + (warning.fix.empty() ? "" : " " + warning.fix)).c_str());
        ImGui::PopTextWrapPos();
    }
}

/// A plot below its own title, with the legend beside it where there is room.
void cell(Workbench& bench, const PlotSpec& plot, ImVec2 size, const Tools& tools = {}) {
    const Theme& theme = bench.theme;
    ImGui::BeginGroup();
    const ImVec2 at = ImGui::GetCursorPos();
    float used = 0;
    {
        const Face small(theme.body, Theme::small_size);
        ImGui::TextUnformatted(plot.title.c_str());
        used = ImGui::GetItemRectSize().x;
        if (tools.draw) {
            ImGui::SetCursorPos({at.x + size.x - tools.width, at.y});
            tools.draw(bench);
        }
        const float legend = draw_legend(plot, theme, true), room = size.x - used - tools.width;
        const float state = plot.state.empty() ? 0 : ImGui::CalcTextSize(plot.state.c_str()).x;
        if (state > 0 && state + theme.px(12) < room) {
            ImGui::SetCursorPos({at.x + size.x - tools.width - state, at.y});
            ImGui::TextColored(theme.dim(), "%s", plot.state.c_str());
        }
        if (legend > 0 && legend + state + theme.px(34) < room) {
            ImGui::SetCursorPos({at.x + used + theme.px(16), at.y});
            draw_legend(plot, theme);
        }
    }
    ImGui::SetCursorPos({at.x, at.y + theme.px(20)});
    PlotOptions options;
    options.fit = bench.view.fit;
    draw_plot(plot, theme, bench.textures, {size.x, std::max(theme.px(50), size.y - theme.px(20))}, options);
    ImGui::EndGroup();
}

std::string number(double v) { return std::isfinite(v) ? short_number(v, 4) : "-"; }

/// Each loss on the training's own points and on points held out, as judged last.
void losses_table(Workbench& bench) {
    const Theme& theme = bench.theme;
    const TrainingSnapshot& s = bench.learning.training();
    if (!s.judgements || s.judgements->empty()) {
        return;
    }
    const Judgement& j = *s.judgements->back();
    const Face small(theme.body, Theme::small_size);
    if (ImGui::BeginTable("###losses", 3,
                          ImGuiTableFlags_SizingStretchProp | ImGuiTableFlags_BordersInnerH)) {
        ImGui::TableSetupColumn(("loss at step " + grouped(j.step)).c_str());
        ImGui::TableSetupColumn("trained on");
        ImGui::TableSetupColumn("held out");
        ImGui::PushStyleColor(ImGuiCol_Text, theme.dim());
        ImGui::TableHeadersRow();
        ImGui::PopStyleColor();
        for (std::size_t i = 0; i < s.loss_names.size(); ++i) {
            ImGui::TableNextRow();
            ImGui::TableNextColumn();
            ImGui::TextUnformatted(s.loss_names[i].c_str());
            const Face mono(theme.mono, Theme::number_size);
            for (const std::vector<double>* values : {&j.train, &j.held_out}) {
                ImGui::TableNextColumn();
                ImGui::TextUnformatted(i < values->size() ? number((*values)[i]).c_str() : "-");
            }
        }
        ImGui::EndTable();
    }
}

void plots(Workbench& bench, const Tools& for_loss) {
    const Theme& theme = bench.theme;
    const TrainingSnapshot& s = bench.learning.training();
    const Area area = remaining();
    const float gap = theme.px(10);
    const PlotSpec loss = loss_figure(s, loss_look(bench)),
                   mass = learned_weights_figure(s, bench.view.mass_mode);
    const PlotSpec levels = bench.view.training_map ? score_error_map(s) : score_error_figure(s);
    const Tools for_levels = level_tools(bench);
    const float table =
        theme.px(22) * static_cast<float>(1 + std::max<std::size_t>(1, s.loss_names.size())) + theme.px(4);
    const bool wide = area.width > theme.px(840) && area.height < theme.px(420);
    if (wide) {
        const float w = (area.width - 2 * gap) / 3, h = area.height;
        cell(bench, loss, {w, h}, for_loss);
        ImGui::SameLine(0, gap);
        cell(bench, mass, {w, h});
        ImGui::SameLine(0, gap);
        cell(bench, levels, {w, h}, for_levels);
        return;
    }
    if (area.width > theme.px(460) && area.height > theme.px(300)) {
        const float w = (area.width - gap) / 2, h = (area.height - gap) / 2;
        cell(bench, loss, {w, h}, for_loss);
        ImGui::SameLine(0, gap);
        cell(bench, mass, {w, h});
        cell(bench, levels, {w, h}, for_levels);
        ImGui::SameLine(0, gap);
        ImGui::BeginGroup();
        if (ImGui::BeginChild("###table", {w, h})) {
            losses_table(bench);
        }
        ImGui::EndChild();
        ImGui::EndGroup();
        return;
    }
    if (area.width > theme.px(460)) {
        const float w = (area.width - gap) / 2;
        cell(bench, loss, {w, area.height}, for_loss);
        ImGui::SameLine(0, gap);
        cell(bench, mass, {w, area.height});
        return;
    }
    if (area.height > theme.px(300)) {  // narrow: one below the other
        const float left = area.height - table,
                    h = left > theme.px(400) ? (left - 3 * gap) / 3 : (area.height - 2 * gap) / 3;
        cell(bench, loss, {area.width, h}, for_loss);
        cell(bench, mass, {area.width, h});
        cell(bench, levels, {area.width, h}, for_levels);
        if (left > theme.px(400)) {
            losses_table(bench);
        }
        return;
    }
    int& shown = bench.view.training_part;  // room for one: it is chosen
    {
        const Face small(theme.body, Theme::small_size);
        int i = 0;
        for (const char* name : {"loss###show_loss", "mass###show_mass", "error###show_error"}) {
            ImGui::PushStyleColor(ImGuiCol_Text, i == shown ? theme.text() : theme.dim());
            if (ImGui::SmallButton(name)) {
                shown = i;
            }
            ImGui::PopStyleColor();
            ImGui::SameLine();
            ++i;
        }
        ImGui::NewLine();
    }
    PlotSpec one = shown == 0 ? loss : shown == 1 ? mass : levels;
    one.x.label.clear();
    draw_plot(one, theme, bench.textures, {area.width, remaining().height}, {});
}

/// Nothing trained in this session: what could be, or why not.
void nothing_yet(Workbench& bench) {
    const Theme& theme = bench.theme;
    const std::string obstacle = bench.learning.obstacle();
    const Json type = bench.workspace.value("model.type"), file = bench.workspace.value("model.file");
    std::string text;
    if (!obstacle.empty()) {
        text = type.is_null() || type == Json("none")
                   ? "This preset has no learned model, so there is nothing to train. A network that learns "
                     "this path's densities shows its losses and the mode weights that it implies here."
                   : obstacle;
    } else if (file.is_string() && !file.get<std::string>().empty()) {
        text = "This preset's model is trained: " +
               std::filesystem::path(file.get<std::string>()).filename().string() +
               ". Train starts again from its seed, into a folder of its own, which then becomes model.file "
               "(undo returns the old one).";
    } else {
        text = "This preset's network is not trained yet. Train it here and watch its losses and the mode "
               "weights that it implies; Run trains it first, too.";
    }
    if (obstacle.empty()) {
        buttons(bench);
        ImGui::Dummy({0, theme.px(2)});
    } else if (glyph_button(bench, icon::folder, demo_preset, "###open_demo", false,
                            bench.commands.find(std::string("preset.") + demo_preset) != nullptr,
                            "Open a preset with a network to train")) {
        bench.commands.run(std::string("preset.") + demo_preset, bench);
    }
    empty_text(bench, text);
}

void draw(Workbench& bench) {
    const TrainingSnapshot& s = bench.learning.training();
    panel_header(bench, *find_view("training"), "Training", state_text(bench));
    if (s.state == RunState::idle) {
        nothing_yet(bench);
        return;
    }
    if (ImGui::BeginChild("###body", {0, 0})) {
        const Tools left_over = controls(bench);
        warnings(bench);
        plots(bench, left_over);
        if (ImGui::BeginPopupContextWindow("###look")) {
            ImGui::MenuItem("Learning rate", nullptr, &bench.view.learning_rate);
            ImGui::EndPopup();
        }
    }
    ImGui::EndChild();
}

}  // namespace

View training_view() {
    return {"training", "Training", draw, [](Workbench& bench) {
                return training_figures(bench.learning.training(), loss_look(bench), bench.view.mass_mode);
            }};
}

}  // namespace tempera::app
