#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs every command that README.md shows in a `sh` block, in order, and expects its exit code.

A line `./rig ...   # exit N` says which code is expected; without it, 0. `./rig test` is what
runs this test, so it is not run again. Usage: readme_commands.py TOP
"""
import os
import re
import subprocess
import sys
from pathlib import Path

SKIPPED = {"./rig test"}
SHORT = {"./rig fuzz": "./rig fuzz --seconds 6", "./rig mutants": "./rig mutants --seeds 1"}


def commands(readme):
    for block in re.findall(r"```sh\n(.*?)```", readme, re.S):
        for line in block.splitlines():
            command, _, comment = line.partition("#")
            if command.strip():
                code = re.search(r"exit (\d)", comment)
                yield command.strip(), int(code.group(1)) if code else 0


def main():
    top = Path(sys.argv[1]).resolve()
    failed = 0
    for command, code in commands((top / "README.md").read_text()):
        if command in SKIPPED:
            continue
        if "capture" in command and os.geteuid() != 0:
            print(f"SKIP {command}: needs root")
            continue
        if "~/linux" in command:
            tree = top / ".build/trees/linux-source-6.12"
            if not tree.is_dir():
                print(f"SKIP {command}: no {tree.name}")
                continue
            command = command.replace("~/linux", str(tree))
        run = subprocess.run(["sh", "-c", SHORT.get(command, command)], cwd=top, text=True,
                             capture_output=True, stdin=subprocess.DEVNULL)
        good = run.returncode == code
        print(f"{'ok  ' if good else 'FAIL'} {command} -> {run.returncode}")
        if not good:
            print(run.stdout[-2000:], run.stderr[-2000:])
            failed += 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
