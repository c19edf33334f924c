#!/usr/bin/env python3
"""The table of docs/summary.md, from the program's own table of summary keys.

    scripts/summary_keys.py [--program build/release/tempera] [--write docs/summary.md]

Prints the table; --write puts it between the two marks of the document. A test compares the two.
"""
import argparse
import json
import pathlib
import subprocess

BEGIN, END = "<!-- keys: begin -->", "<!-- keys: end -->"


def table(program):
    described = subprocess.run([program, "describe", "summary", "--json"], check=True, capture_output=True, text=True).stdout
    lines = ["| key | holds | over replicates | meaning |", "|---|---|---|---|"]
    for key in json.loads(described)[0]["fields"]:
        holds = key["kind"] + (f", in {key['unit']}" if key["unit"] else "")
        meaning = key["help"].replace("|", r"\|").replace("*", r"\*")
        lines.append(f"| `{key['name']}` | {holds} | {key['over_replicates'] or ''} | {meaning} |")
    return "\n".join(lines)


def with_table(text, lines):
    head, rest = text.split(BEGIN)
    return head + BEGIN + "\n" + lines + "\n" + END + rest.split(END)[1]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default="build/release/tempera")
    parser.add_argument("--write", type=pathlib.Path, help="document whose table is replaced")
    args = parser.parse_args()
    lines = table(args.program)
    if args.write:
        args.write.write_text(with_table(args.write.read_text(encoding="utf-8"), lines), encoding="utf-8")
    else:
        print(lines)


if __name__ == "__main__":
    main()
