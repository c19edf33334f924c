// SPDX-License-Identifier: MIT
#include "app/shell/workbench.hpp"

#include <algorithm>
#include <cctype>

#include "app/render/plot_implot.hpp"
#include "app/shell/blindness_board.hpp"
#include "app/shell/shell.hpp"
#include "app/shell/tips.hpp"
#include "app/stories/story.hpp"

namespace tempera::app {

Workbench::Workbench(std::unique_ptr<EngineLink> link, bool gl, std::unique_ptr<TrainingLink> training)
    : workspace(std::move(link)), learning(workspace, std::move(training)), textures(gl), sprites(gl),
      commands(make_commands()), blindness(std::make_unique<BlindnessBoard>()),
      story(std::make_unique<StoryTeller>()), tips(std::make_unique<Tips>()) {
    theme.load_fonts();
    set_theme("dark");
}

Workbench::~Workbench() = default;

void Workbench::say(const std::string& text, double seconds) {
    toast = text;
    toast_until = ImGui::GetTime() + seconds;
}

void Workbench::request_quit() {
    view.ask_quit = workspace.modified();
    quit = quit || !view.ask_quit;
}

void Workbench::set_theme(const std::string& name) {
    theme.apply(name, scale);
    setup_implot(theme);
    textures.set_palette(theme.colours(), name);
}

void Workbench::set_scale(float value) {
    scale = value;
    set_theme(theme.name());
    view.rebuild_layout = true;
}

void Workbench::set_layout(const std::string& name) {
    view.layout = name;
    view.hidden.clear();
    view.rebuild_layout = true;
}

void Workbench::open_file(const std::string& path) {
    const Json sampler = workspace.value("sampler.type");
    if (workspace.open(path)) {
        // Panels for weights and panels for swaps take each other's places.
        view.rebuild_layout =
            view.rebuild_layout || (sampler == Json("replica_exchange")) !=
                                       (workspace.value("sampler.type") == Json("replica_exchange"));
        const Json layout = workspace.value("view.layout");
        if (layout.is_string() && layout.get<std::string>() != view.layout) {
            set_layout(layout.get<std::string>());
        }
        view.fit = true;
    }
}

void Workbench::start_story(const std::string& name, std::size_t step) {
    try {
        story->start(name, step);
        workspace.note(LogLine::Kind::command, "story " + name);
        set_layout("mode_blindness");
        view.raise.emplace_back("story");
    } catch (const std::exception& e) {
        workspace.messages.push_back({"The story cannot be told", {e.what()}});
    }
}

std::string Workbench::export_prefix() const {
    std::string text = workspace.name();
    for (char& c : text) {
        c = std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' ? c : '_';
    }
    return text.empty() ? "tempera" : text;
}

void Workbench::export_plots(const std::string& format, bool all) {
    std::vector<PlotSpec> plots;
    for (const View& v : view_catalogue()) {
        if (v.plots && (all || view.focused == v.id)) {
            std::vector<PlotSpec> more = v.plots(*this);
            plots.insert(plots.end(), std::make_move_iterator(more.begin()),
                         std::make_move_iterator(more.end()));
        }
    }
    workspace.note(LogLine::Kind::command,
                   "export " + (all ? std::string("all") : view.focused) + " " + format);
    // Exports are for paper: the dark look of the screen becomes the light one.
    exporter.figures(std::move(plots), format, theme.name() == "print" ? "print" : "light", "out/figures",
                     export_prefix());
}

void Workbench::update(float seconds) {
    workspace.update(seconds);
    learning.update();
    if (learning.take_start()) {
        view.raise.emplace_back("training");
    }
    story->update(*this);
    tips->update(*this);
    blindness->update(*this);
}

void Workbench::frame() {
    update(ImGui::GetIO().DeltaTime);
    for (const Exporter::Report& report : exporter.take_reports()) {
        workspace.note(report.good ? LogLine::Kind::note : LogLine::Kind::error, report.text);
        if (report.good) {
            say(report.text);
        } else {
            workspace.messages.push_back({"The export failed", {report.text}});
        }
    }
    draw_menu_bar(*this);
    draw_transport(*this);
    draw_docks(*this);
    draw_status(*this);
    draw_overlays(*this);
    commands.handle_keys(*this);
}

void Workbench::set_on_publish(const std::function<void()>& callback) {
    workspace.set_on_publish(callback);
    learning.set_on_publish(callback);
    exporter.set_on_report(callback);
    learning.set_on_publish(callback);
    blindness->set_on_publish(callback);
}

std::string Workbench::state_json() const {
    Json state;
    state["preset"] = workspace.document();
    state["layout"] = view.layout;
    state["theme"] = theme.name();
    state["hidden"] = view.hidden;
    state["state"] = to_string(workspace.snapshot().state);
    state["pending"] = workspace.pending();
    return state.dump(1);
}

}  // namespace tempera::app
