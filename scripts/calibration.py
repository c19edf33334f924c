#!/usr/bin/env python3
"""Are the standard errors right? Runs every sampler 200 times and counts how often an interval holds the truth.

    scripts/calibration.py [--program build/release/tempera] [--seeds 200] [--only WORD ...] [--write docs/theory.md]

Prints the table of docs/theory.md, "Standard errors"; --write puts it there, between its two marks. About ten
minutes on two cores. Needs numpy. Exit code 1 when an interval holds the truth outside 90 to 98 % of the time.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

BEGIN, END = "<!-- calibration: begin -->", "<!-- calibration: end -->"
LOWEST, HIGHEST = 0.90, 0.98
GROUP = 16  # replicates behind one mean in the row "replicates"

LOG_SNR = {"type": "log_snr", "rho_min": 0.01, "rho_max": 80}
TARGETS = {
    "gmm40": {
        "target": {"type": "gmm40"},
        "path": {"type": "diffusion", "process": "vp", "n_levels": 24, "standardise": True, "schedule": LOG_SNR},
        "kernel": {"type": "second_order"},
        "moves": {"type": "mala", "n_steps": 1, "step_size": 1.0},
    },
    "two_mode d 8": {
        "target": {"type": "two_mode", "dim": 8},
        "path": {"type": "diffusion", "process": "vp", "n_levels": 32, "standardise": False, "schedule": LOG_SNR},
        "kernel": {"type": "second_order"},
        "moves": {"type": "mala", "n_steps": 1, "step_size": 1.0},
    },
    "many_well d 8": {
        "target": {"type": "many_well", "dim": 8},
        "path": {"type": "tempering", "n_levels": 24, "standardise": False, "schedule": {"type": "equal_cess"}},
        "kernel": {"type": "none"},
        "moves": {"type": "hmc", "n_steps": 2, "step_size": 1.0, "adapt": True},
    },
}


def smc(scheme, n_particles=1024):
    return {"type": "smc", "n_particles": n_particles, "resampling": scheme, "ess_threshold": 0.8}


def exchange(n_ensembles, n_scans, burn_in_fraction=0.25):
    return {"type": "replica_exchange", "n_ensembles": n_ensembles, "n_scans": n_scans, "burn_in_fraction": burn_in_fraction, "moves_per_scan": 2}


SAMPLERS = {
    "ais": {"type": "ais", "n_particles": 1024},
    **{f"smc {scheme}": smc(scheme) for scheme in ("systematic", "stratified", "residual", "multinomial")},
    "replica_exchange, 4 ladders": exchange(4, 1600),
    "replica_exchange, 8 ladders": exchange(8, 600),
    "replica_exchange, 32 ladders": exchange(32, 240, 0.5),
    f"mean of {GROUP} replicates (smc)": smc("systematic", 128),
}


def replicates(program, setting, sampler, n):
    """Summaries of n replicates."""
    with tempfile.TemporaryDirectory() as folder:
        preset, out = pathlib.Path(folder) / "preset.json", pathlib.Path(folder) / "out"
        moves = {key: value for key, value in setting["moves"].items() if key != "n_steps" or "n_scans" not in sampler}
        preset.write_text(json.dumps({
            "schema": "tempera-preset", "version": 1, "name": "calibration", **setting, "moves": moves, "sampler": sampler,
            "run": {"seed": 1, "precision": "f64", "n_replicates": n}}))
        subprocess.run([program, "run", str(preset), "--out", str(out), "--progress", "none"], check=True, stdout=subprocess.DEVNULL)
        return json.loads((out / "summary.json").read_text())["replicates"]


def mean_energy(program, setting, n=1_000_000):
    """Mean of the energy over exact samples of the target."""
    with tempfile.TemporaryDirectory() as folder:
        preset, points, values = (pathlib.Path(folder) / name for name in ("preset.json", "x.npy", "f.npz"))
        path = {**setting["path"], "standardise": False, "n_levels": 1}
        if path["type"] == "tempering":
            path["schedule"] = {"type": "linear"}
        preset.write_text(json.dumps({
            "schema": "tempera-preset", "version": 1, "name": "exact", **setting, "path": path, "sampler": SAMPLERS["ais"], "run": {"seed": 99, "precision": "f64"}}))
        for command in (["sample", preset, "--level", "0", "-n", str(n), "--out", points], ["eval", preset, "--level", "0", "--points", points, "--out", values]):
            subprocess.run([program, *map(str, command)], check=True, stdout=subprocess.DEVNULL)
        return -float(np.load(values)["log_density"].mean())


def share_held(error, stderr):
    """Share of 95 % intervals that hold the truth, and of values that have one at all."""
    known = np.isfinite(stderr)
    return float(np.mean(np.abs(error[known]) <= 1.96 * stderr[known])) if known.any() else np.nan, float(known.mean())


def numbers(rows, *keys):
    def at(row):
        for key in keys:
            row = row[key]
        return np.nan if row is None else row
    return np.array([at(row) for row in rows], dtype=float)


def modes(rows):
    """Errors [run, mode] of the mode weights and their standard errors."""
    error, stderr = [], []
    for row in rows:
        weights = row["mode_weights"]
        error.append(np.subtract(weights["weighted"], weights["true"]))
        stderr.append(weights["weighted_stderr"] or [np.nan] * len(weights["true"]))
    return np.array(error), np.array(stderr, dtype=float)


def mean_of_groups(error):
    """Means over groups of replicates and their standard errors, as the program states them."""
    groups = error.reshape(-1, GROUP, *error.shape[1:])
    return groups.mean(1), groups.std(1, ddof=1) / np.sqrt(GROUP)


def row_of(program, name, target, n, energy):
    grouped = name.startswith("mean")
    rows = replicates(program, TARGETS[target], SAMPLERS[name], n * GROUP if grouped else n)
    log_z = numbers(rows, "log_z_error"), numbers(rows, "log_z_stderr")
    weights = modes(rows)
    energies = numbers(rows, "observables", "energy", "mean") - energy, numbers(rows, "observables", "energy", "stderr")
    if grouped:
        log_z, weights, energies = (mean_of_groups(what[0]) for what in (log_z, weights, energies))
    held, known = share_held(*log_z)
    held_modes, known_modes = share_held(*weights)
    held_energy, known_energy = share_held(*energies)
    spread = np.sqrt(np.mean(log_z[0] ** 2))
    return {"held": held, "known": known, "ratio": float(np.sqrt(np.nanmean(log_z[1] ** 2)) / spread), "modes": held_modes, "known_modes": known_modes,
            "energy": held_energy, "known_energy": known_energy}


def cell(row):
    def share(held, known):
        return "none" if np.isnan(held) else f"{100 * held:.0f} %" + ("" if known > 0.995 else f" ({100 * known:.0f} % of runs)")
    return f"{share(row['held'], row['known'])}, {row['ratio']:.2f}; {share(row['modes'], row['known_modes'])}; {share(row['energy'], row['known_energy'])}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", default="build/release/tempera")
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--only", nargs="*", default=[], help="words that a sampler's or target's name has")
    parser.add_argument("--write", type=pathlib.Path, help="document whose table is replaced")
    args = parser.parse_args()

    lines = ["| sampler | " + " | ".join(TARGETS) + " |", "|---" * (len(TARGETS) + 1) + "|"]
    outside = []
    energy = {name: mean_energy(args.program, setting) for name, setting in TARGETS.items()}
    for name in SAMPLERS:
        cells = []
        for target in TARGETS:
            if args.only and not any(word in f"{name} {target}" for word in args.only):
                cells.append("")
                continue
            row = row_of(args.program, name, target, args.seeds, energy[target])
            cells.append(cell(row))
            outside += [f"{name}, {target}: {what}" for what in ("held", "modes", "energy") if not (np.isnan(row[what]) or LOWEST <= row[what] <= HIGHEST)]
        if any(cells):
            lines.append(f"| {name} | " + " | ".join(cells) + " |")
            print(lines[-1], flush=True)
    print("\n".join(["", *lines, ""]))
    if args.write:
        text = args.write.read_text()
        head, rest = text.split(BEGIN)
        args.write.write_text(head + BEGIN + "\n" + "\n".join(lines) + "\n" + END + rest.split(END)[1])
    for line in outside:
        print("outside 90 to 98 %:", line)
    return 1 if outside else 0


if __name__ == "__main__":
    sys.exit(main())
