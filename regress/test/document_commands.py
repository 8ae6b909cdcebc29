#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs every command that a document shows, in order, and expects its exit code and output.

In a ```sh block each line except comments is a command; `# exit N` behind it says which code is expected, and
`# tested by NAME` that the test NAME runs it. In a ```console block lines that begin with `$ ` are
commands, and the others what they print: `...` stands for any text. A command elsewhere in a
document would not be run, so there must be none. Usage: document_commands.py TOP [--only FOLDER | --without FOLDER]
"""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

# `./rig test` is what runs this test.
SKIPPED = {"./rig test"}
# What takes minutes, shortened by its own options, and without writing over what is checked in. Of presets
# whose tests `./rig test` runs before this one, a few are run again.
SHORT = {
    "./rig fuzz": "./rig fuzz --seconds 7",
    "./rig mutants": "./rig mutants --seeds 1",
    "./rig kernel ~/linux": "./rig kernel ~/linux test --executions 2048",
    "cmake --workflow --preset asan":
        "cmake --preset asan && cmake --build --preset asan && ctest --preset asan -L rule",
    "cmake --workflow --preset replay":
        "cmake --preset replay && cmake --build --preset replay && ctest --preset replay -L rule",
    "./rig kernel ~/linux fuzz": "./rig kernel ~/linux fuzz --seconds 5",
    "./rig mutants --record":
        "./rig mutants lookup-forgets-block-offset --record --seeds 1 -o .build/kills-short",
    "python3 regress/mutation/minimized.py -o regress/mutation/tables":
        "python3 regress/mutation/minimized.py --count 1 -o .build/kills-short",
    "./rig mutants --confirm": "./rig mutants --confirm --help",
    "./rig counts --record": "./rig counts --help",
}
ANYTHING = "..."
TREE = ".build/trees/of-documents"  # a copy, since other tests build in that of the tree itself


def commands(text):
    """(command, exit code, name of the test that runs it or None, expected output or None)"""
    for indent, kind, block in re.findall(r"^( *)```(sh|console)\n(.*?)^ *```", text, re.M | re.S):
        lines = [line.removeprefix(indent) for line in block.splitlines()]
        if kind == "sh":
            yield from ((*one, None) for one in map(read, lines)
                        if one[0] and not one[0].startswith("#"))
            continue
        at = 0
        while at < len(lines):
            command, codes, tested = read(lines[at].removeprefix("$ "))
            end = next((i for i in range(at + 1, len(lines)) if lines[i].startswith("$ ")), len(lines))
            yield command, codes, tested, "".join(line + "\n" for line in lines[at + 1:end])
            at = end


def read(line):
    command, _, comment = line.partition("  #") if "  #" in line else (line, "", "")
    code = re.search(r"exit (\d)", comment)
    tested = re.search(r"tested by (\w+)", comment)
    return command.strip(), int(code.group(1)) if code else 0, tested and tested.group(1)


def prints(expected, output):
    """Whether an output is the expected one, in which `...` stands for anything.

    Each part is looked for once, after the one before: a pattern with many gaps would try all ways.
    """
    first, *parts = expected.split(ANYTHING)
    if not parts or not output.startswith(first):
        return output == expected
    at = len(first)
    for part in parts[:-1]:
        at = output.find(part, at) + len(part)
        if at < len(part):
            return False
    return output.endswith(parts[-1]) and at + len(parts[-1]) <= len(output)


def run(top, command, code, expected):
    run_as = SHORT.get(command, command).replace("~/linux", TREE)
    done = subprocess.run(["sh", "-c", run_as], cwd=top, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT if expected is not None else subprocess.PIPE,
                          stdin=subprocess.DEVNULL, check=False)
    good = done.returncode == code
    if expected is not None and not prints(expected, done.stdout):
        good = False
    print(f"{'ok  ' if good else 'FAIL'} {command} -> {done.returncode}", flush=True)
    if not good:
        print(done.stdout[-3000:], (done.stderr or "")[-2000:])
    return good


def missing(top, command):
    """Why a command cannot be run here; None if it can."""
    if "capture" in command and os.geteuid() != 0:
        return "needs root"
    if "~/linux" in command and not (top / TREE).is_dir():
        return "no tree (Debian package linux-source-6.12)"
    if "--engine afl" in command and not os.path.exists("/usr/bin/afl-fuzz"):
        return "no afl-fuzz (Debian package afl++)"
    return None


def outside_of_blocks(text):
    """Lines that look like commands and stand where nobody runs them."""
    rest = re.sub(r"^ *```.*?^ *```", "", text, flags=re.M | re.S)
    return re.findall(r"^ {4,}(?:\./rig|cmake|ctest|git|python3|\$) .*$", rest, re.M)


def documents(top):
    listing = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=top,
                             stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    return sorted(name for name in listing if not name.startswith("regress/mutation/tables/"))


def copy_tree(tree, copy):
    """Makes the copy, if there is none. Another process may be doing the same."""
    if not tree.is_dir() or copy.is_dir():
        return
    mine = copy.with_name(f"{copy.name}.{os.getpid()}")
    shutil.copytree(tree, mine, symlinks=True)
    try:
        mine.rename(copy)
    except OSError:  # the other one was first
        shutil.rmtree(mine)


def is_asked_for(name):
    """Of the command line: --only FOLDER, --without FOLDER, or everything."""
    how, folder = sys.argv[2:] or ("--without", "nothing")
    return name.startswith(f"{folder}/") == (how == "--only")


def main():
    top = Path(sys.argv[1]).resolve()
    tests = subprocess.run(["ctest", "-N", "--test-dir", ".build/fuzz"], cwd=top, text=True,
                           stdout=subprocess.PIPE, check=True).stdout
    copy_tree(top / ".build/trees/linux-source-6.12", top / TREE)
    failed, done = 0, set()
    for name in filter(is_asked_for, documents(top)):
        text = (top / name).read_text()
        print(f"--- {name}", flush=True)
        for line in outside_of_blocks(text):
            print(f"FAIL not in a block that is run: {line.strip()}")
            failed += 1
        for command, code, tested, expected in commands(text):
            if tested:
                there = f": {tested}" in tests
                failed += not there
                print(f"{'ok  ' if there else 'FAIL'} {command}: by the test {tested}")
            elif command in SKIPPED or (command in done and expected is None):
                continue
            elif missing(top, command):
                print(f"SKIP {command}: {missing(top, command)}")
            else:
                failed += not run(top, command, code, expected)
                done.add(command)
    print(f"{failed} commands do otherwise than they are said to" if failed else "all as documented")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
