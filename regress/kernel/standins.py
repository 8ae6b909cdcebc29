# SPDX-License-Identifier: GPL-2.0-only
"""Copies of trees that stand in for kernels that cannot be had, each by an edit in the rig's own words.

A name says what is added to the tree; README.md of regress/finds says what each stands in for.
"""
import copies

PAGEATTR = "arch/arm64/mm/pageattr.c"
MMU = "arch/arm64/mm/mmu.c"


def series_past_block(tree):
    copies.add_series(tree, batch_bound=False)


def series_scan_limit(tree):
    copies.add_series(tree, scan_limit=False)


def valid_blocks_only(tree):
    """A block counts as one only while it is valid, as before Linux 15bfba1ad77f."""
    for level in ("pud", "pmd"):
        copies.substitute(tree, PAGEATTR, f"pageattr_{level}_entry", rf"{level}_leaf\(val\)",
                          f"{level}_leaf(val) && pte_valid({level}_pte(val))")


def warns_of_empty(tree):
    """Each entry of a table that a block replaces is taken for a table, also one that is empty."""
    copies.substitute(tree, MMU, "pud_free_pmd_page", r"if \(pmd_present\([^;]*?\)\)(\s)", r"\1")


EDITS = {
    "series-past-block": series_past_block,
    "series-scan-limit": series_scan_limit,
    "valid-blocks-only": valid_blocks_only,
    "warns-of-empty": warns_of_empty,
}
