// SPDX-License-Identifier: MIT
#include "app/shell/workbench.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "app/bring/bring_card.hpp"
#include "app/learning/blindness_board.hpp"
#include "app/render/plot_implot.hpp"
#include "app/shell/shell.hpp"
#include "app/shell/tips.hpp"
#include "app/stories/story.hpp"
#include "app/workspace/file_kind.hpp"
#include "app/workspace/run_size.hpp"

namespace tempera::app {
namespace {

constexpr double longest_unasked = 60;  ///< seconds of a run that starts without a question

/// Where a person's own presets go until another place was chosen.
std::filesystem::path own_presets() {
    const char* home = std::getenv("HOME");
    return home && *home ? std::filesystem::path(home) / "tempera" : std::filesystem::current_path();
}

}  // namespace

Workbench::Workbench(std::unique_ptr<EngineLink> link, bool gl, std::unique_ptr<TrainingLink> training)
    : workspace(std::move(link)), learning(workspace, std::move(training)), textures(gl), sprites(gl),
      commands(make_commands()), presets_folder(own_presets()), blindness(std::make_unique<BlindnessBoard>()),
      story(std::make_unique<StoryTeller>()), tips(std::make_unique<Tips>()),
      bring(std::make_unique<BringCard>()) {
    theme.load_fonts();
    set_theme("dark");
    workspace.hold_back = [this] { return hold_back(); };
    workspace.ask_first = [this](bool paused) { return ask_about_size(paused); };
}

Workbench::~Workbench() = default;

void Workbench::say(const std::string& text, double seconds) {
    toast = text;
    toast_until = ImGui::GetTime() + seconds;
}

void Workbench::leave_document(const std::string& doing, std::function<void()> then,
                               std::function<void()> stay) {
    if (!workspace.modified()) {
        then();
        return;
    }
    const std::string save_it = workspace.saves_in_place() ? "Save and " : "Save as ... and ";
    questions.ask({workspace.name() + " has edits that are not saved",
                   {},
                   {{save_it + doing, [this, then] { save(then); }}, {"Without saving", then}},
                   "Cancel",
                   std::move(stay),
                   {}});
}

void Workbench::save(const std::function<void()>& then) {
    if (!workspace.saves_in_place()) {
        save_as(then);
    } else if (workspace.save_as(workspace.file()) && then) {
        then();
    }
}

void Workbench::save_as(const std::function<void()>& then) {
    const std::filesystem::path file = workspace.file();
    const std::filesystem::path start =
        workspace.saves_in_place()
            ? file
            : presets_folder / (run_folder_of(file).empty() && !file.empty() ? file.filename().string()
                                                                             : export_prefix() + ".json");
    dialog.show(FileDialog::Mode::save, start, [this, then](const std::filesystem::path& path) {
        if (workspace.save_as(path)) {
            presets_folder = path.parent_path();
            if (then) {
                then();
            }
        }
    });
}

void Workbench::request_quit() {
    leave_document("quit", [this] { quit = true; });
}

void Workbench::stop() { workspace.busy() && !learning.before_run() ? workspace.stop() : learning.stop(); }

void Workbench::ask_stop() {
    const auto over = [this] { return !workspace.busy() && !learning.active(); };
    if (over()) {
        return;
    }
    const bool training = learning.before_run() || !workspace.busy();
    questions.ask({training ? "Stop this training?" : "Stop this run?",
                   {training ? "Its weights so far are kept; it does not go on from there."
                             : "What it reached is kept; it does not go on from there. Space pauses it."},
                   {{"Stop", [this] { stop(); }}},
                   "Go on",
                   {},
                   over});
}

/// What opens by itself is small and trained; anything else waits for the person.
bool Workbench::hold_back() {
    if (learning.would_train()) {
        say("Its model is not trained yet: Space trains it, then runs", 20);
        return true;
    }
    const RunSize size = run_size(workspace.resolved(), workspace.evaluation_rate());
    if (size.seconds > longest_unasked) {
        say("A large run, " + size.text() + ": Space starts it", 20);
        return true;
    }
    return false;
}

bool Workbench::ask_about_size(bool paused) {
    const RunSize size = run_size(workspace.resolved(), workspace.evaluation_rate());
    if (size.seconds <= longest_unasked) {
        return false;
    }
    questions.ask({"This run may take " + size.text(),
                   {size.basis()},
                   {{"Start", [this, paused] { workspace.start_without_asking(paused); }}},
                   "Cancel",
                   {},
                   {}});
    return true;
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

void Workbench::reset_layout() {
    view.arrangements.erase(view.layout);
    set_layout(view.layout);
}

std::string Workbench::preset_layout() const {
    const Json own = workspace.value("view.layout");
    return own.is_string() && own != Json("explore") ? own.get<std::string>() : view.home_layout;
}

void Workbench::open_file(const std::string& path) {
    const std::filesystem::path file = path;
    const std::string name = file.filename().string();
    std::error_code ignored;
    switch (file_kind(file)) {
    case FileKind::preset:
        leave_document("open " + name, [this, path] { open_now(path); });
        break;
    case FileKind::points:
    case FileKind::module:
        bring->show_file(*this, file);
        break;
    case FileKind::unknown:
        workspace.messages.push_back(
            {name + " cannot be opened. Nothing was changed.",
             {std::filesystem::exists(file, ignored) ? what_opens() : path + " does not exist."}});
        break;
    }
}

void Workbench::open_now(const std::string& path) {
    const bool swaps = workspace.exchanges();
    if (workspace.open(path)) {
        look_anew(swaps);
    }
}

void Workbench::use(const Proposal& proposal, const std::string& what) {
    const bool swaps = workspace.exchanges();
    const long opened = workspace.opened();
    workspace.use(proposal, what);
    if (workspace.opened() != opened) {
        look_anew(swaps);
    }
}

/// At a preset that was just opened.
void Workbench::look_anew(bool exchanged_before) {
    // Panels for weights and panels for swaps take each other's places.
    view.rebuild_layout = view.rebuild_layout || exchanged_before != workspace.exchanges();
    if (preset_layout() != view.layout) {
        set_layout(preset_layout());
    }
    view.fit = true;
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
    FigureExport how = figures;
    how.format = format;
    exporter.figures(std::move(plots), how, export_prefix());
}

/// Where an export could not be written, another folder may do.
void Workbench::report_export(const Exporter::Report& report) {
    workspace.note(report.good ? LogLine::Kind::note : LogLine::Kind::error, report.text);
    if (report.good) {
        say(report.text);
        return;
    }
    if (!report.failed) {
        workspace.messages.push_back({"Nothing was exported", {report.text}});
        return;
    }
    const auto choose = [this, job = report.failed] {
        dialog.show(FileDialog::Mode::folder, presets_folder.parent_path(),
                    [this, job](const std::filesystem::path& folder) {
                        figures.folder = folder;
                        exporter.again(job, folder);
                    });
    };
    questions.ask(
        {"The export failed", {report.text}, {{"Choose another folder ...", choose}}, "Cancel", {}, {}});
}

/// Marks in place of letters need an explanation where they are seen.
void Workbench::watch_name() {
    if (workspace.name() == checked_name) {
        return;
    }
    checked_name = workspace.name();
    if (!theme.can_draw(checked_name)) {
        const std::string text =
            "No font here has all letters of this name; the package fonts-noto-cjk may help";
        workspace.note(LogLine::Kind::warning, text);
        say(text, 30);
    }
}

void Workbench::update(float seconds) {
    workspace.update(seconds);
    watch_name();
    learning.update();
    if (learning.take_start()) {
        view.raise.emplace_back("training");
    }
    story->update(*this);
    tips->update(*this);
    blindness->update(workspace, learning);
    bring->update(*this);
}

void Workbench::frame() {
    update(ImGui::GetIO().DeltaTime);
    for (const Exporter::Report& report : exporter.take_reports()) {
        report_export(report);
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
    blindness->set_on_publish(callback);
    bring->set_on_publish(callback);
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
