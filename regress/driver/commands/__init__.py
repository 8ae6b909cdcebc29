# SPDX-License-Identifier: GPL-2.0-only
"""The commands, in the order in which help lists them."""
from driver.commands import (about, bench, checks, corpus, coverage, finds, fuzz, kernel,
                             mutants, test)
from driver.commands.forwarded import COMMANDS as TOOL

GROUPS = [
    ("Fuzz and test", [fuzz.COMMAND, test.COMMAND, kernel.COMMAND, finds.COMMAND]),
    ("Work on a scenario", [TOOL[name] for name in ("replay", "show", "minimize", "triage", "export",
                                                    "convert", "capture", "rules", "waivers",
                                                    "grammar")]),
    ("Test the rig", [mutants.COMMAND, TOOL["exhaustive"], TOOL["soak"], coverage.COMMAND,
                      corpus.COMMAND, checks.ENGINES, checks.BUILDER, checks.EMULATORS]),
    ("Measure and release", [bench.COMMAND, bench.COUNTS, checks.RELEASE_CHECK, about.PACKAGES,
                             about.VERSION]),
]
ALL = [command for _, members in GROUPS for command in members]
OLD_NAMES = {"referees": "emulators"}  # names that commands had
