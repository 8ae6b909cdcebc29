# SPDX-License-Identifier: GPL-2.0-only
"""
./rig kernel TREE compare: the slice against the booted kernel. Generated calls are played on the booted
kernel, which chooses addresses and pages; the slice plays the same calls at these; every word of the
tables, errno and warning is compared, and each page is judged.
"""
from __future__ import annotations

import collections
import concurrent.futures
import dataclasses
import shutil

from driver import machine
from driver.booting import answer, boot, compiled, generate, judge, plan, scenario, slice as sliced
from driver.command import positive
from driver.places import short
from driver.terminal import Progress, Unusable, say

CALLS = 3000
SHOWN = 12  # kinds of differences that are printed


def add_options(parser):
    boot.add_granule(parser)
    parser.add_argument("--calls", type=positive, metavar="N", default=CALLS, help=f"how many ({CALLS})")
    parser.add_argument("--seed", type=positive, metavar="N", default=1, help="of the generator (1)")
    parser.add_argument("--fresh", action="store_true", help="build the kernel from nothing, whatever is there")


# --- the scenario that was played ----------------------------------------------------------------


def mapping_line(one, planned, place, shift):
    """The line of a call that maps."""
    va = place.area.get(one.area)
    area = one.areas.get(one.area, planned.areas[one.area])
    if one.call == "ioremap":
        return scenario.line_of("ioremap", va=va, **one.words)
    pfns = [page if page in ("null", "bad") else place.pfn(one.area, page) for page in area.pages]
    more = {"shift": str(scenario.block_shift(one.words["flags"], shift, pfns))} if one.call == "vmalloc" else {}
    return scenario.line_of(one.call, va=va, pages=scenario.runs_of(pfns), **one.words, **more)


def changing_line(one, planned, place, shift):
    va = place.area[one.area]
    if one.call == "vm_unmap_ram":
        return scenario.line_of("vm_unmap_ram", va=va, pages=str(planned.areas[one.area].count))
    va += one.words["first"] << shift
    if one.call == "vunmap":
        return scenario.line_of("vunmap", va=va, size=one.words["count"] << shift)
    return scenario.line_of("set_memory", va=va, pages=str(one.words["count"]), op=one.words["change"])


SCENARIO_OPS = 16  # SCENARIO_MAX_OPS of fuzz/scenario.h


def spans_of(pfns, most):
    """
    [(first, last)] of at most so many spans that have all these page frame numbers, and few others: the
    nearest of them are joined.
    """
    spans = []
    for pfn in sorted(set(pfns)):
        if spans and spans[-1][1] == pfn - 1:
            spans[-1] = (spans[-1][0], pfn)
        else:
            spans.append((pfn, pfn))
    while len(spans) > most:
        at = min(range(1, len(spans)), key=lambda i: spans[i][0] - spans[i - 1][1])
        spans[at - 1:at + 1] = [(spans[at - 1][0], spans[at][1])]
    return spans


def linear_lines(planned, place, shift):
    """
    The linear map of the pages whose area is changed: set_memory changes them there too. It may map others
    as well, which no call is about.
    """
    changed = {one.area for one in planned.expected if one.call == "set_memory"}
    pfns = {pfn for area in changed for pfn in place.own.get(area, {}).values()}
    return [scenario.line_of("linear", pa=first << shift, size=(last + 1 - first) << shift, leaf="page")
            for first, last in spans_of(pfns, SCENARIO_OPS - len(planned.expected))]


def text_played(planned, place, granule):
    """(text, {op: its number in the text}) of what the kernel was made to do."""
    shift = plan.PAGE_SHIFTS[granule]
    lines = linear_lines(planned, place, shift)
    number_of = {}
    for one in planned.expected:
        number_of[one.op] = len(lines)
        if one.call in scenario.MAPS:
            at = place if place.area.get(one.area) is not None else dataclasses.replace(
                place, area={**place.area, one.area: scenario.nowhere(one.op)})
            lines.append(mapping_line(one, planned, at, shift))
        else:
            lines.append(changing_line(one, planned, place, shift))
    return scenario.head(granule) + "".join(f"{line}\n" for line in lines), number_of


# --- comparing -------------------------------------------------------------------------------------


@dataclasses.dataclass
class Count:
    """What was compared, and what came of it."""
    calls: collections.Counter = dataclasses.field(default_factory=collections.Counter)  # by kind
    words: int = 0
    not_made: collections.Counter = dataclasses.field(default_factory=collections.Counter)  # reason
    different: collections.Counter = dataclasses.field(default_factory=collections.Counter)  # (call, kind)
    example: dict = dataclasses.field(default_factory=dict)  # (call, kind): the first of them
    wrong: list = dataclasses.field(default_factory=list)

    def add(self, other):
        self.calls += other.calls
        self.words += other.words
        self.not_made += other.not_made
        self.different += other.different
        self.example = {**other.example, **self.example}
        self.wrong += other.wrong

    def differs(self, call, kind, text):
        self.different[call, kind] += 1
        self.example.setdefault((call, kind), text)


