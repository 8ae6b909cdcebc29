# SPDX-License-Identifier: GPL-2.0-only
"""What `cost` prints and writes: a table, CSV, and a plot by gnuplot."""
from __future__ import annotations

import csv
import subprocess

from driver.booting.cost_rows import PUBLISHED
from driver.terminal import Unusable

EVENTS = ("dsb", "isb", "dmb", "tlbi", "stores")
LICENCE = "SPDX-License-Identifier: GPL-2.0-only"
NOTES = """\
instr.: Arm instructions of one call on the booted kernel, under QEMU's -icount shift=0, interrupts off.
  They come in ticks of the counter; +- is a tick, shared by the calls that were measured together.
  vmalloc_huge() and vfree() have the allocation of the pages in them; all but vmap_pages_range() and
  vunmap_range() have that of the address range. The kernel is built with CONFIG_DEBUG_VM.
first: the same in the first round, which makes the tables that no row before it has left.
ratio: instructions of the first tree over those of this one; above 1, this one needs fewer.
dsb to stores: on the tree's slice, for the same call at the same address and pages, with tables there:
  barriers, TLBI instructions, and words stored into tables. What unmaps is vunmap_range() there, which
  invalidates at once; the kernel's vunmap(), vfree() and iounmap() leave that to the next purge."""
NOT_COMPARABLE = """\
published: what the series reports for an RK3588, by time, the kernel before it over the one with it. An
instruction is not a unit of time: barriers, TLBIs and misses cost many instructions' time there and one
instruction here, and cores differ in how many they execute at once. There, ioremap() and vmap() have the
allocation of the address range in them, as here, and no CONFIG_DEBUG_VM; the range's neighbours and the
allocator's state are others. The sign and the order of the ratios may be compared, the numbers not."""


def over(numerator, denominator):
    return numerator / denominator if denominator else None


def calls_of(measured):
    """[(name of the function, Figures)] of a Measured: what maps, and what unmaps."""
    return [(measured.row.map, measured.map), (measured.row.unmap, measured.unmap)]


def names_of_rows(by_tree):
    """The rows of all trees, in their order: a tree may lack some."""
    return list(dict.fromkeys(name for measured in by_tree.values() for name in measured))


def records(found):
    """Every figure, as a dictionary: a line of the CSV."""
    for granule, by_tree in found.items():
        first = next(iter(by_tree.values()))
        for name in names_of_rows(by_tree):
            for tree, rows in by_tree.items():
                if name not in rows:
                    continue
                for part, (function, figures) in enumerate(calls_of(rows[name])):
                    base = calls_of(first[name])[part][1].instructions if name in first else 0
                    yield {"granule": granule, "row": name, "function": function, "tree": tree,
                           "instructions": round(figures.instructions, 2), "first_call": round(figures.first, 2),
                           "resolution": round(rows[name].resolution, 2),
                           "ratio": over(base, figures.instructions),
                           "published": rows[name].row.published if not part else None,
                           **{event: figures.events[event] if figures.events else None for event in EVENTS}}


def number(value, digits=0):
    return "" if value is None else f"{value:.{digits}f}"


def line_of(record, row, function, width):
    return (f"{row:<23} {function:<19} {record['tree']:<{width}} {number(record['instructions']):>10} "
            f"{number(record['resolution'], 1):>5} {number(record['first_call']):>10} {number(record['ratio'], 2):>6} "
            + " ".join(f"{number(record[event]):>6}" for event in EVENTS)).rstrip()


def print_table(granule, by_tree):
    width = max(4, *(len(tree) for tree in by_tree))
    print(f"{granule} pages\n{'row':<23} {'':<19} {'tree':<{width}} {'instr.':>10} {'+-':>5} {'first':>10} {'ratio':>6} "
          + " ".join(f"{event:>6}" for event in EVENTS))
    row = function = None
    for record in sorted_records(granule, by_tree):
        same_row, same = record["row"] == row, (record["row"], record["function"]) == (row, function)
        print(line_of(record, "" if same_row else record["row"], "" if same else record["function"], width))
        row, function = record["row"], record["function"]
    print()


def sorted_records(granule, by_tree):
    """The records of a granule, so that trees stand next to each other."""
    found = list(records({granule: by_tree}))
    order = list(dict.fromkeys((one["row"], one["function"]) for one in found))
    return sorted(found, key=lambda one: order.index((one["row"], one["function"])))


def print_published(found):
    """The series' ratios next to those of each tree to the first, where there is another."""
    granule, by_tree = next(iter(found.items()))
    trees = list(by_tree)[1:]
    if granule != "4k" or not trees:
        return
    first = next(iter(by_tree.values()))
    width = max(10, *(len(tree) for tree in trees))
    print(f"{'4k pages: first tree over':<26}" + "".join(f" {tree:>{width}}" for tree in trees) + f" {'published':>10}")
    for name, published in PUBLISHED.items():
        ratios = [over(first[name].map.instructions, by_tree[tree][name].map.instructions)
                  if name in first and name in by_tree[tree] else None for tree in trees]
        print(f"{name:<26}" + "".join(f" {number(ratio, 2):>{width}}" for ratio in ratios) + f" {published:>10}")
    print(NOT_COMPARABLE + "\n")


def write_csv(path, found):
    rows = list(records(found))
    with open(path, "w", newline="", encoding="utf-8") as to:
        writer = csv.DictWriter(to, list(rows[0]))
        writer.writeheader()
        writer.writerows({name: f"{value:.4f}" if isinstance(value, float) and name == "ratio" else value
                          for name, value in row.items()} for row in rows)


# --- a plot -----------------------------------------------------------------------------------------


SCRIPT = """\
set terminal svg size {width},{height} font 'sans,12' background '#ffffff'
set output
set multiplot layout {panels},1
set style data histogram
set style histogram clustered gap 1
set style fill solid 0.85
set logscale y
set yrange [1:*]
set ylabel 'instructions a call'
set xtics rotate by -35 noenhanced
set key outside right noenhanced
set grid ytics
"""


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def panel(granule, by_tree):
    """A histogram of what maps: a group of bars a row, a bar a tree."""
    rows = names_of_rows(by_tree)
    block = "".join(f'"{name}" ' + " ".join(number(by_tree[tree][name].map.instructions) if name in by_tree[tree] else "NaN"
                                            for tree in by_tree) + "\n" for name in rows)
    bars = ", ".join(f"$rows{granule} using {column + 2}:xtic(1) title {quoted(tree)}"
                     for column, tree in enumerate(by_tree))
    return f"$rows{granule} << END\n{block}END\nset title '{granule} pages'\nplot {bars}\n"


def plot(path, found):
    """An SVG by gnuplot. Raises Unusable if it draws none."""
    script = SCRIPT.format(width=1100, height=420 * len(found), panels=len(found))
    script += "".join(panel(granule, by_tree) for granule, by_tree in found.items()) + "unset multiplot\n"
    done = subprocess.run(["gnuplot"], input=script, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False)
    if done.returncode or "</svg>" not in done.stdout:
        raise Unusable(f"kernel: gnuplot drew nothing: {done.stderr.strip()}")
    drawn = done.stdout
    path.write_text(f"<!-- {LICENCE} -->\n{drawn[drawn.index('<svg'):]}", encoding="utf-8")
