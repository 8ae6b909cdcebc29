# SPDX-License-Identifier: GPL-2.0-only
"""What a review plays in how many minutes."""
from __future__ import annotations

import os

from driver import kernel
from driver.reviewing import fuzz_both, scenarios

MINUTES = 10
SHORT, LONG = 3, 30  # the two that KERNEL.md tells: for each push, and for a series that is to be taken
# Below so many minutes each page size is built, and LPA2, in place of all geometries.
ALL_GEOMETRIES_FROM = 10
FEW_GEOMETRIES = "kernel_4k_va48_pa48,kernel_4k_va52_pa52,kernel_16k_va48_pa48,kernel_64k_va48_pa48"
FUZZ_SHARE = 0.6  # of the time that is left after what is checked in and generated
LEAST_FUZZ_SECONDS = 10
LEAST_EXAMPLE_SECONDS = 20


def geometries(minutes):
    """The list of geometries that are built, or nothing for all."""
    return FEW_GEOMETRIES if minutes < ALL_GEOMETRIES_FROM else ""


def choose_geometries(minutes):
    """Sets the environment of the builds, unless the user has."""
    if not os.environ.get(kernel.GEOMETRIES) and geometries(minutes):
        os.environ[kernel.GEOMETRIES] = geometries(minutes)


def fuzz_seconds(left):
    """How long to fuzz where so many seconds are left."""
    seconds = int(left * FUZZ_SHARE)
    return seconds if seconds >= LEAST_FUZZ_SECONDS else 0


def targets_to_build(minutes):
    """Fuzz targets: what checked-in and generated scenarios leave is about half of the time."""
    return fuzz_both.targets_for(int(minutes * 60 * FUZZ_SHARE / 2))


# --- the table of KERNEL.md ------------------------------------------------------------------------


def words_of(geometry):
    """'4K pages, 48 bits' of kernel_4k_va48_pa48."""
    _, granule, va, _ = geometry.split("_")
    return f"{granule.upper()} with {va[2:]} bits"


def words_of_targets(targets):
    """All of them, or which."""
    every = len(targets) == len(fuzz_both.TARGETS)
    return f"all {len(targets)} of a review" if every else " ".join(f"`{target}`" for target in targets)


def column(minutes):
    """What is told of a budget, line by line."""
    few, targets, seconds = geometries(minutes), targets_to_build(minutes), fuzz_seconds(minutes * 60)
    return {"": f"`--minutes {minutes}`",
            "geometries": ", ".join(map(words_of, few.split(","))) if few else "all that Linux builds",
            "checked-in scenarios": f"all but `{scenarios.LARGE}*`",
            "generated scenarios, adapted to each tree": f"{scenarios.generated_for(minutes):,}",
            "fuzzed, at most": f"{seconds} s, {seconds // len(targets)} s a target",
            "fuzz targets": words_of_targets(targets),
            "minimizing examples, at least": f"{LEAST_EXAMPLE_SECONDS} s"}


def table():
    """The table of both budgets, as Markdown."""
    short, long = column(SHORT), column(LONG)
    rows = [f"| {name} | {short[name]} | {long[name]} |".replace("|  |", "| |") for name in short]
    return "\n".join([rows[0], "|---|---|---|", *rows[1:]]) + "\n"
