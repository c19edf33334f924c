#!/usr/bin/env python3
"""A folder of the engine includes only folders to its left: include_direction_test.py PROGRAM SOURCE_DIR."""
import pathlib
import re
import sys

UP_TO_PATHS = {"core", "targets", "models", "paths"}
EARLIER = {
    "core": set(),
    "targets": {"core"},
    "models": {"core", "targets"},
    "paths": {"core", "targets", "models"},
    "kernels": UP_TO_PATHS,
    "moves": UP_TO_PATHS,
    "samplers": UP_TO_PATHS | {"kernels", "moves"},
    "diagnostics": UP_TO_PATHS | {"kernels", "moves", "samplers"},
    "figures": UP_TO_PATHS | {"kernels", "moves", "samplers", "diagnostics"},
    "training": UP_TO_PATHS,
    "torch": UP_TO_PATHS | {"kernels", "moves", "samplers", "diagnostics"},
    "run": UP_TO_PATHS | {"kernels", "moves", "samplers", "diagnostics", "figures", "training", "torch"},
}
FOREIGN = {
    "torch": re.compile(r"^(torch|ATen|c10)/"),
    "the window's libraries": re.compile(r"^(imgui|implot|GLFW/|epoxy/|GL/|GLES|EGL/|app/|cli/|bench/)"),
}
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')
MOST_TORCH_FILES = 5  # each costs seconds and a gigabyte to compile


def includes(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if match := INCLUDE.match(line):
            yield number, match[1]


def is_libtorch(source, name):
    """LibTorch's folders and engine/torch share a name: what exists there is ours."""
    return FOREIGN["torch"].match(name) and not (source / "engine" / name).exists()


def problems(source):
    torch_files = 0
    files = sorted(p for p in (source / "engine").rglob("*") if p.suffix in (".cpp", ".hpp", ".h", ".ipp"))
    if not files:
        yield f"no sources below {source / 'engine'}"
    for path in files:
        folder = path.relative_to(source / "engine").parts[0]
        where = path.relative_to(source)
        if folder not in EARLIER:
            yield f"{where}: engine/{folder} is not in this test's table"
            continue
        uses_torch = False
        for number, name in includes(path):
            first = name.split("/")[0]
            if "/" in name and first in EARLIER and first != folder and first not in EARLIER[folder]:
                yield f"{where}:{number}: {folder} must not include {name}"
            if FOREIGN["the window's libraries"].match(name):
                yield f"{where}:{number}: the engine must not include {name}"
            if is_libtorch(source, name):
                uses_torch = True
                if folder != "torch" or path.suffix != ".cpp":
                    yield f"{where}:{number}: only engine/torch/*.cpp may include {name}"
        torch_files += uses_torch
    if torch_files > MOST_TORCH_FILES:
        yield f"{torch_files} files include LibTorch, more than {MOST_TORCH_FILES}"

    for path in sorted(p for top in ("app", "bench") for p in (source / top).rglob("*.[ch]pp")):
        for number, name in includes(path):
            peer = path.name == "network_peer.cpp"  # goes into the module that is loaded when it is needed
            if (is_libtorch(source, name) and not peer) or name.startswith("cli/"):
                yield f"{path.relative_to(source)}:{number}: must not include {name}"


def main():
    found = list(problems(pathlib.Path(sys.argv[2])))
    print("\n".join(found) or "every include points to the left")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
