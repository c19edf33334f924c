// SPDX-License-Identifier: MIT
// A guided story: what happens, what was found, where to go on.
#include "app/stories/story.hpp"

#include "app/shell/panel.hpp"
#include "app/shell/workbench.hpp"

namespace tempera::app {
namespace {

void wrapped(const std::string& text) {
    ImGui::PushTextWrapPos(0);
    ImGui::TextUnformatted(text.c_str());
    ImGui::PopTextWrapPos();
}

/// Which stories there are, when none is told.
void choice(Workbench& bench) {
    const Theme& theme = bench.theme;
    wrapped("Guided tours that run in this window, step by step.");
    ImGui::Dummy({0, theme.px(4)});
    for (const Command& c : bench.commands.all()) {
        if (c.menu == "Stories" && c.id.rfind("story.", 0) == 0) {
            if (ImGui::Button((std::string(icon::play) + "  " + c.label + "###start_" + c.id).c_str(),
                              {ImGui::GetContentRegionAvail().x, 0})) {
                bench.commands.run(c.id, bench);
            }
        }
    }
}

/// One dot per step; a click goes there.
void dots(Workbench& bench, StoryTeller& teller) {
    const Theme& theme = bench.theme;
    ImDrawList* list = ImGui::GetWindowDrawList();
    const float step = theme.px(16), size = theme.px(16);
    for (std::size_t i = 0; i < teller.story().steps.size(); ++i) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        if (ImGui::InvisibleButton(("###dot" + std::to_string(i)).c_str(), {step, size})) {
            teller.go(i);
            return;
        }
        ImGui::SetItemTooltip("%s", teller.story().steps[i].title.c_str());
        const ImVec2 centre(at.x + step / 2 - theme.px(4), at.y + size / 2);
        const bool now = i == teller.step(), past = i < teller.step();
        list->AddCircleFilled(centre, theme.px(now ? 4.5f : 3.5f),
                              Theme::packed(now || past ? theme.colours().accent : theme.colours().border));
        ImGui::SameLine(0, 0);
    }
    ImGui::NewLine();
}

void finding(const Theme& theme, const StoryTeller::Finding& f) {
    const bool holds = f.state == StoryTeller::State::holds;
    // Measured as the step claims is no praise of what was measured: no tick.
    if (holds) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float height = ImGui::GetTextLineHeight();
        ImGui::GetWindowDrawList()->AddCircleFilled({at.x + theme.px(4), at.y + height / 2}, theme.px(3),
                                                    Theme::packed(theme.colours().accent));
        ImGui::Dummy({theme.px(9), height});
    } else {
        ImGui::TextColored(Theme::vec(theme.colours().warning), "%s", icon::warning);
    }
    ImGui::SetItemTooltip("%s", holds ? "Measured just now, as this step expects." : "Measured just now.");
    ImGui::SameLine(0, theme.px(8));
    ImGui::BeginGroup();
    wrapped(f.text);
    ImGui::EndGroup();
}

void findings(Workbench& bench, const StoryTeller& teller) {
    const Theme& theme = bench.theme;
    if (!teller.error().empty()) {
        ImGui::TextColored(Theme::vec(theme.colours().bad), "%s", icon::bad);
        ImGui::SameLine(0, theme.px(8));
        ImGui::BeginGroup();
        wrapped(teller.error());
        ImGui::EndGroup();
        return;
    }
    bool waiting = teller.performing();
    for (const StoryTeller::Finding& f : teller.findings()) {
        if (f.state == StoryTeller::State::waiting) {
            waiting = true;
        } else {
            finding(theme, f);
        }
    }
    if (waiting) {
        ImGui::TextColored(theme.dim(), "%s",
                           bench.workspace.busy()    ? "Waiting for the run ..."
                           : bench.learning.active() ? "Waiting for the training ..."
                                                     : "Waiting for the numbers ...");
    }
}

void buttons(Workbench& bench, StoryTeller& teller) {
    const Theme& theme = bench.theme;
    const bool last = teller.step() + 1 == teller.story().steps.size();
    const float gap = theme.px(6), width = (ImGui::GetContentRegionAvail().x - 2 * gap) / 3;
    ImGui::BeginDisabled(teller.step() == 0);
    const bool back = ImGui::Button("Back###back", {width, 0});
    ImGui::EndDisabled();
    ImGui::SameLine(0, gap);
    const bool close = ImGui::Button("Close###close", {width, 0});
    ImGui::SameLine(0, gap);
    ImGui::BeginDisabled(last);
    const bool next = [&] {
        const PrimaryColours colours(theme);
        return ImGui::Button("Next###next", {width, 0});
    }();
    ImGui::EndDisabled();
    if (back) {
        teller.back();
    } else if (next) {
        teller.next();
    } else if (close) {
        teller.close();
    }
}

void draw(Workbench& bench) {
    const Theme& theme = bench.theme;
    StoryTeller& teller = *bench.story;
    if (!teller.active()) {
        panel_header(bench, *find_view("story"), "Story", "");
        choice(bench);
        return;
    }
    panel_header(bench, *find_view("story"), "Story",
                 "step " + std::to_string(teller.step() + 1) + " of " +
                     std::to_string(teller.story().steps.size()));
    dots(bench, teller);
    const float foot = ImGui::GetFrameHeight() + theme.px(6);
    if (ImGui::BeginChild("###page", {0, std::max(theme.px(40), remaining().height - foot)})) {
        const StoryStep& step = teller.now();
        {
            const Face face(theme.bold, Theme::body_size + 1);
            wrapped(step.title);
        }
        wrapped(step.caption);
        ImGui::Dummy({0, theme.px(2)});
        for (std::size_t i = 0; i < step.offers.size(); ++i) {
            ImGui::Dummy({0, theme.px(1)});
            if (ImGui::Button((step.offers[i].label + "###offer" + std::to_string(i)).c_str(),
                              {ImGui::GetContentRegionAvail().x, 0})) {
                teller.take_offer(i);
                break;
            }
        }
        findings(bench, teller);  // last: what comes in moves no button
        fade_below(theme);
    }
    ImGui::EndChild();
    buttons(bench, teller);
}

}  // namespace

View story_view() { return {"story", "Story", draw, nullptr}; }

}  // namespace tempera::app
