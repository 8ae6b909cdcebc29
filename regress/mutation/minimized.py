#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""How small findings get: `minimize` beside libFuzzer's own, given the same time.

Each mutant's fuzz target runs from an empty corpus to its first finding. That
is minimized by `vmapdiff minimize`, and, for as long as that took and at least
a second, by `-minimize_crash=1`. Both start from the same file and are tried
on the same mutant. Reports; a median over its bound makes it fail.

Usage: minimized.py [--count N] [-o DIR] [NAME]...
exit: 0 in bounds, 1 not, 2 unusable
"""
import argparse
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import sources

TOP = Path(__file__).resolve().parents[2]
BUILD = TOP / ".build/fuzz/mutants"
COMMAND = "python3 regress/mutation/minimized.py -o regress/mutation/tables"
RUNS = 200000
MAX_OPS, MAX_RUNS = 2, 3


def run(*command, timeout=120):
    try:
        return subprocess.run([str(word) for word in command], capture_output=True, text=True,
                              errors="replace", timeout=timeout)
    except subprocess.TimeoutExpired as late:
        return subprocess.CompletedProcess(command, 124, "", str(late.stderr or ""))


def size_of(text):
    """(ops, runs, pages) of a scenario's text."""
    ops = runs = pages = 0
    for line in text.splitlines():
        word = line.split(" ")[0]
        if word in ("", "#", "vmapdiff", "machine", "policy", "expect"):
            continue
        ops += 1  # an injected fault is as much to understand as an op
        array = re.search(r"pages=(\S+)", line)
        if array and word in ("vmap", "vmalloc"):
            for one in array.group(1).split(","):
                runs += 1
                pages += int(one.split("+")[1], 0) if "+" in one else 1
    return ops, runs, pages


def find(name, work):
    """The first crash of the mutant's target; None if it survives."""
    run(BUILD / f"fuzz.{name}", "-seed=1", f"-runs={RUNS}", "-max_len=4096",
        f"-artifact_prefix={work}/")
    return next(iter(sorted(work.glob("crash-*"))), None)


def text_of(name, path, work):
    out = work / "text"
    run(BUILD / f"vmapdiff.{name}", "convert", path, "-o", out)
    written = [p for p in ([out] if out.is_file() else sorted(out.rglob("*"))) if p.is_file()]
    return written[0].read_text() if written else ""


def by_minimize(name, crash, work):
    """(size, seconds, whether it is a fixpoint)"""
    small, again = work / "small.scenario", work / "again.scenario"
    start = time.monotonic()
    run(BUILD / f"vmapdiff.{name}", "minimize", crash, "-o", small)
    seconds = time.monotonic() - start
    run(BUILD / f"vmapdiff.{name}", "minimize", small, "-o", again)
    same = small.exists() and again.exists() and small.read_text() == again.read_text()
    return size_of(small.read_text()) if small.exists() else None, seconds, same


def kind_of(name, path):
    """The signature of how a file fails on the mutant, without the op's number."""
    said = run(BUILD / f"vmapdiff.{name}", "triage", path).stdout
    signature = re.search(r"^FAIL .*$", said, re.M)
    return re.sub(r" op=\d+", "", signature.group(0)) if signature else ""


def by_engine(name, crash, work, seconds):
    """
    The size of the smallest file that libFuzzer made in so many seconds, and
    why the two are not to be compared: `*`, it fails otherwise than the crash
    did, which libFuzzer does not tell apart; `+`, it is on scaled-down tables.
    """
    out = work / "engine"
    run(BUILD / f"fuzz.{name}", "-minimize_crash=1", f"-max_total_time={max(1, round(seconds))}",
        f"-exact_artifact_path={out}", "-seed=1", crash)
    smallest = out if out.exists() else crash
    text = text_of(name, smallest, work)
    same = kind_of(name, smallest) == kind_of(name, crash)
    return size_of(text), "" if same and " entries=" not in text else "*" if not same else "+"


def measure(name):
    """A row of the table; None for a mutant that no target finds in time."""
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory)
        crash = find(name, work)
        if not crash:
            return None
        before = size_of(text_of(name, crash, work))
        ours, seconds, fixpoint = by_minimize(name, crash, work)
        engine, note = by_engine(name, crash, work, seconds)
        return {"name": name, "before": before, "ours": ours, "engine": engine, "note": note,
                "seconds": seconds, "fixpoint": fixpoint}


def median(rows, who, part):
    return statistics.median(row[who][part] for row in rows)


def table(rows):
    stamp = sources.stamp_of_minimized(TOP, [row["name"] for row in rows])
    yield "<!-- SPDX-License-Identifier: GPL-2.0-only -->"
    yield f"<!-- {stamp} -->"
    yield "# How small findings get"
    yield ""
    yield (f"Made by `{COMMAND}` of version {stamp.version} (sources `{stamp.id}`). "
           "The first finding of each mutant's target, from an empty corpus; ops, runs of pages, pages. "
           "`minimize` and libFuzzer's `-minimize_crash=1` had the same file and the same time "
           "(a second at least). libFuzzer's: `*` fails in another way than the finding did, which it does "
           "not tell apart; `+` is on scaled-down tables, which no machine has, where a block is 16 pages. "
           "An injected fault counts as an op. Seconds are of one run on a shared machine.")
    yield ""
    yield "| mutant | found | minimize | seconds | libFuzzer |"
    yield "|---|---|---|---|---|"
    cell = " / ".join
    for row in rows:
        sizes = [cell(map(str, row[who])) for who in ("before", "ours", "engine")]
        yield (f"| {row['name']} | {sizes[0]} | {sizes[1]} | {row['seconds']:.1f} | "
               f"{sizes[2]}{' ' + row['note'] if row['note'] else ''} |")
    medians = [cell(f"{median(rows, who, part):g}" for part in range(3))
               for who in ("before", "ours", "engine")]
    seconds = statistics.median(row["seconds"] for row in rows)
    yield f"| **median of {len(rows)}** | {medians[0]} | {medians[1]} | {seconds:.1f} | {medians[2]} |"


def wrong_with(rows):
    """What is out of its bound."""
    for row in rows:
        if not row["note"] and row["ours"] > row["engine"]:
            yield f"{row['name']}: libFuzzer's is smaller: {row['engine']} and {row['ours']}"
        if not row["fixpoint"]:
            yield f"{row['name']}: minimizing again changes it"
    if median(rows, "ours", 0) > MAX_OPS or median(rows, "ours", 1) > MAX_RUNS:
        yield "the median is larger than two ops and three runs"


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--count", type=int, default=30, help="findings that are wanted")
    parser.add_argument("-o", dest="directory", help="where minimized.md goes")
    options = parser.parse_args()
    names = options.names or sorted(path.name[5:] for path in BUILD.glob("fuzz.*"))
    if not names:
        print("minimized: no mutants are built; ./rig mutants builds them", file=sys.stderr)
        return 2
    rows = []
    for name in names:
        row = measure(name)
        print(f"{name}: {row['ours'] if row else 'not found in time'}", file=sys.stderr, flush=True)
        rows += [row] if row and row["ours"] else []
        if len(rows) == options.count and not options.names:
            break
    text = "\n".join(table(rows)) + "\n"
    print(text)
    if options.directory:
        (Path(options.directory) / "minimized.md").write_text(text)
    wrong = list(wrong_with(rows))
    print("\n".join(wrong) or "all in bounds")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
