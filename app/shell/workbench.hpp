// SPDX-License-Identifier: MIT
// Everything that the window's frame needs, and the frame itself.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/kit/file_dialog.hpp"
#include "app/kit/theme.hpp"
#include "app/learning/learned_look.hpp"
#include "app/learning/learning.hpp"
#include "app/recovery/autosave.hpp"
#include "app/render/density_textures.hpp"
#include "app/render/sprites.hpp"
#include "app/shell/arrangement.hpp"
#include "app/shell/command_palette.hpp"
#include "app/shell/commands.hpp"
#include "app/shell/export_dialog.hpp"
#include "app/shell/panel.hpp"
#include "app/shell/question.hpp"
#include "app/workspace/exports.hpp"
#include "app/workspace/remedies.hpp"
#include "app/workspace/workspace.hpp"
#include "run/figures/observable_figures.hpp"
#include "run/figures/run_figures.hpp"

namespace tempera::app {

class BlindnessBoard;
class BringCard;
class StoryTeller;
class Tips;

/// How the window is looked at; nothing of it changes a run.
struct ViewState {
    std::string layout = "explore";
    std::string home_layout = "explore";  ///< the person's choice for presets that ask for no special one
    bool rebuild_layout = true;
    bool by_mode = true;  ///< particles' colours: mode or weight
    LearnedLook learned;
    bool show_particles = true;
    bool occupancy_lines = false;
    int mass_mode = 0;
    bool fit = false;          ///< one frame
    bool show_absent = false;  ///< Setup also lists settings that are not set
    bool show_keys = false, show_system = false;
    std::string focused = "particles";  ///< last panel the mouse was over: what Ctrl+E exports
    std::string setup_filter;
    std::vector<std::string> hidden;  ///< closed panels
    /// By layout: where the person has moved its panels, as Dear ImGui writes it down. Others are built.
    std::map<std::string, std::string> arrangements;
    std::vector<std::string> raise;  ///< panels whose tabs come to the front with the next frame
    int blindness_part = 0;          ///< of the Blindness panel: curves, seeds, remedies
    /// Of the Training panel: weight of the past in the running means of the losses, whether the learning
    /// rate is drawn, noise levels as a map over steps or as lines, and the plot where there is room for one.
    double loss_smoothing = 0.9;
    bool learning_rate = true, training_map = false;
    int training_part = 0;
    std::string series;      ///< of the Series panel; empty: what a diagnostic tells, else the first one
    std::string observable;  ///< of the Energy and the Traces panel; empty: the energy
    /// Of the Traces panel: traces, ranks or autocorrelation, of chains at the target or of levels' energies.
    int traces_part = 0;
    bool traces_of_levels = false;
    std::array<std::string, 2> free_energy;  ///< observables across and up; empty: the first two
    /// Of the Particles panel, with the observables across and up; empty: the first two.
    Projection projection = Projection::plane;
    std::array<std::string, 2> projected;
    Camera camera;  ///< of the Configuration panel
    BallColour ball_colour = BallColour::number;
    PairDensity pair_density = PairDensity::of_distance;  ///< of the Distances panel
    bool log_density = false;                             ///< of the Energy panel
    int picked = -1;                                      ///< particle; see Workbench::picked()
    long picked_in = 0;                                   ///< which of the opened presets it belongs to
};

struct Workbench {
    Workbench(std::unique_ptr<EngineLink> link, bool gl,
              std::unique_ptr<TrainingLink> training = make_training_link());
    ~Workbench();

