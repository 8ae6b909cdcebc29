# SPDX-License-Identifier: GPL-2.0-only
"""A difference in one sentence: the call, what BASE does, what PATCHED does, and counts of events."""
from __future__ import annotations

import errno

from driver.booting.scenario import WITH_ARRAY
from driver.reviewing import geometry, text
from driver.reviewing.difference import aspect_of

FUNCTIONS = {"vmap": "vmap()", "vmalloc": "vmalloc()", "ioremap": "ioremap()", "vm_map_ram": "vm_map_ram()",
             "vunmap": "vunmap()", "vm_unmap_ram": "vm_unmap_ram()", "vfree": "vfree()", "vrealloc": "vrealloc()",
             "vmap_pfn": "vmap_pfn()", "apply_to_page_range": "apply_to_page_range()",
             "apply_to_existing_page_range": "apply_to_existing_page_range()",
             "trans_pgd": "trans_pgd_create_copy()", "vmemmap_populate": "vmemmap_populate()",
             "vmemmap_free": "vmemmap_free()"}
MOST_COUNTS = 6  # counts of events that a sentence has


def alignment(value, granule):
    """The pages of which a number of pages is a multiple, as far as leaves care; 0 is a multiple of all."""
    level = geometry.LAST_LEVEL
    sizes = [geometry.leaf_pages(granule, level - 1), geometry.group_pages(granule, level)]
    return next((size for size in sizes if value % size == 0), 1)


def array_words(pages, granule):
    """'16 contiguous pages', '32 pages in 2 runs'."""
    runs = text.runs_of(pages)
    count = sum(number for _, number in runs)
    words = geometry.counted(count, "page")
    bad = [first for first, _ in runs if first in text.NOT_PAGES]
    if bad:
        return f"{words}, one of them {bad[0]}" if len(bad) == 1 else f"{words}, some of them {'/'.join(sorted(set(bad)))}"
    if count == 1:
        return words
    if len(runs) == 1:
        aligned = alignment(runs[0][0], granule)
        return f"{count} {'aligned ' if aligned > 1 else ''}contiguous pages"
    return f"{words} in {len(runs)} contiguous runs" if len(runs) < count else f"{words} that lie apart"


def physical_words(line, granule):
    pages = int(line.get("size", "0"), 0) // geometry.PAGE[granule]
    first = int(line.get("pa", "0"), 0) // geometry.PAGE[granule]
    return f"{geometry.counted(pages, 'page')}{' of aligned memory' if alignment(first, granule) > 1 else ''}"


