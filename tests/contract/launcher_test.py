#!/usr/bin/env python3
"""The script ./tempera with a stand-in for the program, in a folder with a space: launcher_test.py PROGRAM SOURCE_DIR."""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv.pop(2))
sys.argv.pop(1)

STAND_IN = """#!/bin/sh
echo "in $(pwd)"
for argument; do echo "[$argument]"; done
[ "$1" != sleep ] || exec sleep 60
[ "$1" != fail ] || exit 4
"""


class Launcher(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="tempera test ")
        self.addCleanup(self.folder.cleanup)
        root = pathlib.Path(self.folder.name).resolve()
        self.elsewhere = root / "else where"
        self.elsewhere.mkdir()
        self.root = root / "a clone"
        self.root.mkdir()
        shutil.copy(SOURCE / "tempera", self.root)
        shutil.copytree(SOURCE / "scripts", self.root / "scripts")
        (self.root / "engine").mkdir()
        self.source_file = self.root / "engine" / "a.cpp"
        self.source_file.touch()
        os.utime(self.source_file, (1e9, 1e9))
        os.utime(self.root / "engine", (1e9, 1e9))
        build = self.root / "build" / "release"
        build.mkdir(parents=True)
        program = build / "tempera"
        program.write_text(STAND_IN)
        program.chmod(0o755)
        cache = root / "cache"
        (build / ".built").write_text(f"-DTEMPERA_CACHE={cache}")
        drop = ("DISPLAY", "WAYLAND_DISPLAY", "TEMPERA_APP", "TEMPERA_LEARN", "TEMPERA_NATIVE", "TEMPERA_TORCH")
        self.env = {k: v for k, v in os.environ.items() if k not in drop} | {"TEMPERA_CACHE": str(cache)}

    def run_launcher(self, *arguments, **env):
        return subprocess.run([self.root / "tempera", *arguments], cwd=self.elsewhere, env=self.env | env, capture_output=True, text=True)

    def test_forwards_arguments_from_the_callers_folder(self):
        r = self.run_launcher("run", "my preset.json", "--set", "a=b c")
        self.assertEqual(r.stdout.splitlines(), [f"in {self.elsewhere}", "[run]", "[my preset.json]", "[--set]", "[a=b c]"])
        self.assertEqual((r.returncode, r.stderr), (0, ""))

    def test_passes_the_exit_status_on(self):
        self.assertEqual(self.run_launcher("fail").returncode, 4)

    def test_works_through_a_link(self):
        link = self.elsewhere / "t"
        link.symlink_to(self.root / "tempera")
        r = subprocess.run([link, "list"], cwd=self.elsewhere, env=self.env, capture_output=True, text=True)
        self.assertIn("[list]", r.stdout)

    def test_without_a_display_runs_the_first_preset(self):
        lines = self.run_launcher().stdout.splitlines()
        self.assertIn("No display", lines[0])
        self.assertEqual(lines[1:4], [f"in {self.elsewhere}", "[run]", f"[{self.root}/presets/two_lakes.json]"])
        self.assertIn("html", lines[-1])

    def test_with_a_display_opens_the_window(self):
        lines = self.run_launcher(DISPLAY=":99").stdout.splitlines()
        self.assertEqual(lines[1:], ["[app]", f"[{self.root}/presets/two_lakes.json]"])

    def test_interrupt_reaches_the_program(self):
        process = subprocess.Popen([self.root / "tempera", "sleep"], cwd=self.elsewhere, env=self.env, stdout=subprocess.PIPE, text=True)
        for line in process.stdout:
            if line == "[sleep]\n":
                break
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, -signal.SIGINT)

    def test_a_newer_source_means_building(self):
        self.source_file.touch()
        # An unusable cache stops it right after noticing, before anything is installed or built.
        r = self.run_launcher("list", TEMPERA_CACHE="/proc/none")
        self.assertNotEqual(r.returncode, 0)
        self.assertNotIn("[list]", r.stdout)
        self.assertEqual(len(r.stderr.splitlines()), 1, r.stderr)
        self.assertIn("TEMPERA_CACHE", r.stderr)


if __name__ == "__main__":
    unittest.main()
