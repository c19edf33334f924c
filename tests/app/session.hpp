// SPDX-License-Identifier: MIT
// A person's session in the window, clicked and typed by Dear ImGui's Test Engine through the widgets' stable
// ids.
#pragma once

#include <gtest/gtest.h>

#include <imgui_te_context.h>
#include <imgui_te_engine.h>

#include <functional>
#include <string>

#include "core/build_id.hpp"
#include "null_bench.hpp"

namespace tempera::app {

/// The engine outlives Dear ImGui's context, as it asks for.
struct Engine {
    Engine() : self(ImGuiTestEngine_CreateContext()) {
        ImGuiTestEngineIO& io = ImGuiTestEngine_GetIO(self);
        io.ConfigRunSpeed = ImGuiTestRunSpeed_Fast;
        io.ConfigNoThrottle = true;
        io.ConfigSavedSettings = false;
        io.ConfigCaptureEnabled = false;
        io.ConfigFixedDeltaTime = 1.0f / 60;
        io.ConfigLogToTTY = true;
        io.ConfigVerboseLevel = ImGuiTestVerboseLevel_Error;
    }
    ~Engine() { ImGuiTestEngine_DestroyContext(self); }
    ImGuiTestEngine* self;
};

using Session = std::function<void(ImGuiTestContext*, Workbench&)>;

struct Job {
    Workbench* bench;
    const Session* session;
};

/// Runs one session to its end; any error that the engine saw fails the test.
inline void play(const char* name, const Session& session, const char* preset = "two_lakes") {
    Engine engine;
    NullBench window;
    window.bench->workspace.set_pace(0);
    ASSERT_TRUE(window.bench->workspace.open(std::string(TEMPERA_PRESET_DIR) + "/" + preset + ".json"));
    ImGuiTestEngine_Start(engine.self, ImGui::GetCurrentContext());
    window.frames(5);
    ImGuiTest* test = IM_REGISTER_TEST(engine.self, "window", name);
    Job job{window.bench.get(), &session};
    test->UserData = &job;
    test->TestFunc = [](ImGuiTestContext* ctx) {
        const Job& j = *static_cast<const Job*>(ctx->Test->UserData);
        (*j.session)(ctx, *j.bench);
    };
    ImGuiTestEngine_QueueTest(engine.self, test);
    for (int i = 0; i < 20000 && !ImGuiTestEngine_IsTestQueueEmpty(engine.self); ++i) {
        window.frames();
        ImGuiTestEngine_PostSwap(engine.self);
    }
    ImGuiTestEngineResultSummary summary;
    ImGuiTestEngine_GetResultSummary(engine.self, &summary);
    EXPECT_EQ(summary.CountTested, 1);
    EXPECT_EQ(summary.CountSuccess, 1);
    ImGuiTestEngine_Stop(engine.self);
}

/// Frames until something holds; the run works beside them.
inline bool until(ImGuiTestContext* ctx, const std::function<bool()>& holds) {
    for (int i = 0; i < 4000; ++i) {
        if (holds()) {
            return true;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        ctx->Yield();
    }
    return false;
}

inline bool reaches(ImGuiTestContext* ctx, const Workbench& bench, RunState state) {
    return until(ctx, [&] { return bench.workspace.snapshot().state == state; });
}

inline void click(ImGuiTestContext* ctx, const std::string& ref) { ctx->ItemClick(ref.c_str()); }

}  // namespace tempera::app
