#!/usr/bin/env python3
"""docs/summary.md shows the program's table of summary keys: summary_docs_test.py PROGRAM SOURCE_DIR."""
import pathlib
import sys

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCE / "scripts"))
import summary_keys  # noqa: E402


def main():
    page = (SOURCE / "docs" / "summary.md").read_text(encoding="utf-8")
    if page != summary_keys.with_table(page, summary_keys.table(PROGRAM)):
        print("docs/summary.md differs from the table of the program; scripts/summary_keys.py --write docs/summary.md puts it there")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
