// SPDX-License-Identifier: MIT
// What the window and the off-screen renderer share: contexts, fonts, one drawn frame, measurements.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/app.hpp"
#include "app/shell/workbench.hpp"

namespace tempera::app {

/// Measurements of a session (design contract of `--json`).
struct FrameTimes {
    std::vector<double> build_ms;
    std::vector<int> vertices;
    double first_frame_ms = 0;
    int idle_frames_5s = -1;
    long frames = 0;
    Json json(const Workspace& workspace) const;
    void add(double ms, int n_vertices);
};

/// Dear ImGui and ImPlot contexts for a scope.
class Contexts {
public:
    Contexts();
    ~Contexts();
    Contexts(const Contexts&) = delete;
    Contexts& operator=(const Contexts&) = delete;
};

inline constexpr int usual_width = 1440, usual_height = 900;  ///< of a window that was never sized
/// Levels or scans a second: what a person can follow, and what lets pictures see every level.
inline constexpr double watchable_pace = 8, picture_pace = 25;
/// A snapshot of very many particles takes so long that a quicker run would leave thumbnails without one.
inline constexpr double large_picture_pace = 4;
/// Opens what the options ask for; false when it cannot be read.
bool open_initial(Workbench& bench, const AppOptions& options);
/// As open_initial(); where that cannot be, the usual preset stands behind the message that says why.
void open_or_explain(Workbench& bench, const AppOptions& options);
/// Reads renderer facts of the current context into the workbench; false when below OpenGL 3.3.
bool read_renderer(Workbench& bench, std::string& problem);
/// Builds one frame (ImGui::NewFrame must have been prepared by the back ends) and renders it into the bound
/// frame buffer.
void build_frame(Workbench& bench, FrameTimes& times);

/// Off screen: EGL without a display. Screenshots and measurements.
int run_offscreen(const AppOptions& options);
/// A window on a display.
int run_window(const AppOptions& options);

/// One panel as pixels, RGB rows, top first.
struct PanelPicture {
    std::string panel;
    int width = 0, height = 0;
    std::vector<unsigned char> rgb;
};
/// Opens options.file off screen, runs it to its end, brings each named panel to the front and cuts it out;
/// times and folders are masked. Throws std::runtime_error where there is no EGL.
std::vector<PanelPicture> panel_pictures(const AppOptions& options, const std::vector<std::string>& panels,
                                         void (*arrange)(Workbench&) = nullptr);

}  // namespace tempera::app
