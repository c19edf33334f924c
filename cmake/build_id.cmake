# The build id and the folders of this checkout live in one generated file, so that neither a commit nor another clone
# changes any other object.

if(CMAKE_SCRIPT_MODE_FILE)
    execute_process(COMMAND git --no-optional-locks describe --always --dirty --tags WORKING_DIRECTORY "${SOURCE_DIR}"
                    OUTPUT_VARIABLE TEMPERA_BUILD_ID OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    if(NOT TEMPERA_BUILD_ID)
        set(TEMPERA_BUILD_ID "${VERSION}")
    endif()
    configure_file("${CMAKE_CURRENT_LIST_DIR}/build_id.cpp.in" "${OUTPUT}" @ONLY)
    return()
endif()

set(build_id_file "${CMAKE_BINARY_DIR}/generated/build_id.cpp")
set(TEMPERA_ASSET_DIR "${CMAKE_BINARY_DIR}/assets")
add_custom_target(tempera_write_build_id
    COMMAND "${CMAKE_COMMAND}" "-DSOURCE_DIR=${CMAKE_SOURCE_DIR}" "-DASSET_DIR=${TEMPERA_ASSET_DIR}"
            "-DOUTPUT=${build_id_file}" "-DVERSION=${PROJECT_VERSION}" -P "${CMAKE_CURRENT_LIST_FILE}"
    BYPRODUCTS "${build_id_file}" COMMENT "" VERBATIM)
add_library(tempera_build_id STATIC "${build_id_file}")
add_dependencies(tempera_build_id tempera_write_build_id)
target_link_libraries(tempera_build_id PUBLIC tempera_options)
