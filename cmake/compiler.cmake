# Flags and tools shared by every target. Results must not depend on the optimiser's mood: no fast-math, no contraction.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

include(CheckCXXCompilerFlag)

add_compile_options(-ffp-contract=off -fno-math-errno)
add_compile_definitions(EIGEN_MAX_ALIGN_BYTES=64)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # A sixth of the compiler's time goes into looking for garbage, over and over from 128 MiB on. A file needs 0.9 GB at most: none is looked for before.
    add_compile_options(--param=ggc-min-heapsize=1048576)
endif()

if(TEMPERA_NATIVE)
    add_compile_options(-march=native)
    check_cxx_compiler_flag(-mprefer-vector-width=512 has_vector_width)
    if(has_vector_width)
        add_compile_options(-mprefer-vector-width=512)
    endif()
    # A compiler cache sees only the text "-march=native": the definition keeps one machine's code from another's.
    set(cpu_lines "${CMAKE_HOST_SYSTEM_PROCESSOR}")
    if(EXISTS /proc/cpuinfo)
        file(STRINGS /proc/cpuinfo cpu_lines REGEX "^(model name|flags|Features|CPU part)" LIMIT_COUNT 2)
    endif()
    string(MD5 cpu_id "${cpu_lines}")
    string(SUBSTRING "${cpu_id}" 0 12 cpu_id)
    add_compile_definitions(TEMPERA_CPU_ID=0x${cpu_id})
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    # Paths relative to the sources let a second clone share the first one's objects (only without debug information, which names them).
    # The two sloppinesses are what ccache asks for where headers are precompiled.
    set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()

find_program(MOLD mold)
if(MOLD)
    add_link_options(-fuse-ld=mold)
endif()

# tempera_precompiled(TARGET [OWNER]): a target of ours reads the common headers from its own precompiled file, or from
# that of a target with the same flags.
function(tempera_precompiled name)
    if(ARGN)
        target_precompile_headers(${name} REUSE_FROM ${ARGN})
    else()
        target_precompile_headers(${name} PRIVATE "${CMAKE_SOURCE_DIR}/cmake/precompiled.hpp")
    endif()
endfunction()

# tempera_library(NAME SOURCES...): one of our own static libraries; without sources it only carries its dependencies.
function(tempera_library name)
    if(ARGN)
        add_library(${name} STATIC ${ARGN})
    else()
        file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/empty/${name}.cpp" CONTENT "")
        add_library(${name} STATIC "${CMAKE_BINARY_DIR}/empty/${name}.cpp")
    endif()
    target_link_libraries(${name} PUBLIC tempera_options)
    set(owner tempera_engine)
    if(name MATCHES "^tempera_(engine|cli|test_support)$")
        set(owner)
    endif()
    if(ARGN)
        tempera_precompiled(${name} ${owner})
    endif()
endfunction()

add_library(tempera_options INTERFACE)
target_include_directories(tempera_options INTERFACE "${CMAKE_SOURCE_DIR}/engine" "${CMAKE_SOURCE_DIR}")
target_compile_options(tempera_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12 warns of its own headers wherever they are inlined: of the undefined registers of its AVX-512 functions
    # (GCC bug 105593) and of copies that overlap in text + string (GCC bug 105651).
    target_compile_options(tempera_options INTERFACE -Wno-init-self -Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
endif()
