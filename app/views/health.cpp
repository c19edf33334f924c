// SPDX-License-Identifier: MIT
// The numbers that say whether a run can be trusted, and what to do when not.
#include <algorithm>

#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"
#include "run/figures/learned_figures.hpp"
#include "run/figures/run_figures.hpp"

namespace tempera::app {
namespace {

void tooltip(const Theme& theme, const HealthFinding& finding) {
    const HealthRule& rule = *finding.rule;
    ImGui::BeginTooltip();
    ImGui::PushTextWrapPos(theme.px(320));
    ImGui::TextUnformatted(rule.meaning.c_str());
    if (!finding.note.empty()) {
        ImGui::TextColored(theme.dim(), "%s", finding.note.c_str());
    }
    if (const std::string good = good_range(rule); !good.empty()) {
        ImGui::TextColored(theme.dim(), "%s", ("Good " + good + " (" + rule.measures + ").").c_str());
    }
    ImGui::PopTextWrapPos();
    ImGui::EndTooltip();
}

/// The name in the first column, the number in its mark's colour, and what is beside it where there is room.
void row(const Theme& theme, const HealthFinding& finding) {
    const ImVec2 at = ImGui::GetCursorPos();
    const Palette& p = theme.colours();
    const unsigned ink = finding.mark == Mark::good      ? p.good
                         : finding.mark == Mark::warning ? p.warning
                         : finding.mark == Mark::bad     ? p.bad
                                                         : p.text;
    const std::string &value = finding.value, &note = finding.note;
    ImGui::BeginGroup();
    ImGui::TextColored(theme.dim(), "%s", finding.rule->name.c_str());
    // The sign or the first digit starts here; a leading minus hangs to the left, so that digits align.
    ImGui::SetCursorPos(
        {at.x + theme.px(96) - (value[0] == '-' || value[0] == '+' ? theme.px(7.5f) : 0), at.y});
    {
        const Face mono(theme.mono, Theme::number_size);
        ImGui::TextColored(Theme::vec(ink), "%s", value.c_str());
    }
    if (!note.empty()) {
        ImGui::SameLine(0, theme.px(8));
        const Face small(theme.body, Theme::small_size);
        ImGui::SetCursorPosY(at.y + theme.px(1));
        const float room = ImGui::GetContentRegionAvail().x;
        if (ImGui::CalcTextSize(note.c_str()).x <= room) {
            ImGui::TextColored(theme.dim(), "%s", note.c_str());
        } else {
            ImGui::NewLine();
        }
    }
    ImGui::EndGroup();
    if (ImGui::IsItemHovered(ImGuiHoveredFlags_DelayNormal)) {
        tooltip(theme, finding);
    }
    ImGui::SetCursorPos(at);
    ImGui::Dummy({theme.px(1), theme.px(15)});
}

void rows(const Theme& theme, const std::vector<HealthFinding>& findings) {
    for (const HealthFinding& finding : findings) {
        if (finding.has_row) {
            row(theme, finding);
        }
    }
}

/// What a learned log density does to the weights along its path: no ESS shows it. Not where the run itself
/// tells.
std::vector<HealthFinding> learned_findings(const LearnedMaps* learned,
                                            const std::vector<HealthFinding>& of_run) {
    const LearnedLevel* worst = learned ? worst_level(*learned) : nullptr;
    const bool told = std::any_of(of_run.begin(), of_run.end(), [](const HealthFinding& f) {
        return f.has_row && f.rule->of == HealthRule::Of::learned_density;
    });
    if (!worst || told) {
        return {};
    }
    HealthNumbers numbers;
    numbers.subject = HealthNumbers::Subject::densities;
    numbers.learned_total_variation = worst->total_variation;
    numbers.learned_worst_at = "level " + std::to_string(worst->level);
    numbers.roughness = learned->roughness;
    return health_findings(numbers);
}

/// The buttons of a warning; a pressed one edits the preset in one undo step.
void draw_remedies(Workbench& bench, const std::string& warning) {
    const Theme& theme = bench.theme;
    const float right = ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x;
    const Remedy* pressed = nullptr;
    bool first = true;
    ImGui::PushID(warning.c_str());
    for (const Remedy& remedy :
         bench.remedies.of(warning, bench.workspace.document(), bench.workspace.resolved())) {
        const float width =
            ImGui::CalcTextSize(remedy.label.c_str()).x + 2 * ImGui::GetStyle().FramePadding.x;
        if (!first) {
            ImGui::SameLine(0, theme.px(6));
            if (ImGui::GetCursorPosX() + width > right) {
                ImGui::NewLine();
            }
        }
        first = false;
        if (ImGui::Button((remedy.label + "###" + remedy.values.front().first).c_str())) {
            pressed = &remedy;
        }
        ImGui::SetItemTooltip("Edits the preset; Ctrl+Z takes it back.");
    }
    ImGui::PopID();
    if (pressed) {
        const Remedy chosen = *pressed;  // the edit forgets what was remembered
        bench.workspace.apply(chosen.values, chosen.label);
    }
}

void draw(Workbench& bench) {
    const Theme& theme = bench.theme;
    const Snapshot& s = bench.workspace.snapshot();
    std::vector<RunWarning> warnings = s.warnings;
    if (bench.learning.of_this_preset()) {
        const std::vector<RunWarning> more = bench.learning.warnings();
        warnings.insert(warnings.end(), more.begin(), more.end());
    }
    const bool well = warnings.empty();
    const bool has = s.state != RunState::idle && s.state != RunState::preparing;
    panel_header(bench, *find_view("health"), "Health",
                 !well  ? std::to_string(warnings.size()) + (warnings.size() == 1 ? " warning" : " warnings")
                 : !has ? ""
                        : "no warnings");
    if (!has && well) {
        empty_text(bench, "Diagnostics of the run appear here.");
        return;
    }
    if (ImGui::BeginChild("###rows", {0, 0})) {
        if (has) {
            rows(theme, s.findings);
            rows(theme, learned_findings(bench.learning.maps(), s.findings));
        }
        if (!well) {
            ImGui::Dummy({0, theme.px(2)});
        }
        const Face small(theme.body, Theme::small_size);
        for (const RunWarning& warning : warnings) {
            ImGui::TextColored(Theme::vec(theme.colours().warning), "%s", icon::warning);
            ImGui::SameLine(0, theme.px(8));
            ImGui::BeginGroup();
            ImGui::PushTextWrapPos(ImGui::GetCursorPosX() + ImGui::GetContentRegionAvail().x - theme.px(6));
            ImGui::TextUnformatted(warning.text.c_str());
            if (!warning.fix.empty()) {
                ImGui::TextColored(theme.dim(), "%s", warning.fix.c_str());
            }
            ImGui::PopTextWrapPos();
            draw_remedies(bench, warning.id);
            if (warning.id == "weights_not_verifiable" && ImGui::TextLink("Why?###why")) {
                bench.view.raise.emplace_back("blindness");
            }
            ImGui::EndGroup();
        }
        fade_below(theme);
    }
    ImGui::EndChild();
}

}  // namespace

View health_view() { return {"health", "Health", draw, nullptr}; }

}  // namespace tempera::app
