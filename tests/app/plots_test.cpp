// SPDX-License-Identifier: MIT
// Plots far from zero and far zoomed in.
#include <gtest/gtest.h>

#include "app/render/plot_implot.hpp"
#include "core/build_id.hpp"
#include "null_bench.hpp"
#include "run/figures/run_figures.hpp"

namespace tempera::app {
namespace {

/// Centres of the squares of a size in the draw list of the window that is open.
std::vector<ImVec2> squares(float size) {
    std::vector<ImVec2> out;
    const ImDrawList& list = *ImGui::GetWindowDrawList();
    for (int i = 0; i + 3 < list.VtxBuffer.Size; ++i) {
        const ImVec2 a = list.VtxBuffer[i].pos, c = list.VtxBuffer[i + 2].pos;
        if (std::abs(c.x - a.x - size) < 1e-2f && std::abs(c.y - a.y - size) < 1e-2f) {
            out.push_back({(a.x + c.x) / 2, (a.y + c.y) / 2});
        }
    }
    return out;
}

/// Where a plot draws a point in the middle and at a quarter of its range, from its left and upper ends.
std::vector<ImVec2> drawn_at(NullBench& window, double centre) {
    PlotSpec plot;
    plot.id = "far";
    plot.x.min = plot.y.min = centre - 4;
    plot.x.max = plot.y.max = centre + 4;
    PlotLayer points = make_layer(PlotLayer::Kind::points, "", Role::sampled, 5);
    points.x = {centre, centre - 2};
    points.y = {centre, centre + 2};
    plot.layers.push_back(points);
    std::vector<ImVec2> found;
    for (int i = 0; i < 3; ++i) {
        ImGui_ImplNullPlatform_NewFrame();
        ImGui_ImplNullRender_NewFrame();
        ImGui::GetIO().DisplaySize = {1280, 800};
        ImGui::NewFrame();
        ImGui::SetNextWindowPos({0, 0});
        ImGui::SetNextWindowSize({900, 700});
        ImGui::Begin("plot", nullptr, ImGuiWindowFlags_NoDocking);
        draw_plot(plot, window.bench->theme, window.bench->textures, {600, 500});
        found = squares(window.bench->theme.px(5));
        ImGui::End();
        ImGui::Render();
        ImGui_ImplNullRender_RenderDrawData(ImGui::GetDrawData());
    }
    return found;
}

TEST(Points, LieInTheirPlacesFarFromZero) {
    NullBench window;
    const std::vector<ImVec2> near = drawn_at(window, 0);
    ASSERT_EQ(near.size(), 2u);
    const float across = near[0].x - near[1].x, up = near[0].y - near[1].y;
    EXPECT_GT(across, 100);
    for (const double centre : {1e4, -1e5, 1e6, 1e7}) {
        const std::vector<ImVec2> far = drawn_at(window, centre);
        ASSERT_EQ(far.size(), 2u) << centre;
        // The plot is a little narrower where its labels are longer.
        EXPECT_NEAR((far[0].x - far[1].x) / across, 1, 0.15) << centre;
        EXPECT_NEAR(far[0].y - far[1].y, up, 0.5f) << centre;
        EXPECT_NEAR(far[0].y, near[0].y, 0.5f) << centre;
    }
}

TEST(Zoom, HasAnEnd) {
    NullBench window;
    ASSERT_TRUE(window.run_shipped("two_lakes", "sampler.n_particles", 256));
    window.frames(5);
    const ImGuiWindow* panel = ImGui::FindWindowByID(ImHashStr("###particles"));
    ASSERT_NE(panel, nullptr);
    ImGuiIO& io = ImGui::GetIO();
    for (const float notch : {1.0f, -1.0f}) {
        io.AddMousePosEvent(panel->Pos.x + 0.53f * panel->Size.x, panel->Pos.y + 0.6f * panel->Size.y);
        for (int i = 0; i < 450; ++i) {
            io.AddMouseWheelEvent(0, notch);
            window.frames();
        }
    }
}

}  // namespace
}  // namespace tempera::app
