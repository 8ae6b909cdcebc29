# SPDX-License-Identifier: GPL-2.0-only
"""The configuration of a kernel that is booted: what tinyconfig says, and the options of ours."""
from __future__ import annotations

import re

from driver.booting.shadow import DRIVER
from driver.terminal import Unusable

OPTIONS = DRIVER / "options"
GRANULES = ("4k", "16k", "64k")
VA_BITS = 48
NOT_OF_ALL = "?"  # before an option that not every kernel has


def of_granule(granule):
    return [f"CONFIG_ARM64_{granule.upper()}_PAGES=y", f"CONFIG_ARM64_VA_BITS_{VA_BITS}=y"]


def wanted(granule, text=None):
    """[(option with its value, whether every kernel must take it)]"""
    text = OPTIONS.read_text() if text is None else text
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.lstrip(NOT_OF_ALL), not line.startswith(NOT_OF_ALL)) for line in [*lines, *of_granule(granule)]]


def fragment(granule):
    """What is added to tinyconfig's file."""
    return "".join(f"{option}\n" for option, _ in wanted(granule))


def not_taken(granule, config, text=None):
    """Options that a configuration must have and has not, each with what it has instead."""
    has = dict(re.findall(r"^(CONFIG_\w+)=(.*)$", config, re.MULTILINE))
    missing = []
    for option, of_all in wanted(granule, text):
        name, value = option.split("=", 1)
        if of_all and has.get(name, "n") != value:
            missing.append(f"{option} (it has {has.get(name, 'n')})")
    return missing


def check(granule, config, path):
    """Raises Unusable with the options that a tree's Kconfig did not take."""
    missing = not_taken(granule, config)
    if missing:
        raise Unusable(f"kernel: this tree's Kconfig does not take what the rig needs: {', '.join(missing)}\n"
                       f"the configuration is {path}; an option that was renamed: add its new name to "
                       f"mapper/kernel/boot/options, both with a {NOT_OF_ALL} before them")
