# Sourced by ./tempera: configuring and building. Expects $root. Everything it prints goes to stderr, because stdout carries results.

cache=$(realpath -ms -- "${TEMPERA_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tempera}")
if [[ -n ${TEMPERA_CACHE-} ]]; then
    export CCACHE_DIR="${CCACHE_DIR:-$cache/ccache}"
fi

fail() { # WHAT, WHY, WHAT TO DO in one line
    echo "tempera: $*" >&2
    exit 1
}

# What a build depends on besides the sources; a change means configuring anew.
find_options() {
    cmake_options=("-DTEMPERA_CACHE=$cache")
    for name in TEMPERA_APP TEMPERA_LEARN TEMPERA_NATIVE TEMPERA_TORCH; do
        if [[ -n ${!name-} ]]; then
            cmake_options+=("-D$name=${!name}")
        fi
    done
    # Where pip serves CUDA's build, it needs gigabytes of packages beside it, for models that few bring along.
    cuda_build=
    if [[ -z ${TEMPERA_LEARN-}${TEMPERA_TORCH-} && -n $(compgen -G "$cache/torch-*/torch/lib/libtorch_cuda.so") ]]; then
        cuda_build=1
        cmake_options+=("-DTEMPERA_LEARN=OFF")
    fi
}
find_options

# The program is newer than everything it is made of. Looks only at times: no CMake, no Ninja.
up_to_date() {
    local stamp="$root/build/release/.built" sources=()
    [[ -x $root/build/release/tempera && -e $stamp && $(<"$stamp") == "${cmake_options[*]}" ]] || return 1
    [[ ! $root/.git/logs/HEAD -nt $stamp ]] || return 1 # the build id names the commit
    for name in CMakeLists.txt CMakePresets.json cmake engine cli app bench assets; do
        if [[ -e $root/$name ]]; then
            sources+=("$root/$name")
        fi
    done
    [[ -z $(find "${sources[@]}" -newer "$stamp" -print -quit) ]]
}

build() { # PRESET TARGET
    local preset=$1 target=$2 folder="$root/build/$1"
    if [[ ! -e $folder/.built ]]; then
        echo "First use: what is missing is installed and fetched (about a minute), then all is built (about $((30 / $(nproc) + 1)) minutes on $(nproc) cores). Later starts take no time." >&2
    fi
    source "$root/scripts/setup.sh"
    set_up
    find_options
    mkdir -p "$folder" 2>/dev/null || fail "cannot create $folder: make $root writable, or copy it to a folder of your own."

    # Two commands at once must not build in the same folder.
    exec 9>"$root/build/.lock"
    flock 9
    local stamp="$folder/.built" log="$folder/build.log"
    printf '%s' "${cmake_options[*]}" >"$stamp.new"

    if [[ ! -e $folder/build.ninja || ! -e $stamp.options || $(<"$stamp.options") != "${cmake_options[*]}" ]]; then
        rm -f "$folder/CMakeCache.txt"
        echo "Configuring build/$preset" >&2
        if [[ -n $cuda_build ]]; then
            echo "Without LibTorch: pip serves CUDA's build here. All works but TorchScript models of your own (*.pt) and the comparison in bench; for those set TEMPERA_TORCH to a LibTorch for CPUs." >&2
        fi
        (cd "$root" && cmake --preset "$preset" "${cmake_options[@]}") >"$log" 2>&1 || {
            local why
            why=$(sed -n '/^CMake Error/,/^Call Stack/{/^CMake Error\|^Call Stack/d;p}' "$log" | tr -s ' \n' '  ' | cut -c1-400)
            fail "configuring build/$preset failed:${why:- no reason given} (whole log: $log)."
        }
        cp "$stamp.new" "$stamp.options"
    fi

    # Each object's warnings are kept, and a terminal sees how long it will take.
    local width=0
    if [[ -t 2 && ${TERM-dumb} != dumb ]]; then
        width=$(tput cols 2>/dev/null || echo 80)
    else
        echo "Building $target in build/$preset" >&2
    fi
    NINJA_STATUS='[%f/%t] ' cmake --build "$folder" --target "$target" --parallel "$(nproc)" 2>&1 |
        python3 "$root/scripts/build_progress.py" "$folder" "$width" || {
        ((width)) || grep -v '^\[' "$log" | head -60 >&2
        fail "the build failed: see the errors above (whole log: $log)."
    }
    mv "$stamp.new" "$stamp"
    exec 9>&-
}
