#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Every checked-in scenario has the same verdict as text of version 1, as it is, and by way of bytes.
Prints the digest of all verdicts. Usage: test_versions.py VMAPDIFF TOP
"""
import hashlib
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


def verdicts(vmapdiff, folder):
    """The lines of a replay's KTAP, without the folder and with what goes wrong."""
    run = subprocess.run([vmapdiff, "replay", "--ktap", folder], capture_output=True, text=True)
    if run.returncode == 2:
        sys.exit(run.stdout + run.stderr)
    return run.stdout.replace(str(folder), "")


def main():
    vmapdiff, top = sys.argv[1], Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as work:
        now, old, wire, again = (Path(work) / name for name in ("now", "old", "wire", "again"))
        for folder in (now, old, wire, again):
            folder.mkdir()
        changed = 0
        for path in [*top.glob("corpus/*/*.scenario"), *top.glob("regress/cases/*.scenario")]:
            text = path.read_text()
            (now / path.name).write_text(text)
            (old / path.name).write_text(to_version_1(text))
            changed += "plant " in to_version_1(text)
        subprocess.run([vmapdiff, "convert", "--to-bytes", now, "-o", wire], check=True,
                       capture_output=True)
        subprocess.run([vmapdiff, "convert", wire, "-o", again], check=True, capture_output=True)
        said = verdicts(vmapdiff, now)
        if verdicts(vmapdiff, old) != said:
            sys.exit("as version 1 the scenarios have other verdicts")
        if verdicts(vmapdiff, again).count("\nok ") != said.count("\nok "):
            sys.exit("by way of bytes the scenarios have other verdicts")
    if changed < 3:
        sys.exit("no scenario has a word that version 1 wrote otherwise")
    digest = hashlib.sha256(said.encode()).hexdigest()[:16]
    print(f"{said.count(chr(10) + 'ok ')} verdicts, the same in both versions: digest {digest}")


if __name__ == "__main__":
    main()
