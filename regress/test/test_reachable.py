#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What minimize --reachable takes for reachable is what confirm can plan, of every checked-in scenario.

Usage: test_reachable.py TEST_REACHABLE VMAPDIFF TOP
"""
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(sys.argv[3]).resolve()
sys.path.insert(0, str(TOP / "regress"))
from driver.booting import reach, scenario  # noqa: E402

# Of the driver and of QEMU's machine, and none of callers'.
LIMITS = ("pages of memory in blocks", "more memory in one piece", "the driver has up to", "the driver's page arrays",
          "of the kernel's own memory", "has physical addresses of 48 bits")
# Of callers, which a plan leaves to the kernel: it says where an area came to lie.
LEFT_TO_THE_KERNEL = "the kernel aligns such an area"


def texts(tool, files, folder):
    """{file: its text, as the tool prints it}"""
    subprocess.run([tool, "convert", *files, "-o", folder], check=True, stderr=subprocess.DEVNULL)
    return {file: (Path(folder) / f"{file.stem}.scenario").read_text() for file in files}


def said_of(program, files):
    """{path: (whether it is reachable, what is printed)}"""
    done = subprocess.run([program, *files], stdout=subprocess.PIPE, text=True, check=True)
    found = {}
    for line in done.stdout.splitlines():
        word, _, rest = line.partition(" ")
        if word in ("yes", "no"):
            path = rest
            found[path] = (word == "yes", "")
        elif not line.startswith(("reachable", "not on all")):
            found[path] = (found[path][0], found[path][1] + line)
    return found


def planned(text):
    """(whether confirm can plan it, why not)"""
    variants, why_not = reach.reach(scenario.parse(text))
    return bool(variants), "; ".join(why_not)


def main():
    program, tool = sys.argv[1:3]
    files = sorted([*(TOP / "regress/cases").glob("*.scenario"), *(TOP / "corpus").rglob("*.scenario")])
    said = said_of(program, files)
    wrong, both = [], set()
    with tempfile.TemporaryDirectory(prefix="vmapdiff-") as folder:
        for file, text in texts(tool, files, folder).items():
            can, why = planned(text)
            reachable, report = said[str(file)]
            both.add(can)
            if reachable != can and not any(limit in why for limit in LIMITS) and not (
                    can and LEFT_TO_THE_KERNEL in report):
                wrong.append(f"{file.name}: confirm {'plans it' if can else f'does not plan it: {why}'}")
    print("\n".join(wrong) or f"{len(files)} scenarios are reachable in both, or in none")
    assert both == {True, False}, both
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
