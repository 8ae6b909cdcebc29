# SPDX-License-Identifier: GPL-2.0-only
"""Plays finds: on a tree, on a copy of one with an edit, or, for a guest, on the QEMU that is there."""
from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
# pylint: disable=wrong-import-position
import copies
import find as parts
import standins
from driver import kernel, machine
from driver.fetch import TREES
from driver.places import BUILDS
from driver.terminal import Unusable

COPIES = BUILDS / "finds"
GUEST_SECONDS = 60
QEMU = "qemu-system-aarch64"
GUEST_MACHINE = ("-M", "virt", "-cpu", "max", "-m", "512M", "-nodefaults", "-nographic",
                 "-serial", "none", "-monitor", "none", "-semihosting")


def run(*command, **environment):
    """(exit code, standard output, standard error) of a program."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True,
                          errors="replace", check=False, stdin=subprocess.DEVNULL,
                          env={**os.environ, **environment})
    return done.returncode, done.stdout, done.stderr


def trees():
    """The trees that tests are made with, by the series of their release: 6.12."""
    found = {re.sub(r".*-", "", path.name): path for path in TREES.glob("linux-source-*")
             if re.fullmatch(r"linux-source-\d+\.\d+", path.name) and path.is_dir()}
    return dict(sorted(found.items(), key=lambda one: [int(n) for n in one[0].split(".")]))


def of_any_machine(text, tree, scenario):
    """Without paths of this machine, and without release, commit and compiler of this build."""
    text = text.replace(str(scenario), "find.scenario")
    text = text.replace(f"{tree}/", "").replace(str(tree), "TREE")
    return re.sub(r"vmapdiff \d+\.\d+\.\d+ \([^()\n]*\)", "vmapdiff, of the commit that has this mail", text)


def calls_not_made(said):
    """How many, as `replay` says it. What was not played must not pass for what holds."""
    found = re.search(r"^(?:(\d+) calls were not made| +not made +(\d+))", said, re.M)
    if not found:
        raise Unusable(f"finds: replay does not say how many calls were not made:\n{said.strip()}")
    return int(found.group(1) or found.group(2))


class Tree:
    """A tree, built. Raises Unusable where it cannot be."""

    def __init__(self, path, added=parts.AS_RELEASED):
        self.path, self.added = Path(path).resolve(), added
        os.environ[kernel.GEOMETRIES] = "" if added == parts.AS_RELEASED else copies.GEOMETRIES
        self.tool = kernel.build_tree(self.path, ["vmapdiff"]).tool
        code, said, why = run(self.tool, "kernel", "known")
        if code:
            raise Unusable(f"finds: {path}: {why.strip()}")
        self.release = re.match(r"(Linux \S+),|", said).group(1) or "Linux of no version"

    def scenario_of(self, find, folder):
        if not find.judged:
            return find.folder / "find.scenario"
        code, text, why = run(self.tool, "waivers", find.judged[0])
        if code:
            raise Unusable(f"finds: {find.name}: {why.strip()}")
        scenario = Path(folder) / "find.scenario"
        scenario.write_text(text)
        return scenario

    def call(self, find, command):
        """What a command of the tool says of a find, on whatever machine and in whatever build."""
        environment = {"VMAPDIFF_JUDGE": ",".join(find.judged)}
        with tempfile.TemporaryDirectory() as folder:
            scenario = self.scenario_of(find, folder)
            code, said, why = run(self.tool, command, scenario, **environment)
        return code, of_any_machine(said or why, self.path, scenario)

    def play(self, find):
        code, said = self.call(find, "replay")
        signature = re.search(r"^FAIL .*$", said, re.M)
        if signature:
            return self.verdict(signature.group())
        if code:
            raise Unusable(f"finds: {find.name} cannot be played on {self.release}:\n"
                           f"{said.strip()}")
        if re.search(r"^[1-9]\d* scenarios were not played", said, re.M):
            return self.verdict("not played: no such machine")
        if calls_not_made(said):
            return self.verdict("not played: a call is not made")
        return self.verdict(parts.HOLDS)

    def verdict(self, said):
        return parts.Verdict(self.release, self.added, said)

    def report(self, find):
        """The mail of `vmapdiff export`, without its subject."""
        code, said = self.call(find, "export")
        if code:
            raise Unusable(f"finds: {find.name} cannot be exported of {self.release}:\n"
                           f"{said.strip()}")
        edited = "" if self.added == parts.AS_RELEASED else f" with the edit {self.added}: no released kernel"
        said = re.sub(r"^(Tested: Linux \S+), in TREE$", rf"\1{edited}", said, flags=re.M)
        return re.sub(r"\ASubject: .*\n", "", said)


def edit_of(added):
    if added not in standins.EDITS:
        raise Unusable(f"finds: no stand-in '{added}'; there are: {' '.join(standins.EDITS)}")
    return standins.EDITS[added]


def with_edit(series, added):
    """A tree of a release with an edit in it; None where that release is not there."""
    tree, edit, copy = trees().get(series), edit_of(added), COPIES / f"{series}-{added}"
    if not tree:
        return None
    copies.copy_tree(tree, copy)
    try:
        edit(copy)
    except copies.EditFailed as why:
        raise Unusable(f"finds: {added} cannot be made of {tree}: {why}") from why
    return Tree(copy, added)


# --- a guest -------------------------------------------------------------------------------------


class Qemu:
    """The QEMU that is installed, which runs a guest."""

    def __init__(self):
        _, said, _ = run(QEMU, "--version")
        version = re.search(r"version (\S+)", said)
        if not version:
            raise Unusable(f"finds: {QEMU} does not say its version:\n{said}")
        self.release, self.added = f"QEMU {version.group(1)}", "as packed"
        self.said = {}

    def image(self, find, folder):
        made, image = Path(folder) / "guest.o", Path(folder) / "guest.elf"
        for command in ([machine.fuzz_compiler(), "--target=aarch64-none-elf", "-march=armv8.4-a",
                         "-c", find.folder / "guest.S", "-o", made],
                        ["ld.lld", "-Ttext=0x40080000", "-e", "start", made, "-o", image]):
            code, _, why = run(*command)
            if code:
                raise Unusable(f"finds: {find.name}: {command[0]} fails:\n{why.strip()}")
        return image

    def play(self, find):
        with tempfile.TemporaryDirectory() as folder:
            code, said, why = run("timeout", GUEST_SECONDS, QEMU, *GUEST_MACHINE, "-kernel",
                                  self.image(find, folder))
        self.said[find.name] = (said + why).strip()
        failed = re.search(r"(\w+: Assertion .*)$", why, re.M)
        if code and failed:
            return parts.Verdict(self.release, self.added, f"aborts: {failed.group(1)}")
        if code:
            raise Unusable(f"finds: {find.name}: {QEMU} ends with {code}:\n{said}{why}")
        return parts.Verdict(self.release, self.added, self.said[find.name])

    def report(self, find):
        """What it printed when it was played, and the guest, to be built and run."""
        said = self.said[find.name]
        guest = (find.folder / "guest.S").read_text().split("\n", 1)[1].rstrip().expandtabs(8)
        options = " ".join(GUEST_MACHINE)
        return (f"{self.release} prints\n\n  {said}\n\n"
                "To reproduce it, save the lines below as guest.S:\n\n"
                "  clang --target=aarch64-none-elf -march=armv8.4-a -c guest.S\n"
                "  ld.lld -Ttext=0x40080000 -e start guest.o -o guest.elf\n"
                f"  {QEMU} {options} \\\n      -kernel guest.elf\n\n{guest}\n")


def qemu():
    """None where a guest cannot be built or run."""
    if machine.fuzz_compiler() and shutil.which(QEMU) and shutil.which("ld.lld"):
        return Qemu()
    return None
