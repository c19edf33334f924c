// SPDX-License-Identifier: MIT
// The window on a display: GLFW, event driven. Nothing is drawn while nothing happens.
#include <epoxy/gl.h>
#include <imgui.h>
#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl3.h>
#include <imgui_internal.h>

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "app/platform/frame.hpp"
#include "app/platform/frame_policy.hpp"
#include "app/recovery/user_folders.hpp"
#include "app/shell/preferences.hpp"
#include "app/shell/recovery_card.hpp"
#include "app/shell/tips.hpp"
#include "core/npy.hpp"

ImGuiKey ImGui_ImplGlfw_KeyToImGuiKey(int keycode, int scancode);  // of the back end, not in its header

namespace tempera::app {
namespace {

std::string glfw_problem;
void on_error(int, const char* text) { glfw_problem = text; }

/// GLFW and its window for a scope.
class Window {
public:
    Window(int width, int height) {
        glfwSetErrorCallback(on_error);
        if (!glfwInit()) {
            throw ConfigError("",
                              "no display: " + glfw_problem + "; use tempera run, or app --screenshot F.png");
        }
        glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
        glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
        glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
        glfwWindowHintString(GLFW_X11_CLASS_NAME, "tempera");
        handle = glfwCreateWindow(width, height, "Tempera", nullptr, nullptr);
        if (!handle) {
            glfwTerminate();
            throw ConfigError("", "no OpenGL 3.3: " + glfw_problem +
                                      "; try LIBGL_ALWAYS_SOFTWARE=1, or use tempera run");
        }
        glfwMakeContextCurrent(handle);
        glfwSwapInterval(1);
        glfwSetWindowSizeLimits(handle, 640, 420, GLFW_DONT_CARE, GLFW_DONT_CARE);
    }
    ~Window() {
        glfwDestroyWindow(handle);
        glfwTerminate();
    }
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    bool fullscreen() const { return fullscreen_; }
    void set_fullscreen(bool on) {
        fullscreen_ = on;
        if (!on) {
            glfwSetWindowMonitor(handle, nullptr, x_, y_, width_, height_, 0);
            return;
        }
        glfwGetWindowPos(handle, &x_, &y_);
        glfwGetWindowSize(handle, &width_, &height_);
        GLFWmonitor* monitor = glfwGetPrimaryMonitor();
        if (const GLFWvidmode* mode = monitor ? glfwGetVideoMode(monitor) : nullptr) {
            glfwSetWindowMonitor(handle, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
        }
    }
    /// How much larger than usual the display wants texts, in eighths.
    float content_scale() const {
        float x = 1, y = 1;
        glfwGetWindowContentScale(handle, &x, &y);
        return std::clamp(std::round(8 * std::max(x, y)) / 8, 0.75f, 3.0f);
    }

    GLFWwindow* handle = nullptr;

private:
    bool fullscreen_ = false;
    int x_ = 0, y_ = 0, width_ = 0, height_ = 0;  ///< before it filled the screen
};

struct Backends {
    explicit Backends(GLFWwindow* window) {
        ImGui_ImplGlfw_InitForOpenGL(window, true);
        ImGui_ImplOpenGL3_Init("#version 330 core");
    }
    ~Backends() {
        ImGui_ImplOpenGL3_Shutdown();
        ImGui_ImplGlfw_Shutdown();
    }
};

/// What callbacks need to reach.
struct Events {
    bool happened = true;
    std::vector<std::string> dropped;
    std::vector<KeyPress> chords;
    std::atomic<bool> posted{false};
    /// From any thread; at most one event waits at a time.
    void post() {
        if (!posted.exchange(true)) {
            glfwPostEmptyEvent();
        }
    }
};

Events* events_of(GLFWwindow* w) { return static_cast<Events*>(glfwGetWindowUserPointer(w)); }

/// Letters are those of the keyboard's layout.
ImGuiKeyChord chord_of(int key, int scancode, int mods) {
    ImGuiKeyChord chord = ImGui_ImplGlfw_KeyToImGuiKey(key, scancode);
    const char* name = glfwGetKeyName(key, scancode);
    if (name && name[0] >= 'a' && name[0] <= 'z' && name[1] == 0) {
        chord = ImGuiKey_A + (name[0] - 'a');
    }
    chord |= mods & GLFW_MOD_CONTROL ? ImGuiMod_Ctrl : 0;
    chord |= mods & GLFW_MOD_SHIFT ? ImGuiMod_Shift : 0;
    chord |= mods & GLFW_MOD_ALT ? ImGuiMod_Alt : 0;
    chord |= mods & GLFW_MOD_SUPER ? ImGuiMod_Super : 0;
    return chord;
}

/// Installed before Dear ImGui's own, which call these in turn.
void install_callbacks(GLFWwindow* w) {
    glfwSetKeyCallback(w, [](GLFWwindow* x, int key, int scancode, int action, int mods) {
        events_of(x)->happened = true;
        if (action == GLFW_PRESS) {
            events_of(x)->chords.push_back(
                {chord_of(key, scancode, mods), ImGui::GetCurrentContext()->InputEventsNextEventId});
        }
    });
    glfwSetCharCallback(w, [](GLFWwindow* x, unsigned) { events_of(x)->happened = true; });
    glfwSetCursorPosCallback(w, [](GLFWwindow* x, double, double) { events_of(x)->happened = true; });
    glfwSetMouseButtonCallback(w, [](GLFWwindow* x, int, int, int) { events_of(x)->happened = true; });
    glfwSetScrollCallback(w, [](GLFWwindow* x, double, double) { events_of(x)->happened = true; });
    glfwSetWindowFocusCallback(w, [](GLFWwindow* x, int) { events_of(x)->happened = true; });
    glfwSetCursorEnterCallback(w, [](GLFWwindow* x, int) { events_of(x)->happened = true; });
    glfwSetFramebufferSizeCallback(w, [](GLFWwindow* x, int, int) { events_of(x)->happened = true; });
    glfwSetWindowRefreshCallback(w, [](GLFWwindow* x) { events_of(x)->happened = true; });
    glfwSetDropCallback(w, [](GLFWwindow* x, int n, const char** paths) {
        events_of(x)->happened = true;
        for (int i = 0; i < n; ++i) {
            events_of(x)->dropped.emplace_back(paths[i]);
        }
    });
}

void draw(GLFWwindow* window, Workbench& bench, FrameTimes& times) {
    ImGui_ImplOpenGL3_NewFrame();
    ImGui_ImplGlfw_NewFrame();
    build_frame(bench, times);
    int width = 0, height = 0;
    glfwGetFramebufferSize(window, &width, &height);
    glViewport(0, 0, width, height);
    const ImVec4 ground = Theme::vec(bench.theme.colours().ground);
    glClearColor(ground.x, ground.y, ground.z, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
    glfwSwapBuffers(window);
}

void write_times(const AppOptions& options, const FrameTimes& times, const Workbench& bench) {
    if (!options.json.empty()) {
        Json out = times.json(bench.workspace);
        const ImVec2 size = ImGui::GetIO().DisplaySize;
        out["size"] = {static_cast<int>(size.x), static_cast<int>(size.y)};
        out["state"] = to_string(bench.workspace.snapshot().state);
        write_file_atomically(options.json, out.dump(1) + "\n");
    }
}

/// What the person chose about the window, once a second at most.
void keep_preferences(const Window& window, Workbench& bench, Preferences& preferences) {
    if (!window.fullscreen() && !glfwGetWindowAttrib(window.handle, GLFW_ICONIFIED)) {
        glfwGetWindowSize(window.handle, &bench.window_width, &bench.window_height);
    }
    preferences.keep(preferences_of(bench));
}

void loop(Window& frame, Workbench& bench, Events& events, const AppOptions& options,
          Preferences& preferences) {
    GLFWwindow* window = frame.handle;
    FramePolicy policy(bench.software_gl);
    FrameTimes times;
    std::string title;
    double quiet_since = -1;
    long quiet_frames = 0;
    long age = -1, written = 0;
    double written_at = 0, kept_at = 0;
    while (!bench.quit && !options.stop.stop_requested()) {
        const double wait = policy.sleep(glfwGetTime());
        if (wait > 0) {
            glfwWaitEventsTimeout(wait);
        } else {
            glfwPollEvents();
        }
        const double now = glfwGetTime();
        if (events.posted.exchange(false) || events.happened) {
            policy.wake();
            events.happened = false;
            quiet_since = -1;
        }
        if (glfwWindowShouldClose(window)) {
            glfwSetWindowShouldClose(window, GLFW_FALSE);
            bench.request_quit();
            policy.wake();
        }
        for (const std::string& path : std::exchange(events.dropped, {})) {
            bench.open_file(path);
        }
        tick_session(bench);
        if (const long shown = bench.autosave.age(); shown != age) {
            age = shown;  // "autosaved 20 s ago" must not grow old itself
            policy.wake();
        }
        policy.set_animating(bench.animating() ||
                             (!bench.toast.empty() && bench.toast_until > ImGui::GetTime() &&
                              bench.toast_until < ImGui::GetTime() + 0.1));
        policy.set_visible(!glfwGetWindowAttrib(window, GLFW_ICONIFIED));
        // Under the mouse counts, too: not every display gives the keyboard to somebody.
        policy.set_focused(glfwGetWindowAttrib(window, GLFW_FOCUSED) ||
                           glfwGetWindowAttrib(window, GLFW_HOVERED));
        if (policy.may_draw(now)) {
            bench.chords.insert(bench.chords.end(), events.chords.begin(), events.chords.end());
            events.chords.clear();
            draw(window, bench, times);
            policy.drawn(glfwGetTime());
            policy.set_input_waiting(!ImGui::GetCurrentContext()->InputEventsQueue.empty());
            if (times.frames == 1) {
                times.first_frame_ms = glfwGetTime() * 1000;  // GLFW's clock starts with glfwInit()
            }
        }
        if (times.frames != written && (written == 0 || now - written_at > 0.5)) {
            written = times.frames;
            written_at = now;
            write_times(options, times, bench);
        }
        if (times.frames > 0 && now - kept_at > 1) {
            kept_at = now;
            keep_preferences(frame, bench, preferences);
        }
        // Frames of a quiet time: nothing happened and the settling frames are through.
        if (!policy.wants_frame() && quiet_since < 0) {
            quiet_since = now;
            quiet_frames = times.frames;
        }
        if (quiet_since >= 0 && now - quiet_since >= 5) {
            times.idle_frames_5s = static_cast<int>(times.frames - quiet_frames);
            quiet_since = now;
            quiet_frames = times.frames;
            write_times(options, times, bench);
        }
        if (bench.fullscreen != frame.fullscreen()) {
            frame.set_fullscreen(bench.fullscreen);
        }
        const std::string wanted =
            bench.workspace.name() + (bench.workspace.modified() ? " (edited)" : "") + " - Tempera";
        if (wanted != title) {
            title = wanted;
            glfwSetWindowTitle(window, title.c_str());
        }
    }
    write_times(options, times, bench);
    keep_preferences(frame, bench, preferences);
}

/// What the options say of the window's looks, as Preferences::set_for_this_start() takes it.
Json asked_for_this_start(const AppOptions& options) {
    Json asked = Json::object();
    if (!options.theme.empty()) {
        asked["theme"] = options.theme;
    }
    if (options.scale > 0) {
        asked["scale"] = static_cast<float>(options.scale);
    }
    if (options.width > 0) {
        asked["window"] = {options.width, options.height};
    }
    return asked;
}

/// Ends the program when threads of the engine have not wound down after two seconds: everything that is
/// worth keeping was written before.
void end_soon() {
    std::thread([] {
        std::this_thread::sleep_for(std::chrono::seconds(2));
        std::_Exit(0);
    }).detach();
}

}  // namespace

/// Size of the window that opens: asked for, or as it was last time.
std::pair<int, int> first_size(const AppOptions& options, const Json& chosen) {
    const Json last = chosen.value("window", Json());
    const auto side = [&](int asked, std::size_t index, int usual) {
        const Json was = last.is_array() && last.size() == 2 ? last[index] : Json();
        return asked > 0 ? asked : was.is_number_integer() && was > 0 && was < 16384 ? was.get<int>() : usual;
    };
    return {side(options.width, 0, usual_width), side(options.height, 1, usual_height)};
}

int run_window(const AppOptions& options) {
    Preferences preferences(config_folder());
    const auto [width, height] = first_size(options, preferences.chosen());
    Window window(width, height);
    Contexts contexts;
    Events events;
    glfwSetWindowUserPointer(window.handle, &events);
    install_callbacks(window.handle);
    Backends backends(window.handle);
    Workbench bench(make_runner_link(), true);
    std::string problem;
    if (!read_renderer(bench, problem)) {
        throw ConfigError("", problem);
    }
    bench.set_on_publish([&events] { events.post(); });
    bench.tips->open(state_folder());
    bench.chords_fed = true;
    keep_session(bench, state_folder(), [&events] { events.post(); });
    std::optional<std::stop_callback<std::function<void()>>> on_stop(std::in_place, options.stop,
                                                                     [&events] { events.post(); });
    bench.display_scale = window.content_scale();
    bench.workspace.set_pace(watchable_pace);
    apply_preferences(bench, preferences.chosen());
    open_or_explain(bench, options);
    preferences.set_for_this_start(asked_for_this_start(options));
    loop(window, bench, events, options, preferences);
    preferences.keep_and_wait(preferences.chosen());
    on_stop.reset();
    const bool run_kept = end_session(bench, options.stop.stop_requested());
    bench.exporter.wait();
    end_soon();
    bench.set_on_publish({});
    if (!run_kept) {
        bench.workspace.stop();
    }
    bench.learning.stop();
    return 0;
}

}  // namespace tempera::app
