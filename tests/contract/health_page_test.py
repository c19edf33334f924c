#!/usr/bin/env python3
"""docs/health.md says of every rule what the program says: health_page_test.py PROGRAM SOURCE_DIR [--write].

--write brings the page's table up to date."""
import json
import pathlib
import subprocess
import sys

BEGIN, END = "<!-- rules -->\n", "<!-- end of the rules -->\n"


def threshold(rule, name, above):
    value = rule[name]
    return "" if value is None else f"from {value:g} on" if above else f"below {value:g}"


def table(rules):
    out = ["| rule | row | measures | good | warns | of |", "|---|---|---|---|---|---|"]
    for r in rules:
        more = r["more_is_better"]
        bad = threshold(r, "warning", not more) + ("" if r["warns"] or r["warning"] is None else " (a mark only)")
        cells = [f"`{r['name']}`", r["label"] or "", r["summary"], threshold(r, "good", more), bad, r["scope"] + (f"; {r['exceptions']}" if r["exceptions"] else "")]
        out.append("| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |")
    return "\n".join(out) + "\n"


def main():
    program, source = sys.argv[1], pathlib.Path(sys.argv[2])
    page = source / "docs" / "health.md"
    rules = json.loads(subprocess.run([program, "list", "health", "--json"], capture_output=True, check=True, text=True).stdout)["health"]
    assert len(rules) > 20, "the program lists hardly a rule"
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    shown, after = rest.split(END)
    if "--write" in sys.argv:
        page.write_text(before + BEGIN + table(rules) + END + after, encoding="utf-8")
    elif shown != table(rules):
        have, want = shown.splitlines(), table(rules).splitlines()
        print("docs/health.md differs from the program; tests/contract/health_page_test.py PROGRAM . --write mends it:")
        print("\n".join([f"- {line}" for line in have if line not in want] + [f"+ {line}" for line in want if line not in have]))
        sys.exit(1)


if __name__ == "__main__":
    main()
