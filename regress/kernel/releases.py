#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
What explains the differences between Linux 6.12 and 7.3 that a review lists: sorts them by changes of the kernel
that were read in both trees, and names those that none explains.

Usage: releases.py REPORT     REPORT: `--json` of a review of the two. exit: 0 all explained, 1 not, 2 unusable
"""
import dataclasses
import json
import re
import sys
from pathlib import Path
from typing import Callable

PTE_AF = 1 << 10
WORD = re.compile(r"^entry \d+ of table \d+: (0x[0-9a-f]+)(?: becomes (0x[0-9a-f]+))?")


def stored(event):
    """The word that an event in words stores; 0 where it is no store."""
    found = WORD.match(event)
    return int(found.group(2) or found.group(1), 16) if found else 0


def events(one):
    """The first event that differs, of both; empty where none does."""
    first = one.get("first_event", {"base": "", "patched": ""})
    return first["base"], first["patched"]


def is_set_memory(one):
    return one["call"] == "set_memory"


def changes_aliases(one):
    """set_memory_ro() and _rw() store to the linear map first, page by page."""
    return is_set_memory(one) and bool(re.match(r"set_memory_r[ow]\(\)", one["sentence"]))


@dataclasses.dataclass(frozen=True)
class Cause:
    what: str  # that the kernel changed
    where: str  # in 7.3
    explains: Callable


# The first that explains a difference counts.
CAUSES = (
    Cause("a known bug of one tree alone: the call is not made there", "the table of known bugs",
          lambda one: one["aspect"] == "made"),
    Cause("vunmap() warns where it takes a part of a block or of a contiguous group",
          "vunmap_pmd_range(), vunmap_pte_range()",
          lambda one: one["aspect"] == "warnings" and "WARN()" in events(one)[1] and "vunmap_p" in events(one)[1]),
    Cause("contiguous groups of pages for ioremap() and vmalloc()", "arch_vmap_pte_range_map_size()",
          lambda one: one["call"] in ("ioremap", "vmalloc") and one["aspect"] == "leaves"),
    Cause("set_memory_ro() and _rw() change the linear aliases of their range, not of the whole area",
          "change_memory_common()",
          lambda one: changes_aliases(one) and one["aspect"] in ("mapping", "stores", "aliases")),
    Cause("TLBIs by range for kernel addresses, and another bound above which all is invalidated",
          "flush_tlb_kernel_range()",
          lambda one: one["aspect"] == "tlbi" and "TLBI" in events(one)[0] + events(one)[1]),
    Cause("set_memory walks page tables itself: barriers once a walk, no levels told, invalid entries marked, no TLBI "
          "where pages become valid again", "update_range_prot()",
          lambda one: is_set_memory(one) and one["aspect"] in ("tlbi", "barriers", "modified", "stores", "reads")),
    Cause("lazy MMU sections: one barrier for the entries of a table", "vmap_pages_pte_range(), vmap_pte_range()",
          lambda one: one["aspect"] == "barriers"),
    Cause("table descriptors have the Access flag", "pud_populate(), pmd_populate_kernel()",
          lambda one: one["aspect"] == "order" and stored(events(one)[0]) ^ stored(events(one)[1]) == PTE_AF),
    Cause("vunmap() reads each entry to see whether it is of a group; others read fewer times",
          "arch_vmap_pte_range_unmap_size()",
          lambda one: one["aspect"] == "reads" and not any(events(one))),
)


def sort_out(differences):
    """({cause: [difference]}, [difference that none explains]), of those that do not follow from another."""
    found, left = {cause: [] for cause in CAUSES}, []
    for one in differences:
        if not one["follows"]:
            cause = next((cause for cause in CAUSES if cause.explains(one)), None)
            (found[cause] if cause else left).append(one)
    return found, left


def main():
    if len(sys.argv) != 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        told = json.loads(Path(sys.argv[1]).read_text())
        found, left = sort_out(told["differences"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"releases.py: {sys.argv[1]} is not a report of a review: {error!r}", file=sys.stderr)
        return 2
    print("| kinds | scenarios | what changed | where in PATCHED |\n|---|---|---|---|")
    for cause, ones in found.items():
        print(f"| {len(ones)} | {sum(one['scenarios'] for one in ones):,} | {cause.what} | `{cause.where}` |")
    for one in left:
        print(f"not explained: {one['call']}, {one['aspect']}: {one['sentence']}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
