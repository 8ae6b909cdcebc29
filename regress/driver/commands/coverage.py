# SPDX-License-Identifier: GPL-2.0-only
"""./rig coverage"""
from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys

from driver import install, packages, tool
from driver.build import build
from driver.command import Command, no_options
from driver.counters import data_of, failing, llvm_cov
from driver.places import BUILDS, CASES, CORPUS, TOP, short
from driver.terminal import Unusable, say

FOLDER = BUILDS / "coverage"
BINARY = FOLDER / "regress" / "vmapdiff"
DATA = FOLDER / "corpus.profdata"
COLUMNS = (4, 5, 7, 8)  # of llvm-cov report: lines, missed, branches, missed


def measure():
    """Plays corpus and cases in the build for coverage, whatever fails. Raises Unusable without data."""
    for old in FOLDER.glob("*.profraw"):
        old.unlink()
    environment = tool.environment(LLVM_PROFILE_FILE=f"{FOLDER}/%p.profraw")
    played = subprocess.run([BINARY, "replay", CORPUS, CASES], stdout=subprocess.PIPE, text=True,
                            errors="replace", check=False, env=environment)
    sys.stdout.write(played.stdout)
    failed = failing(played.stdout)
    if played.returncode not in (0, 1):  # it ended in the middle, and wrote no counters
        failed = play_each(environment)
    data_of(FOLDER.glob("*.profraw"), DATA, failed)


def play_each(environment):
    """Plays each scenario in a process of its own, and returns how many fail."""
    scenarios = sorted(path for folder in (CORPUS, CASES) for path in folder.rglob("*.scenario"))
    return sum(subprocess.run([BINARY, "replay", path], stdout=subprocess.DEVNULL, check=False,
                              stderr=subprocess.DEVNULL, env=environment).returncode != 0
               for path in scenarios)


def table(report, folder, width=34):
    """Lines and branches of each file, of what llvm-cov reports."""
    yield f"{'':{width}} {'lines':>6} {'missed':>7} {'branches':>9} {'missed':>7}"
    for line in report.splitlines():
        words = line.replace(f"{folder}/", "").split()
        if len(words) > COLUMNS[-1] and re.search(r"\.[ch]$|^TOTAL$", words[0]):
            cells = [words[i] for i in COLUMNS]
            yield f"{words[0]:{width}} {cells[0]:>6} {cells[1]:>7} {cells[2]:>9} {cells[3]:>7}"


def unreached(shown):
    """FILE:LINE of lines and branches that were never taken, of what llvm-cov shows."""
    file = ""
    for line in shown.splitlines():
        if re.match(r"/.*:$", line):
            file = os.path.relpath(line[:-1], TOP) + ":"
        elif number := re.match(r" +(\d+)\| +0\|", line):
            yield f"{file}{number.group(1)}"
        elif branch := re.search(r"Branch \((\d+):\d+\): (\[.*(?:True: 0,|False: 0\]).*)", line):
            yield f"{file}{branch.group(1)} {branch.group(2)}"


def sources():
    return [*sorted((TOP / "mapper/batched").glob("*.[ch]")), *sorted((TOP / "mapper/pgtable").glob("*.c"))]


def run(options):
    install.ensure(packages.COVERAGE, options.may_install)
    build("coverage", "vmapdiff")
    measure()
    report = llvm_cov("report", BINARY, f"-instr-profile={DATA}", "-show-region-summary=false",
                      *sources())
    print("\n".join(table(report, TOP)))
    print("\nlines and branches that no scenario reaches:")
    for place in unreached(llvm_cov("show", BINARY, f"-instr-profile={DATA}", "-show-branches=count",
                                    "-show-instantiations=false", *sources())):
        print(f"  {place}")
    say("next: ./rig corpus cover, which shows it line by line in a browser")
    return 0


def write_html(folder):
    shutil.rmtree(folder, ignore_errors=True)
    llvm_cov("show", BINARY, f"-instr-profile={DATA}", "-format=html", f"-output-dir={folder}",
             "-show-branches=count", "-show-instantiations=false", TOP / "mapper/batched",
             TOP / "mapper/pgtable")
    if not (folder / "index.html").exists():
        raise Unusable(f"llvm-cov wrote no {short(folder)}/index.html")
    say(f"for a browser: {short(folder)}/index.html")


COMMAND = Command("coverage", "list the lines of the models that no case and no seed reaches",
                  "./rig coverage", no_options, run)