def range_words(line, granule):
    """What a call is about."""
    if line.word in WITH_ARRAY:
        return array_words(line.get("pages"), granule)
    if line.get("pages"):
        return geometry.counted(int(line.get("pages"), 0), "page")
    if line.get("pa"):
        return physical_words(line, granule)
    if line.get("size"):
        return geometry.counted(int(line.get("size"), 0) // geometry.PAGE[granule], "page")
    return "nothing"


def place_words(line, granule):
    """Whether the address is aligned, where that may matter."""
    va = int(line.get("va", "0"), 0) // geometry.PAGE[granule]
    aligned = alignment(va, granule)
    return "" if aligned > 1 else " at an unaligned address"


def fault_words(faults):
    if not faults:
        return ""
    words = [f"{'table page' if name == 'alloc' else 'lock'} {value} not had" for name, value in faults.options]
    return f", with {' and '.join(words)}"


def function_of(line):
    if line.word == "set_memory":
        return f"set_memory_{line.get('op')}()"
    if line.word == "set_direct_map":
        return f"set_direct_map_{line.get('op')}_noflush()"
    return FUNCTIONS.get(line.word, line.word)


def call_words(scenario, difference):
    """The call of a difference, as its scenario has it."""
    granule = geometry.granule_of(difference.machine)
    line, faults = text.ops_of(scenario)[difference.op]
    if difference.kind == "purge":
        return "the purge of what was unmapped lazily"
    words = f"{function_of(line)} of {range_words(line, granule)}{place_words(line, granule)}{fault_words(faults)}"
    if granule != "4k":
        words += f", with {granule.upper()} pages"
    if difference.kind == "cleanup":
        return f"the unmap after a failed {words}"
    return words


def error_name(number):
    if not number:
        return "0"
    return f"-{errno.errorcode.get(-number, -number)}"


def pair(name, values):
    """What an aspect is in both, in words; without its name."""
    base, patched = values
    if name == "errno":
        return f"{error_name(base)} in BASE, {error_name(patched)} in PATCHED"
    return f"{base if base is not None else 'none'} in BASE, {patched if patched is not None else 'none'} in PATCHED"


def levels(values):
    return [" ".join(map(str, one)) if one else "none" for one in values]


def lead_words(difference):
    """The first aspect, in full."""
    name, values = next(iter(difference.aspects.items()))
    granule = geometry.granule_of(difference.machine)
    if name == "leaves":
        return f"{geometry.leaves(granule, values[0])} in BASE, {geometry.leaves(granule, values[1])} in PATCHED"
    if name == "mapping":
        return "other page frames or attributes in PATCHED, in leaves of the same sizes"
    if name == "order":
        return "the same events, in another order or with other words or addresses"
    if name == "modified":
        return "levels of tables told as modified: " + pair("", levels(values))
    if name == "errno":
        return pair(name, values)
    if name == "block size":
        return "log2 of the block size: " + pair("", values)
    if name == "made":
        return pair("", values)
    if name == "warning text":
        return f"the text of a warning: {pair('', values)}"
    return f"{count_name(name)}: {pair('', values)}"


NAMES = {"reads/descriptors": "descriptors read", "tables/taken": "tables taken", "tables/freed": "tables freed",
         "tables/refused": "tables refused", "invalidated/pages": "pages invalidated",
         "flushes/pages": "pages flushed from caches", "warnings/WARN": "WARN()", "warnings/BUG": "BUG()",
         "traps/bad access": "bad accesses", "lazy/sections left open": "lazy MMU sections left open",
         "freed/pages given back": "times that pages are given back",
         "freed/memory given back": "times that memory is given back"}


def count_name(name):
    """An event as a sentence has it."""
    aspect, _, what = name.partition("/")
    if name in NAMES:
        return NAMES[name]
    return {"barriers": what, "tlbi": f"TLBI {what}", "stores": f"stores {what}", "locks": f"locks {what}",
            "flushes": what, "aliases": what}.get(aspect, name)


def more_counts(difference):
    """Counts besides the first: those of the other aspects; barriers also where they are equal."""
    found = []
    for name, values in list(difference.aspects.items())[1:]:
        if "/" in name:
            found.append(f"{count_name(name)} {values[0]} and {values[1]}")
        elif name == "errno":
            found.append(f"error {error_name(values[0])} and {error_name(values[1])}")
        elif name == "modified":
            base, patched = levels(values)
            found.append(f"modified levels {base} and {patched}")
    counts = [step.get("counts", {}) for step in difference.steps]
    if not any(aspect_of(name) == "barriers" for name in difference.aspects):
        barriers = [sum(n for name, n in one.items() if aspect_of(name) == "barriers") for one in counts]
        if any(barriers):
            found.append(f"barriers {barriers[0]} and {barriers[1]}")
    return found


def sentence(scenario, difference):
    """`scenario`: the lines of the text. The sentence has no line breaks."""
    counts = [] if difference.lead == "made" else more_counts(difference)
    left_out = len(counts) - MOST_COUNTS
    if left_out > 0:
        counts = [*counts[:MOST_COUNTS], f"{left_out} more counts differ"]
    return "; ".join([f"{call_words(scenario, difference)}: {lead_words(difference)}", *counts])
