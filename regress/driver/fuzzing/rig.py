# SPDX-License-Identifier: GPL-2.0-only
"""Which binaries are fuzzed, and where they keep what they make."""
from __future__ import annotations

import dataclasses
import pathlib
import re

from driver.places import BUILDS, TOP

NOT_SCENARIOS = ("fuzz_text", "fuzz_walk")  # their inputs are no scenarios in bytes


def all_targets():
    """The names of the fuzz targets, in the order of the one list of them."""
    text = (TOP / "fuzz" / "targets.cmake").read_text(encoding="utf-8")
    return re.search(r"^set\(fuzz_targets (.*)\)$", text, re.MULTILINE).group(1).split()


@dataclasses.dataclass(frozen=True)
class Rig:
    """A build of the fuzz targets: of the models, or of a Linux tree."""

    built: pathlib.Path = BUILDS / "fuzz"
    state: pathlib.Path = BUILDS  # corpora, findings and logs
    again: str = "./rig"  # how a user runs it again

    @property
    def tool(self):
        return self.built / "regress" / "vmapdiff"

    @property
    def findings(self):
        return self.state / "findings"

    def target(self, name):
        return self.built / "fuzz" / name

    def corpus(self, name):
        return self.state / "corpus" / name

    @property
    def logs(self):
        return self.state / "logs"

    def log(self, name):
        return self.logs / f"{name}.log"
