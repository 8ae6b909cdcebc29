#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The calls of generated scenarios, in what `./rig kernel TREE test` says: those that are judged and
those that are not made, by reason, add up, and at most 5 % are not made.

Usage: check_calls.py FILE      exit: 0 good, 1 not
"""
from __future__ import annotations

import re
import sys
from pathlib import Path

MAX_UNMADE_PERCENT = 5
ROW = re.compile(r"^( *)(\S.*?) +(\d+) +[\d.]+ %", re.MULTILINE)


def fault_of(said):
    """What is wrong with the first table of calls in a text; None if nothing is."""
    table = re.search(r"^calls of the scenarios .*\n( +.*\n)*", said, re.MULTILINE)
    if not table:
        return "there is no table of calls"
    rows = [(len(indent), name, int(calls)) for indent, name, calls in ROW.findall(table[0])]
    requested, judged, unmade = (calls for _, _, calls in rows[:3])
    by_reason = sum(calls for indent, _, calls in rows if indent == 4)
    unjudged = sum(calls for _, name, calls in rows if name == "made, but not judged")
    if judged + unjudged + unmade != requested or by_reason != unmade:
        return (f"the calls do not add up: {judged} judged, {unjudged} made and not judged, "
                f"{unmade} not made ({by_reason} by reason), of {requested}")
    if unmade * 100 > requested * MAX_UNMADE_PERCENT:
        return f"{unmade} of {requested} calls are not made: more than {MAX_UNMADE_PERCENT} %"
    return None


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    fault = fault_of(Path(sys.argv[1]).read_text())
    if fault:
        print(fault)
    return 1 if fault else 0


if __name__ == "__main__":
    sys.exit(main())
