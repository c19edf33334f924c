// SPDX-License-Identifier: MIT
// A session as autosave keeps it: the preset, the file it came from and how it is looked at.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "app/shell/workbench.hpp"

namespace tempera::app {

/// Everything of the view that a person would miss, once: f(name, value) for each.
template <class View, class F>
void for_each_remembered(View& view, F f) {
    f("layout", view.layout);
    f("home_layout", view.home_layout);
    f("by_mode", view.by_mode);
    f("background", view.learned.background);
    f("exact_row", view.learned.exact);
    f("learned_row", view.learned.learned);
    f("difference_row", view.learned.difference);
    f("match_limits", view.learned.match_limits);
    f("arrows", view.learned.arrows);
    f("arrow_angles", view.learned.angles);
    f("show_particles", view.show_particles);
    f("occupancy_lines", view.occupancy_lines);
    f("mass_mode", view.mass_mode);
    f("show_absent", view.show_absent);
    f("setup_filter", view.setup_filter);
    f("hidden", view.hidden);
    f("arrangements", view.arrangements);
    f("blindness_part", view.blindness_part);
    f("loss_smoothing", view.loss_smoothing);
    f("learning_rate", view.learning_rate);
    f("training_map", view.training_map);
    f("training_part", view.training_part);
    f("series", view.series);
    f("observable", view.observable);
    f("free_energy_across", view.free_energy[0]);
    f("free_energy_up", view.free_energy[1]);
    f("projection", view.projection);
    f("projected_across", view.projected[0]);
    f("projected_up", view.projected[1]);
    f("ball_colour", view.ball_colour);
    f("pair_density", view.pair_density);
    f("log_density", view.log_density);
}

Json view_json(const ViewState& view);
/// Takes what is there and of the right kind.
void read_view(const Json& json, ViewState& view);

/// From now on the session is kept in a folder against crashes, and opened files are remembered.
void keep_session(Workbench& bench, const std::filesystem::path& folder, std::function<void()> on_write);
/// As often as the window wakes up: writes what was edited when it is time to.
void tick_session(Workbench& bench);
/// `unasked`: nobody could be asked what becomes of edits and of a run under way, so the next session offers
/// them; otherwise only a long run is kept. True when the run shall be left to the engine link, which keeps
/// its last state when it goes.
bool end_session(Workbench& bench, bool unasked);

Json session_json(const Workbench& bench);
/// Takes over a session without its run; nothing runs until the person says so, because its run may be what
/// crashed.
void recover(Workbench& bench, const Json& session);

/// Takes over the newest session that was left behind, if any.
void restore_leftover(Workbench& bench);

/// A line about an autosave: what was worked on, how long ago.
std::string describe_session(const Json& session);

/// Offers what was left behind, as a card over the panels; nothing is waited for.
void draw_recovery(Workbench& bench);

}  // namespace tempera::app
