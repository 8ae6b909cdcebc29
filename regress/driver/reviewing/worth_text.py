# SPDX-License-Identifier: GPL-2.0-only
"""What calls cost, in words: lines of a page, and a table of all that differs."""
from __future__ import annotations

from driver.reviewing import geometry
from driver.reviewing.worth import BY_NAME, ratio

NAMED = 2  # reasons for which families were not counted, of which so many are named
HOW = "Arm instructions were not counted: --instructions counts them, on both kernels, booted."


def pages(count):
    return f"{count:,} page{'s' * (count != 1)}"


def call_words(one):
    """'vmap of 1,024 pages, order 0, 4K'"""
    new = " into new tables" if one["step"] == "first map" else ""
    granule = geometry.granule_of(one["machine"]).upper()
    return f"{one['call']}{new} of {pages(one['pages'])}, {one['array']}, {granule}"


def change(one, name):
    return f"{name} {one['base']:,} to {one['patched']:,}"


def line(one):
    """A line of what got worse or better: the family in which it did most, and how many there are."""
    others = f" (in {one['families']} of {one['of']} families)" if one["of"] > 1 else ""
    return f"{call_words(one)}: {change(one, one['measure'])}{others}"


def summary(told):
    """How many families were counted, and that they are equal if they are."""
    if not told["counted"]:
        return "No family of calls could be counted: it is not known what calls cost."
    counted = f"{told['counted']} families of calls"
    if told["instructions"]:
        counted += f", and instructions of {told['instructions']} calls on the booted kernels"
    if not told["families"]:
        return f"{counted}: each costs the same in both trees, by every measure."
    first = "what costs more in PATCHED comes first" if told["worse"] else "nothing costs more in PATCHED"
    return f"{counted}; {first}."


def not_counted(told):
    """A sentence for families that were not counted, or nothing."""
    reasons = [f"{count}: {why}" for why, count in told["not_counted"].items()]
    if not reasons:
        return ""
    more = f"; and for {len(reasons) - NAMED} more" if len(reasons) > NAMED else ""
    return f"not counted: {'; '.join(reasons[:NAMED])}{more}"


def listed(told, most):
    """
    [(what, [lines], how many more)]: what got worse has the room first; what got better has a line at least.
    """
    worse = told["worse"][:most]
    better = told["better"][:max(1, most - len(worse))]
    return [(name, [line(one) for one in shown], len(told[name]) - len(shown))
            for name, shown in (("worse", worse), ("better", better)) if shown]


# --- all that differs ------------------------------------------------------------------------------------


def by_measure(told):
    """{measure: [(family's entry, base, patched)]}, in the order of the measures."""
    found = {one["name"]: [] for one in told["measures"]}
    for one in told["families"]:
        for each in one["measures"]:
            found[each["name"]].append((one, each["base"], each["patched"]))
    return {name: rows for name, rows in found.items() if rows}


def direction(name, base, patched):
    return "worse" if ratio(BY_NAME[name], base, patched) > 1 else "better"


def title(told, name):
    """'barriers (DSB, DMB and ISB; fewer is better)'"""
    one = next(one for one in told["measures"] if one["name"] == name)
    return f"{name} ({one['unit']}; {one['better']} is better)"


def table(told):
    """Lines: of each measure, every call that differs."""
    for name, rows in by_measure(told).items():
        yield from ["", f"    {title(told, name)}"]
        for one, base, patched in rows:
            mark = " *" if direction(name, base, patched) == "worse" else ""
            yield f"    {call_words(one):<46} {base:>9,} {patched:>9,}{mark}"


def details(told):
    """Lines of the report's end."""
    yield from ["", "### What calls cost", "", *filter(None, [instructions_note(told)])]
    for why, count in told["not_counted"].items():
        yield f"- not counted: {count}: {why}"
    if told["families"]:
        yield "Of a call, BASE and PATCHED; what got worse has a *."
    yield from table(told)


def instructions_note(told):
    return "" if told["instructions"] else HOW
