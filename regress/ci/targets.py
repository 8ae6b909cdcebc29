# SPDX-License-Identifier: GPL-2.0-only
"""The fuzz targets, from the one list of them."""
import pathlib
import re

TOP = pathlib.Path(__file__).resolve().parents[2]


def fuzz_targets():
    """Their names, in the order of fuzz/targets.cmake."""
    text = (TOP / "fuzz/targets.cmake").read_text()
    return re.search(r"^set\(fuzz_targets (.*)\)$", text, re.MULTILINE).group(1).split()
