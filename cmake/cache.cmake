# Where ./tempera setup keeps what does not come from the distribution.

if(DEFINED ENV{TEMPERA_CACHE})
    set(tempera_cache "$ENV{TEMPERA_CACHE}")
elseif(DEFINED ENV{XDG_CACHE_HOME})
    set(tempera_cache "$ENV{XDG_CACHE_HOME}/tempera")
else()
    set(tempera_cache "$ENV{HOME}/.cache/tempera")
endif()
set(TEMPERA_CACHE "${tempera_cache}" CACHE PATH "Folder with LibTorch and the Dear ImGui sources")
