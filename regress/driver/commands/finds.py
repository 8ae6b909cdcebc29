# SPDX-License-Identifier: GPL-2.0-only
"""./rig finds: faults that were found in real code, and which trees have them."""
from __future__ import annotations

from driver import install, packages, scripts
from driver.command import Command

SCRIPT = "kernel/finds.py"


def run(options):
    if options.trees or options.record or options.check:
        install.ensure(packages.FUZZ, options.may_install)
    return scripts.run(SCRIPT, options.argv)


COMMAND = Command("finds", "list the faults found in real code, or play them on Linux trees",
                  "./rig finds ~/linux", scripts.options_of(SCRIPT), run)
