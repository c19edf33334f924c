#pragma once
// Dear ImGui's compile-time configuration (IMGUI_USER_CONFIG), seen by its own sources, ImPlot, the Test
// Engine and the window.

#define ImDrawIdx unsigned int  // dense plots pass 65,536 vertices
#define IMGUI_DISABLE_OBSOLETE_FUNCTIONS

// A failed assertion is an error that can be shown and tested, also in release builds; std::abort would lose
// the run.
namespace tempera::app {
[[noreturn]] void imgui_assert_failed(const char* expression, const char* file, int line);
}
#define IM_ASSERT(EXPRESSION)                                                                                \
    ((EXPRESSION) ? (void)0 : ::tempera::app::imgui_assert_failed(#EXPRESSION, __FILE__, __LINE__))

#ifdef TEMPERA_TEST_ENGINE
#define IMGUI_ENABLE_TEST_ENGINE
#define IMGUI_TEST_ENGINE_ENABLE_COROUTINE_STDTHREAD_IMPL 1
#include "imgui_te_imconfig.h"
#endif
