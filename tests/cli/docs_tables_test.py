#!/usr/bin/env python3
"""docs/health.md and docs/summary.md show the program's tables of health rules and of summary keys: docs_tables_test.py PROGRAM SOURCE_DIR."""
import pathlib
import sys

PROGRAM, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
sys.dont_write_bytecode = True
sys.path.insert(0, str(SOURCE / "scripts"))
import docs_table  # noqa: E402
import health_rules  # noqa: E402
import summary_keys  # noqa: E402


def main():
    differ = 0
    for name, script in (("health.md", health_rules), ("summary.md", summary_keys)):
        page = (SOURCE / "docs" / name).read_text(encoding="utf-8")
        if page != docs_table.with_table(page, script.MARK, script.table(PROGRAM)):
            print(f"docs/{name} differs from the table of the program; scripts/{script.__name__}.py --write docs/{name} puts it there")
            differ += 1
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
