// SPDX-License-Identifier: MIT
// The whole window on Dear ImGui's null back end: no display, no GL, time under control.
#pragma once

#include <gtest/gtest.h>
#include <imgui.h>
#include <imgui_impl_null.h>
#include <imgui_internal.h>

#include <chrono>
#include <memory>
#include <thread>

#include "app/platform/frame.hpp"
#include "core/build_id.hpp"

namespace tempera::app {

class NullBench {
public:
    NullBench() {
        ImGui_ImplNull_Init();
        ImGui::GetIO().DisplaySize = {1280, 800};
        ImGui::GetCurrentContext()->ErrorCallback = [](ImGuiContext*, void*, const char* text) {
            ADD_FAILURE() << text;
        };
        bench = std::make_unique<Workbench>(make_runner_link(), false);
        bench->workspace.autostart = false;
    }
    ~NullBench() {
        if (bench) {
            bench->workspace.stop();
            bench.reset();
        }
        ImGui_ImplNull_Shutdown();
    }
    void frames(int n = 1) {
        for (int i = 0; i < n; ++i) {
            ImGui_ImplNullPlatform_NewFrame();
            ImGui_ImplNullRender_NewFrame();
            ImGui::GetIO().DisplaySize = {1280, 800};
            ImGui::GetIO().DeltaTime = 1.0f / 60;
            FrameTimes times;
            build_frame(*bench, times);
            ImGui_ImplNullRender_RenderDrawData(ImGui::GetDrawData());
        }
    }
    bool wait_for_end(int seconds = 60) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
        do {
            frames();
            const RunState s = bench->workspace.snapshot().state;
            if (s == RunState::finished || s == RunState::failed || s == RunState::cancelled) {
                return true;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        } while (std::chrono::steady_clock::now() < until);
        return false;
    }
    /// A shipped preset with one setting changed, to its end.
    bool run_shipped(const std::string& preset, const std::string& place, const Json& value) {
        if (!bench->workspace.open(std::string(TEMPERA_PRESET_DIR) + "/" + preset + ".json")) {
            return false;
        }
        bench->workspace.set(place, value);
        bench->workspace.commit();
        bench->workspace.start();
        return wait_for_end();
    }

    Contexts contexts;
    std::unique_ptr<Workbench> bench;
};

}  // namespace tempera::app