def compare_returns(number, one, played, place, there):
    """(kind, text) of what the two say differently of a call."""
    if one.call in scenario.MAPS:
        failed = place.area.get(one.area) is None
        if failed != bool(there.errors.get(number, 0)):
            yield "whether it maps", (f"it {'fails' if failed else 'maps'} on the booted kernel, error "
                                      f"{there.errors.get(number, 0)} in the slice")
    if one.call == "set_memory" and played.error != there.errors.get(number, 0):
        yield "its error", f"error {played.error} on the booted kernel, {there.errors.get(number, 0)} in the slice"
    if bool(played.warnings) != (number in there.warnings):
        yield "whether it warns", (f"warning on the booted kernel: {(played.warnings or ['none'])[0]}; in the slice: "
                                   f"{there.warnings.get(number, 'none')}")


def compare_op(number, one, played, planned, place, there, where):
    """The Count of an op; `where` says which scenario it is of."""
    count = Count()
    if number in there.skipped:
        count.not_made[there.skipped[number]] += 1
        return count
    if number not in there.tables:
        count.not_made["the slice ended before"] += 1
        return count
    count.calls[one.call] += 1
    where = f"{where}, op {one.op}"
    for kind, text in compare_returns(number, one, played, place, there):
        count.differs(one.call, kind, f"{where}: {text}")
    for area, looked in played.areas.items():
        pages = planned.areas[area].count
        words, different = sliced.compare(there.tables[number], place.area[area], pages, looked.words)
        count.words += words
        for each in different:
            count.differs(one.call, each.kind(), f"{where}, area {area}: {each.line()}")
    return count


def compare_scenario(planned, lines, fatal, binary, path):
    """The Count of a scenario: what was said of it, against what the slice does. `path`: where its text goes."""
    place, played = judge.read_scenario(lines)
    count = Count(wrong=judge.judge(planned.expected, lines, fatal))
    if len(played) < len(planned.expected) or any(
            place.area.get(one.area) is None and (one.call == "vmalloc" or one.call not in scenario.MAPS)
            for one in planned.expected):
        return count  # the kernel crashed, or a call failed that others build on: the judge has said so
    text, number_of = text_played(planned, place, boot_granule(planned))
    path.write_text(text)
    there = sliced.play(binary, path, path.with_suffix(".events"), text)
    path.with_suffix(".events").unlink(missing_ok=True)
    for one, got in zip(planned.expected, played):
        count.add(compare_op(number_of[one.op], one, got, planned, place, there, short(path)))
    if there.rule or there.crash:
        count.differs("slice", f"a rule is broken: {there.rule or there.crash}", f"{short(path)}: {there.signature}")
    return count


def boot_granule(planned):
    return {shift: granule for granule, shift in plan.PAGE_SHIFTS.items()}[planned.shift]


def compare(built, scenarios, binary):
    """The Count of scenarios that a kernel plays in one boot."""
    got, seconds = boot.play(built, scenarios, "compare")
    say(f"the booted kernel played them in {seconds:.1f} s")
    said, total, progress = answer.scenarios(got), Count(), Progress()
    last = max(said, default=-1)
    folder = built.folder / f"compare-{built.granule}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    with concurrent.futures.ThreadPoolExecutor(machine.cores()) as pool:
        running = [pool.submit(compare_scenario, one, said[number], got.fatal if number == last else "", binary,
                               folder / f"{number}.scenario")
                   for number, one in enumerate(scenarios) if number <= last]
        for done, future in enumerate(running):
            total.add(future.result())
            progress.show(f"comparing with the slice: {done + 1} of {len(running)} scenarios")
    progress.clear()
    return total


def print_count(total, built):
    calls = sum(total.calls.values())
    print(f"{built.tree.name}, {built.granule} pages: {calls} calls, {total.words} words compared: "
          f"{sum(total.different.values())} differences, {len(total.wrong)} wrong on the booted kernel")
    for call, count in sorted(total.calls.items()):
        print(f"  {call:<14} {count:>7}")
    for reason, count in total.not_made.most_common():
        print(f"  not compared   {count:>7}  {reason}")
    for (call, kind), count in total.different.most_common(SHOWN):
        print(f"DIFFERENT {call}: {kind}: {count} times, the first in {total.example[call, kind]}")
    boot.print_wrong(total.wrong[:SHOWN])


def compare_granule(options, tree, granule, binary):
    built = compiled.build(tree, granule, options.fresh)
    total = compare(built, generate.generate(granule, options.seed, options.calls), binary)
    print_count(total, built)
    if not total.words:
        raise Unusable("kernel: nothing was compared: not one call was played by both")
    return 1 if total.different or total.wrong else 0


def run(options):
    with compiled.held_with_slice(options) as (tree, rig):
        return max([compare_granule(options, tree, granule, rig.tool) for granule in boot.chosen(options.granule)])
