# SPDX-License-Identifier: GPL-2.0-only
"""The release that a tree's Makefile names: to be told, never to decide whether a tree is tested."""
from __future__ import annotations

import re
from pathlib import Path

OLDEST = (6, 1)


def numbers(tree):
    """{VERSION: "7", ...} as the Makefile has them; nothing without a Makefile of Linux."""
    try:
        text = (Path(tree) / "Makefile").read_text(errors="replace")
    except OSError:
        return {}
    return dict(re.findall(r"^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION) *= *(\S*)$", text, re.MULTILINE))


def release(tree):
    """Such as "Linux 7.3.4", or "the tree" if it does not say."""
    found = numbers(tree)
    if not found.get("VERSION", "").isdecimal():
        return "the tree"
    parts = [found[key] for key in ("VERSION", "PATCHLEVEL", "SUBLEVEL") if found.get(key)]
    return f"Linux {'.'.join(parts)}{found.get('EXTRAVERSION', '')}"


def too_old(tree):
    """The sentence for a tree that cannot be used and is older than those that can; or nothing."""
    found = numbers(tree)
    major, minor = (found.get(key, "") for key in ("VERSION", "PATCHLEVEL"))
    if major.isdecimal() and minor.isdecimal() and (int(major), int(minor)) < OLDEST:
        return f"{release(tree)} is too old: the rig tests Linux {OLDEST[0]}.{OLDEST[1]} and newer"
    return ""
