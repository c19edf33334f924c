// SPDX-License-Identifier: MIT
#include "app/shell/shell.hpp"

#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>
#include <cmath>

#include "app/kit/text.hpp"
#include "app/kit/words.hpp"
#include "app/shell/workbench.hpp"

namespace tempera::app {
namespace {

constexpr ImGuiWindowFlags bar_flags = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                       ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoDocking |
                                       ImGuiWindowFlags_NoBringToFrontOnFocus | ImGuiWindowFlags_NoNav;

void menu_items(Workbench& bench, const std::string& menu) {
    for (const Command& c : bench.commands.all()) {
        if (c.menu != menu) {
            continue;
        }
        if (c.separator) {
            ImGui::Separator();
        }
        const bool enabled = !c.enabled || c.enabled(bench);
        if (ImGui::MenuItem((shown(c.label) + "###" + c.id).c_str(),
                            Commands::shortcut_text(c.shortcut).c_str(), c.checked && c.checked(bench),
                            enabled)) {
            c.action(bench);
        }
    }
}

void recent_items(Workbench& bench) {
    const auto recents = bench.workspace.recents();
    for (std::size_t i = 0; i < recents.size(); ++i) {
        std::error_code ignored;
        const bool there = std::filesystem::exists(recents[i], ignored);
        const std::string place =
            there ? recents[i].parent_path().filename().string() : std::string("gone: click to remove");
        if (!there) {
            ImGui::PushStyleColor(ImGuiCol_Text, bench.theme.dim());
        }
        const bool chosen = ImGui::MenuItem(
            (shown(recents[i].filename().string()) + "###recent" + std::to_string(i)).c_str(), place.c_str());
        if (!there) {
            ImGui::PopStyleColor();
        }
        if (chosen && there) {
            bench.open_file(recents[i].string());
        } else if (chosen) {
            bench.workspace.recent_files().remove(recents[i]);
        }
    }
}

/// "two_lakes" -> "Two lakes": names of files read as titles.
std::string display_name(const std::string& name) {
    return name.find('_') == std::string::npos ? name : capitalised(in_words(name));
}

std::string rate_text(double rate) {
    if (!(rate > 0)) {
        return {};
    }
    const char* unit = rate >= 1e9 ? " G" : rate >= 1e6 ? " M" : rate >= 1e3 ? " k" : " ";
    const double scaled = rate >= 1e9   ? rate / 1e9
                          : rate >= 1e6 ? rate / 1e6
                          : rate >= 1e3 ? rate / 1e3
                                        : rate;
    return fixed(scaled, scaled < 100 ? 1 : 0) + unit + " evals/s";
}

std::string autosave_text(const Autosave& autosave) {
    if (!autosave.problem().empty()) {
        return "no autosave";
    }
    const long age = autosave.age();
    return age < 0    ? std::string()
           : age < 10 ? "autosaved just now"
           : age < 60 ? "autosaved " + std::to_string(age) + " s ago"
                      : "autosaved " + std::to_string(age / 60) + " min ago";
}

void seed_field(Workbench& bench) {
    Workspace& w = bench.workspace;
    const Theme& theme = bench.theme;
    ImGui::AlignTextToFramePadding();
    ImGui::TextColored(theme.dim(), "seed");
    ImGui::SameLine(0, theme.px(8));
    const Json now = w.value("run.seed");
    long seed = now.is_number() ? now.get<long>() : 0;
    const Face mono(theme.mono, Theme::number_size);
    ImGui::SetNextItemWidth(theme.px(64));
    if (ImGui::InputScalar("###seed", ImGuiDataType_S64, &seed, nullptr, nullptr, nullptr,
                           ImGuiInputTextFlags_EnterReturnsTrue)) {
        w.set("run.seed", std::max(0L, seed));
        w.commit();
    }
}

/// What the transport bar says: of the run, or of the training that comes before it.
struct Way {
    std::string text, more = {};  ///< more: where there is room
    double done = 0;
    bool failed = false;
};

Way way_of_training(const TrainingSnapshot& s, bool before_run) {
    Way way;
    way.text = before_run ? "Training the model" : "training";
    if (s.n_steps > 0) {
        way.done = static_cast<double>(s.step) / static_cast<double>(s.n_steps);
        way.text += ", step " + grouped(s.step) + " of " + grouped(s.n_steps);
        way.text += "   " + (s.state == RunState::paused ? std::string("paused") : eta_text(s.eta_seconds));
    }
    return way;
}

/// How long a run took; how much of that was work, where it waited for its pace.
std::string spent_text(double seconds, double sampling) {
    const std::string all = fixed(std::max(seconds, sampling), 2) + " s";
    return sampling < 0.5 * seconds ? all + " (" + fixed(sampling, 2) + " s sampling)" : all;
}

Way way_of_run(const Workbench& bench) {
    const Snapshot& s = bench.workspace.snapshot();
    const bool active = s.state == RunState::running || s.state == RunState::paused;
    std::string text, more;
    if (s.state == RunState::preparing) {
        text = "preparing ...";
    } else if (active) {
        text = (s.exchange ? "scan " + grouped(s.progress) + " of " + grouped(s.progress_end)
                           : "level " + std::to_string(s.level) + " of " + std::to_string(s.n_levels));
        text += "   " + std::to_string(static_cast<int>(std::lround(s.fraction * 100))) + " %";
        text += "   " + (s.state == RunState::paused ? std::string("paused")
                                                     : eta_text(bench.workspace.eta_seconds()));
        const std::string rate = rate_text(s.evaluations_per_second);
        more = rate.empty() || s.state == RunState::paused ? "" : "   " + rate;
    } else if (s.state == RunState::idle) {
        text = "ready";
    } else {
        text = (bench.workspace.stored() ? "stored run, " : "") + std::string(to_string(s.state)) +
               (bench.masked ? "" : " in " + spent_text(bench.workspace.run_seconds(), s.seconds));
        more = s.state == RunState::finished ? "   " + grouped(s.tally.evaluations()) + " evaluations" : "";
    }
    return {text, more, s.state == RunState::finished ? 1 : std::clamp(s.fraction, 0.0, 1.0),
            s.state == RunState::failed};
}

void progress(Workbench& bench) {
    const Theme& theme = bench.theme;
    const Learning& learning = bench.learning;
    const bool trains = learning.before_run() || (learning.active() && !bench.workspace.busy());
    const Way way = trains ? way_of_training(learning.training(), learning.before_run()) : way_of_run(bench);
    // The text keeps one width, so that the bar does not move while numbers change.
    float text_width = theme.px(390);
    const float all = ImGui::GetContentRegionAvail().x;
    const bool room = all > text_width + theme.px(80);
    const float bar = room ? all - text_width - theme.px(14) : 0;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    if (room) {
        const float y = at.y + ImGui::GetFrameHeight() / 2, h = theme.px(3);
        ImDrawList* list = ImGui::GetWindowDrawList();
        list->AddRectFilled({at.x, y - h}, {at.x + bar, y + h}, Theme::packed(theme.colours().field), h);
        const auto f = static_cast<float>(way.done);
        if (f > 0.004f) {
            const unsigned ink = way.failed ? theme.colours().bad : theme.colours().accent;
            list->AddRectFilled({at.x, y - h}, {at.x + bar * f, y + h}, Theme::packed(ink), h);
        }
        ImGui::Dummy({bar, ImGui::GetFrameHeight()});
        ImGui::SameLine(0, theme.px(14));
    }
    const Face mono(theme.mono, Theme::number_size);
    const float left = ImGui::GetContentRegionAvail().x;
    ImGui::AlignTextToFramePadding();
    ImGui::TextUnformatted(ImGui::CalcTextSize((way.text + way.more).c_str()).x <= left
                               ? (way.text + way.more).c_str()
                               : fitting(way.text, left).c_str());
}

void submenu(Workbench& bench, const char* name) {
    if (ImGui::BeginMenu(name)) {
        menu_items(bench, name);
        ImGui::EndMenu();
    }
}

void menu(Workbench& bench, const std::string& name) {
    if (name == "File") {
        submenu(bench, "Presets");
        if (ImGui::BeginMenu("Recent", !bench.workspace.recents().empty())) {
            recent_items(bench);
            ImGui::EndMenu();
        }
    }
    if (name == "View") {
        for (const char* sub : {"Layout", "Panels", "Theme"}) {
            submenu(bench, sub);
        }
    }
    menu_items(bench, name);
}

/// Name and file of the preset in the middle of the menu bar, where there is room between `left` and `right`.
void document_title(const Workbench& bench, float left, float right) {
    const Theme& theme = bench.theme;
    const std::string name = display_name(bench.workspace.name()),
                      file = bench.workspace.file().filename().string() +
                             (bench.workspace.modified() ? "  \xe2\x80\xa2 edited" : "");
    const float name_width = ImGui::CalcTextSize(name.c_str()).x + theme.px(12),
                all = name_width + ImGui::CalcTextSize(file.c_str()).x,
                x = std::max(left, (ImGui::GetMainViewport()->Size.x - all) / 2);
    if (x + all >= right) {
        return;
    }
    ImGui::SetCursorPosX(x);
    ImGui::TextUnformatted(name.c_str());
    const Json note = bench.workspace.value("note");
    if (note.is_string() && !note.get<std::string>().empty() && ImGui::BeginItemTooltip()) {
        ImGui::PushTextWrapPos(theme.px(420));
        ImGui::TextUnformatted(note.get<std::string>().c_str());
        ImGui::PopTextWrapPos();
        ImGui::EndTooltip();
    }
    ImGui::SetCursorPosX(x + name_width);
    ImGui::TextColored(theme.dim(), "%s", file.c_str());
}

/// What the status line says of the window's level while it is held.
std::string held_text(const Workspace& w) {
    return w.following() || w.playing()
               ? std::string()
               : "view held at level " + std::to_string(w.level()) + ", click to follow";
}

std::vector<std::string> status_parts(const Workbench& bench) {
    const Workspace& w = bench.workspace;
    const Snapshot& s = w.snapshot();
    const bool trains = bench.learning.active() && !w.busy();
    const std::string state = trains && bench.learning.training().state == RunState::paused
                                  ? "training paused"
                              : trains     ? "training"
                              : w.stored() ? "stored run"
                                           : to_string(s.state);
    std::vector<std::string> parts{capitalised(state)};
    const auto add = [&](bool said, const std::string& text) {
        if (said && !text.empty()) {
            parts.push_back(text);
        }
    };
    add(s.n_particles > 0, grouped(s.n_particles) + (s.exchange ? " ensembles" : " particles") + ", " +
                               std::to_string(s.dim) + "-D");
    add(s.memory_bytes >= 1e6,
        "memory " + grouped(static_cast<long>(s.memory_bytes / 1048576 + 0.5)) + " MB");
    add(true, bench.renderer);
    add(!bench.masked, "build " + fixed(bench.build_ms, 1) + " ms");
    add(bench.learning.active() && w.busy(), "training, step " + grouped(bench.learning.training().step));
    add(w.pace() > 0 && w.busy(), "watchable pace");
    add(true, held_text(w));
    add(!bench.masked, autosave_text(bench.autosave));
    return parts;
}

}  // namespace

void draw_menu_bar(Workbench& bench) {
    const Theme& theme = bench.theme;
    ImGui::PushStyleVar(ImGuiStyleVar_FramePadding,
                        {theme.px(8), (theme.px(menu_height) - ImGui::GetFontSize()) / 2});
    const bool open = ImGui::BeginMainMenuBar();
    ImGui::PopStyleVar();
    if (!open) {
        return;
    }
    ImGui::SetCursorPosX(theme.px(18));
    {
        const Face bold(theme.bold, Theme::body_size);
        ImGui::TextColored(Theme::vec(theme.colours().accent), "Tempera");
    }
    for (const char* name : {"File", "Edit", "Run", "View", "Export", "Stories", "Help"}) {
        if (ImGui::BeginMenu(name)) {
            menu(bench, name);
            ImGui::EndMenu();
        }
    }
    const std::string search = std::string(icon::search) + "  Search commands   Ctrl+Shift+P";
    const float width = ImGui::GetMainViewport()->Size.x, menus_end = ImGui::GetCursorPosX(),
                search_at = width - ImGui::CalcTextSize(search.c_str()).x - theme.px(24);
    document_title(bench, menus_end + theme.px(16), search_at - theme.px(8));
    if (menus_end < search_at - theme.px(2)) {
        ImGui::SetCursorPosX(search_at);
        ImGui::TextColored(theme.dim(), "%s", search.c_str());
        if (ImGui::IsItemClicked()) {
            bench.palette.show();
        }
    }
    ImGui::EndMainMenuBar();
}

void draw_transport(Workbench& bench) {
    const Theme& theme = bench.theme;
    Workspace& w = bench.workspace;
    const ImGuiViewport* screen = ImGui::GetMainViewport();
    ImGui::SetNextWindowPos({screen->Pos.x, screen->Pos.y + theme.px(menu_height)});
    ImGui::SetNextWindowSize({screen->Size.x, theme.px(transport_height)});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding,
                        {theme.px(12), (theme.px(transport_height) - ImGui::GetFrameHeight()) / 2});
    if (ImGui::Begin("###transport", nullptr, bar_flags)) {
        const RunState s = bench.learning.before_run() ? bench.learning.training().state : w.snapshot().state;
        const bool running = s == RunState::running || s == RunState::preparing;
        // One width for Run, Pause and Resume: the bar must not jump.
        ImGui::PushStyleVar(ImGuiStyleVar_ButtonTextAlign, {0.5f, 0.5f});
        const char* label = running ? "Pause" : s == RunState::paused ? "Resume" : "Run";
        if (glyph_button(bench, running ? icon::pause : icon::play, label, "###run", true, true,
                         "Run or pause (Space)", theme.px(92))) {
            bench.commands.run("run.toggle", bench);
        }
        ImGui::SameLine();
        if (glyph_button(bench, icon::step, "Step", "###step", false, true,
                         "One level or scan (Shift+.); one move (.)")) {
            bench.commands.run("run.step_level", bench);
        }
        ImGui::SameLine();
        if (glyph_button(bench, icon::stop, "Stop", "###stop", false, w.busy() || bench.learning.active(),
                         "Stop at once and keep what was reached (Esc asks first)")) {
            bench.commands.run("run.stop", bench);
        }
        ImGui::SameLine();
        if (glyph_button(bench, icon::restart, "Restart", "###restart", false, true,
                         "Same seed (Ctrl+R); next seed (Ctrl+Shift+R)")) {
            bench.commands.run("run.restart", bench);
        }
        ImGui::PopStyleVar();
        ImGui::SameLine(0, theme.px(18));
        seed_field(bench);
        ImGui::SameLine(0, theme.px(6));
        if (glyph_button(bench, icon::dice, "", "###new_seed", false, true,
                         "Restart with the next seed (Ctrl+Shift+R)")) {
            bench.commands.run("run.new_seed", bench);
        }
        ImGui::SameLine(0, theme.px(18));
        progress(bench);
    }
    ImGui::End();
    ImGui::PopStyleVar();
}

