#!/usr/bin/env python3
"""Who wants to know what a method can do asks it, not its name: capabilities_test.py PROGRAM SOURCE_DIR.

A comparison with a method's name outside the method's own folder is a second list of methods that a new one has
to be written into (info_of() of models, samplers and paths, order() and is_identity() of kernels are asked instead)."""
import pathlib
import re
import sys

FAMILIES = ("models", "samplers", "paths", "kernels", "moves")
ABSENT = "none"  # the word for no method at all
ALLOWED = {
    "app/workspace/remedies.cpp": "writes other names into a preset: which to offer depends on the one that is there",
    "app/shell/tips.cpp": "a tour through shipped presets by their methods",
    "engine/training/density_objectives.cpp": "a setting of its own that has the kernel's name",
}
LISTED = re.compile(r"^\s+X\((\w+)", re.MULTILINE)


def method_names(source):
    for family in FAMILIES:
        names = set(LISTED.findall((source / "engine" / family / "catalogue.cpp").read_text(encoding="utf-8")))
        assert names, f"engine/{family}/catalogue.cpp lists nothing"
        yield family, names - {ABSENT}


def comparison(names):
    name = '"(' + "|".join(sorted(names)) + ')"'
    return re.compile(rf"[!=]=\s*(?:Json\(\s*)?{name}|{name}\s*\)?\s*[!=]=")


def problems(source):
    for family, names in method_names(source):
        pattern = comparison(names)
        for path in sorted(p for top in ("engine", "app", "cli") for p in (source / top).rglob("*.[ch]pp")):
            where = path.relative_to(source).as_posix()
            if where.startswith(f"engine/{family}/") or where in ALLOWED:
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if found := pattern.search(line):
                    yield f"{where}:{number}: compares with the name of one of engine/{family}: {found[0]}"


def check_itself():
    """The pattern sees what it is for, and nothing else."""
    pattern = comparison({"smc", "energy_mlp"})
    for bad in ('if (type == "smc") {', 'x != Json("energy_mlp")', 'return "smc" == type;', 'Json("smc") != value'):
        assert pattern.search(bad), bad
    for good in ('find_entry(catalogue, "sampler", "smc")', 'p["type"] = "smc";', 'x == "smcx"', 'f("smc") + 1'):
        assert not pattern.search(good), good


def main():
    check_itself()
    found = list(problems(pathlib.Path(sys.argv[2])))
    print("\n".join(found) or "every question about a method is asked of the method")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
