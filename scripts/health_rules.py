#!/usr/bin/env python3
"""The table of docs/health.md, from the program's own table of health rules.

    scripts/health_rules.py [--program build/release/tempera] [--write docs/health.md]

Prints the table; --write puts it between the two marks of the document. A test compares the two.
"""
import json
import subprocess

import docs_table

MARK = "rules"


def range_text(threshold, above):
    return "" if threshold is None else f"from {threshold:g} on" if above else f"below {threshold:g}"


def table(program):
    rules = json.loads(subprocess.run([program, "list", "health", "--json"], check=True, capture_output=True, text=True).stdout)["health"]
    lines = ["| rule | row | measures | good | bad | of |", "|---|---|---|---|---|---|"]
    for rule in rules:
        more, bad = rule["more_is_better"], range_text(rule["warning"], not rule["more_is_better"])
        bad += " (a mark only)" if bad and not rule["warns"] else ""
        scope = rule["scope"] + (f"; {rule['exceptions']}" if rule["exceptions"] else "")
        cells = [f"`{rule['name']}`", rule["label"] or "", rule["summary"], range_text(rule["good"], more), bad, scope]
        lines.append("| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    docs_table.main(__doc__.splitlines()[0], MARK, table)
