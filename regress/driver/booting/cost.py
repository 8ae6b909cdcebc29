# SPDX-License-Identifier: GPL-2.0-only
"""
./rig kernel TREE... cost: what calls cost in Arm instructions, counted on booted kernels, for one tree
or several side by side; and barriers, TLBIs and stores of the same calls, counted on the tree's slice.
"""
from __future__ import annotations

import collections
import concurrent.futures
import dataclasses
import json
import pathlib
import shutil

from driver import install, kernel as sliced_kernel, machine, packages
from driver.booting import answer, boot, compiled, cost_report, cost_rows, judge, shadow, slice as sliced
from driver.places import short
from driver.terminal import Progress, Unusable, say

NANOSECOND = 10 ** 9  # -icount shift=0: an instruction takes one


def add_options(parser):
    boot.add_granule(parser)
    parser.add_argument("--csv", type=pathlib.Path, metavar="FILE", help="write every figure to a file")
    parser.add_argument("--plot", type=pathlib.Path, metavar="FILE",
                        help="draw an SVG of what mapping costs, by gnuplot")
    parser.add_argument("--no-events", action="store_true",
                        help="instructions alone: without barriers, TLBIs and stores, for which the slice is built")
    parser.add_argument("--fresh", action="store_true", help="build the kernels from nothing, whatever is there")


@dataclasses.dataclass
class Figures:
    """What a call, and what undoes it, cost: instructions, and events on the slice."""
    instructions: float
    first: float  # when it was called for the first time: it makes its tables
    events: collections.Counter = dataclasses.field(default_factory=collections.Counter)


@dataclasses.dataclass
class Measured:
    """A row on one kernel. `resolution` is in instructions, of one call."""
    row: cost_rows.Row
    map: Figures
    unmap: Figures
    resolution: float


# --- what the driver said ---------------------------------------------------------------------------


def numbers_of(lines, word):
    """The numbers of the lines that begin with a word."""
    return [[int(number) for number in line[1:]] for line in lines if line[0] == word and line[1:] != ["none"]]


def read_row(row, lines):
    """
    The Measured of what the driver said of a row, without events, and None if the tree has no such function.
    Raises Unusable where the lines are not those of a row.
    """
    rounds, clock = numbers_of(lines, "cost"), numbers_of(lines, "clock")
    if ["cost", "none"] in lines:
        return None
    if len(rounds) < 2 or not clock:
        raise Unusable(f"kernel: the booted kernel did not come to the end of the row '{row.name}'")
    tick = NANOSECOND / clock[0][0]

    def figures(column):
        costs = [one[column] * tick / one[1] for one in rounds]
        return Figures(min(costs[1:]), costs[0])
    return Measured(row, figures(2), figures(3), tick / rounds[0][1])


def check_warnings(row, lines):
    warned = next((line[1] for line in lines if line[0] in ("warning", "fatal")), "")
    if warned:
        raise Unusable(f"kernel: in the row '{row.name}' the booted kernel says: {warned}\n"
                       "what a call costs that warns or crashes says nothing")


def read_all(rows, got):
    """{row's name: Measured} of an Answer."""
    said = answer.scenarios(got)
    found = {}
    for number, row in enumerate(rows):
        lines = said.get(number, [])
        check_warnings(row, lines)
        measured = read_row(row, lines)
        if measured:
            found[row.name] = measured
    return found


# --- the slice --------------------------------------------------------------------------------------


def count_event(counts, event, shift):
    """Adds what an event is to the counts: stored words, barriers of each kind, TLBI instructions."""
    kind = event["event"]
    if kind == "store":
        counts["stores"] += len(event["new"])
    elif kind == "barrier":
        counts[event["barrier"].split()[0]] += 1
    elif kind == "tlbi":
        # Without a count, each instruction is for one page, and the record has those that follow each other as one.
        counts["tlbi"] += event.get("range_instructions", 1 if event["all"] else max(event["bytes_"] >> shift, 1))


def count_events(lines, shift):
    """{op: Counter} of the records of a scenario, one JSON object a line. Raises Unusable if a rule is broken."""
    counts, op = collections.defaultdict(collections.Counter), None
    for record in map(json.loads, lines):
        kind = record["record"]
        if kind == "begin":
            op = record["op"] if record["kind"] == "call" else None
        elif kind == "event" and op is not None:
            record["bytes_"] = int(record.get("bytes", "0x0"), 16)
            count_event(counts[op], record, shift)
        elif kind == "end" and (record.get("error") or "skipped" in record):
            raise Unusable(f"kernel: the slice does not make the call: {record.get('skipped', record.get('error'))}")
        elif kind == "verdict" and not record["holds"]:
            raise Unusable(f"kernel: the slice breaks a rule: {record.get('signature', '')}")
    return counts


