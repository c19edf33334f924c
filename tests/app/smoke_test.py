# SPDX-License-Identifier: MIT
"""The real window on a virtual display: draws soon, resizes, takes keys, draws nothing when idle, ends when asked to, survives being killed."""
import contextlib
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

SKIP = 77
SLOW = 60  # seconds that a busy machine may take for what takes none


def start_display():
    read, write = os.pipe()
    server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "3840x2160x24"], pass_fds=[write],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(write)
    with os.fdopen(read) as answer:
        number = answer.readline().strip()  # the server gives up when the pipe closes before the end of the line
    return server, ":" + number


def wait_until(condition, seconds=SLOW):
    until = time.time() + seconds
    while time.time() < until:
        with contextlib.suppress(OSError, ValueError):
            found = condition()
            if found:
                return found
        time.sleep(0.1)
    return None


def read_json(path):
    with open(path) as file:
        return json.load(file)


class Window:
    """The program with a window, a state folder and a file of measurements of its own."""

    def __init__(self, program, env, folder, preset, name):
        self.env = env
        self.facts = os.path.join(folder, name + ".json")
        self.process = subprocess.Popen([program, "app", preset, "--json", self.facts], env=env, stderr=subprocess.PIPE, text=True)
        self.first = self.wait_for(lambda d: d["frames"] >= 1)
        assert self.first, "no frame was drawn"
        found = subprocess.run(["xdotool", "search", "--sync", "--onlyvisible", "--pid", str(self.process.pid)], env=env, capture_output=True,
                               text=True, timeout=SLOW)
        self.handle = found.stdout.split()[0]

    def wait_for(self, condition, seconds=SLOW):
        def look():
            data = read_json(self.facts)
            return data if condition(data) else None
        return wait_until(look, seconds)

    def tell(self, *arguments):
        subprocess.run(["xdotool", *arguments], env=self.env, stderr=subprocess.DEVNULL)  # the window may be gone before xdotool is done

    def key(self, name):
        self.tell("windowfocus", "--sync", self.handle)  # there is no window manager to give it the keyboard
        self.tell("key", name)

    def resize(self, width, height):
        frames = read_json(self.facts)["frames"]
        self.tell("windowsize", "--sync", self.handle, str(width), str(height))
        data = self.wait_for(lambda d: d["frames"] > frames and d.get("size") == [width, height])
        assert data, "nothing was drawn at %dx%d" % (width, height)

    def ends(self, seconds=10):
        started = time.time()
        code = self.process.wait(seconds)
        errors = self.process.stderr.read()
        assert code == 0, (code, errors)
        print("ended after %.1f s" % (time.time() - started))

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def sessions(state):
    return sorted(glob.glob(os.path.join(state, "tempera", "sessions", "*.json")))


def check_no_display(program):
    env = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY")}
    without = subprocess.run([program, "app"], env=env, capture_output=True, text=True, timeout=SLOW)
    assert without.returncode == 2, without
    assert len(without.stderr.strip().splitlines()) == 1, without.stderr
    assert "display" in without.stderr and "tempera run" in without.stderr, without.stderr


def check_old_gl(program, env):
    old = subprocess.run([program, "app"], env=dict(env, MESA_GL_VERSION_OVERRIDE="2.1"), capture_output=True, text=True, timeout=SLOW)
    assert old.returncode == 2, old
    assert "OpenGL 3.3" in old.stderr and "LIBGL_ALWAYS_SOFTWARE=1" in old.stderr, old.stderr


def check_session(program, env, folder, preset, state):
    """First frame, sizes, keys, idleness, quitting by key."""
    window = Window(program, env, folder, preset, "session")
    try:
        print("first frame after %.0f ms" % window.first["first_frame_ms"])
        # The one bound on a time: a person waits for a window at most three seconds. It takes a tenth of that here.
        assert window.first["first_frame_ms"] < 3000, window.first
        for size in ((800, 600), (3840, 2160), (1280, 800)):
            window.resize(*size)
        for _ in range(5):  # Escape asks, Enter answers; a busy machine may ask late
            window.key("Escape")
            time.sleep(1)
            window.key("Return")
            if window.wait_for(lambda d: d["state"] in ("cancelled", "finished"), 5):
                break
        assert window.wait_for(lambda d: d["state"] in ("cancelled", "finished"), 5), "Escape and Enter do not stop the run"
        assert window.wait_for(lambda d: d.get("idle_frames_5s") == 0), "the idle window keeps drawing"
        assert window.process.poll() is None
        window.key("ctrl+q")
        window.ends()
        assert not sessions(state), "a session that ended well leaves nothing to restore"
    finally:
        window.kill()


