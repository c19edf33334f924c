#pragma once
// What was built and where its files are. The definitions are generated at build time (cmake/build_id.cmake).

namespace tempera {

const char* build_id();  // git describe, e.g. "v0.1-12-gabc1234-dirty"

const char* source_dir();
const char* preset_dir();
const char* shader_dir();
const char* asset_dir();  // fonts and their licences

}  // namespace tempera

// Functions rather than literals: paths in compiler flags would keep a second clone from using the compiler
// cache.
#define TEMPERA_BUILD_ID ::tempera::build_id()
#define TEMPERA_SOURCE_DIR ::tempera::source_dir()
#define TEMPERA_PRESET_DIR ::tempera::preset_dir()
#define TEMPERA_SHADER_DIR ::tempera::shader_dir()
#define TEMPERA_ASSET_DIR ::tempera::asset_dir()
