# LibTorch: headers and libraries of the wheel in the cache folder, or another one by TEMPERA_TORCH.
# The wheel's own CMake package wants protobuf, MKL and kineto, which a program that only uses it does not need.

include(cache)
if(DEFINED ENV{TEMPERA_TORCH})
    set(torch_default "$ENV{TEMPERA_TORCH}")
else()
    set(torch_default "${TEMPERA_CACHE}/torch-2.13.0/torch")
endif()
set(TEMPERA_TORCH "${torch_default}" CACHE PATH "LibTorch folder (the one with include and lib)")

set(torch_help "run './tempera setup', set TEMPERA_TORCH to another LibTorch, or configure with -DTEMPERA_LEARN=OFF.")
set(torch_libraries "")
foreach(name torch torch_cpu c10)
    if(NOT EXISTS "${TEMPERA_TORCH}/lib/lib${name}.so")
        message(FATAL_ERROR "No LibTorch in ${TEMPERA_TORCH} (lib${name}.so is missing): ${torch_help}")
    endif()
endforeach()
foreach(name torch_cuda c10_cuda torch torch_cpu c10)
    if(EXISTS "${TEMPERA_TORCH}/lib/lib${name}.so")
        list(APPEND torch_libraries "${TEMPERA_TORCH}/lib/lib${name}.so")
    endif()
endforeach()

add_library(tempera_torch INTERFACE)
target_include_directories(tempera_torch SYSTEM INTERFACE "${TEMPERA_TORCH}/include" "${TEMPERA_TORCH}/include/torch/csrc/api/include")
target_link_libraries(tempera_torch INTERFACE -Wl,--push-state,--no-as-needed ${torch_libraries} -Wl,--pop-state)

# A CUDA build without its runtime packages has all the headers and fails only in the linker: find out now.
if(NOT TEMPERA_TORCH_LINKS STREQUAL TEMPERA_TORCH)
    set(torch_check "${CMAKE_BINARY_DIR}/torch_check/main.cpp")
    file(WRITE "${torch_check}" "#include <c10/util/Exception.h>\nint main() { return std::string(c10::Error({\"\", \"\", 0}, \"\").msg()).size() == 1; }\n")
    try_compile(torch_links "${CMAKE_BINARY_DIR}/torch_check" "${torch_check}"
                CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${TEMPERA_TORCH}/include"
                LINK_LIBRARIES ${torch_libraries} CXX_STANDARD 20 CXX_STANDARD_REQUIRED ON OUTPUT_VARIABLE torch_output)
    if(NOT torch_links)
        message(FATAL_ERROR "A small program does not link with the LibTorch in ${TEMPERA_TORCH} (a CUDA build needs its "
                            "nvidia packages beside it): ${torch_help}\n${torch_output}")
    endif()
    set(TEMPERA_TORCH_LINKS "${TEMPERA_TORCH}" CACHE INTERNAL "LibTorch that was seen to link")
endif()
