#!/usr/bin/env bash
# Formats every C++ file, or with --check only says which ones differ.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "$0")")/.."

formatter=$(command -v clang-format-19) || {
    echo "format.sh: clang-format-19 is missing: sudo apt-get install clang-format-19" >&2
    exit 1
}
if [[ ${1-} == --check ]]; then
    set -- --dry-run --Werror
else
    set -- -i
fi
folders=()
for folder in engine cli app bench tests; do
    [[ ! -d $folder ]] || folders+=("$folder")
done
find "${folders[@]}" \( -name '*.cpp' -o -name '*.hpp' \) -print0 | xargs -0r -P "$(nproc)" -n 8 "$formatter" "$@"
