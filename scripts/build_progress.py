#!/usr/bin/env python3
"""Reads what ninja prints: build_progress.py BUILD_FOLDER [TERMINAL_WIDTH] < output of ninja with NINJA_STATUS='[%f/%t] '.

Writes all of it to BUILD_FOLDER/build.log, whose last line is "N warnings". On a terminal one line tells how far the build is and
how long it will still take; what a failed step printed follows at once. The warnings of each object are kept in BUILD_FOLDER/warnings.json
from build to build, because an object that is up to date is not compiled again and stays silent.
"""
import json
import os
import pathlib
import re
import sys
import time

STEP = re.compile(r"^\[(\d+)/(\d+)\] (.*)")
OBJECT = re.compile(r"Building \S+ object (\S+)")
WARNING = re.compile(r"^(\S[^:]*:\d+(?::\d+)?): warning: (.*)")


def duration(seconds: float) -> str:
    """A time as people say it: "less than a minute", "4 minutes"."""
    minutes = round(seconds / 60)
    if seconds < 60:
        return "less than a minute"
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


class Warnings:
    """Warnings per object, kept between builds."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.file = folder / "warnings.json"
        try:
            self.of = json.loads(self.file.read_text())
        except (OSError, ValueError):
            self.of = {}

    def start(self, name: str):
        self.of.pop(name, None)

    def add(self, name: str, text: str):
        lines = self.of.setdefault(name, [])
        if text not in lines:
            lines.append(text)

    def save(self):
        self.of = {name: lines for name, lines in self.of.items() if not name.endswith(".o") or (self.folder / name).exists()}
        part = self.file.with_suffix(".part")
        part.write_text(json.dumps(self.of, indent=1))
        os.replace(part, self.file)

    def count(self) -> int:
        return len({line for lines in self.of.values() for line in lines})


class Progress:
    """The line on the terminal; silent without one."""

    def __init__(self, width: int, out):
        self.width, self.out, self.started, self.first, self.shown = width, out, time.monotonic(), None, False

    def step(self, done: int, total: int):
        if not self.width:
            return
        now = time.monotonic()
        if self.first is None:
            self.first = done
        text = f"Building {done} of {total}"
        if done - self.first >= 5 and total > done:
            text += f", {duration((now - self.started) / (done - self.first) * (total - done))} left"
        self.out.write("\r\033[K" + text[: self.width - 1])
        self.out.flush()
        self.shown = True

    def clear(self):
        if self.shown:
            self.out.write("\r\033[K")
            self.out.flush()
            self.shown = False


def read(lines, folder: pathlib.Path, width: int, out) -> int:
    """Reads until the end; returns the number of warnings kept."""
    progress, warnings = Progress(width, out), Warnings(folder)
    name, failed = "", False
    with open(folder / "build.log", "w", buffering=1) as log:
        for line in lines:
            log.write(line)
            if step := STEP.match(line):
                built = OBJECT.search(step[3])
                name, failed = (built[1] if built else step[3].strip()), False
                warnings.start(name)
                progress.step(int(step[1]), int(step[2]))
                continue
            failed = failed or line.startswith(("FAILED:", "ninja: error"))
            if found := WARNING.match(line):
                warnings.add(name, f"{found[1]}: {found[2]}")
            if failed and width:
                progress.clear()
                out.write(line)
        warnings.save()
        n = warnings.count()
        log.write(f"{n} warning{'' if n == 1 else 's'}\n")
    progress.clear()
    return n


def main():
    folder = pathlib.Path(sys.argv[1])
    width = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    n = read(sys.stdin, folder, width, sys.stderr)
    if n:
        print(f"{n} warning{'' if n == 1 else 's'} of the compiler, see {folder / 'warnings.json'}", file=sys.stderr)


if __name__ == "__main__":
    main()