def check_killed(program, env, folder, preset, state):
    """SIGKILL in the middle of a run: the next session offers, and restores, what was autosaved last, and the run goes on."""
    kept = os.path.join(folder, "kept.json")
    with open(kept, "w") as file:
        json.dump({"schema": "tempera-preset", "version": 1, "parent": preset, "name": "kept", "run": {"checkpoint_seconds": 0.2}}, file)
    window = Window(program, env, folder, kept, "killed")
    try:
        assert wait_until(lambda: sessions(state)), "nothing was autosaved before the run"
        assert wait_until(lambda: glob.glob(os.path.join(state, "tempera", "sessions", "*.run", "state.npz"))), "no state was kept"
        window.key("ctrl+3")
        left = sessions(state)[0]
        last = read_json(left)
    finally:
        window.kill()
    window = Window(program, env, folder, os.path.join(os.path.dirname(preset), "mog9.json"), "restored")
    try:
        assert left in sessions(state)
        for _ in range(5):  # a busy machine may open the list of commands after the typing began
            window.key("ctrl+shift+p")
            time.sleep(2)
            window.tell("type", "--delay", "80", "restore the session")
            time.sleep(1)
            window.key("Return")
            if wait_until(lambda: left not in sessions(state), 5):
                break
            window.key("Escape")
        assert left not in sessions(state), "nothing was restored"
        own = wait_until(lambda: [read_json(f) for f in sessions(state) if read_json(f)["document"] == last["document"]])
        assert own, "what was restored is not what was autosaved"
        for part in ("file", "saved", "document", "view", "theme", "scale"):
            assert own[0][part] == last[part], part
        assert window.wait_for(lambda d: d["state"] == "paused"), "the run waits for the person"
        window.key("space")
        assert window.wait_for(lambda d: d["state"] == "finished"), "the run does not go on"
        window.process.send_signal(signal.SIGTERM)
        window.ends()
        assert not sessions(state)
    finally:
        window.kill()


def check_ended_by_signal(program, env, folder, preset, state):
    """SIGINT with edits: ends well, and the edits are offered next time."""
    window = Window(program, env, folder, preset, "edited")
    try:
        def edited(file):
            return read_json(file)["document"] != read_json(file)["saved"]

        window.key("ctrl+shift+r")  # the next seed is an edit, and is written before it runs
        assert wait_until(lambda: sessions(state) and edited(sessions(state)[0])), "the edit was not autosaved"
        window.process.send_signal(signal.SIGINT)
        window.ends()
        left = sessions(state)
        assert len(left) == 1 and edited(left[0]), left
    finally:
        window.kill()
        for file in sessions(state):
            os.remove(file)


def check_closed_while_busy(program, env, folder, source):
    """Quitting while a large run is under way."""
    path = os.path.join(folder, "large.json")
    with open(os.path.join(source, "presets", "million_cloud.json")) as shipped, open(path, "w") as file:
        file.write(re.sub(r'("n_particles": *)\d+', r"\g<1>4000000", shipped.read()))
    window = Window(program, env, folder, path, "busy")
    try:
        for _ in range(5):  # so large a run may wait for the person, and ask
            if window.wait_for(lambda d: d["state"] in ("preparing", "running"), 5):
                break
            window.key("space")
            time.sleep(1)
            window.key("Return")
        window.key("ctrl+q")
        window.ends(30)
    finally:
        window.kill()


def main():
    program, source = sys.argv[1:3]
    if not shutil.which("Xvfb") or not shutil.which("xdotool"):
        print("skipped: Xvfb and xdotool are needed")
        return SKIP
    check_no_display(program)
    server, display = start_display()
    folder = tempfile.mkdtemp()
    state = os.path.join(folder, "state")
    env = dict(os.environ, DISPLAY=display, XDG_STATE_HOME=state)
    preset = os.path.join(source, "presets", "two_lakes.json")
    try:
        check_old_gl(program, env)
        check_session(program, env, folder, preset, state)
        check_killed(program, env, folder, preset, state)
        check_ended_by_signal(program, env, folder, preset, state)
        check_closed_while_busy(program, env, folder, source)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
