#!/usr/bin/env python3
"""The table of docs/summary.md, from the program's own table of summary keys.

    scripts/summary_keys.py [--program build/release/tempera] [--write docs/summary.md]

Prints the table; --write puts it between the two marks of the document. A test compares the two.
"""
import json
import subprocess

import docs_table

MARK = "keys"


def table(program):
    described = subprocess.run([program, "describe", "summary", "--json"], check=True, capture_output=True, text=True).stdout
    lines = ["| key | holds | over replicates | meaning |", "|---|---|---|---|"]
    for key in json.loads(described)[0]["fields"]:
        holds = key["kind"] + (f", in {key['unit']}" if key["unit"] else "")
        meaning = key["help"].replace("|", r"\|").replace("*", r"\*")
        lines.append(f"| `{key['name']}` | {holds} | {key['over_replicates'] or ''} | {meaning} |")
    return "\n".join(lines)


if __name__ == "__main__":
    docs_table.main(__doc__.splitlines()[0], MARK, table)
