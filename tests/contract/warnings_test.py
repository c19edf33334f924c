#!/usr/bin/env python3
"""No warning of the compiler in this build, and the reader that counts them: warnings_test.py PROGRAM SOURCE_DIR."""
import io
import json
import pathlib
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv.pop(2))
BUILD = pathlib.Path(sys.argv.pop(1)).parent
sys.path.insert(0, str(SOURCE / "scripts"))
import build_progress  # noqa: E402

FIRST = """[1/3] Building CXX object a.o
x/a.hpp:7:3: warning: unused variable 'y' [-Wunused-variable]
x/a.hpp:7:3: warning: unused variable 'y' [-Wunused-variable]
[2/3] Building CXX object b.o
x/a.hpp:7:3: warning: unused variable 'y' [-Wunused-variable]
FAILED: c.o
c.cpp:1:1: error: no
ninja: build stopped: subcommand failed.
"""


class BuildProgress(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for name in "ab":
            (self.folder / f"{name}.o").touch()

    def read(self, text, width=0):
        out = io.StringIO()
        return build_progress.read(io.StringIO(text), self.folder, width, out), out.getvalue()

    def test_counts_one_place_once_and_says_so_in_the_log(self):
        self.assertEqual(self.read(FIRST)[0], 1)
        self.assertEqual((self.folder / "build.log").read_text(), FIRST + "1 warning\n")

    def test_a_warning_stays_counted_until_its_object_is_compiled_again(self):
        self.read(FIRST)
        self.assertEqual(self.read("ninja: no work to do.\n")[0], 1)
        self.assertEqual(self.read("[1/1] Building CXX object a.o\n")[0], 1)
        self.assertEqual(self.read("[1/1] Building CXX object b.o\n")[0], 0)

    def test_an_object_that_is_gone_takes_its_warnings_with_it(self):
        self.read(FIRST)
        for name in "ab":
            (self.folder / f"{name}.o").unlink()
        self.assertEqual(self.read("ninja: no work to do.\n")[0], 0)

    def test_a_damaged_record_is_begun_anew(self):
        (self.folder / "warnings.json").write_text("{")
        self.assertEqual(self.read(FIRST)[0], 1)

    def test_the_terminal_sees_the_way_and_errors_and_a_file_sees_neither(self):
        self.assertEqual(self.read(FIRST)[1], "")
        text = self.read(FIRST, 60)[1]
        self.assertIn("Building 2 of 3", text)
        self.assertIn("c.cpp:1:1: error: no", text)

    def test_says_how_long_it_takes(self):
        steps = "".join(f"[{i}/100] Building CXX object {i}.o\n" for i in range(1, 8))
        self.assertIn("Building 7 of 100, less than a minute left", self.read(steps, 80)[1])
        self.assertEqual(build_progress.duration(250), "4 minutes")
        self.assertEqual(build_progress.duration(61), "1 minute")


class ThisBuild(unittest.TestCase):
    def test_has_no_warning(self):
        warnings = BUILD / "warnings.json"
        if not warnings.exists():
            self.skipTest("this folder was not built by ./tempera")
        self.assertEqual({}, json.loads(warnings.read_text()))


if __name__ == "__main__":
    unittest.main()
