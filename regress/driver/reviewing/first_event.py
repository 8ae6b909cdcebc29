# SPDX-License-Identifier: GPL-2.0-only
"""
The first event that two trees do not have in common in a call, and where in each tree it comes from: what a
count or a digest says too little of.
"""
from __future__ import annotations

import itertools
import json
import subprocess

from driver import tool

NOTHING = "the call has ended"
SHOW_SECONDS = 20
NAMES = {"alloc_table": "a table page is taken", "free_table": "a table page is freed",
         "unlock": "the lock is released", "warn": "WARN()", "bug": "BUG()", "unmap_aliases": "vm_unmap_aliases()",
         "free_pages": "pages are given back",
         "take_lock": "a lock of tables is taken", "release_lock": "a lock of tables is released",
         "free_memory": "memory is given back", "alloc_memory": "memory is refused",
         "read_entry": "an entry is read", "left_lazy": "a lazy MMU section is left open"}
# Of an event, what names tables of this run, and where it comes from.
NOT_COMPARED = ("place", "step", "pa", "table", "record")


def store_words(event):
    old, new = event["old"][0], event["new"][0]
    words = f"{old} becomes {new}" if int(old, 16) else new
    return f"entry {event['index']} of table {event['table']}: {words}"


def tlbi_words(event):
    if event["all"]:
        return "TLBI of everything" + (", local" if event["local"] else "")
    how = "by range" if "range_instructions" in event else "by address"
    hint = f", level {event['level_hint']}" if "level_hint" in event else ""
    last = ", last level" if event.get("last_level_only") else ""
    return f"TLBI {how}{hint}{last} of {int(event['bytes'], 16):#x} bytes at {event['va']}"


def words_of(event):
    """An event in words, without its place."""
    kind = event["event"]
    if kind == "store":
        return store_words(event)
    if kind == "barrier":
        return event["barrier"]
    if kind == "tlbi":
        return tlbi_words(event)
    if kind == "flush_cache":
        return f"{event['function']}() of {int(event['bytes'], 16):#x} bytes at {event['va']}"
    if kind == "lock":
        return "the lock is taken" if event["acquired"] else "the lock is not had"
    if kind == "trap":
        return f"a bad access: {event['trap']}"
    if kind == "alloc_table" and event["failed"]:
        return "a table page is refused"
    return NAMES[kind]


def place_words(event):
    """' at mm/vmalloc.c:565, vmap_pages_pte_range()', or nothing."""
    place = event.get("place")
    return f", at {place['file']}:{place['line']}, {place['function']}()" if place else ""


def told(event):
    return words_of(event) + place_words(event) if event else NOTHING


def same(one, other):
    """Whether two events are the same, wherever they come from and whatever the number of the table is."""
    return one is not None and other is not None and (
        {name: value for name, value in one.items() if name not in NOT_COMPARED} ==
        {name: value for name, value in other.items() if name not in NOT_COMPARED})


def split(events):
    """Stores of many words, one by one: how a record joins neighbours says nothing of the tree."""
    for event in events:
        if event["event"] != "store":
            yield event
            continue
        for i, (old, new) in enumerate(zip(event["old"], event["new"])):
            yield {**event, "index": event["index"] + i, "old": [old], "new": [new]}


def of_step(lines, op, kind):
    """[event] of the step of an op, of the records of `show --events`; not of a step that was made meanwhile."""
    found, step = [], None
    for line in lines:
        record = json.loads(line)
        if record["record"] == "begin" and (record["op"], record["kind"]) == (op, kind):
            step = record["step"]
        elif record["record"] == "event" and record["step"] == step:
            found.append(record)
    return found


def recorded(binary, path, to):
    """The lines of `show --events` of a scenario; nothing where it does not play."""
    to.unlink(missing_ok=True)
    try:
        subprocess.run([str(binary), "show", str(path), "--events", str(to)], stdin=subprocess.DEVNULL,
                       capture_output=True, check=False, timeout=SHOW_SECONDS, env=tool.without_leaks())
        return to.read_text(encoding="utf-8", errors="replace").splitlines()
    except (OSError, subprocess.TimeoutExpired):
        return []


def first(base, patched):
    """(number from 1, event of BASE or None, event of PATCHED or None) at which two lists part; None if nowhere."""
    pairs = itertools.zip_longest(split(base), split(patched))
    return next(((number, *pair) for number, pair in enumerate(pairs, 1) if not same(*pair)), None)


def of_difference(tools, path, found, to):
    """
    The first event that differs of a Difference, as {number, base, patched} in words; None where the events
    are the same. `tools`: of BASE and PATCHED; `to`: a file to write to.
    """
    both = [of_step(recorded(binary, path, to), found.op, found.kind) for binary in tools]
    to.unlink(missing_ok=True)
    parted = first(*both)
    return parted and {"number": parted[0], "base": told(parted[1]), "patched": told(parted[2])}
