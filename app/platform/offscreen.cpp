// SPDX-License-Identifier: MIT
// The window without a display: pictures and measurements.
#include <epoxy/gl.h>
#include <imgui.h>
#include <imgui_impl_opengl3.h>
#include <imgui_internal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "app/bring/bring_card.hpp"
#include "app/learning/blindness_board.hpp"
#include "app/platform/egl_context.hpp"
#include "app/platform/frame.hpp"
#include "app/platform/frame_policy.hpp"
#include "app/stories/story.hpp"
#include "core/npy.hpp"
#include "core/thread.hpp"
#include "figures/png.hpp"

namespace tempera::app {
namespace {

/// Dear ImGui's GL back end for a scope.
struct Backend {
    Backend() { ImGui_ImplOpenGL3_Init("#version 330 core"); }
    ~Backend() { ImGui_ImplOpenGL3_Shutdown(); }
};

class Stage {
public:
    explicit Stage(const AppOptions& options)
        : egl_(options.width > 0 ? options.width : usual_width,
               options.height > 0 ? options.height : usual_height) {
        bench_ = std::make_unique<Workbench>(make_runner_link(), true);
        std::string problem;
        if (!read_renderer(*bench_, problem)) {
            throw std::runtime_error(problem);
        }
        ImGuiIO& io = ImGui::GetIO();
        io.DisplaySize = {static_cast<float>(egl_.width()), static_cast<float>(egl_.height())};
        io.DisplayFramebufferScale = {1, 1};
        io.BackendPlatformName = "offscreen";
    }

    Workbench& bench() { return *bench_; }
    FrameTimes& times() { return times_; }
    const EglContext& egl() const { return egl_; }

