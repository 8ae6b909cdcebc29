# SPDX-License-Identifier: GPL-2.0-only
"""
Whether what a tool of a tree answers can be an answer. The tree's code is a part of the tool: a bug of it,
or a stranger's intent, may end it, have it say anything, and leave anything where it may write.
"""
from __future__ import annotations

import json
import re
import stat

from driver.reviewing import difference
from driver.terminal import Unusable, printable

VERSION = 1  # of the answers
LONGEST_LINE = 64 << 20
LONGEST_TEXT = 4096
LARGEST_SCENARIO = 4 << 20
MACHINE = re.compile(r"(4k|16k|64k) va=\d+ pa=\d+( lpa2)?")
KINDS = ("setup", "purge", "call", "cleanup")
TEXTS = ("signature", "machine", "call", "skipped", "order", "tables")
NUMBERS = ("op", "error", "page_shift")


class NotTrusted(Unusable):
    """What a tool says cannot be so: there is no verdict."""

    def __init__(self, who, why):
        super().__init__(f"review: NOT TO BE TRUSTED: {who}: {printable(str(why))[:LONGEST_TEXT]}. There is no "
                         "verdict: the tree's code is a part of what answers; read the patch first")


def is_number(value):
    return isinstance(value, int) and not isinstance(value, bool)


def is_text(value):
    return isinstance(value, str) and len(value) <= LONGEST_TEXT and printable(value) == value


def wrong_members(one):
    """What is not of its type in an answer or a step."""
    for name in TEXTS:
        if name in one and not is_text(one[name]):
            yield f"its {name} is not a line of text"
    for name in NUMBERS:
        if name in one and not is_number(one[name]):
            yield f"its {name} is not a number"


def is_leaf(value):
    return (isinstance(value, list) and [type(one) for one in value] == [int, bool, int] and 0 <= value[0] <= 3
            and value[2] > 0)


def wrong_counts(counts):
    if not isinstance(counts, dict) or not all(is_number(number) and number >= 0 for number in counts.values()):
        yield "its counts are not numbers"
        return
    for name in counts:
        if not is_text(name) or difference.aspect_of(name) not in difference.ASPECTS:
            yield f"it counts '{name}', which nothing does"


def wrong_step(step):
    """What cannot be in a step."""
    if not isinstance(step, dict) or step.get("kind") not in KINDS or not is_number(step.get("op")):
        yield "a step is not one"
        return
    yield from wrong_members(step)
    if not isinstance(step.get("warning", ""), str):
        yield "its warning is not text"
    else:  # a text of the tree's, which may have anything in it
        step.update({name: printable(step[name])[:LONGEST_TEXT] for name in ("warning",) if name in step})
    yield from wrong_counts(step.get("counts", {}))
    pages = step.get("pages", {})
    if not isinstance(pages, dict) or not all(is_number(number) and number >= 0 for number in pages.values()):
        yield "its pages are not numbers"
    for name, fits in (("leaves", is_leaf), ("modified", is_number)):
        if not isinstance(step.get(name, []), list) or not all(map(fits, step.get(name, []))):
            yield f"its {name} are not what they can be"


def wrong_answer(found, path):
    """What cannot be in an answer to the scenario in a file."""
    if not isinstance(found, dict) or found.get("version") != VERSION or not isinstance(found.get("played"), bool):
        yield f"it is not an answer of version {VERSION}"
        return
    asked = str(path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if found.get("file") != asked:
        yield f"it is about {found.get('file')!r}, and the next one is about {asked}"
    yield from wrong_members(found)
    if "machine" in found and is_text(found["machine"]) and not MACHINE.fullmatch(found["machine"]):
        yield "its machine is not one"
    if found["played"] and not found.get("ended") and ("machine" not in found or "signature" not in found):
        yield "it has no machine or no verdict"
    if not isinstance(found.get("steps", []), list) or (found["played"] and "steps" not in found):
        yield "it has no steps"
        return
    for step in found.get("steps", []):
        yield from wrong_step(step)


def answer(line, path, who):
    """What a line answers about the scenario in a file. Raises NotTrusted."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as why:
        raise NotTrusted(who, f"answers with what is not JSON ({why}) about {path}") from why
    for why in wrong_answer(found, path):
        raise NotTrusted(who, f"an answer about {path}: {why}")
    return found


def scenarios(paths, who):
    """Files that a tool was to write. Raises NotTrusted where one is missing, a link, or no scenario by its size."""
    for path in paths:
        try:
            there = path.lstat()
        except OSError as why:
            raise NotTrusted(who, f"did not write {path}: {why.strerror}") from why
        if not stat.S_ISREG(there.st_mode) or there.st_size > LARGEST_SCENARIO:
            raise NotTrusted(who, f"wrote {path}, which is not a scenario")
    return paths
