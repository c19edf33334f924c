// SPDX-License-Identifier: MIT
#include "app/shell/recovery_card.hpp"

#include <imgui.h>
#include <imgui_internal.h>

#include <algorithm>
#include <chrono>
#include <type_traits>

#include "app/shell/shell.hpp"

namespace tempera::app {
namespace {

constexpr Background last_choice(Background) { return Background::none; }
constexpr Arrows last_choice(Arrows) { return Arrows::difference; }
constexpr Projection last_choice(Projection) { return Projection::observables; }
constexpr BallColour last_choice(BallColour) { return BallColour::energy; }
constexpr PairDensity last_choice(PairDensity) { return PairDensity::radial; }

double steady_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <class T>
void take(T& value, const Json& json) {
    if constexpr (std::is_enum_v<T>) {
        const int choice = json.get<int>();
        if (choice >= 0 && choice <= static_cast<int>(last_choice(value))) {
            value = static_cast<T>(choice);
        }
    } else {
        value = json.get<T>();
    }
}

}  // namespace

Json view_json(const ViewState& view) {
    Json out;
    for_each_remembered(view, [&](const char* name, const auto& value) { out[name] = value; });
    return out;
}

void read_view(const Json& json, ViewState& view) {
    for_each_remembered(view, [&](const char* name, auto& value) {
        try {
            if (json.contains(name)) {
                take(value, json[name]);
            }
        } catch (const Json::exception&) {  // of another kind: the present value stays
        }
    });
}

void keep_session(Workbench& bench, const std::filesystem::path& folder, std::function<void()> on_write) {
    if (!folder.empty()) {
        bench.workspace.recent_files().keep_in(folder / "recent.json");
    }
    bench.autosave.set_on_write(std::move(on_write));
    bench.autosave.open(folder.empty() ? folder : folder / "sessions");
    if (!bench.autosave.on()) {
        bench.workspace.note(LogLine::Kind::warning, "no autosave: " + bench.autosave.problem());
    }
    bench.workspace.link().keep_states(bench.autosave.run_folder(), Autosave::interval);
    bench.workspace.before_run = [&bench] { bench.autosave.write(steady_seconds(), session_json(bench)); };
}

void tick_session(Workbench& bench) {
    bench.autosave.tick(steady_seconds(), bench.workspace.modified(), [&] { return session_json(bench); });
}

Json session_json(const Workbench& bench) {
    const Workspace& w = bench.workspace;
    Json out;
    out["file"] = w.file().empty() ? "" : std::filesystem::absolute(w.file()).string();
    out["saved"] = w.saved();
    out["document"] = w.document();
    out["basis"] = w.basis();
    out["view"] = view_json(bench.view);
    out["theme"] = bench.theme.name();
    out["scale"] = bench.scale;
    out["pace"] = w.pace();
    out["following"] = w.following();
    out["level"] = w.level();
    return out;
}

void recover(Workbench& bench, const Json& session) {
    Workspace& w = bench.workspace;
    const Json saved = session.value("saved", Json());
    const Json file_holds = saved.is_object() ? saved : session["document"];
    w.recover(file_holds, session["document"], session.value("basis", file_holds),
              session.value("file", std::string()));
    read_view(session.value("view", Json::object()), bench.view);
    if (!bench.commands.find("layout." + bench.view.layout)) {
        bench.view.layout = "explore";
    }
    bench.view.rebuild_layout = true;
    bench.view.fit = true;
    bench.scale = std::clamp(session.value("scale", 1.0f), 0.75f, 3.0f);
    const std::string theme = session.value("theme", std::string());
    bench.set_theme(bench.commands.find("theme." + theme) ? theme : bench.theme.name());
    w.set_pace(session.value("pace", w.pace()));
    if (!session.value("following", true)) {
        w.look_at_when_known(session.value("level", 0));
    }
}

namespace {

/// It holds edits of the person's that were not saved.
bool edited(const Json& session) {
    return session["document"] != session.value("basis", session.value("saved", Json()));
}

}  // namespace

std::string describe_session(const Json& session) {
    const Json& document = session["document"];
    const Json name = document.value("name", Json());
    const std::string file = std::filesystem::path(session.value("file", std::string())).filename().string();
    std::string text = name.is_string() && !name.get<std::string>().empty() ? name.get<std::string>()
                       : file.empty()                                       ? "untitled"
                                                                            : file;
    if (edited(session)) {
        text += ", edited";
    }
    const double now =
        std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
    const auto minutes = static_cast<long>((now - session.value("written", now)) / 60);
    const long hours = minutes / 60, days = hours / 24;
    const auto ago = [](long n, const char* unit) {
        return std::to_string(n) + " " + unit + (n == 1 ? "" : "s") + " ago";
    };
    return text + ", autosaved " +
           (minutes < 1    ? std::string("less than a minute ago")
            : minutes < 60 ? ago(minutes, "minute")
            : hours < 48   ? ago(hours, "hour")
                           : ago(days, "day"));
}

bool end_session(Workbench& bench, bool unasked) {
    const Workspace& w = bench.workspace;
    const bool run =
        bench.autosave.on() && w.busy() && (unasked || w.snapshot().seconds > Autosave::interval);
    const bool keep = run || (unasked && w.modified());
    if (!run) {
        w.link().keep_states({}, 0);
    }
    if (keep) {
        Json content = session_json(bench);
        content["closed"] = true;
        bench.autosave.write_and_wait(content);
    }
    bench.autosave.close(keep);
    return run;
}

namespace {

void restore_now(Workbench& bench) {
    const Json run = bench.autosave.leftovers().front().run;
    recover(bench, bench.autosave.leftovers().front().content);
    const bool goes_on = bench.autosave.take_over_run();
    if (goes_on) {
        bench.workspace.link().keep_states(bench.autosave.run_folder(), Autosave::interval);
        bench.workspace.take_up(run);
    }
    bench.autosave.write_and_wait(session_json(bench));  // only then the old file may go
    bench.autosave.discard_first();
    bench.say(goes_on ? "Restored with its run. Press Space to go on." : "Restored. Press Space to run.");
}

std::string heading(const Autosave::Leftover& leftover) {
    const bool closed = leftover.content.value("closed", false);
    return !leftover.signal.empty()            ? "Tempera crashed last time (" + leftover.signal + ")"
           : closed && !leftover.run.is_null() ? "A run was under way when Tempera was closed"
           : closed                            ? "Tempera was ended with edits that were not saved"
                                               : "Tempera did not end properly last time";
}

}  // namespace

void restore_leftover(Workbench& bench) {
    if (!bench.autosave.leftovers().empty()) {
        bench.leave_document("restore", [&bench] { restore_now(bench); });
    }
}

void draw_recovery(Workbench& bench) {
    const auto& leftovers = bench.autosave.leftovers();
    if (leftovers.empty() || bench.masked) {
        return;
    }
    const Theme& theme = bench.theme;
    const Autosave::Leftover& first = leftovers.front();
    const ImGuiViewport* screen = ImGui::GetMainViewport();
    ImGui::SetNextWindowPos(
        {screen->GetCenter().x, screen->Pos.y + screen->Size.y - theme.px(status_height + panel_gap + 12)},
        ImGuiCond_Always, {0.5f, 1.0f});
    ImGui::SetNextWindowSizeConstraints({std::min(theme.px(380), screen->Size.x * 0.9f), 0},
                                        {std::min(theme.px(520), screen->Size.x * 0.94f), screen->Size.y});
    ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, theme.px(6));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, theme.px(1));
    ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, {theme.px(16), theme.px(12)});
    ImGui::PushStyleColor(ImGuiCol_WindowBg, Theme::vec(theme.colours().raised));
    enum class Answer { none, restore, discard } answer = Answer::none;
    if (ImGui::Begin("###recovery", nullptr,
                     ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_AlwaysAutoResize |
                         ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                         ImGuiWindowFlags_NoDocking | ImGuiWindowFlags_NoFocusOnAppearing)) {
        {
            const Face bold(theme.bold, Theme::body_size);
            ImGui::TextUnformatted(heading(first).c_str());
        }
        ImGui::TextColored(theme.dim(), "%s", describe_session(first.content).c_str());
        if (!first.run.is_null()) {
            ImGui::TextColored(theme.dim(), "Its run goes on where it was kept last.");
        }
        ImGui::Dummy({0, theme.px(2)});
        {
            const PrimaryColours colours(theme);
            answer = ImGui::Button("Restore###restore", {theme.px(110), 0}) ? Answer::restore : answer;
        }
        ImGui::SameLine();
        answer = ImGui::Button("Discard###discard", {theme.px(110), 0}) ? Answer::discard : answer;
        if (leftovers.size() > 1) {
            ImGui::SameLine(0, theme.px(14));
            ImGui::TextColored(theme.dim(), "%zu older", leftovers.size() - 1);
        }
        ImGui::BringWindowToDisplayFront(ImGui::GetCurrentWindow());
    }
    ImGui::End();
    ImGui::PopStyleColor();
    ImGui::PopStyleVar(3);
    if (answer == Answer::restore) {
        restore_leftover(bench);
    } else if (answer == Answer::discard) {
        bench.autosave.discard_first();
    }
}

}  // namespace tempera::app
