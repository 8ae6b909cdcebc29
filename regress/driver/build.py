# SPDX-License-Identifier: GPL-2.0-only
"""Configures and builds a preset of CMakePresets.json: quiet unless it fails, one at a time."""
from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import hashlib
import os
import re
import shlex
import subprocess
import time

from driver import cache, machine
from driver.places import BUILDS, TOP, short
from driver.terminal import Progress, Unusable, say

# The presets of a clang with libFuzzer, and of gcc. The others name a compiler that only they have.
OF_CLANG = {"fuzz", "asan", "ubsan", "msan", "coverage", "kernel", "bench", "bench-v3", "dev"}
OF_GCC = {"replay"}
# What a build leaves out until a command asks for it.
LEFT_OUT = {"fuzz": ("BUILD_TESTING", "VMAPDIFF_MUTANTS")}


POLL_SECONDS = 0.2  # while another run uses a build
SILENT_POLLS = 3  # who waits for no longer says nothing of it


class Failed(Unusable):
    """The build failed; `log` is what CMake and the compiler said."""

    def __init__(self, log):
        super().__init__("the build failed")
        self.log = log


@contextlib.contextmanager
def locked(folder, what):
    """Holds a folder against other runs of the driver, and says so if it has to wait."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder.parent / f"{folder.name}.lock", "w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"waiting for another run that {what} in {short(folder)}")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def take(lock, how):
    """Whether a lock could be had without waiting."""
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False


@dataclasses.dataclass
class Held:
    """A build that this process uses. The lock goes with the process."""
    lock: object
    targets: set


HELD = {}  # {folder: Held}


def let_go():
    """Ends the use of all builds, as the end of this process does."""
    for held in HELD.values():
        held.lock.close()
    HELD.clear()


def made_of(stamp):
    """What a build was made of last, and the targets that there are of it; nothing while it is being made."""
    try:
        lines = stamp.read_text().splitlines()
    except FileNotFoundError:
        lines = []
    return (lines[0], set(lines[1:])) if lines else ("", set())


def stamp_of(folder):
    """The file that says what the build in a folder is made of. It stays when the folder goes."""
    return folder.parent / f"{folder.name}.made-of"


def open_use(folder):
    """The file that whoever uses the build in a folder locks."""
    return open(folder.parent / f"{folder.name}.use", "w", encoding="utf-8")


def fits(stamp, sources, targets):
    before, there = made_of(stamp)
    return before == sources and set(targets) <= there


def remake(stamp, sources, targets, make):
    """Calls `make` and records what there is then. The caller has the folder to itself."""
    before, there = made_of(stamp)
    stamp.unlink(missing_ok=True)
    make()
    there = there | set(targets) if before == sources else set(targets)
    stamp.write_text("\n".join([sources, *sorted(there)]))


def hold(folder, sources, targets, make):
    """
    Calls `make`, which builds targets in a folder, while nobody else uses what is there, and holds
    the folder against other builds until this process ends. What others use is shared as it is, if
    it was made of the same `sources`; otherwise this waits until they have ended.

    What this process holds already stays as it is, even if a source has changed since: it compares
    what it built. A new lock would wait for the one that this process has.
    """
    held = HELD.get(folder)
    if held and set(targets) <= held.targets:
        return
    stamp, polls = stamp_of(folder), 0
    lock = held.lock if held else open_use(folder)
    HELD[folder] = held = held or Held(lock, set())
    while True:
        if take(lock, fcntl.LOCK_EX):
            remake(stamp, sources, targets, make)
        # A lock is let go before it becomes a shared one: another build may come between. What is
        # there counts once it is shared, and can no longer change.
        if take(lock, fcntl.LOCK_SH) and fits(stamp, sources, targets):
            held.targets |= set(targets)
            return
        fcntl.flock(lock, fcntl.LOCK_UN)
        polls += 1
        if polls == SILENT_POLLS:
            say(f"waiting for another run that uses {short(folder)}")
        time.sleep(POLL_SECONDS)


def hold_as_it_is(folder, sources, targets):
    """
    Holds a build that was made of these sources, and has these targets, by its record: neither CMake nor Ninja is
    asked. Whether there is one, and nobody builds in its folder.
    """
    held = HELD.get(folder)
    if held:
        return set(targets) <= held.targets
    lock = open_use(folder)
    if not take(lock, fcntl.LOCK_SH) or not fits(stamp_of(folder), sources, targets):
        lock.close()
        return False
    HELD[folder] = Held(lock, set(targets))
    return True


def compiler_of(preset):
    if preset in OF_CLANG:
        return machine.fuzz_compiler()
    if preset in OF_GCC:
        return machine.gcc()
    return machine.c_compiler() if preset == "tool" else None


def cached(folder):
    """CMake's cache of a build, or nothing."""
    path = folder / "CMakeCache.txt"
    return path.read_text(errors="replace") if path.exists() else ""


