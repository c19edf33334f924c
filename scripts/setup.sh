# Sourced by ./tempera: installs what is missing. Expects $root, $cache and fail. Idempotent; a fraction of a second when all is there.

packages=(
    build-essential cmake ninja-build ccache mold pkg-config git python3 python3-pip
    libeigen3-dev libhwy-dev libtbb-dev nlohmann-json3-dev libcli11-dev libcairo2-dev libzip-dev liblemon-dev
    libglfw3-dev libepoxy-dev libegl-dev libegl1 libegl-mesa0 libgl1-mesa-dri libgl-dev
    libgtest-dev librapidcheck-dev librandom123-dev xvfb xdotool poppler-utils
)
torch_version=2.13.0
bundle_version=1.92.900
bundle_sha256=1476409b76c7f600d0da472aed87e96382444df50695280b3ed9acd5065cb6c2

set_up() {
    install_packages
    if [[ ${TEMPERA_LEARN:-ON} != OFF && -z ${TEMPERA_TORCH-} ]]; then
        fetch "torch-$torch_version" "LibTorch $torch_version" "set TEMPERA_TORCH to a LibTorch of your own, or TEMPERA_LEARN=OFF to do without" \
            "torch==$torch_version" --only-binary torch
    fi
    if [[ ${TEMPERA_APP:-ON} != OFF ]]; then
        fetch "imgui-bundle-$bundle_version" "the Dear ImGui sources" "set TEMPERA_APP=OFF to do without the window" \
            "imgui-bundle==$bundle_version" --no-binary imgui-bundle
    fi
}

install_packages() {
    if ! command -v dpkg-query >/dev/null; then
        echo "tempera: not a Debian or Ubuntu, so these packages are not checked: ${packages[*]}" >&2
        return
    fi
    local installed missing=() as_root=() answer name
    installed=" $(dpkg-query -W -f='${db:Status-Status}:${Package} ' "${packages[@]}" 2>/dev/null || true)"
    for name in "${packages[@]}"; do
        [[ $installed == *" installed:$name "* ]] || missing+=("$name")
    done
    ((${#missing[@]})) || return 0

    local by_hand="sudo apt-get install --no-install-recommends ${missing[*]}"
    if ((EUID != 0)); then
        command -v sudo >/dev/null || fail "packages are missing and there is no sudo here: as root, run: ${by_hand#sudo }"
        as_root=(sudo)
        if [[ -t 0 && -t 2 ]]; then
            read -rp "Install with sudo apt-get: ${missing[*]}? [Y/n] " answer
            [[ ${answer:-y} == [yY]* ]] || fail "packages are missing: run: $by_hand"
        else
            as_root=(sudo -n)
            sudo -n true 2>/dev/null || fail "packages are missing and sudo wants a password: run: $by_hand"
        fi
    fi
    echo "Installing with apt-get (usually less than a minute): ${missing[*]}" >&2
    local log
    log=$(mktemp)
    "${as_root[@]}" apt-get update >"$log" 2>&1 || true # stale lists may still do; the installation says what is wrong
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}" </dev/null >>"$log" 2>&1 ||
        fail "installing packages failed: $(grep '^E:' "$log" | head -1) (log: $log); check the network, then run: $by_hand"
    rm -f "$log"
}

# Downloads one file with pip, verifies and unpacks it beside its place, and renames at the end: the folder is there only when whole.
fetch() { # FOLDER WHAT OTHERWISE REQUIREMENT PIP_OPTIONS...
    local folder="$cache/$1" what=$2 otherwise=$3 requirement=$4 temporary why
    shift 4
    [[ ! -d $folder ]] || return 0
    mkdir -p "$cache" 2>/dev/null || fail "cannot create $cache for $what: set TEMPERA_CACHE to a folder that can be written."
    echo "Fetching $what into $cache (usually less than a minute)" >&2
    temporary=$(mktemp -d "$cache/fetching.XXXXXX") || fail "cannot write to $cache for $what: set TEMPERA_CACHE to another folder."
    trap "rm -rf '$temporary'" EXIT # also when interrupted
    if ! python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest "$temporary/download" "$@" "$requirement" >"$temporary/log" 2>&1 ||
        ! python3 "$root/scripts/unpack.py" "$temporary/download" "$temporary/whole" "$bundle_sha256" >>"$temporary/log" 2>&1; then
        why=$(grep -oE -m1 'Failed to establish a new connection[^)'"'"']*|Temporary failure in name resolution|No space left on device' "$temporary/log" ||
            grep -E 'ERROR|Error|No module' "$temporary/log" | tail -1) || true
        [[ $why != *"No module named pip"* ]] ||
            fail "cannot fetch $what: $(command -v python3) has no pip; run: python3 -m ensurepip, or put the system's python3 first in PATH."
        fail "cannot fetch $what with pip: ${why:-no reason given}. Check the network and the free space in $cache and try again, or $otherwise."
    fi
    mv -T "$temporary/whole" "$folder" 2>/dev/null || [[ -d $folder ]] || fail "cannot write $folder: set TEMPERA_CACHE to another folder."
    rm -rf "$temporary"
    trap - EXIT
}
