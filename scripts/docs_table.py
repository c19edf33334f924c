"""Tables of documents that the program itself tells: each stands between two marks of its page."""
import argparse
import pathlib


def with_table(text, mark, lines):
    """The text of a page with the lines between <!-- MARK: begin --> and <!-- MARK: end -->."""
    begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
    head, rest = text.split(begin)
    return head + begin + "\n" + lines + "\n" + end + rest.split(end)[1]


def main(description, mark, table):
    """Prints the table of a program, or puts it into a page."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--program", default="build/release/tempera")
    parser.add_argument("--write", type=pathlib.Path, help="document whose table is replaced")
    args = parser.parse_args()
    lines = table(args.program)
    if args.write:
        args.write.write_text(with_table(args.write.read_text(encoding="utf-8"), mark, lines), encoding="utf-8")
    else:
        print(lines)