def settings(preset, folder, with_, options):
    """The -D options of a configuration."""
    compiler = compiler_of(preset)
    found = [f"-DCMAKE_C_COMPILER={compiler}"] if compiler else []
    if preset == "tool" and not machine.sanitizes(compiler):
        found.append("-DVMAPDIFF_SANITIZE=none")
    before = cached(folder)
    for name in LEFT_OUT.get(preset, ()):
        wanted = name in with_ or f"{name}:BOOL=ON" in before
        found.append(f"-D{name}={'ON' if wanted else 'OFF'}")
    return [*found, cache.option(preset), *options]


def fingerprint(command):
    """What a configuration is made from: CMake itself sees to changes in CMakeLists.txt."""
    presets = (TOP / "CMakePresets.json").read_bytes()
    return hashlib.sha256(shlex.join(command).encode() + presets).hexdigest()


def run(command, log, progress, what):
    """Runs a step with its output in `log`, and shows how far ninja has come."""
    with subprocess.Popen(command, cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace",
                          env={**os.environ, "NINJA_STATUS": "[%f/%t] "}) as process:
        for line in process.stdout:
            log.write(line)
            step = re.match(r"\[(\d+)/(\d+)\]", line)
            if step:
                progress.show(f"{what}: {step.group(1)} of {step.group(2)}")
    return process.returncode == 0


def configure(preset, folder, with_, options, log, progress):
    """True if it is configured, as asked before or anew."""
    command = ["cmake", "--preset", preset, "-B", str(folder),
               *settings(preset, folder, with_, options)]
    stamp = folder / "configured"
    now = fingerprint(command)
    if stamp.exists() and stamp.read_text() == now and (folder / "build.ninja").exists():
        return True
    compilers = re.findall(r"^CMAKE_C_COMPILER:\w+=(.*)$", cached(folder), re.MULTILINE)
    if compilers and (compiler := compiler_of(preset)) and compilers != [compiler]:
        command.insert(1, "--fresh")
    stamp.unlink(missing_ok=True)
    if not run(command, log, progress, f"configuring ({preset})"):
        return False
    stamp.write_text(now)
    return True


def build(preset, *targets, with_=(), folder=None, options=(), what=None):
    """
    Builds targets, or all of a preset, and returns the folder.
    `with_` names what LEFT_OUT holds for this preset and this command needs.
    Raises Failed.
    """
    folder = folder or BUILDS / preset
    what = what or f"building ({preset})"
    log_path = folder.parent / f"{folder.name}.log"
    progress = Progress()
    with locked(folder, "builds"):
        say(what)
        with open(log_path, "w", encoding="utf-8") as log:
            wanted = ["--target", *targets] if targets else []
            good = configure(preset, folder, with_, options, log, progress) and run(
                ["cmake", "--build", str(folder), *wanted], log, progress, what)
        progress.clear()
    if not good:
        raise Failed(log_path.read_text(errors="replace"))
    return folder
