#!/usr/bin/env python3
"""A folder of the engine and a room of the window include only what lies below them: include_direction_test.py PROGRAM SOURCE_DIR."""
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
    "diagnostics": UP_TO_PATHS,
    "samplers": UP_TO_PATHS | {"kernels", "moves", "diagnostics"},
    "figures": {"core"},
    "training": UP_TO_PATHS,
    "torch": UP_TO_PATHS | {"kernels", "moves", "samplers", "diagnostics"},
    "run": UP_TO_PATHS | {"kernels", "moves", "samplers", "diagnostics", "figures", "training", "torch"},
}
# Rooms of engine/run, each of which may include those before it.
ROOMS_OF_RUN = ["diagnostics", "preset", "experiment", "record", "work", "training", "background", "sweep", "figures", "page", "report", "folder"]
# Rooms of app/, and what of the other rooms each may include. Its root (app.hpp, the entry point) stands below all.
WORKSPACE = {"kit/text.hpp", "workspace"}  # no ImGui and nothing of the shell: what a test can drive without a window
VIEWS = WORKSPACE | {"kit", "render", "learning", "shell"}
ROOMS = {
    "kit": set(),
    "recovery": set(),
    "workspace": {"kit/text.hpp"},
    "learning": WORKSPACE,
    "render": {"kit"},
    "shell": WORKSPACE | {"kit", "recovery", "render", "learning"},
    "stories": WORKSPACE | {"learning", "shell"},
    "bring": VIEWS,
    "setup": VIEWS,
    "views": VIEWS | {"stories"},
    "platform": VIEWS | {"recovery", "bring", "stories", "app.hpp"},
}
# Stories perform the window's commands, and the window's menu, tips and layouts know whether one is told; what people
# bring is looked at in a card that the window opens.
ROOMS["shell"] |= {"stories", "bring"}
WITHOUT_IMGUI = {"workspace", "learning", "recovery", "stories"}
IMGUI = re.compile(r"^(imgui|implot|GLFW/|epoxy/)")
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


def problems_of_window(source):
    for path in sorted((source / "app").rglob("*.[ch]pp")):
        inside = path.relative_to(source / "app").parts
        room = inside[0] if len(inside) > 1 else ""
        where = path.relative_to(source)
        if room not in ROOMS and room:
            yield f"{where}: app/{room} is not in this test's table"
            continue
        for number, name in includes(path):
            if IMGUI.match(name) and room in WITHOUT_IMGUI:
                yield f"{where}:{number}: app/{room} draws nothing and must not include {name}"
            if not name.startswith("app/"):
                continue
            other = name.removeprefix("app/")
            allowed = ROOMS.get(room, set())
            if other.split("/")[0] != room and not {other, other.split("/")[0]} & allowed:
                yield f"{where}:{number}: app/{room} must not include {name}"


def problems_of_run(source):
    for path in sorted((source / "engine/run").rglob("*.[ch]pp")):
        inside = path.relative_to(source / "engine/run").parts
        where = path.relative_to(source)
        if len(inside) != 2 or inside[0] not in ROOMS_OF_RUN:
            yield f"{where}: engine/run/{inside[0]} is not in this test's list"
            continue
        for number, name in includes(path):
            room = name.split("/")[1] if name.startswith("run/") else inside[0]
            if room != inside[0] and room not in ROOMS_OF_RUN[: ROOMS_OF_RUN.index(inside[0])]:
                yield f"{where}:{number}: engine/run/{inside[0]} must not include {name}"


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

    yield from problems_of_run(source)
    yield from problems_of_window(source)
    for path in sorted((source / "cli").rglob("*.[ch]pp")):
        for number, name in includes(path):
            if name.startswith("app/") and name != "app/app.hpp" or is_libtorch(source, name) or IMGUI.match(name):
                yield f"{path.relative_to(source)}:{number}: the command line must not include {name}"

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
