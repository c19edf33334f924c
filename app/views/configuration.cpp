// SPDX-License-Identifier: MIT
// One system of particles in space, turned with the mouse; one lattice of spins.
#include <algorithm>
#include <cmath>

#include "app/views/level_plot.hpp"
#include "run/figures/observable_figures.hpp"
#include "run/record/point_set.hpp"

namespace tempera::app {
namespace {

SystemView system_view(const Workbench& b) {
    return {.points = b.workspace.points_in_view(),
            .level = b.workspace.level(),
            .particle = b.picked(),
            .camera = b.view.camera,
            .colour = b.view.ball_colour};
}

std::vector<PlotSpec> plots(Workbench& b) {
    return {configuration_figure(b.workspace.snapshot(), system_view(b))};
}

/// A drag turns the system, the wheel comes nearer.
void steer(Camera& camera) {
    const ImGuiIO& io = ImGui::GetIO();
    constexpr double per_pixel = 0.01, most_pitch = 1.5;
    if (!ImGui::IsWindowHovered(ImGuiHoveredFlags_ChildWindows)) {
        return;
    }
    if (ImGui::IsMouseDragging(ImGuiMouseButton_Left)) {
        camera.yaw = std::remainder(camera.yaw + per_pixel * static_cast<double>(io.MouseDelta.x), 2 * M_PI);
        camera.pitch = std::clamp(camera.pitch + per_pixel * static_cast<double>(io.MouseDelta.y),
                                  -most_pitch, most_pitch);
    }
    camera.zoom = std::clamp(camera.zoom * std::pow(1.1, static_cast<double>(io.MouseWheel)), 0.3, 5.0);
}

/// Goes through the systems that are kept, by their order; true while it is held.
bool slider(Workbench& b, const PointSet& points) {
    const int n = static_cast<int>(points.weight.size());
    const auto kept = row_of(points.particle, b.picked());
    int row = static_cast<int>(kept.value_or(0));
    ImGui::SetNextItemWidth(std::min(remaining().width, b.theme.px(160)));
    if (ImGui::SliderInt("###system", &row, 0, std::max(0, n - 1),
                         b.picked() >= 0 && !kept ? "not kept" : "system %d", ImGuiSliderFlags_AlwaysClamp)) {
        b.pick(points.particle[static_cast<std::size_t>(row)]);
    }
    if (ImGui::IsItemHovered() && !ImGui::IsItemActive()) {
        ImGui::SetTooltip("Which of the particles that are kept for views: it is picked in all panels.\n"
                          "Drag the picture to turn it; Esc lets go of the particle.");
    }
    return ImGui::IsItemActive();
}

void colours(Workbench& b, const PointSet& points) {
    const bool rests = !b.workspace.busy() || b.workspace.snapshot().state == RunState::paused;
    const char* unknown = rests ? "It is not known of this target"
                                : "For systems of so many particles it is told when the run pauses";
    const auto one = [&](const char* label, BallColour colour, bool known, const char* tip) {
        ImGui::SameLine(0, b.theme.px(colour == BallColour::number ? 10 : 2));
        if (choice(b, label, b.view.ball_colour == colour, known ? tip : unknown, known)) {
            b.view.ball_colour = colour;
        }
    };
    one("number###number", BallColour::number, true, "Colour of a particle: which one it is");
    one("force###force", BallColour::force, !points.force.empty(),
        "Colour of a particle: the force on it, in kT per length");
    one("energy###energy", BallColour::energy, !points.energy.empty(),
        "Colour of a particle: its energy, with half of that of each of its pairs");
}

void draw(Workbench& b) {
    const Snapshot& s = b.workspace.snapshot();
    const PlotSpec spec = plots(b).front();
    panel_header(b, *find_view("configuration"), "Configuration", spec.state, &spec);
    const auto points = b.workspace.points_in_view();
    bool sliding = false;
    if ((s.particles || s.lattice > 0) && points && !points->weight.empty()) {
        sliding = slider(b, *points);
        if (s.particles) {
            colours(b, *points);
        }
    }
    if (!spec.empty.empty()) {
        empty_text(b, spec.empty);
        return;
    }
    plot_note(b.theme, spec);
    whole_plot(b, spec);
    if (!sliding) {
        steer(b.view.camera);
    }
}

}  // namespace

View configuration_view() { return {"configuration", "Configuration", draw, plots}; }

}  // namespace tempera::app
