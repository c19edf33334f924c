// SPDX-License-Identifier: MIT
#include "app/platform/frame.hpp"

#include <epoxy/gl.h>
#include <imgui.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "app/bring/bring_card.hpp"
#include "app/render/plot_implot.hpp"
#include "app/stories/story.hpp"
#include "app/workspace/file_kind.hpp"
#include "core/build_id.hpp"

namespace tempera::app {

namespace {

double quantile(std::vector<double> values, double q) {
    if (values.empty()) {
        return 0;
    }
    const auto k = static_cast<std::size_t>(q * static_cast<double>(values.size() - 1) + 0.5);
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(k), values.end());
    return values[k];
}

}  // namespace

void FrameTimes::add(double ms, int n_vertices) {
    ++frames;
    build_ms.push_back(ms);
    vertices.push_back(n_vertices);
    if (build_ms.size() > 100000) {
        build_ms.erase(build_ms.begin(), build_ms.begin() + 50000);
        vertices.erase(vertices.begin(), vertices.begin() + 50000);
    }
}

Json FrameTimes::json(const Workspace& workspace) const {
    const std::vector<double> v(vertices.begin(), vertices.end());
    Json out;
    out["frames"] = frames;
    out["cpu_build_ms"] = {{"median", quantile(build_ms, 0.5)}, {"p99", quantile(build_ms, 0.99)}};
    out["vertices"] = {{"median", quantile(v, 0.5)}, {"max", quantile(v, 1)}};
    out["lock_wait_us"] = {{"p99", quantile(workspace.lock_waits, 0.99)}};
    out["first_frame_ms"] = first_frame_ms;
    out["idle_frames_5s"] = idle_frames_5s < 0 ? Json() : Json(idle_frames_5s);
    return out;
}

Contexts::Contexts() {
    IMGUI_CHECKVERSION();
    ImGui::CreateContext();
    create_implot();
    ImGuiIO& io = ImGui::GetIO();
    io.IniFilename = nullptr;  // layouts are built, not remembered by window positions
    io.LogFilename = nullptr;
    io.ConfigFlags |= ImGuiConfigFlags_DockingEnable;
    io.ConfigDragClickToInputText = true;
    io.ConfigInputTextCursorBlink = false;  // a blinking cursor would keep an idle window drawing
    io.ConfigWindowsMoveFromTitleBarOnly = true;
    io.ConfigErrorRecoveryEnableAssert = false;
    io.ConfigErrorRecoveryEnableTooltip = false;
    io.ConfigDebugHighlightIdConflicts = false;
}

Contexts::~Contexts() {
    destroy_implot();
    ImGui::DestroyContext();
}

namespace {

/// "NAME" or "NAME:STEP"; false when it cannot be told.
bool start_story(Workbench& bench, const std::string& text) {
    if (text.empty()) {
        return true;
    }
    const std::size_t colon = text.find(':');
    const int step = colon == std::string::npos ? 1 : std::atoi(text.c_str() + colon + 1);
    if (step < 1) {
        throw ConfigError("--story", "\"" + text + "\" must be NAME or NAME:STEP");
    }
    bench.start_story(text.substr(0, colon), static_cast<std::size_t>(step - 1));
    return bench.story->active();
}

}  // namespace

bool open_initial(Workbench& bench, const AppOptions& options) {
    bench.scale = options.scale > 0 ? static_cast<float>(options.scale) : bench.scale;
    bench.set_theme(options.theme.empty() ? bench.theme.name() : options.theme);
    // What people bring is looked at over the usual preset.
    const FileKind kind = options.file.empty() ? FileKind::preset : file_kind(options.file);
    const bool brought = kind == FileKind::points || kind == FileKind::module;
    const std::string usual = std::string(TEMPERA_PRESET_DIR) + "/two_lakes.json";
    if (!bench.workspace.open(options.file.empty() || brought ? usual : options.file)) {
        return false;
    }
    if (brought) {
        bench.open_file(options.file);
    } else if (!options.formula.empty()) {
        bench.bring->show_formula(options.formula);
    }
    const std::string layout = options.layout.empty() ? bench.preset_layout() : options.layout;
    if (!bench.commands.find("layout." + layout)) {
        throw ConfigError("--layout",
                          "\"" + layout +
                              "\" is not known (explore, weights, ladder, mode_blindness, molecules)");
    }
    if (layout != bench.view.layout) {
        bench.set_layout(layout);
    }
    return start_story(bench, options.story);
}

void open_or_explain(Workbench& bench, const AppOptions& options) {
    if (!open_initial(bench, options) && bench.workspace.file().empty()) {
        AppOptions usual = options;
        usual.file.clear();
        bench.workspace.autostart = false;
        open_initial(bench, usual);
        bench.workspace.autostart = true;
    }
}

bool read_renderer(Workbench& bench, std::string& problem) {
    const int version = epoxy_gl_version();
    const auto* name = reinterpret_cast<const char*>(glGetString(GL_RENDERER));
    const std::string renderer = name ? name : "unknown";
    if (version < 33) {
        problem = "this needs OpenGL 3.3, but " + renderer + " offers " + std::to_string(version / 10) + "." +
                  std::to_string(version % 10) + "; try LIBGL_ALWAYS_SOFTWARE=1, or use tempera run";
        return false;
    }
    bench.software_gl = false;
    for (const char* word : {"llvmpipe", "softpipe", "swrast", "SwiftShader"}) {
        bench.software_gl = bench.software_gl || renderer.find(word) != std::string::npos;
    }
    bench.renderer = bench.software_gl ? "software GL" : renderer.substr(0, 40);
    bench.graphics =
        "OpenGL " + std::to_string(version / 10) + "." + std::to_string(version % 10) + ", " + renderer;
    int largest = 0;
    glGetIntegerv(GL_MAX_TEXTURE_SIZE, &largest);
    bench.largest_texture = largest;
    return true;
}

void build_frame(Workbench& bench, FrameTimes& times) {
    const auto start = std::chrono::steady_clock::now();
    bench.arrangement.restore(bench.view);
    ImGui::NewFrame();
    bench.frame();
    ImGui::Render();
    const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - start;
    // Smoothed: a number that flickers cannot be read.
    bench.build_ms += 0.1 * (spent.count() - bench.build_ms);
    times.add(spent.count(), ImGui::GetDrawData()->TotalVtxCount);
}

int run_app(const AppOptions& options) {
    try {
        const bool offscreen = !options.screenshot.empty() || options.frames > 0;
        return offscreen ? run_offscreen(options) : run_window(options);
    } catch (const ConfigError& e) {
        std::fprintf(stderr, "tempera app: %s\n", e.what());
        return 2;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "tempera app: %s\n", e.what());
        return 2;
    }
}

}  // namespace tempera::app
