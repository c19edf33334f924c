#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The command line's contract: commands, exit codes, files, streams. Arguments: the program, the source folder."""
import fcntl
import json
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import zipfile
from pathlib import Path

PROGRAM, SOURCE = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
failures = []


def check(good, text):
    if not good:
        failures.append(text)
        print(f"FAIL {text}")


def call(*args, timeout=120, cwd=None):
    done = subprocess.run([str(PROGRAM), *map(str, args)], capture_output=True, text=True, timeout=timeout, cwd=cwd)
    return done.returncode, done.stdout, done.stderr


SMALL = {"schema": "tempera-preset", "version": 1, "name": "small",
         "target": {"type": "gaussian_mixture", "weights": [2 / 3, 1 / 3], "means": [[-4, 0], [4, 0]], "sigmas": [0.25, 1.0]},
         "path": {"type": "diffusion", "n_levels": 8}, "kernel": {"type": "second_order"}, "sampler": {"type": "smc", "n_particles": 200}, "run": {"seed": 1}}


def write(folder, document, name="preset.json"):
    file = folder / name
    file.write_text(document if isinstance(document, str) else json.dumps(document))
    return file


def npy(data):
    """Shape and float64 values of npy bytes."""
    size = struct.unpack("<H", data[8:10])[0]
    header = eval(data[10:10 + size].decode(), {"__builtins__": {}})  # noqa: S307 - a literal dictionary that the program wrote
    values = data[10 + size:]
    return header["shape"], header["descr"], values


def write_npy(file, rows):
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({len(rows)}, {len(rows[0])}), }}"
    header += " " * (117 - len(header)) + "\n"
    file.write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", 118) + header.encode() + b"".join(struct.pack("<d", v) for r in rows for v in r))


def run_folder(folder):
    file, out = write(folder, SMALL), folder / "run"
    code, stdout, stderr = call("run", file, "--out", out, "--progress", "none", "--export", "csv,svg,html")
    check(code == 0 and "log Z" in stdout and stderr == "", f"run: exit {code}, stderr {stderr[:200]!r}")
    for name in ("preset.json", "summary.json", "levels.csv", "samples.npz", "modes.csv", "log.txt", "samples.csv", "report.html"):
        check((out / name).is_file() and (out / name).stat().st_size > 0, f"run wrote no {name}")
    summary = json.loads((out / "summary.json").read_text())
    check(summary["status"] == "finished" and summary["n_particles"] == 200, "summary")
    check((out / "levels.csv").read_text().splitlines()[0] == "level,rho,alpha,sigma,beta,ess_fraction,cess_fraction,log_z_increment,resampled,acceptance,swap_rejection,seconds",
          "levels.csv header")
    with zipfile.ZipFile(out / "samples.npz") as z:
        check(npy(z.read("x.npy"))[:2] == ((200, 2), "<f8") and npy(z.read("log_weight.npy"))[:2] == ((200,), "<f8"), "samples.npz")
    check(call("run", file, "--out", out)[0] == 2, "an existing folder is refused")
    check(call("run", file, "--out", out, "--force", "--progress", "none")[0] == 0, "--force replaces")
    check(call("run", file, "--out", out, "--resume", "--progress", "none")[0] == 0, "--resume keeps a finished run")
    again = folder / "again"
    check(call("run", out, "--out", again, "--progress", "none")[0] == 0, "a run folder's preset can be run again")
    check(json.loads((again / "summary.json").read_text())["log_z"] == summary["log_z"], "the stored preset gives the same bits")
    os.chdir(folder)
    for name in ("small", "small-2"):
        code, stdout, _ = call("run", file, "--progress", "none")
        check(code == 0 and (folder / "out" / name / "summary.json").exists(), f"default folder out/{name}")
    code, stdout, _ = call("compare", out, again, "--out", folder / "both")
    check(code == 0 and "ESS" in stdout and "<svg" in (folder / "both" / "report.html").read_text(), "compare")
    check(call("report", out, "--out", folder / "r.html")[0] == 0 and "<svg" in (folder / "r.html").read_text(), "report")
    check(call("report", folder / "nothing")[0] == 2, "report of no run")
    for key, value in (("n_levels", -5), ("n_levels", 10 ** 12), ("dim", "x"), ("dim", 0)):
        (again / "summary.json").write_text(json.dumps({**summary, key: value}))
        code, _, stderr = call("report", again)
        check(code == 2 and "summary.json" in stderr, f"report with {key} {value}: exit {code}, {stderr[:150]!r}")


