# SPDX-License-Identifier: MIT
"""The real window on a virtual display: draws soon, resizes, takes a key, draws nothing when idle, closes by itself."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SKIP = 77


def start_display():
    read, write = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24"], pass_fds=[write],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as answer:
        number = answer.readline().strip()  # the server gives up when the pipe closes before the end of the line
    return server, ":" + number


def wait_for_json(path, condition, seconds):
    until = time.time() + seconds
    while time.time() < until:
        try:
            with open(path) as file:
                data = json.load(file)
            if condition(data):
                return data
        except (OSError, ValueError):
            pass
        time.sleep(0.2)
    return None


def main():
    program, source = sys.argv[1:3]
    if not shutil.which("Xvfb") or not shutil.which("xdotool"):
        print("skipped: Xvfb and xdotool are needed")
        return SKIP
    without = subprocess.run([program, "app"], env={k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")},
                             capture_output=True, text=True, timeout=60)
    assert without.returncode == 2, without
    assert len(without.stderr.strip().splitlines()) == 1, without.stderr

    server, display = start_display()
    env = dict(os.environ, DISPLAY=display)
    folder = tempfile.mkdtemp()
    facts = os.path.join(folder, "facts.json")
    try:
        window = subprocess.Popen([program, "app", os.path.join(source, "presets", "two_lakes.json"), "--json", facts], env=env)
        data = wait_for_json(facts, lambda d: d["frames"] >= 1, 60)
        assert data, "no frame was drawn"
        print("first frame after %.0f ms" % data["first_frame_ms"])
        found = subprocess.run(["xdotool", "search", "--sync", "--onlyvisible", "--class", "tempera"], env=env, capture_output=True, text=True,
                               timeout=30)
        handle = found.stdout.split()[0]
        subprocess.run(["xdotool", "windowsize", handle, "1100", "700"], env=env, check=True)
        subprocess.run(["xdotool", "key", "--window", handle, "Escape"], env=env, check=True)
        data = wait_for_json(facts, lambda d: d.get("idle_frames_5s") == 0, 60)
        assert data, "the idle window keeps drawing"
        assert window.poll() is None
        subprocess.run(["xdotool", "key", "--window", handle, "ctrl+q"], env=env, stderr=subprocess.DEVNULL)  # the window may be gone before xdotool is done
        try:
            assert window.wait(10) == 0
        except subprocess.TimeoutExpired:
            subprocess.run(["xdotool", "windowclose", handle], env=env, check=True)
            window.wait(10)
    finally:
        if "window" in locals() and window.poll() is None:
            window.kill()
        server.send_signal(signal.SIGTERM)
        server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
