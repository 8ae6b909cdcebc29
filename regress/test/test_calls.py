#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Every call of mapper/call.h is whole: it has a file on each floor, what is expected of it, a case, a
mutant, and a place in the README of each floor. Usage: test_calls.py TOP
"""
import re
import sys
from pathlib import Path

FILES = ["mapper/batched/{}.c", "mapper/prior/{}.c", "oracle/reference/{}.c", "oracle/expect/{}.c"]
HOME = {"vm_unmap_ram": "vm_map_ram", "apply_to_existing_page_range": "apply_to_page_range"}  # calls that share a file with another
READMES = ["mapper/README.md", "oracle/README.md", "fuzz/README.md"]


def calls(top):
    listed = re.search(r"#define CALLS\(X\)((?:.*\\\n)*.*)", (top / "mapper/call.h").read_text())
    return re.findall(r"X\([A-Z_]+, (\w+)\)", listed.group(1))


def lacking(top, call, scenarios, patches):
    home = HOME.get(call, call)
    for pattern in FILES:
        if not (top / pattern.format(home)).exists():
            yield f"{call}: there is no {pattern.format(home)}"
    if not any(re.search(rf"^{call} ", text, re.M) for text in scenarios):
        yield f"{call}: no scenario of regress/cases makes it"
    if not any(f"b/mapper/batched/{home}.c" in text for text in patches):
        yield f"{call}: no patch of regress/mutants changes mapper/batched/{home}.c"
    for readme in READMES:
        if not re.search(rf"\b{call}\b", (top / readme).read_text()):
            yield f"{call}: {readme} does not name it"


def main():
    top = Path(sys.argv[1])
    scenarios = [path.read_text() for path in (top / "regress/cases").glob("*.scenario")]
    patches = [path.read_text() for path in (top / "regress/mutants").glob("*.patch")]
    names = calls(top)
    wrong = [line for call in names for line in lacking(top, call, scenarios, patches)]
    print("\n".join(wrong) or f"{len(names)} calls, each whole")
    return 1 if wrong or not names else 0


if __name__ == "__main__":
    sys.exit(main())