    void frame(float seconds) {
        ImGui::GetIO().DeltaTime = seconds;
        ImGui_ImplOpenGL3_NewFrame();
        build_frame(*bench_, times_);
        egl_.bind();
        const ImVec4 ground = Theme::vec(bench_->theme.colours().ground);
        glClearColor(ground.x, ground.y, ground.z, 1);
        glClear(GL_COLOR_BUFFER_BIT);
        ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
        glFinish();
    }

private:
    Contexts contexts_;
    EglContext egl_;
    Backend backend_;
    std::unique_ptr<Workbench> bench_;
    FrameTimes times_;
};

/// The pictures of the path that are computed beside a run are there.
bool mapped(const Workbench& bench) {
    const PathMaps* maps = bench.workspace.maps();
    const LearnedMaps* learned = bench.learning.maps();
    const bool shown =
        !bench.learning.learned_path() || (learned && (learned->complete || !learned->error.empty()));
    return bench.blindness->curves() && maps && maps->complete && shown;
}

bool settled(const Workbench& bench) {
    const RunState s = bench.workspace.snapshot().state;
    const bool done = s == RunState::finished || s == RunState::cancelled || s == RunState::failed;
    const bool told = !bench.story->active() || bench.story->settled() || !bench.story->error().empty();
    const bool seen = !bench.bring->is_open() || bench.bring->settled();
    return done && told && seen && !bench.learning.busy() && mapped(bench);
}

void wait_for(Stage& stage, const AppOptions& options) {
    Workbench& bench = stage.bench();
    const Stopwatch start;
    if (options.at == "finished") {
        while (!settled(bench)) {
            bench.update(0);  // pictures of the levels are collected on the way
            std::this_thread::sleep_for(std::chrono::milliseconds(4));
        }
    } else {
        const double until = std::atof(options.at.c_str());
        while (start.seconds() < until) {
            stage.frame(1.0f / 30);
            std::this_thread::sleep_for(std::chrono::milliseconds(15));
        }
    }
}

/// Nobody is there to start what waits for the person: a model that trains first, a large run.
void start_held(Workbench& bench) {
    if (bench.workspace.held_back()) {
        bench.workspace.start_without_asking(false);
    }
}

int count_idle_frames(Stage& stage) {
    Workbench& bench = stage.bench();
    bench.workspace.stop();
    bench.learning.stop();
    bench.set_on_publish({});
    const Stopwatch start;
    const auto working = [&] { return bench.workspace.busy() || bench.learning.busy(); };
    while ((working() && start.seconds() < 20) || (!mapped(bench) && start.seconds() < 60)) {
        stage.frame(1.0f / 30);
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    std::atomic<bool> woken{false};
    bench.set_on_publish([&] { woken = true; });
    FramePolicy policy(bench.software_gl);
    const Stopwatch idle;
    int frames = 0;
    bool settled_once = false;
    double last_wake = 0;  // the end of a run may publish a little later than it is acknowledged
    Stopwatch counted;
    while (!settled_once || counted.seconds() < 5) {
        const double now = idle.seconds();
        if (woken.exchange(false)) {
            policy.wake();
            last_wake = now;
        }
        policy.set_animating(bench.animating());
        if (policy.may_draw(now)) {
            stage.frame(1.0f / 30);
            policy.drawn(now);
            frames += settled_once ? 1 : 0;
        } else if (!settled_once && !policy.wants_frame() && now - last_wake > 1) {
            settled_once = true;
            counted = Stopwatch();
        } else {
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }
    bench.set_on_publish({});
    return frames;
}

/// The pixels of a panel's window.
PanelPicture cut_out(const EglContext& egl, const std::vector<unsigned char>& pixels,
                     const std::string& panel) {
    const ImGuiWindow* window = ImGui::FindWindowByID(ImHashStr(("###" + panel).c_str()));
    if (!window || window->Hidden) {
        throw std::runtime_error("the panel " + panel + " is not in this layout");
    }
    PanelPicture out;
    out.panel = panel;
    const int x0 = std::max(0, static_cast<int>(window->Pos.x)),
              y0 = std::max(0, static_cast<int>(window->Pos.y));
    out.width = std::min(egl.width() - x0, static_cast<int>(window->Size.x));
    out.height = std::min(egl.height() - y0, static_cast<int>(window->Size.y));
    for (int y = y0; y < y0 + out.height; ++y) {
        const auto row = pixels.begin() + 3 * (static_cast<std::ptrdiff_t>(y) * egl.width() + x0);
        out.rgb.insert(out.rgb.end(), row, row + 3 * static_cast<std::ptrdiff_t>(out.width));
    }
    return out;
}

}  // namespace

std::vector<PanelPicture> panel_pictures(const AppOptions& options, const std::vector<std::string>& panels,
                                         void (*arrange)(Workbench&)) {
    Stage stage(options);
    Workbench& bench = stage.bench();
    bench.masked = true;
    bench.software_gl = bench.software_gl && !options.hardware;
    if (!open_initial(bench, options)) {
        throw std::runtime_error(options.file + " cannot be opened");
    }
    start_held(bench);
    wait_for(stage, options);
    if (arrange) {
        arrange(bench);
    }
    const auto frames = [&](int n) {
        for (int i = 0; i < n; ++i) {
            stage.frame(1.0f / 60);
        }
    };
    frames(8);
    std::vector<PanelPicture> out;
    for (const std::string& panel : panels) {
        bench.view.raise = {panel};
        frames(5);
        out.push_back(cut_out(stage.egl(), stage.egl().read_pixels(), panel));
    }
    return out;
}

int run_offscreen(const AppOptions& options) {
    const Stopwatch start;
    Stage stage(options);
    Workbench& bench = stage.bench();
    const bool at_once = options.frames == 0 && options.at == "finished";
    bench.workspace.set_pace(at_once ? picture_pace : watchable_pace);
    if (!open_initial(bench, options)) {
        for (const auto& message : bench.workspace.messages) {
            std::fprintf(stderr, "%s\n", message.title.c_str());
            for (const std::string& line : message.lines) {
                std::fprintf(stderr, "%s\n", line.c_str());
            }
        }
        return 2;
    }
    const Json n = bench.workspace.value("sampler.n_particles");
    if (at_once && n.is_number() && n.get<double>() > 2e5) {
        bench.workspace.set_pace(large_picture_pace);
    }
    start_held(bench);
    stage.frame(1.0f / 60);
    const double first_frame_ms = start.seconds() * 1000;
    if (options.frames > 0) {
        stage.times() = {};
        stage.times().first_frame_ms = first_frame_ms;
        bench.workspace.lock_waits.clear();
        for (int i = 0; i < options.frames; ++i) {
            stage.frame(1.0f / 30);
            if (!bench.workspace.busy() && !bench.learning.before_run() &&
                bench.workspace.snapshot().state == RunState::finished) {
                bench.workspace.start_without_asking(
                    false);  // it is the picture of a running preset that is measured
            }
        }
        const Json measured = stage.times().json(bench.workspace);
        Json out = measured;
        out["idle_frames_5s"] = count_idle_frames(stage);
        if (!options.json.empty()) {
            write_file_atomically(options.json, out.dump(1) + "\n");
        } else {
            std::printf("%s\n", out.dump(1).c_str());
        }
    }
    if (!options.screenshot.empty()) {
        if (options.frames == 0) {
            wait_for(stage, options);
        }
        bench.build_ms = 0;
        for (int i = 0; i < 6; ++i) {
            stage.frame(1.0f / 60);
        }
        const EglContext& egl = stage.egl();
        write_file_atomically(options.screenshot, encode_png(egl.width(), egl.height(), egl.read_pixels()));
        std::printf("%s\n", options.screenshot.c_str());
    }
    return 0;
}

}  // namespace tempera::app
