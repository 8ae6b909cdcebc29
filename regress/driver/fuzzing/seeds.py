# SPDX-License-Identifier: GPL-2.0-only
"""The checked-in scenarios, in the encoding that a target reads."""
from __future__ import annotations

import shutil
import subprocess

from driver.places import CASES, CORPUS
from driver.terminal import Unusable


def seeds_of(rig, target):
    """A folder of seeds for a target, made anew."""
    folder = rig.state / "seeds" / target
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if target == "fuzz_text":
        for path in [*CORPUS.glob("*/*.scenario"), *CASES.glob("*.scenario")]:
            shutil.copy(path, folder)
    elif target != "fuzz_walk":
        done = subprocess.run([rig.tool, "convert", "--to-bytes", CORPUS, CASES, "-o", folder],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              errors="replace", check=False)
        if done.returncode:
            raise Unusable(f"the checked-in scenarios cannot be converted:\n{done.stderr[-2000:]}")
    return folder
