// SPDX-License-Identifier: MIT
// The window's commands, menu by menu.
#include <algorithm>
#include <filesystem>
#include <tuple>
#include <utility>

#include "app/bring/bring_card.hpp"
#include "app/kit/text.hpp"
#include "app/kit/words.hpp"
#include "app/shell/commands.hpp"
#include "app/shell/recovery_card.hpp"
#include "app/shell/tips.hpp"
#include "app/shell/workbench.hpp"
#include "app/stories/story.hpp"
#include "app/workspace/file_kind.hpp"
#include "core/build_id.hpp"
#include "figures/figure_files.hpp"
#include "figures/palette_names.hpp"

namespace tempera::app {
namespace {

using Chord = ImGuiKeyChord;
constexpr Chord ctrl = ImGuiMod_Ctrl, shift = ImGuiMod_Shift;

bool busy(const Workbench& b) { return b.workspace.busy() || b.learning.active(); }
bool has_result(const Workbench& b) { return b.workspace.result() != nullptr; }

void file_commands(Commands& list) {
    list.add(
        {"file.bring", "File", "New target ...", ctrl | ImGuiKey_N, [](Workbench& b) { b.bring->show(); }});
    list.add({"file.open", "File", "Open ...", ctrl | ImGuiKey_O, [](Workbench& b) {
                  const std::filesystem::path start = b.workspace.file().empty()
                                                          ? std::filesystem::path(TEMPERA_PRESET_DIR)
                                                          : b.workspace.file().parent_path();
                  b.dialog.show(
                      FileDialog::Mode::open, start,
                      [&b](const std::filesystem::path& path) { b.open_file(path.string()); },
                      opened_endings());
              }});
    list.add({"file.save", "File", "Save", ctrl | ImGuiKey_S, [](Workbench& b) { b.save(); }});
    list.add({"file.save_as", "File", "Save as ...", ctrl | shift | ImGuiKey_S,
              [](Workbench& b) { b.save_as(); }});
    list.add({"file.reload", "File", "Reload from disk", 0,
              [](Workbench& b) { b.open_file(b.workspace.file().string()); },
              [](const Workbench& b) { return !b.workspace.file().empty(); }});
    std::error_code ignored;
    std::vector<std::filesystem::path> presets;
    for (const auto& entry : std::filesystem::directory_iterator(TEMPERA_PRESET_DIR, ignored)) {
        if (entry.path().extension() == ".json") {
            presets.push_back(entry.path());
        }
    }
    std::sort(presets.begin(), presets.end());
    for (const auto& path : presets) {
        list.add({"preset." + path.stem().string(), "Presets", path.stem().string(), 0,
                  [path](Workbench& b) { b.open_file(path.string()); }});
    }
    list.add({"file.note", "File", "About this preset", 0, [](Workbench& b) {
                  const Json note = b.workspace.value("note");
                  const bool said = note.is_string() && !note.get<std::string>().empty();
                  b.questions.ask({b.workspace.name(),
                                   {said ? note.get<std::string>() : "This preset has no note."},
                                   {},
                                   "Close",
                                   {},
                                   {}});
              }});
    const auto left_behind = [](const Workbench& b) { return !b.autosave.leftovers().empty(); };
    list.add({"file.restore", "", "Restore the session that did not end", 0, restore_leftover, left_behind});
    list.add({"file.discard", "", "Discard the session that did not end", 0,
              [](Workbench& b) { b.autosave.discard_first(); }, left_behind});
    list.add({"file.quit",
              "File",
              "Quit",
              ctrl | ImGuiKey_Q,
              [](Workbench& b) { b.request_quit(); },
              {},
              {},
              true});
}

void edit_commands(Commands& list) {
    list.add({"edit.undo", "Edit", "Undo", ctrl | ImGuiKey_Z, [](Workbench& b) { b.workspace.undo(); },
              [](const Workbench& b) { return b.workspace.can_undo(); }});
    list.add({"edit.redo", "Edit", "Redo", ctrl | shift | ImGuiKey_Z,
              [](Workbench& b) { b.workspace.redo(); },
              [](const Workbench& b) { return b.workspace.can_redo(); }});
    list.add({"edit.revert", "Edit", "Revert all edits", 0, [](Workbench& b) { b.workspace.revert_all(); },
              [](const Workbench& b) { return b.workspace.modified(); }});
    list.add({"edit.show_absent",
              "Edit",
              "Show settings that are not set",
              0,
              [](Workbench& b) { b.view.show_absent = !b.view.show_absent; },
              {},
              [](const Workbench& b) { return b.view.show_absent; },
              true});
    list.add({"edit.copy_command", "Edit", "Copy as command line", 0,
              [](Workbench& b) { ImGui::SetClipboardText(b.workspace.command_line().c_str()); }});
}

/// A run whose model trains first is, until then, its training.
void run_or_pause(Workbench& b) {
    b.learning.before_run() ? b.learning.run_or_pause() : b.workspace.run_or_pause();
}

void training_commands(Commands& list) {
    const auto can = [](const Workbench& b) { return b.learning.active() || b.learning.obstacle().empty(); };
    list.add({"train.toggle",
              "Run",
              "Train the model / pause",
              ctrl | ImGuiKey_T,
              [](Workbench& b) { b.learning.run_or_pause(); },
              can,
              {},
              true});
    list.add({"train.step", "Run", "Step one optimiser step", ctrl | shift | ImGuiKey_T,
              [](Workbench& b) { b.learning.step(); }, can});
    list.add({"train.stop", "Run", "Stop training", 0, [](Workbench& b) { b.learning.stop(); },
              [](const Workbench& b) { return b.learning.active(); }});
    list.add({"train.use", "Run", "Use the trained model", 0, [](Workbench& b) { b.learning.use(); },
              [](const Workbench& b) { return b.learning.usable(); }});
}

void run_commands(Commands& list) {
    list.add({"run.toggle", "Run", "Run / pause", ImGuiKey_Space, run_or_pause});
    list.add({"run.step_move", "Run", "Step one move", ImGuiKey_Period,
              [](Workbench& b) { b.learning.before_run() ? b.learning.step() : b.workspace.step_move(); }});
    list.add({"run.step_level", "Run", "Step one level or scan", shift | ImGuiKey_Period,
              [](Workbench& b) { b.learning.before_run() ? b.learning.step() : b.workspace.step_level(); }});
    list.add({"run.ask_stop", "Run", "Stop ...", ImGuiKey_Escape, [](Workbench& b) { b.ask_stop(); }, busy});
    list.add({"run.stop", "", "Stop at once", 0, [](Workbench& b) { b.stop(); }, busy});
    list.add({"run.restart",
              "Run",
              "Apply and restart, same seed",
              ctrl | ImGuiKey_R,
              [](Workbench& b) { b.workspace.restart(false); },
              {},
              {},
              true});
    list.add({"run.new_seed", "Run", "Restart with the next seed", ctrl | shift | ImGuiKey_R,
              [](Workbench& b) { b.workspace.restart(true); }});
    list.add({"run.watchable",
              "Run",
              "Watchable pace (8 levels a second)",
              0,
              [](Workbench& b) { b.workspace.set_pace(b.workspace.pace() > 0 ? 0 : 8); },
              {},
              [](const Workbench& b) { return b.workspace.pace() > 0; },
              true});
}

void look(Workbench& b, int step) { b.workspace.look_at(b.workspace.level() + step); }

/// Rows of the density path; the last one stays.
void toggle_row(Workbench& b, bool LearnedLook::* row) {
    LearnedLook& look = b.view.learned;
    if (!b.learning.learned_path()) {
        b.say("This path is exact: there is no learned density to compare with");
        return;
    }
    look.*row = !(look.*row);
    if (!look.exact && !look.learned && !look.difference) {
        look.*row = true;
    }
}

void learned_commands(Commands& list) {
    list.add({"view.exact",
              "View",
              "Exact densities",
              ImGuiKey_E,
              [](Workbench& b) {
                  Background& ground = b.view.learned.background;
                  if (b.learning.learned_path()) {
                      toggle_row(b, &LearnedLook::exact);
                  } else {
                      ground = ground == Background::exact ? Background::own : Background::exact;
                  }
              },
              {},
              [](const Workbench& b) {
                  return b.learning.learned_path() ? b.view.learned.exact
                                                   : b.view.learned.background == Background::exact;
              }});
    for (const auto& [id, label, key, row] :
         {std::tuple{"view.learned", "Learned densities", ImGuiKey_L, &LearnedLook::learned},
          std::tuple{"view.difference", "Difference of densities", ImGuiKey_D, &LearnedLook::difference}}) {
        list.add({id,
                  "View",
                  label,
                  key,
                  [row](Workbench& b) { toggle_row(b, row); },
                  {},
                  [row](const Workbench& b) { return b.view.learned.*row; }});
    }
    list.add({"view.match_limits",
              "View",
              "Match colour limits of exact and learned",
              ImGuiKey_M,
              [](Workbench& b) { b.view.learned.match_limits = !b.view.learned.match_limits; },
              {},
              [](const Workbench& b) { return b.view.learned.match_limits; }});
    for (const auto& [id, label, ground] :
         {std::tuple{"view.behind_exact", "Exact density behind particles", Background::exact},
          std::tuple{"view.behind_learned", "Learned density behind particles", Background::learned},
          std::tuple{"view.behind_own", "The particles' own density behind them", Background::own},
          std::tuple{"view.behind_none", "Nothing behind particles", Background::none}}) {
        list.add({id,
                  "View",
                  label,
                  0,
                  [ground](Workbench& b) { b.view.learned.background = ground; },
                  {},
                  [ground](const Workbench& b) { return b.view.learned.background == ground; }});
    }
}

void view_commands(Commands& list) {
    list.add({"view.play", "View", "Play the path", ImGuiKey_P, [](Workbench& b) { b.workspace.play(); }});
    list.add({"view.follow",
              "View",
              "Follow the run's level",
              0,
              [](Workbench& b) { b.workspace.follow(); },
              {},
              [](const Workbench& b) { return b.workspace.following(); }});
    list.add({"view.previous_level", "", "Level towards the reference", ImGuiKey_LeftBracket,
              [](Workbench& b) { look(b, 1); }});
    list.add({"view.next_level", "", "Level towards the target", ImGuiKey_RightBracket,
              [](Workbench& b) { look(b, -1); }});
    list.add({"view.first_level", "", "Reference", ImGuiKey_Home,
              [](Workbench& b) { b.workspace.look_at(b.workspace.n_levels()); }});
    list.add({"view.last_level", "", "Target", ImGuiKey_End, [](Workbench& b) { b.workspace.look_at(0); }});
    list.add({"view.fit", "View", "Fit all plots", ImGuiKey_F, [](Workbench& b) { b.view.fit = true; }});
    list.add({"view.colour",
              "View",
              "Colour particles by mode",
              0,
              [](Workbench& b) { b.view.by_mode = !b.view.by_mode; },
              {},
              [](const Workbench& b) { return b.view.by_mode; }});
    list.add({"view.let_go", "View", "Let go of the picked particle", 0, [](Workbench& b) { b.pick(-1); },
              [](const Workbench& b) { return b.picked() >= 0; }});
    learned_commands(list);
    list.add({"view.log", "View", "Show the log", ctrl | ImGuiKey_GraveAccent, [](Workbench& b) {
                  std::erase(b.view.hidden, "log");
                  b.view.raise.emplace_back("log");
              }});
    list.add({"view.sprites",
              "View",
              "Draw particles",
              0,
              [](Workbench& b) { b.view.show_particles = !b.view.show_particles; },
              {},
              [](const Workbench& b) { return b.view.show_particles; }});
}

void look_commands(Commands& list) {
    int key = 0;
    for (const auto& [id, label] :
         {std::pair{"explore", "Explore"}, std::pair{"weights", "Weights"}, std::pair{"ladder", "Ladder"},
          std::pair{"mode_blindness", "Mode blindness"}, std::pair{"molecules", "Particle systems"}}) {
        list.add({std::string("layout.") + id,
                  "Layout",
                  label,
                  ctrl | static_cast<ImGuiKey>(ImGuiKey_1 + key),
                  [id = std::string(id)](Workbench& b) {
                      b.view.home_layout = id;
                      b.set_layout(id);
                  },
                  {},
                  [id = std::string(id)](const Workbench& b) { return b.view.layout == id; }});
        ++key;
    }
    list.add(
        {"layout.reset", "Layout", "Reset layout", 0, [](Workbench& b) { b.reset_layout(); }, {}, {}, true});
    for (const std::string& name : palette_names()) {
        list.add({"theme." + name,
                  "Theme",
                  capitalised(in_words(name)),
                  0,
                  [name](Workbench& b) { b.set_theme(name); },
                  {},
                  [name](const Workbench& b) { return b.theme.name() == name; }});
    }
}

void size_commands(Commands& list) {
    list.add({"view.larger",
              "View",
              "Larger",
              ctrl | ImGuiKey_Equal,
              [](Workbench& b) { b.set_scale(std::min(3.0f, b.scale + 0.125f)); },
              {},
              {},
              true});
    list.add({"view.smaller", "View", "Smaller", ctrl | ImGuiKey_Minus,
              [](Workbench& b) { b.set_scale(std::max(0.75f, b.scale - 0.125f)); }});
    list.add({"view.normal_size", "View", "Normal size", ctrl | ImGuiKey_0,
              [](Workbench& b) { b.set_scale(b.display_scale); }});
    list.add({"view.fullscreen", "View", "Full screen", ImGuiKey_F11,
              [](Workbench& b) { b.fullscreen = !b.fullscreen; }});
    for (const View& v : view_catalogue()) {
        list.add({std::string("panel.") + v.id,
                  "Panels",
                  v.title,
                  0,
                  [id = std::string(v.id)](Workbench& b) {
                      auto& hidden = b.view.hidden;
                      const auto it = std::find(hidden.begin(), hidden.end(), id);
                      it == hidden.end() ? hidden.push_back(id) : void(hidden.erase(it));
                  },
                  {},
                  [id = std::string(v.id)](const Workbench& b) {
                      return std::find(b.view.hidden.begin(), b.view.hidden.end(), id) == b.view.hidden.end();
                  }});
    }
}

void export_commands(Commands& list) {
    list.add({"export.dialog", "Export", "Figures: folder, size, theme ...", 0,
              [](Workbench& b) { b.export_dialog.show(); }});
    list.add({"export.focused", "Export", "Panel under the mouse as SVG", ctrl | ImGuiKey_E,
              [](Workbench& b) { b.export_plots("svg", false); }});
    for (const std::string& format : figure_formats()) {
        list.add({"export.all_" + format, "Export", "All figures as " + format,
                  format == "svg" ? (ctrl | shift | ImGuiKey_E) : 0,
                  [format](Workbench& b) { b.export_plots(format, true); }});
    }
    for (const char* format : {"npz", "csv"}) {
        list.add({std::string("export.samples_") + format,
                  "Export",
                  std::string("Samples as ") + format,
                  0,
                  [format = std::string(format)](Workbench& b) {
                      b.exporter.samples(b.workspace.result(), format, b.figures.folder, b.export_prefix());
                  },
                  has_result,
                  {},
                  std::string(format) == "npz"});
    }
    list.add({"export.run", "Export", "Run folder with report", 0,
              [](Workbench& b) { b.exporter.run_folder(b.workspace.result(), "out", b.export_prefix()); },
              has_result});
}

void story_commands(Commands& list) {
    for (const auto& [name, title] : shipped_stories()) {
        list.add({"story." + name, "Stories", title, 0, [name](Workbench& b) { b.start_story(name); }});
    }
    const auto told = [](const Workbench& b) { return b.story->active(); };
    list.add(
        {"stories.next", "Stories", "Next step", 0, [](Workbench& b) { b.story->next(); }, told, {}, true});
    list.add({"stories.back", "Stories", "Step back", 0, [](Workbench& b) { b.story->back(); }, told});
    list.add(
        {"stories.close", "Stories", "Close the story", 0, [](Workbench& b) { b.story->close(); }, told});
}

void help_commands(Commands& list) {
    list.add({"help.palette", "Help", "Search commands and settings", ctrl | shift | ImGuiKey_P,
              [](Workbench& b) { b.palette.show(); }});
    list.add({"help.palette_f1", "", "Search commands and settings (F1)", ImGuiKey_F1,
              [](Workbench& b) { b.palette.show(); }});
    list.add({"help.tips",
              "Help",
              "Show tips",
              0,
              [](Workbench& b) { b.tips->show(!b.tips->shown()); },
              {},
              [](const Workbench& b) { return b.tips->shown(); }});
    list.add({"help.keys", "Help", "Keyboard", shift | ImGuiKey_Slash,
              [](Workbench& b) { b.view.show_keys = true; }});
    list.add(
        {"help.system", "Help", "About this system", 0, [](Workbench& b) { b.view.show_system = true; }});
}

}  // namespace

Commands make_commands() {
    Commands list;
    file_commands(list);
    edit_commands(list);
    run_commands(list);
    training_commands(list);
    view_commands(list);
    look_commands(list);
    size_commands(list);
    export_commands(list);
    story_commands(list);
    help_commands(list);
    return list;
}

}  // namespace tempera::app