def same_folder_twice(folder):
    file, out = write(folder, {**SMALL, "path": {"type": "diffusion", "n_levels": 100}, "sampler": {"type": "smc", "n_particles": 300000}}), folder / "twice"
    terminal, other_end = pty.openpty()
    slow = subprocess.Popen([str(PROGRAM), "run", str(file), "--out", str(out)], stdout=subprocess.DEVNULL, stderr=other_end)
    os.close(other_end)
    text = os.read(terminal, 1)  # its bar: the folder was free when it looked
    slow.send_signal(signal.SIGSTOP)
    quick = call("run", write(folder, SMALL, "quick.json"), "--out", out, "--progress", "none")[0]
    slow.send_signal(signal.SIGCONT)
    try:
        while more := os.read(terminal, 4096):
            text += more
    except OSError:  # how a terminal ends
        pass
    os.close(terminal)
    slow.wait(120)
    kept = {f.parent.name: json.loads(f.read_text())["n_particles"] for f in folder.glob("twice*/summary.json")}
    check(quick == 0 and slow.returncode == 2 and kept == {"twice": 200, "twice-2": 300000}, f"a folder taken during a run: exits {quick}, {slow.returncode}, kept {kept}")
    check(b"twice-2" in text and b"nothing is lost" in text, f"a folder taken during a run is told: {text[-200:]!r}")
    check(call("run", file, "--out", out, "--progress", "none")[0] == 2, "a folder that is there is refused")
    check(call("run", file, "--out", out, "--resume", "--progress", "none")[0] == 2, "--resume does not replace a run of another preset")
    check(not list(folder.glob("*.tmp-*")) and not list(folder.glob("*.probe-*")), "two runs to one folder leave nothing else")


def settings(folder):
    file = write(folder, SMALL)
    code, stdout, _ = call("check", file, "--set", "path.n_levels=16", "--seed", 5, "--json")
    resolved = json.loads(stdout)["resolved"]
    check(code == 0 and resolved["path"]["n_levels"] == 16 and resolved["run"]["seed"] == 5, "check --set --seed --json")
    check(call("check", file, "--set", "target.weights=[0.5,0.5]", "--set", "kernel.type=first_order")[0] == 0, "--set of lists and types")
    code, stdout, _ = call("check", file, "--set", "path.n_levels=0", "--json")
    check(code == 2 and json.loads(stdout)["problems"][0]["place"] == "path.n_levels", "check names the place")
    for preset in sorted((SOURCE / "presets").glob("*.json")):
        code, _, stderr = call("check", preset)
        if needs := {"train_from_samples": ("samples.npy", "model.training.data"), "logistic_german": ("german_data.npy", "target.data")}.get(preset.stem):
            check(code == 2 and all(word in stderr for word in needs), f"{preset.name} says which data of the user's own it needs")
        else:
            check(code == 0, f"{preset.name} is good")


