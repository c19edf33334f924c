#!/usr/bin/env python3
"""Draws the pictures of README and docs anew.

    scripts/gallery.py [--program build/release/tempera] [--docs docs] [--only WORD ...]

Pictures of the window need no display. About five minutes on two cores.
"""
import argparse
import pathlib
import re
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent

# name in docs: what `tempera app` is asked for
WINDOWS = {
    "window.png": ["two_lakes", "--at", "finished"],
    "particle_systems.png": ["lj13_reference", "--at", "finished"],
    "ladder.png": ["re_ladder", "--layout", "ladder", "--at", "finished"],
    "bring_your_own.png": ["two_lakes", "--formula", "-x1^4 + 3*x1^2 - 0.8*(x2 - sin(2*x1))^2", "--at", "finished"],
}
TEMPERATURES = {"0.4": "T = 0.4: frozen", "1.0": "T = 1: liquid", "2.3": "T = 2.3: a gas in its trap"}


def window(program, name, folder):
    subprocess.run([program, "app", *WINDOWS[name], "--screenshot", str(folder / name), "--theme", "light", "--size", "1440x900"], check=True)


def placed(figure, x, y, width, height, title=None):
    """A drawing inside another: its own size is scaled to the place, its title may be another one."""
    text = figure.read_text()
    if title:
        text = re.sub(r'(<g class="title">\s*<text [^>]*>)[^<]*', lambda m: m.group(1) + title, text, count=1)
    view = re.search(r'viewBox="([^"]*)"', text).group(1)
    body = text[text.index(">") + 1:]
    return f'<svg x="{x}" y="{y}" width="{width}" height="{height}" viewBox="{view}">{body}'


def melting(program, folder):
    """Energy and heat capacity of thirteen Lennard-Jones particles over the temperature, and how they look."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        quiet = {"check": True, "stdout": subprocess.DEVNULL}
        subprocess.run([program, "sweep", "lj13_melting", "--out", str(scratch / "sweep"), "--export", "svg", "--progress", "none"], **quiet)
        parts = []
        for k, name in enumerate(("energy_heat_capacity", "energy_mean")):
            title = ("Heat capacity, in units of Boltzmann's constant", "Mean energy")[k]
            parts.append(placed(scratch / "sweep" / "figures" / f"sweep_observables_{name}.svg", 0, 310 * k, 540, 310, title))
        for k, (temperature, title) in enumerate(TEMPERATURES.items()):
            out = scratch / temperature
            subprocess.run([program, "run", "lj13_melting", "--set", f"target.temperature={temperature}", "--set", "sampler.n_scans=600",
                            "--out", str(out), "--export", "svg", "--progress", "none"], **quiet)
            parts.append(placed(out / "figures" / "configuration.svg", 550, 206 * k, 340, 204, title))
    (folder / "figures" / "lj13_melting.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="620" viewBox="0 0 900 620" role="img" '
        'font-family="Roboto, Helvetica, Arial, sans-serif">\n<title>Thirteen Lennard-Jones particles melt and evaporate</title>\n'
        '<rect width="900" height="620" fill="#ffffff"/>\n' + "\n".join(parts) + "</svg>\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default=str(ROOT / "build/release/tempera"))
    parser.add_argument("--docs", type=pathlib.Path, default=ROOT / "docs")
    parser.add_argument("--only", nargs="*", default=[])
    args = parser.parse_args()
    drawings = {name: lambda name=name: window(args.program, name, args.docs) for name in WINDOWS}
    drawings["lj13_melting.svg"] = lambda: melting(args.program, args.docs)
    for name, draw in drawings.items():
        if not args.only or any(word in name for word in args.only):
            draw()
            print("drew", args.docs / name, flush=True)
