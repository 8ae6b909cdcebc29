#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Which calls each tree offers, how many of them were judged in generated scenarios, and which known bugs of these trees
are each call's. Writes the table of mapper/kernel/KERNEL.md, or compares it with what a tree offers.

Usage: call_table.py --record | --check
exit: 0 written, or as the trees are; 1 not so; 2 unusable; 77 no tree
"""
import argparse
import collections
import json
import re
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
# pylint: disable=wrong-import-position
import copies
import find_play
from driver.booting.scenario import NO_OPS
from driver.terminal import Unusable

DOCUMENT = copies.KERNEL / "KERNEL.md"
TABLE = re.compile(r"(<!-- calls -->\n).*?(<!-- end of calls -->)", re.S)
SERIES = ("6.1", "6.12", "7.2", "7.3")
EXECUTIONS = 8192  # for the table
EXECUTIONS_TO_CHECK = 2048  # which make each call that a tree offers some dozen times
LACKS = "-"
SKIP = 77


# --- a call, as a row has it -------------------------------------------------------------------


def rows_of_table():
    """The names of the rows: the kinds of call.h, and the changes of set_memory that split or are two."""
    text = (copies.TOP / "mapper/call.h").read_text()
    kinds = re.findall(r"X\([A-Z_]+, (\w+)\)", text[text.index("#define CALLS(X)"):])
    at = kinds.index("set_memory") + 1
    return ["linear", *kinds[:at], *[f"set_memory op={one}" for one in ("rox", "split", "split-pages")], *kinds[at:]]


def ops_of(scenario):
    """The lines of ops of a scenario, as a list."""
    return [line for line in scenario.splitlines() if line.strip() and not line.startswith((*NO_OPS, "#"))]


def names_of(op):
    """The rows that an op counts for."""
    name, change = op.split()[0], re.search(r" op=(rox|split-pages|split)\b", op)
    return [name, f"{name} op={change[1]}"] if change else [name]


# --- what a tree does ---------------------------------------------------------------------------


def is_judged(step):
    """Of what is set up, whether a tree's code made it: only its events are counted."""
    return step["kind"] == "call" and "skipped" not in step or step["kind"] == "setup" and bool(step.get("counts"))


def judged_calls(tree, executions):
    """How many calls of each row were judged in so many generated scenarios, those of the tree's test."""
    counts = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        for command in (("generate", "-o", folder, "--executions", executions), ("observe", folder)):
            code, said, why = find_play.run(tree.tool, *command)
            if code:
                raise Unusable(f"call_table: {command[0]} fails on {tree.path}:\n{why.strip()}")
        for answer in map(json.loads, said.splitlines()):
            if answer.get("signature"):
                raise Unusable(f"call_table: {tree.path} breaks a rule: {answer['signature']}; ./rig kernel TREE test")
            ops = ops_of(Path(answer["file"]).read_text())
            for step in answer.get("steps", []):
                if is_judged(step):
                    counts.update(names_of(ops[step["op"]]))
    return counts


def call_of_bug(tree, name):
    """The call at which a known bug shows: that of the signature, or, where a sanitizer ends it, the last."""
    _, scenario, _ = find_play.run(tree.tool, "waivers", name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "known.scenario"
        path.write_text(scenario)
        _, said, _ = find_play.run(tree.tool, "replay", path, VMAPDIFF_JUDGE=name)
    signature = re.search(r"^FAIL .* op=\d+:(\w+)", said, re.M)
    return signature[1] if signature else ops_of(scenario)[-1].split()[0]


def known_bugs(tree):
    """[(call, name)] of the bugs that a tree is found to have."""
    code, said, why = find_play.run(tree.tool, "kernel", "known")
    if code:
        raise Unusable(f"call_table: {tree.path}: {why.strip()}")
    return [(call_of_bug(tree, name), name) for name in re.findall(r"^  (\S+) \(\S+\)$", said, re.M)]


# --- the table ----------------------------------------------------------------------------------


def text_of(counts, bugs):
    """The table; `counts` has those of each series, `bugs` the names of each call."""
    head = f"| call | {' | '.join(f'Linux {one}' for one in SERIES)} | known bugs |\n|{'---|' * (len(SERIES) + 2)}\n"
    cells = "".join(f"| `{name}` | " + " | ".join(str(counts[one][name] or LACKS) for one in SERIES)
                    + f" | {', '.join(f'`{bug}`' for bug in bugs.get(name, []))} |\n" for name in rows_of_table())
    return head + cells


def read_table(text):
    """{call: cells} of the document's table; None without one."""
    found = TABLE.search(text)
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in found[0].splitlines()
            if line.startswith("| `")] if found else []
    return {row[0].strip("`"): row[1:] for row in rows} or None


def wrong_with(table, offered):
    """
    What is not in the table as it must be, as lines. `offered` has, for each series that there is, the rows that it
    offers. How many calls were judged changes with the generator, and is not compared.
    """
    if not table:
        return ["there is no table of calls"]
    wrong = [f"no row: {name}" for name in rows_of_table() if name not in table]
    wrong += [f"a row of no call: {name}" for name in table if name not in rows_of_table()]
    for at, series in enumerate(SERIES):
        for name in set(rows_of_table()) & set(table):
            cell = table[name][at]
            if cell != LACKS and not cell.isdigit():
                wrong.append(f"{name}, {series}: '{cell}' is neither a number nor {LACKS}")
            elif series in offered and (cell != LACKS) != (name in offered[series]):
                wrong.append(f"{name}, {series}: {cell}, and the tree {'has' if cell == LACKS else 'lacks'} it")
    return wrong


def trees():
    """(series, Tree) of the trees that there are."""
    for series, path in find_play.trees().items():
        if series in SERIES:
            yield series, find_play.Tree(path)


def record(there):
    """Writes the table of all trees."""
    counts, bugs = {}, {}
    for series, tree in there:
        counts[series] = judged_calls(tree, EXECUTIONS)
        for call, name in known_bugs(tree):
            bugs.setdefault(call, []).extend([name] * (name not in bugs.get(call, [])))
    table = text_of(counts, bugs)
    DOCUMENT.write_text(TABLE.sub(lambda match: match[1] + table + match[2], DOCUMENT.read_text()))


def check(there):
    """What is wrong with the document's table, as lines."""
    offered = {series: set(judged_calls(tree, EXECUTIONS_TO_CHECK)) for series, tree in there}
    return wrong_with(read_table(DOCUMENT.read_text()), offered)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--record", action="store_true", help="write the table; needs all trees")
    how.add_argument("--check", action="store_true", help="compare it with what the trees that there are offer")
    options = parser.parse_args()
    try:
        there = list(trees())
        if not there or options.record and len(there) != len(SERIES):
            print(f"SKIP: of {', '.join(SERIES)} there is {', '.join(series for series, _ in there) or 'no tree'}")
            return SKIP
        if options.record:
            record(there)
            return 0
        wrong = check(there)
    except Unusable as why:
        sys.stderr.write(f"{why}\n")
        return 2
    print("\n".join(wrong) or f"the table is that of {len(there)} trees")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
