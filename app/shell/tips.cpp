// SPDX-License-Identifier: MIT
#include "app/shell/tips.hpp"

#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>

#include "app/shell/shell.hpp"
#include "app/shell/workbench.hpp"
#include "app/stories/script.hpp"
#include "app/stories/story.hpp"
#include "core/files.hpp"
#include "core/npy.hpp"

namespace tempera::app {
namespace {

/// The run of the preset in view is over and was of this path.
bool finished_on(const Workbench& bench, const char* path) {
    const Workspace& w = bench.workspace;
    return w.snapshot().state == RunState::finished && w.snapshot().preset && !bench.learning.active() &&
           get_value(*w.snapshot().preset, "path.type") == Json(path) && w.value("path.type") == Json(path);
}

bool on_two_lakes(const Workbench& bench) { return bench.workspace.file().filename() == "two_lakes.json"; }

}  // namespace

const std::vector<Tips::Tip>& Tips::all() {
    static const std::vector<Tip> tips = {
        {"tempering",
         "The particles kept 2/3 and 1/3 all the way. Heating the target instead of blurring it moves the "
         "mass "
         "late.",
         "Switch to tempering and run",
         {"set path.type = \"tempering\"", "set path.standardise = false", "set path.reference_scale = 4",
          "set kernel.type = \"none\"", "set moves.type = \"mala\"", "set moves.n_steps = 4", "run",
          "show occupancy"},
         [](const Workbench& b) { return on_two_lakes(b) && finished_on(b, "diffusion"); }},
        {"learned",
         "And when the densities of the path are not known? A network can learn them.",
         "Use a learned path",
         {"open presets/blindness_story.json", "layout mode_blindness", "run", "show occupancy"},
         [](const Workbench& b) { return on_two_lakes(b) && finished_on(b, "tempering"); }},
        {"why",
         "The ESS is excellent, and the weights are wrong. Health objects only because the truth is known "
         "here.",
         "Why does the loss not tell?",
         {"layout mode_blindness", "show blindness curves", "look noise 0.2"},
         [](const Workbench& b) { return finished_on(b, "learned_diffusion") && !b.story->active(); }},
    };
    return tips;
}

void Tips::open(const std::filesystem::path& folder) {
    shown_ = true;
    gone_.clear();
    if (folder.empty()) {
        return;
    }
    file_ = folder / "tips.json";
    try {
        const std::vector<std::uint8_t> bytes = read_file_bytes(file_);
        const Json json = Json::parse(bytes.begin(), bytes.end());
        shown_ = json.value("show", true);
        gone_ = json.value("gone", std::vector<std::string>{});
    } catch (const std::exception&) {  // the first start, or a damaged file: hints are shown again
    }
}

void Tips::save() const {
    if (file_.empty()) {
        return;
    }
    try {
        std::filesystem::create_directories(file_.parent_path());
        write_file_atomically(file_, Json{{"show", shown_}, {"gone", gone_}}.dump(1) + "\n");
    } catch (const std::exception&) {  // then they come back at the next start
    }
}

void Tips::show(bool on) {
    shown_ = on;
    if (on) {
        gone_.clear();
    }
    save();
}

const Tips::Tip* Tips::due(const Workbench& bench) const {
    if (!shown_ || !queue_.empty() || bench.story->active()) {
        return nullptr;
    }
    for (const Tip& tip : all()) {
        if (std::find(gone_.begin(), gone_.end(), tip.id) == gone_.end() && tip.due(bench)) {
            return &tip;
        }
    }
    return nullptr;
}

void Tips::take(const Tip& tip) {
    queue_ = tip.lines;
    dismiss(tip);
}

void Tips::dismiss(const Tip& tip) {
    gone_.emplace_back(tip.id);
    save();
}

void Tips::update(Workbench& bench) {
    try {
        while (!queue_.empty() && perform(bench, queue_.front()) == Performed::done) {
            bench.workspace.note(LogLine::Kind::command, queue_.front());
            queue_.erase(queue_.begin());
        }
    } catch (const std::exception& e) {
        queue_.clear();
        bench.workspace.note(LogLine::Kind::error, e.what());
    }
}

namespace {

/// In the lower left of the particles, where the picture is empty as a rule; where there is none, in the
/// window's lower right.
void place_tip(const Theme& theme) {
    const ImGuiViewport* screen = ImGui::GetMainViewport();
    const float margin = theme.px(12);
    const ImGuiWindow* panel = ImGui::FindWindowByID(ImHashStr("###particles"));
    if (panel && panel->WasActive && !panel->Hidden && panel->Size.x > theme.px(480) &&
        panel->Size.y > theme.px(200)) {
        ImGui::SetNextWindowPos({panel->Pos.x + theme.px(44), panel->Pos.y + panel->Size.y - theme.px(44)},
                                ImGuiCond_Always, {0, 1});
        return;
    }
    ImGui::SetNextWindowPos({screen->Pos.x + screen->Size.x - margin,
                             screen->Pos.y + screen->Size.y - theme.px(status_height) - margin},
                            ImGuiCond_Always, {1, 1});
}

}  // namespace

void draw_tip(Workbench& bench) {
    const Tips::Tip* tip = bench.tips->due(bench);
    if (!tip || ImGui::IsPopupOpen(nullptr, ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel)) {
        return;
    }
    const Theme& theme = bench.theme;
    const ImGuiViewport* screen = ImGui::GetMainViewport();
    place_tip(theme);
    ImGui::SetNextWindowSize({std::min(theme.px(268), screen->Size.x * 0.9f), 0});
    ImGui::PushStyleColor(ImGuiCol_WindowBg, Theme::vec(theme.colours().raised));
    ImGui::PushStyleColor(ImGuiCol_Border, Theme::vec(theme.colours().accent));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, theme.px(1));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, theme.px(6));
    if (ImGui::Begin("###tip", nullptr,
                     ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoDocking |
                         ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoFocusOnAppearing)) {
        ImGui::PushTextWrapPos(0);
        ImGui::TextUnformatted(tip->text);
        ImGui::PopTextWrapPos();
        ImGui::Dummy({0, theme.px(2)});
        if (ImGui::Button((std::string(tip->action) + "###take").c_str())) {
            bench.tips->take(*tip);
        }
        ImGui::SameLine();
        ImGui::PushStyleColor(ImGuiCol_Button, Theme::vec(theme.colours().raised, 0));
        if (ImGui::Button("Dismiss###dismiss")) {
            bench.tips->dismiss(*tip);
        }
        ImGui::PopStyleColor();
    }
    ImGui::End();
    ImGui::PopStyleVar(2);
    ImGui::PopStyleColor(2);
}

}  // namespace tempera::app
