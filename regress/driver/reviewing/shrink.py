# SPDX-License-Identifier: GPL-2.0-only
"""
Smaller scenarios that show the same. What must stay is a predicate of the text, so that it can be about
two trees; `vmapdiff minimize` knows the verdict of one.
"""
from __future__ import annotations

from driver.booting.scenario import WITH_ARRAY
from driver.reviewing import text

FORMS = {"fail": ("alloc", "trylock"), "machine": ("bbm", "tlbirange", "rodata", "realm")}
PLAIN = ("flags", "prot")  # options of a call that have a default


def without_lines(lines):
    """One line of an op less; the faults of an op go with it."""
    for i in reversed(range(len(lines))):
        if lines[i].word in ("vmapdiff", "machine", "policy"):
            continue
        first = i - 1 if i and lines[i - 1].word == "fail" and lines[i].word != "fail" else i
        yield lines[:first] + lines[i + 1:]


def replaced(lines, i, line):
    return lines[:i] + [line] + lines[i + 1:]


def without_options(lines):
    for i, line in enumerate(lines):
        for name, _ in line.options:
            if name in FORMS.get(line.word, ()) or (name in PLAIN and line.word not in text.HEAD):
                yield replaced(lines, i, line.without(name))


def smaller_runs(runs):
    """Fewer runs, then shorter ones."""
    for i in range(len(runs)):
        if len(runs) > 1:
            yield runs[:i] + runs[i + 1:]
    for i, (first, count) in enumerate(runs):
        for less in dict.fromkeys([1, count // 2, count - 1]):
            if 0 < less < count:
                yield runs[:i] + [(first, less)] + runs[i + 1:]


def smaller_numbers(number, unit):
    """Multiples of a unit below a number."""
    units = number // unit
    for less in dict.fromkeys([1, units // 2, units - 1]):
        if 0 < less < units:
            yield less * unit


def smaller_ranges(lines, page):
    for i, line in enumerate(lines):
        pages, size = line.get("pages"), line.get("size")
        if pages and line.word in WITH_ARRAY:
            for runs in smaller_runs(text.runs_of(pages)):
                yield replaced(lines, i, line.with_option("pages", text.pages_text(runs)))
        elif pages:
            for less in smaller_numbers(int(pages, 0), 1):
                yield replaced(lines, i, line.with_option("pages", str(less)))
        if size:
            for less in smaller_numbers(int(size, 0), page):
                yield replaced(lines, i, line.with_option("size", hex(less)))


def candidates(lines, page):
    """Scenarios that are easier to read, the largest steps first."""
    yield from without_lines(lines)
    yield from without_options(lines)
    yield from smaller_ranges(lines, page)


def shrink(lines, page, shows, trials):
    """The smallest [Line] that `shows` is true of; after so many trials the smallest so far. `page`: bytes."""
    going_on = True
    while going_on:
        going_on = False
        for candidate in candidates(lines, page):
            if trials <= 0:
                return lines
            trials -= 1
            if shows(candidate):
                lines, going_on = candidate, True
                break
    return lines
