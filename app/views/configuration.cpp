// SPDX-License-Identifier: MIT
// One system of particles in space, turned with the mouse; one lattice of spins.
#include <algorithm>
#include <cmath>

#include "app/views/level_plot.hpp"
#include "run/figures/observable_figures.hpp"

namespace tempera::app {
namespace {

/// The chosen row of the snapshot's points, as far as there are so many.
std::size_t row_of(const Workbench& b) {
    const Snapshot& s = b.workspace.snapshot();
    const std::size_t n = s.points ? s.points->weight.size() : 0;
    return n > 0 ? std::min<std::size_t>(static_cast<std::size_t>(std::max(0, b.view.system)), n - 1) : 0;
}

std::vector<PlotSpec> plots(Workbench& b) {
    return {configuration_figure(b.workspace.snapshot(), row_of(b), b.view.camera)};
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

void draw(Workbench& b) {
    const Snapshot& s = b.workspace.snapshot();
    const PlotSpec spec = plots(b).front();
    panel_header(b, *find_view("configuration"), "Configuration", spec.state, &spec);
    if (!spec.empty.empty()) {
        empty_text(b, spec.empty);
        return;
    }
    const int n = static_cast<int>(s.points->weight.size());
    int row = static_cast<int>(row_of(b));
    ImGui::SetNextItemWidth(std::min(remaining().width, b.theme.px(220)));
    if (ImGui::SliderInt("###system", &row, 0, std::max(0, n - 1), "system %d")) {
        b.view.system = row;
    }
    if (ImGui::IsItemHovered() && !ImGui::IsItemActive()) {
        ImGui::SetTooltip("Which of the particles that are kept for views; drag the picture to turn it");
    }
    const bool sliding = ImGui::IsItemActive();
    whole_plot(b, spec);
    if (!sliding) {
        steer(b.view.camera);
    }
}

}  // namespace

View configuration_view() { return {"configuration", "Configuration", draw, plots}; }

}  // namespace tempera::app
