# SPDX-License-Identifier: GPL-2.0-only
"""./rig coverage"""
from __future__ import annotations

import os
import re
import shutil
import subprocess

from driver import install, machine, packages, tool
from driver.build import build
from driver.command import Command, no_options
from driver.places import BUILDS, CASES, CORPUS, TOP, short
from driver.terminal import Unusable, say

FOLDER = BUILDS / "coverage"
BINARY = FOLDER / "regress" / "vmapdiff"
DATA = FOLDER / "corpus.profdata"
COLUMNS = (4, 5, 7, 8)  # of llvm-cov report: lines, missed, branches, missed


def measure():
    """Plays corpus and cases in the build for coverage. Returns the exit code of replay."""
    raw = FOLDER / "corpus.profraw"
    code = subprocess.run([BINARY, "replay", CORPUS, CASES], check=False,
                          env=tool.environment(LLVM_PROFILE_FILE=str(raw))).returncode
    merge([raw], DATA)
    return code


def merge(raw, into):
    subprocess.run([machine.llvm_tool("llvm-profdata"), "merge", "-o", into, *raw], check=True)


def llvm_cov(command, *arguments):
    return subprocess.run([machine.llvm_tool("llvm-cov"), command, *map(str, arguments)],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          check=True).stdout


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
    code = measure()
    report = llvm_cov("report", BINARY, f"-instr-profile={DATA}", "-show-region-summary=false",
                      *sources())
    print("\n".join(table(report, TOP)))
    print("\nlines and branches that no scenario reaches:")
    for place in unreached(llvm_cov("show", BINARY, f"-instr-profile={DATA}", "-show-branches=count",
                                    "-show-instantiations=false", *sources())):
        print(f"  {place}")
    say("next: ./rig corpus cover, which shows it line by line in a browser")
    return code


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
