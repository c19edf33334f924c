# Dear ImGui (docking), ImPlot and, for the tests only, the Test Engine, from the sources that ./tempera setup unpacked.

include(cache)
set(bundle "${TEMPERA_CACHE}/imgui-bundle-1.92.900")
if(NOT EXISTS "${bundle}/external/imgui/imgui/imgui.cpp")
    message(FATAL_ERROR "The Dear ImGui sources are not in ${bundle}: run './tempera setup', or configure with -DTEMPERA_APP=OFF.")
endif()

find_package(glfw3 REQUIRED)
pkg_check_modules(epoxy REQUIRED IMPORTED_TARGET epoxy)
pkg_check_modules(egl REQUIRED IMPORTED_TARGET egl)

set(imgui "${bundle}/external/imgui/imgui")
set(implot "${bundle}/external/implot/implot")
set(test_engine "${bundle}/external/imgui_test_engine/imgui_test_engine/imgui_test_engine")

set(imgui_sources imgui.cpp imgui_draw.cpp imgui_tables.cpp imgui_widgets.cpp imgui_stacklayout.cpp misc/cpp/imgui_stdlib.cpp)
set(backend_sources imgui_impl_glfw.cpp imgui_impl_opengl3.cpp imgui_impl_null.cpp)
list(TRANSFORM imgui_sources PREPEND "${imgui}/")
list(TRANSFORM backend_sources PREPEND "${imgui}/backends/")
set(implot_sources "${implot}/implot.cpp" "${implot}/implot_items.cpp")
set(test_engine_sources imgui_capture_tool.cpp imgui_te_context.cpp imgui_te_coroutine.cpp imgui_te_engine.cpp
    imgui_te_exporters.cpp imgui_te_perftool.cpp imgui_te_ui.cpp imgui_te_utils.cpp)
list(TRANSFORM test_engine_sources PREPEND "${test_engine}/")

# Headers, ImPlot and the backends are the same with and without the Test Engine's hooks, which live inside Dear
# ImGui: the window is compiled once, and a program links one of the two libraries of it.
add_library(tempera_imgui_headers INTERFACE)
target_include_directories(tempera_imgui_headers SYSTEM INTERFACE "${imgui}" "${imgui}/backends" "${imgui}/misc/cpp" "${implot}")
target_include_directories(tempera_imgui_headers INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_definitions(tempera_imgui_headers INTERFACE IMGUI_USER_CONFIG="app/platform/imgui_config.hpp"
                           "IMPLOT_CUSTOM_NUMERIC_TYPES=(float)(double)(int)")
target_link_libraries(tempera_imgui_headers INTERFACE glfw PkgConfig::epoxy PkgConfig::egl Threads::Threads ${CMAKE_DL_LIBS})

function(imgui_library name)
    add_library(${name} STATIC ${ARGN})
    # Not ours to check: without warnings and sanitizers, and -O2 is enough.
    target_compile_options(${name} PRIVATE -w -fno-sanitize=all $<$<CONFIG:Release>:-O2>)
    target_link_libraries(${name} PUBLIC tempera_imgui_headers)
endfunction()

imgui_library(tempera_implot ${implot_sources} ${backend_sources})
imgui_library(tempera_imgui "${CMAKE_SOURCE_DIR}/app/platform/imgui_config.cpp" ${imgui_sources})

# Fonts and their licences, next to the program; the repository's own assets join them.
set(fonts "${bundle}/bindings/imgui_bundle/assets/fonts")
file(COPY "${fonts}/Roboto/Roboto-Regular.ttf" "${fonts}/Roboto/Roboto-Bold.ttf" "${fonts}/Inconsolata-Medium.ttf"
     "${fonts}/Font_Awesome_6_Free-Solid-900.otf" DESTINATION "${TEMPERA_ASSET_DIR}/fonts")
configure_file("${fonts}/Roboto/LICENSE.txt" "${TEMPERA_ASSET_DIR}/fonts/Roboto-LICENSE.txt" COPYONLY)
file(GLOB own_assets CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}/assets" "${CMAKE_SOURCE_DIR}/assets/*")
foreach(asset IN LISTS own_assets)
    if(NOT IS_DIRECTORY "${CMAKE_SOURCE_DIR}/assets/${asset}")
        configure_file("${CMAKE_SOURCE_DIR}/assets/${asset}" "${TEMPERA_ASSET_DIR}/${asset}" COPYONLY)
    endif()
endforeach()

if(TEMPERA_TESTS)
    imgui_library(tempera_imgui_test "${CMAKE_SOURCE_DIR}/app/platform/imgui_config.cpp" ${imgui_sources} ${test_engine_sources})
    target_include_directories(tempera_imgui_test SYSTEM PUBLIC "${test_engine}")
    target_compile_definitions(tempera_imgui_test PUBLIC TEMPERA_TEST_ENGINE=1)
endif()
