#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Every checked-in scenario is the same as text of version 1, as it is, and by way of bytes: what the tool
prints of each and their bytes are equal, so that their verdicts are. Those that version 1 wrote otherwise are
played in both versions too.
Usage: test_versions.py VMAPDIFF TOP
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

WORDS_OF_VERSION_1 = {"preset": "plant"}


def to_version_1(text):
    text = re.sub(r"^vmapdiff 2$", "vmapdiff 1", text, flags=re.M)
    for word, old in WORDS_OF_VERSION_1.items():
        text = re.sub(rf"^{word} ", f"{old} ", text, flags=re.M)
    return text


def convert(vmapdiff, folder, to, *words):
    """{name: content} of all files of a folder, converted. What cannot be read ends the test."""
    to.mkdir()
    run = subprocess.run([vmapdiff, "convert", *words, folder, "-o", to], capture_output=True, text=True, check=False)
    if run.returncode:
        sys.exit(run.stdout + run.stderr)
    return {path.stem: path.read_bytes() for path in to.iterdir()}


def verdicts(vmapdiff, folder):
    """The lines of a replay's KTAP, without the folder and with what goes wrong."""
    run = subprocess.run([vmapdiff, "replay", "--ktap", folder], capture_output=True, text=True, check=False)
    if run.returncode == 2:
        sys.exit(run.stdout + run.stderr)
    return run.stdout.replace(str(folder), "")


def write(folder, texts):
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text)
    return folder


def compare(what, one, other):
    differ = sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
    if differ:
        sys.exit(f"{what}: {len(differ)} scenarios are others, such as {differ[0]}")


def main():
    vmapdiff, top = sys.argv[1], Path(sys.argv[2])
    texts = {path.name: path.read_text()
             for path in [*top.glob("corpus/*/*.scenario"), *top.glob("regress/cases/*.scenario")]}
    changed = {name: text for name, text in texts.items() if "plant " in to_version_1(text)}
    if len(changed) < 3:
        sys.exit("no scenario has a word that version 1 wrote otherwise")
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        now = write(work / "now", texts)
        old = write(work / "old", {name: to_version_1(text) for name, text in texts.items()})
        printed, wire = convert(vmapdiff, now, work / "text"), convert(vmapdiff, now, work / "wire", "--to-bytes")
        compare("as version 1", printed, convert(vmapdiff, old, work / "old-text"))
        compare("as version 1, in bytes", wire, convert(vmapdiff, old, work / "old-wire", "--to-bytes"))
        compare("by way of bytes", printed, convert(vmapdiff, work / "wire", work / "wire-text"))
        said = verdicts(vmapdiff, write(work / "changed", changed))
        changed_before = {name: to_version_1(text) for name, text in changed.items()}
        before = verdicts(vmapdiff, write(work / "changed-before", changed_before))
        if said.count("\nok ") != len(changed) or before != said:
            sys.exit(f"as version 1 the scenarios have other verdicts:\n{before}{said}")
    print(f"{len(printed)} scenarios, the same in both versions; {len(changed)} of them played in both")


if __name__ == "__main__":
    main()