void draw_status(Workbench& bench) {
    const Theme& theme = bench.theme;
    const ImGuiViewport* screen = ImGui::GetMainViewport();
    ImGui::SetNextWindowPos({screen->Pos.x, screen->Pos.y + screen->Size.y - theme.px(status_height)});
    ImGui::SetNextWindowSize({screen->Size.x, theme.px(status_height)});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding,
                        {theme.px(12), (theme.px(status_height) - theme.px(Theme::small_size)) / 2});
    if (ImGui::Begin("###status", nullptr, bar_flags)) {
        const Face face(theme.body, Theme::small_size);
        ImGui::PushStyleColor(ImGuiCol_Text, theme.dim());
        const std::string held = held_text(bench.workspace);
        float x = ImGui::GetCursorPosX();
        for (const std::string& part : status_parts(bench)) {
            ImGui::SetCursorPosX(x);
            ImGui::TextUnformatted(part.c_str());
            if (part == held && ImGui::IsItemClicked()) {
                bench.workspace.follow();
            }
            x += ImGui::GetItemRectSize().x + theme.px(20);
            ImGui::SameLine();
        }
        if (!bench.toast.empty() && ImGui::GetTime() < bench.toast_until) {
            const float width = ImGui::CalcTextSize(bench.toast.c_str()).x;
            ImGui::SetCursorPosX(std::max(x, screen->Size.x - theme.px(12) - width));
            ImGui::TextColored(Theme::vec(theme.colours().accent), "%s", bench.toast.c_str());
        }
        ImGui::PopStyleColor();
    }
    ImGui::End();
    ImGui::PopStyleVar();
}

}  // namespace tempera::app
