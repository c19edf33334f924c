#!/usr/bin/env python3
"""docs/health.md shows the program's table of health rules: health_docs_test.py PROGRAM SOURCE_DIR."""
import pathlib
import sys

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCE / "scripts"))
import health_rules  # noqa: E402


def main():
    page = (SOURCE / "docs" / "health.md").read_text(encoding="utf-8")
    if page != health_rules.with_table(page, health_rules.table(PROGRAM)):
        print("docs/health.md differs from the table of the program; scripts/health_rules.py --write docs/health.md puts it there")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