def events_of(row, lines, binary, granule, path):
    """(events of the call, events of what undoes it) on the slice, at the kernel's addresses and pages."""
    place, _ = judge.read_scenario(lines)
    said = numbers_of(lines, "shift")
    path.write_text(cost_rows.text_of(row, place, said[0][0] if said else row.planned.shift, granule))
    record = path.with_suffix(".events")
    record.unlink(missing_ok=True)
    done = sliced.run(binary, "show", path, "--events", record)
    if not record.exists():
        raise Unusable(f"kernel: {short(path)} cannot be played on the slice: {done.stdout.strip()[-1000:]}")
    try:
        with open(record, encoding="utf-8") as file:
            counts = count_events(file, row.planned.shift)
    except Unusable as why:
        raise Unusable(f"{why}\nfor the row '{row.name}'; its scenario is {short(path)}") from why
    record.unlink()
    return counts[cost_rows.MAPPED], counts[cost_rows.UNMAPPED]


def add_events(measured, got, rows, binary, kernel):
    """Adds the slice's events to {row's name: Measured}. A row whose call the slice does not make right has none."""
    said, progress = answer.scenarios(got), Progress()
    folder = kernel.folder / f"cost-{kernel.granule}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with concurrent.futures.ThreadPoolExecutor(machine.cores()) as pool:
        running = {row.name: pool.submit(events_of, row, said[number], binary, kernel.granule,
                                         folder / f"{number}.scenario")
                   for number, row in enumerate(rows) if row.name in measured}
        for done, (name, future) in enumerate(running.items()):
            try:
                measured[name].map.events, measured[name].unmap.events = future.result()
            except Unusable as why:
                progress.clear()
                say(f"no events: {why}")
            progress.show(f"counting events on the slice: {done + 1} of {len(running)} rows")
    progress.clear()


# --- playing ----------------------------------------------------------------------------------------


def measure(kernel, rows):
    """({row's name: Measured}, Answer) of a kernel that is booted to count instructions."""
    got, seconds = boot.play(kernel, [row.planned for row in rows], "cost", counts=True)
    if got.fatal or not got.ended:
        raise Unusable(f"kernel: the booted kernel did not end: {got.fatal or 'its last line is missing'}\n"
                       f"its console is {short(kernel.folder / f'cost-{kernel.granule}.console')}")
    say(f"{kernel.tree.name}, {kernel.granule} pages: counted in {seconds:.1f} s")
    return read_all(rows, got), got


def measure_tree(tree, granule, fresh, binary):
    """{row's name: Measured} of a whole tree's kernel, booted; without events where there is no tool of its slice."""
    with compiled.held(tree):
        kernel = compiled.build(tree, granule, fresh)
        rows = cost_rows.rows(granule)
        measured, got = measure(kernel, rows)
        if binary:
            add_events(measured, got, rows, binary, kernel)
        return measured


def names_of(trees):
    """A name for each tree: that of its folder, with as many folders before it as tell it from the others."""
    for depth in range(1, max(len(tree.parts) for tree in trees) + 1):
        names = ["/".join(tree.parts[-depth:]) for tree in trees]
        if len(set(names)) == len(names):
            break
    return names


def run(options):
    trees = [shadow.top_of(tree) for tree in options.trees]
    if len(set(trees)) < len(trees):
        raise Unusable("kernel: a tree is named twice; each is measured once")
    for path in (options.csv, options.plot):
        if path is not None and not path.absolute().parent.is_dir():
            raise Unusable(f"kernel: there is no folder for {path}")
    install.ensure((*packages.BOOT, *(("gnuplot",) if options.plot else ())), options.may_install)
    binaries = [None if options.no_events else sliced_kernel.build_tree(tree, ["vmapdiff"]).tool for tree in trees]
    names = names_of(trees)
    found = {granule: {name: measure_tree(tree, granule, options.fresh, binary)
                       for name, tree, binary in zip(names, trees, binaries)}
             for granule in boot.chosen(options.granule)}
    for granule, by_tree in found.items():
        cost_report.print_table(granule, by_tree)
    cost_report.print_published(found)
    print(cost_report.NOTES)
    if options.csv:
        cost_report.write_csv(options.csv, found)
        say(f"wrote {options.csv}")
    if options.plot:
        cost_report.plot(options.plot, found)
        say(f"wrote {options.plot}")
    return 0