    /// One frame between ImGui::NewFrame() and ImGui::Render().
    void frame();
    /// What a frame does before it draws: takes what is new.
    void update(float seconds);
    /// A file dropped on the window or chosen in a menu or dialog. A preset or a run: asks first when edits
    /// would be lost. Something of one's own: looks at it first. Anything else: says what can be opened.
    void open_file(const std::string& path);
    /// Makes a preset of what was brought the one that is open.
    void use(const Proposal& proposal, const std::string& what);
    /// Does `then` at once when the preset has no edits that were not saved. Otherwise asks: `then` follows
    /// when they are saved or given up, `stay` when the person would rather stay. `doing` completes "Save
    /// and".
    void leave_document(const std::string& doing, std::function<void()> then,
                        std::function<void()> stay = {});
    /// Into its own file, or, where the preset is a template or has none, asks for one.
    void save(const std::function<void()>& then = {});
    void save_as(const std::function<void()>& then = {});
    /// Stops what runs or trains, at once or after a question.
    void stop();
    void ask_stop();
    /// A line in the status bar for some seconds.
    void say(const std::string& text, double seconds = 8);
    /// The particle that all panels mark and Configuration shows; < 0: none. It ends with its preset.
    int picked() const { return view.picked_in == workspace.opened() ? view.picked : -1; }
    void pick(int particle) { view.picked = particle, view.picked_in = workspace.opened(); }
    /// Ends the program, or asks first when there are edits that were not saved.
    void request_quit();
    void set_theme(const std::string& name);
    void set_scale(float scale);
    void set_layout(const std::string& name);
    /// Forgets where the person has moved the panels of the present layout.
    void reset_layout();
    /// The layout of the preset that is open, or the person's own where it asks for none but the usual one.
    std::string preset_layout() const;
    /// Starts a shipped story; what is wrong with it becomes a message.
    void start_story(const std::string& name, std::size_t step = 0);
    void export_plots(const std::string& format, bool all);
    std::string export_prefix() const;
    /// True while something moves by itself (an animation), so that the window keeps drawing.
    bool animating() const { return workspace.playing(); }
    /// Tells `callback`, on the threads concerned, that there is something new to draw.
    void set_on_publish(const std::function<void()>& callback);
    std::string state_json() const;  ///< what a test compares: layout, panels, preset, run state

private:
    void open_now(const std::string& path);
    void look_anew(bool exchanged_before);
    void report_export(const Exporter::Report& report);
    void watch_name();
    bool hold_back();
    bool ask_about_size(bool paused);

public:
    Workspace workspace;
    Learning learning;
    Questions questions;
    CommandPalette palette;
    Theme theme;
    DensityTextures textures;
    Sprites sprites;
    Commands commands;
    FileDialog dialog;
    ViewState view;
    Arrangement arrangement;
    std::string toast;  ///< last thing that happened, in the status bar
    double toast_until = 0;
    /// Keys that were pressed since the last frame, each with its modifiers, where a window feeds them: Dear
    /// ImGui loses a chord whose modifier is released within the frame of its key.
    std::vector<KeyPress> chords;
    bool chords_fed = false;
    bool popup_open = false;  ///< at the end of the last frame
    bool quit = false, fullscreen = false;
    bool script_refused = false;  ///< a story's or hint's next line would have lost edits, and must not
    bool software_gl = true;
    std::string renderer = "no renderer";
    std::string graphics;  ///< all that the driver says of itself
    long largest_texture = 0;
    double build_ms = 0;                      ///< of the last frame, shown in the status bar
    float scale = 1, display_scale = 1;       ///< chosen, and what the display asks for
    int window_width = 0, window_height = 0;  ///< in pixels of the screen, outside full screen; 0: not known
    bool masked = false;                      ///< times are hidden (golden pictures)
    std::string checked_name;                 ///< of a preset, that the fonts were asked about
    std::filesystem::path presets_folder;     ///< where Save as begins
    FigureExport figures;                     ///< how and where figures are written
    ExportDialog export_dialog;
    Exporter exporter;
    Autosave autosave;
    std::unique_ptr<BlindnessBoard> blindness;
    std::unique_ptr<StoryTeller> story;
    std::unique_ptr<Tips> tips;
    std::unique_ptr<BringCard> bring;
    RemedyFinder remedies;
};

}  // namespace tempera::app