def hostile_places(folder):
    """Inputs that never end, names that lead nowhere, outputs that take nothing."""
    file = write(folder, SMALL)
    for device in ("/dev/zero", "/dev/full"):
        for args in (["check", device], ["eval", file, "--level", "1", "--points", device, "--out", folder / "e.npz"]):
            code, _, stderr = call(*args, timeout=20)
            check(code == 2 and "device" in stderr, f"{args[0]} of {device}: exit {code}, {stderr[:150]!r}")
    link = folder / "dangling"
    link.symlink_to(folder / "nowhere")
    code, _, stderr = call("run", file, "--out", link, "--progress", "none", timeout=20)
    check(code == 2 and "exists" in stderr, f"a link that leads nowhere is not free: exit {code}, {stderr[:150]!r}")
    code, _, stderr = call("run", file, "--out", "", cwd=folder)
    check(code == 2 and "--out" in stderr and not (folder / "out").exists(), f"an empty --out is no default: exit {code}, {stderr[:150]!r}")
    with open("/dev/full", "w") as full:
        done = subprocess.run([str(PROGRAM), "list"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=20)
    check(done.returncode == 2 and "stdout" in done.stderr, f"results that cannot be written: exit {done.returncode}, {done.stderr[:150]!r}")
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([str(PROGRAM), "list", "--json"], stdout=writer, stderr=subprocess.PIPE, text=True, timeout=20)
    os.close(writer)
    check(done.returncode == 0 and done.stderr == "", f"a reader that has gone: exit {done.returncode}, {done.stderr[:150]!r}")
    code, _, stderr = call("run", file, "--out", folder / "late", "--assert", "ess_fraction >< 1", "--progress", "none")
    check(code == 2 and not (folder / "late").exists(), "a bad assertion is said before the run")
    code, _, stderr = call("run", "two_lake", cwd=folder)
    check(code == 2 and "two_lakes" in stderr, f"the nearest shipped preset: {stderr[:150]!r}")
    for wrong in (True, 3, "x", [1]):
        code, _, stderr = call("check", write(folder, {**SMALL, "view": wrong}, "view.json"))
        check(code == 2 and stderr.startswith("tempera: view: "), f"view {wrong!r}: exit {code}, {stderr[:150]!r}")
    code, _, stderr = call("run", file, "--set", 'path.schedule={"type": "log_snr", "rho_min": 1e-40}', cwd=folder)
    check(code == 2 and "path.schedule.rho_min" in stderr, f"a schedule below rounding: exit {code}, {stderr[:150]!r}")
    code, _, stderr = call("run", file, "--set", "run.precision=f32", "--set", 'path.schedule={"type": "log_snr", "rho_min": 1e-7}', cwd=folder)
    check(code == 2 and "f64" in stderr, f"a schedule below the rounding of f32: exit {code}, {stderr[:150]!r}")
    code, _, stderr = call("run", write(folder, {**SMALL, "target": {"type": "funnel", "dim": 1024}, "path": {"type": "tempering"}, "kernel": {"type": "none"}}, "big.json"),
                           "--set", "sampler.n_particles=16000000", "--out", folder / "big", timeout=20)
    check(code == 2 and "sampler.n_particles" in stderr and "GiB" in stderr, f"more particles than memory: exit {code}, {stderr[:150]!r}")
    code, stdout, _ = call("run", file, "--set", "sampler={\"type\": \"ais\", \"n_particles\": 1}", "--out", folder / "one", "--progress", "none")
    one = json.loads((folder / "one" / "summary.json").read_text())
    check(code == 0 and one["log_z_stderr"] is None and " inf " not in json.dumps(one["warnings"]), f"one particle tells no error: {one['log_z_stderr']}, {one['warnings']}")
    check(call("check", file, "--set", "path.n_levels=1.6e1")[0] == 0, "1.6e1 is a whole number")


def bad_usage(folder):
    file = write(folder, SMALL)
    for args in (["nonsense"], ["run"], ["run", "no_such_preset"], ["run", file, "--frobnicate"], ["run", file, "--threads", "-1"], ["run", file, "--set", "x"],
                 ["run", file, "--export", "svgg"], ["run", file, "--progress", "fast"], ["run", write(folder, "{", "broken.json")], ["describe", "no_such_thing"],
                 ["list", "no_such_family"], ["eval", file, "--level", "99", "--points", "none.npy", "--out", "x.npz"], ["sweep", file]):
        code, _, stderr = call(*args, cwd=folder)
        check(code == 2 and stderr.startswith("tempera: "), f"{args[:4]}: exit {code}, {stderr[:150]!r}")
    deep = "[" * 100000 + "]" * 100000
    for args in (["run", write(folder, '{"schema": ' + deep + "}", "deep.json")], ["run", file, "--set", ".".join("a" * 1000) + "=1"], ["run", file, "--set", "name=" + "x" * 300],
                 ["run", file, "--seed", "-1"], ["run", file, "--out", "x" * 300], ["run", file, "--out", "/proc/none"], ["run", file, "--out", file, "--force"],
                 ["run", file, "--set", "path.schedule.type=equal_cess"], ["sample", file, "--level", "0", "-n", "5", "--out", folder / "none" / "x.npy"]):
        code, _, stderr = call(*args, cwd=folder)
        check(code == 2 and stderr.startswith("tempera: ") and len(stderr) < 1000 and "exception" not in stderr, f"{str(args)[:120]}: exit {code}, {stderr[:150]!r}")
    both = {**SMALL, "path": {"type": "diffusion", "n_levels": 0}, "sampler": {"type": "smc", "n_particles": -3}}
    code, _, stderr = call("run", write(folder, both, "both.json"), cwd=folder)
    check(code == 2 and "path.n_levels" in stderr and "sampler.n_particles" in stderr, "every problem is reported")


def assertions(folder):
    file = write(folder, SMALL)
    codes = [call("run", file, "--out", folder / f"as{i}", "--progress", "none", "--assert", a)[0]
             for i, a in enumerate(("ess_fraction > 0.1", "ess_fraction > 1.5", "ess_fracton > 0.5"))]
    check(codes == [0, 4, 2], f"assertions: {codes}")
    code, _, stderr = call("run", file, "--out", folder / "null", "--progress", "none", "--assert", "replica_exchange.log_z_bar < 9")
    check(code == 4 and "it is null" in stderr, f"a key that this run has no value of: exit {code}, {stderr}")
    for bad in ("ess_fracton > 0.5", "sampler < 3"):
        code, _, stderr = call("run", file, "--out", folder / "never", "--assert", bad)
        check(code == 2 and not (folder / "never").exists(), f"{bad} is refused before the run: exit {code}, {stderr}")


def evaluation(folder):
    file = write(folder, SMALL)
    write_npy(folder / "x.npy", [[0.1, -0.2], [1.0, 2.0], [0.0, 0.0]])
    code, _, stderr = call("eval", file, "--level", 4, "--points", folder / "x.npy", "--out", folder / "f.npz")
    check(code == 0, f"eval: {stderr}")
    with zipfile.ZipFile(folder / "f.npz") as z:
        shapes = {n[:-4]: npy(z.read(n))[0] for n in z.namelist()}
    check(shapes == {"log_density": (3,), "log_density_normalised": (3,), "score": (3, 2), "hessian": (3, 2, 2), "responsibilities": (3, 2)}, f"eval: {shapes}")
    code, _, _ = call("sample", file, "--level", 0, "-n", 500, "--out", folder / "s.npy")
    check(code == 0 and npy((folder / "s.npy").read_bytes())[:2] == ((500, 2), "<f8"), "sample")


def lists(folder):
    everything = json.loads(call("list", "--json")[1])
    wanted = {"target": "gaussian gaussian_mixture two_mode gmm40 mog2 mog2i mog6 mog9 ring ring5 many_well funnel banana double_well_particles dw4 lennard_jones lj13 lj55 ising expression logistic_regression torchscript", "path": "diffusion tempering",
              "schedule": "log_snr edm uniform_time linear_beta equal_rejection equal_cess linear geometric explicit",
              "kernel": "none first_order exponential_integrator second_order transport_midpoint", "moves": "none random_walk mala hmc",
              "sampler": "ais smc replica_exchange mcmc"}
    for family, names in wanted.items():
        have = {entry["name"] for entry in everything[family]}
        check(set(names.split()) <= have, f"list {family}: missing {set(names.split()) - have}")
        for entry in everything[family]:
            code, stdout, _ = call("describe", f"{family}.{entry['name']}")
            check(code == 0 and all(f["name"] in stdout for f in entry["fields"]), f"describe {entry['name']}")
    check("ess_threshold" in call("describe", "sampler.ess_threshold")[1], "describe of one setting")
    rule = call("describe", "weight_collapse")[1]
    check(all(part in rule for part in ("effective sample size", "from 0.3 on", "below 0.05", "means", "Use more levels")), f"describe weight_collapse: {rule}")
    entry = json.loads(call("describe", "health.weight_collapse", "--json")[1])[0]
    check((entry["good"], entry["warning"], entry["key"]) == (0.3, 0.05, "ess_fraction"), f"describe weight_collapse --json: {entry}")
    rules = json.loads(call("list", "health", "--json")[1])
    check(list(rules) == ["health"] and {"log_z_off", "held_out_gap"} <= {r["name"] for r in rules["health"]}, "list health --json")
    check("low_swap_acceptance" in call("list", "health")[1], "list health")
    check("weight_collapse" in call("describe", "weigth_collapse")[2], "a rule that is misspelled")
    keys = {key["name"] for key in json.loads(call("list", "summary", "--json")[1])["summary"]}
    check({"log_z_stderr", "mode_weights.weighted", "replica_exchange.log_z_bar"} <= keys, f"list summary: {keys}")
    check(all(key in call("list", "summary")[1] and key in call("describe", "summary")[1] for key in keys), "every key is listed and described")
    described = json.loads(call("describe", "log_z_stderr", "--json")[1])[0]
    check(described["section"] == "summary" and described["fields"][0]["kind"] == "number", f"describe of a key: {described}")
    code, _, stderr = call("describe", "log_z_stder")
    check(code == 2 and '"log_z_stderr"' in stderr, f"describe of a misspelt key: {stderr}")
    check(call()[0] == 0 and call("--help")[0] == 0 and "tempera run" in call("--help")[1], "help")
    for command in ("run", "sweep", "eval", "sample", "report", "compare", "list", "describe", "check", "bench", "app"):
        check(call(command, "--help")[0] == 0, f"{command} --help")


def sweeps(folder):
    file, out = write(folder, SMALL), folder / "sweep"
    args = ["sweep", file, "--grid", "path.n_levels=4,8", "--seeds", 2, "--out", out, "--progress", "none"]
    code, stdout, stderr = call(*args)
    check(code == 0 and "Var(log w)" in stdout, f"sweep: {stderr[:200]}")
    check(len((out / "results.csv").read_text().splitlines()) == 5 and list((out / "figures").glob("*.svg")), "results.csv and figures")
    check(call(*args)[0] == 2 and call(*args, "--resume")[0] == 0, "sweep --resume")
    before = (out / "results.csv").read_bytes()
    code, _, stderr = call("sweep", file, "--grid", "kernel.type=first_order,second_order", "--seeds", 2, "--out", out, "--resume", "--progress", "none")
    check(code == 2 and str(out) in stderr and (out / "results.csv").read_bytes() == before, f"--resume of another sweep: exit {code}, {stderr[:200]!r}")
    check((out / "report.html").is_file() and (out / "means.csv").is_file(), "report.html and means.csv of a sweep")
    for preset in sorted((SOURCE / "presets").glob("*.json")):
        if '"sweep"' in preset.read_text():  # every combination is checked before the folder is
            code, _, stderr = call("sweep", preset, "--out", out)
            check(code == 2 and "exists already" in stderr, f"the sweep of {preset.name}: exit {code}, {stderr[:300]!r}")


def interruption(folder):
    long = {**SMALL, "path": {"type": "diffusion", "n_levels": 5000}, "sampler": {"type": "smc", "n_particles": 200000}, "run": {"record": {"every_level": 1000}}}
    for sent in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        out = folder / f"interrupted-{sent.name}"
        p = subprocess.Popen([str(PROGRAM), "run", str(write(folder, long, "long.json")), "--out", str(out), "--progress", "none"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(2)
        p.send_signal(sent)
        if sent == signal.SIGHUP:  # shell and system may both send it
            p.send_signal(sent)
        p.wait(60)
        check(p.returncode == 130 and json.loads((out / "summary.json").read_text())["status"] == "partial", f"{sent.name}: exit {p.returncode}")
    check(not [f for f in folder.iterdir() if ".tmp-" in f.name], "no temporary folder is left")
    out = folder / "nohup"
    p = subprocess.Popen([str(PROGRAM), "run", str(write(folder, {**SMALL, "path": {"type": "diffusion", "n_levels": 300}, "sampler": {"type": "smc", "n_particles": 50000}}, "nohup.json")), "--out", str(out),
                          "--progress", "none"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    time.sleep(0.3)
    p.send_signal(signal.SIGHUP)
    p.wait(120)
    check(p.returncode == 0 and json.loads((out / "summary.json").read_text())["status"] == "finished", f"nohup outlives the terminal: exit {p.returncode}")


def on_terminal(folder, columns, term):
    """What a run of some seconds writes to a terminal of that width, as bytes."""
    long = {**SMALL, "path": {"type": "diffusion", "n_levels": 5000}, "sampler": {"type": "smc", "n_particles": 100000}, "run": {"record": {"every_level": 1000}}}
    terminal, other_end = pty.openpty()
    fcntl.ioctl(other_end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    p = subprocess.Popen([str(PROGRAM), "run", str(write(folder, long, "wide.json")), "--out", str(folder / f"terminal-{columns}-{term}")], stdout=subprocess.DEVNULL, stderr=other_end,
                         env={**os.environ, "TERM": term})
    os.close(other_end)
    text, end = b"", time.time() + 4
    while time.time() < end:
        text += os.read(terminal, 4096) if select.select([terminal], [], [], 0.1)[0] else b""
    p.send_signal(signal.SIGINT)
    try:
        while more := os.read(terminal, 4096):
            text += more
    except OSError:
        pass
    os.close(terminal)
    p.wait(60)
    return text.decode()


def progress(folder):
    for columns in (120, 50, 30, 12):
        text = on_terminal(folder, columns, "xterm")
        lines = [line for line in text.split("stopping")[0].split("\r\x1b[K") if line]
        check(len(lines) > 5 and all(len(line.rstrip()) < columns for line in lines[:-1]), f"a bar on {columns} columns: {max(lines, key=len)!r}")
        check("%" in text and "100 %" not in text, f"the end of an interrupted run is not reached: {text[-200:]!r}")
    text = on_terminal(folder, 80, "dumb")
    check("\x1b" not in text and "%" in text and "100 %" not in text, f"a terminal without a cursor: {text[:200]!r}")


def edges(folder):
    """Inputs at the edges: refused with place, or right."""
    file = write(folder, SMALL)
    for key, text in (("name", "a\x1b[31mb"), ("name", "a\x07"), ("name", "a\u009b"), ("note", "\x1b]0;x\x07"), ("note", "a\u202eb")):
        code, stdout, stderr = call("check", write(folder, {**SMALL, key: text}, "control.json"))
        check(code == 2 and stderr.startswith(f"tempera: {key}: ") and not any(c in stderr for c in "\x1b\x07\u009b\u202e"), f"{key} {text!r}: exit {code}, {stderr!r}")
    code, stdout, stderr = call("check", write(folder, {**SMALL, "k\x1b[31m": 1}, "control.json"))
    check(code == 2 and "\x1b" not in stderr and "\\x1b" in stderr, f"a key with an escape: {stderr!r}")
    check(call("check", write(folder, {**SMALL, "name": "größe-σ", "note": "two\nlines\tof text"}, "good.json"))[0] == 0, "texts of any language, notes of several lines")
    for point in ([1e160, 0.0], [0.0, -1e200], [float("inf"), 0.0], [float("nan"), 0.0]):
        write_npy(folder / "far.npy", [[0.0, 0.0], point])
        code, _, stderr = call("eval", file, "--level", 4, "--points", folder / "far.npy", "--out", folder / "far.npz")
        check(code == 2 and "row 1" in stderr and not (folder / "far.npz").exists(), f"eval at {point}: exit {code}, {stderr[:150]!r}")
    for distance in (1e20, 1e100, 1e139):  # sigma 0.25 is exact in binary, 0.3 is not
        write_npy(folder / "far.npy", [[distance, 0.5 * distance]])
        code, _, stderr = call("eval", write(folder, {**SMALL, "target": {**SMALL["target"], "sigmas": [0.3, 1.0]}, "path": {"type": "diffusion", "n_levels": 8, "standardise": False}}, "far.json"),
                               "--level", 0, "--points", folder / "far.npy", "--out", folder / "far.npz")
        with zipfile.ZipFile(folder / "far.npz") as z:
            hessian = struct.unpack("<4d", npy(z.read("hessian.npy"))[2])
            score = struct.unpack("<2d", npy(z.read("score.npy"))[2])
        check(code == 0 and all(abs(h - e) < 1e-12 for h, e in zip(hessian, (-1, 0, 0, -1))) and abs(score[0] / distance + 1) < 1e-12, f"eval {distance} away: {hessian}, {score}")
    big = write(folder, {**SMALL, "target": {"type": "funnel", "dim": 1024}, "path": {"type": "tempering"}, "kernel": {"type": "none"}}, "big.json")
    code, _, stderr = call("sample", big, "--level", 0, "-n", 16000000, "--out", folder / "big.npy", timeout=20)
    check(code == 2 and stderr.startswith("tempera: -n: ") and "GiB" in stderr, f"more samples than memory: exit {code}, {stderr[:150]!r}")
    learned = {**SMALL, "target": {"type": "funnel", "dim": 1024}, "path": {"type": "learned_diffusion", "n_levels": 8}, "model": {"type": "energy_mlp", "training": {"n_data": 10 ** 9}}}
    code, _, stderr = call("train", write(folder, learned, "learned.json"), "--out", folder / "trained", "--progress", "none", timeout=60)
    check(code == 2 and "model.training.n_data" in stderr and "GiB" in stderr, f"more training points than memory: exit {code}, {stderr[:150]!r}")
    one = min(os.sched_getaffinity(0))
    done = subprocess.run([str(PROGRAM), "run", str(file), "--out", str(folder / "one-core"), "--progress", "none"], capture_output=True, timeout=60, preexec_fn=lambda: os.sched_setaffinity(0, {one}))
    threads = json.loads((folder / "one-core" / "summary.json").read_text())["threads"]
    check(done.returncode == 0 and threads == 1, f"taskset: {threads} threads")
    exchange = {**SMALL, "moves": {"type": "mala", "n_steps": 7}, "sampler": {"type": "replica_exchange", "n_ensembles": 2, "n_scans": 4}}
    code, stdout, stderr = call("check", write(folder, exchange, "exchange.json"))
    check(code == 0 and "moves.n_steps" in stderr and "moves_per_scan" in stderr, f"moves that are not counted: {stderr!r}")
    for command in (["app", "two_lake"], ["check", "two_lake"], ["run", "two_lake"], ["train", "two_lake"], ["sample", "two_lake", "--level", "0", "-n", "1", "--out", folder / "s.npy"]):
        code, _, stderr = call(*command, cwd=folder)
        check(code == 2 and "two_lakes" in stderr, f"{command[0]}: one rule for names: exit {code}, {stderr[:150]!r}")


def killed_and_resumed(folder):
    long = {**SMALL, "path": {"type": "diffusion", "n_levels": 300}, "sampler": {"type": "smc", "n_particles": 100000}, "run": {"seed": 1, "checkpoint_seconds": 0.01}}
    file, out, state = write(folder, long), folder / "killed", folder / "killed.checkpoint" / "state.npz"
    check(call("run", file, "--out", folder / "whole", "--progress", "none")[0] == 0, "a run with checkpoints")
    p = subprocess.Popen([str(PROGRAM), "run", str(file), "--out", str(out), "--progress", "none"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not state.exists() and p.poll() is None:
        time.sleep(0.005)
    p.kill()
    p.wait()
    check(not out.exists() and state.exists(), "a killed run leaves a checkpoint and no folder")
    broken = folder / "broken.checkpoint"
    for name, contents in (("state.npz", state.read_bytes()[:-1000]), ("checkpoint.json", b'{"version": "x"}')):
        shutil.copytree(state.parent, broken)
        (broken / name).write_bytes(contents)
        code, _, stderr = call("run", file, "--out", folder / "broken", "--resume", "--progress", "none")
        check(code == 2 and "--force" in stderr and "exception" not in stderr, f"a damaged {name}: exit {code}, {stderr[:200]!r}")
        shutil.rmtree(broken)
    code, _, stderr = call("run", file, "--out", out, "--progress", "none")
    check(code == 2 and "--resume" in stderr, f"a checkpoint is not overwritten: exit {code}, {stderr[:200]!r}")
    code, _, stderr = call("run", file, "--out", out, "--resume", "--progress", "none", "--set", "sampler.ess_threshold=0.9")
    check(code == 2 and "sampler.ess_threshold" in stderr, f"a checkpoint of another preset is refused: exit {code}, {stderr[:200]!r}")
    code, _, stderr = call("run", file, "--out", out, "--resume", "--progress", "none")
    check(code == 0 and "going on" in stderr, f"--resume goes on: exit {code}, {stderr[:200]!r}")
    samples = [(folder / name / "samples.npz").read_bytes() for name in ("whole", "killed")]
    log_z = [json.loads((folder / name / "summary.json").read_text())["log_z"] for name in ("whole", "killed")]
    check(samples[0] == samples[1] and log_z[0] == log_z[1], f"killed and resumed: same bits, log Z {log_z}")
    check(not list(folder.glob("*.checkpoint")) and not list(folder.glob("*.tmp-*")), "a stored run leaves no checkpoint")


for name, function in (("run folder", run_folder), ("same folder twice", same_folder_twice), ("settings", settings), ("bad usage", bad_usage), ("hostile places", hostile_places), ("assertions", assertions), ("evaluation", evaluation),
                       ("lists", lists), ("sweeps", sweeps), ("interruption", interruption), ("progress", progress), ("edges", edges), ("killed and resumed", killed_and_resumed)):
    with tempfile.TemporaryDirectory(prefix="tempera-cli-") as root:
        try:
            function(Path(root))
        except Exception as error:  # noqa: BLE001 - reported as a failure of this part
            check(False, f"{name}: {type(error).__name__}: {error}")
        os.chdir("/")
print(f"{len(failures)} failed" if failures else "all hold")
sys.exit(1 if failures else 0)
