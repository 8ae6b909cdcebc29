#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""vmapdiff on a machine that has nothing: a minimal tree of a Debian release, made by debootstrap
from where this machine's apt gets its packages, with the project copied in.

Runs `./rig fuzz` there, which installs what it needs, then the unit and rule tests, then builds with
the release's gcc. Needs root. The tree before packages, and packages, are kept in .build/bare for the
next run.

exit: 0 all passed, 1 something failed, 2 unusable arguments, 77 it cannot be run here
"""
import argparse
import contextlib
import fcntl
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import mirror
import tree
from skip import Skip

TOP = Path(__file__).resolve().parents[2]
PLACE = TOP / ".build/bare"
SKIP = 77
SUITES = {"bookworm": "Debian 12", "trixie": "Debian 13"}
TAIL = 40  # lines of the log that a failure prints
ENOUGH, ENOUGH_FOR_ALL = 4 << 30, 20 << 30  # bytes

# Exit code 2, and what to type, which holds also for the Python that the driver itself needs.
NAMES_PACKAGES = """said=$(./rig --no-install fuzz 2>&1)
code=$?
echo "$said"
[ "$code" = 2 ] && echo "$said" | grep 'apt-get install .*python3'"""
COMPILERS = "clang --version | head -n 1; gcc --version | head -n 1"
GCC = """apt-get install -y -qq --no-install-recommends gcc libc6-dev &&
if [ "$(gcc -dumpversion)" = "{host}" ]; then echo 'the same gcc as outside of this tree'; exit; fi
cmake --preset replay && cmake --build --preset replay && ctest --preset replay -L 'unit|rule'"""
# What a clone has.
REPOSITORY = """apt-get install -y -qq --no-install-recommends git && git init -q && git add -A &&
git -c user.name=bare -c user.email=bare@localhost commit -q -m bare"""


def gcc_step():
    """Builds and tests with the tree's gcc, if it is another than this machine's."""
    said = subprocess.run(["gcc", "-dumpversion"], stdout=subprocess.PIPE, text=True, check=False)
    return GCC.replace("{host}", said.stdout.strip() if said.returncode == 0 else "none")


def quick(options):
    """(what it does, command): what every run does."""
    yield "name what is missing", NAMES_PACKAGES
    # CMake takes CFLAGS when it configures first: clang builds without a warning.
    yield (f"./rig fuzz --seconds {options.seconds}, from nothing, with -Werror",
           f"CFLAGS=-Werror ./rig fuzz --seconds {options.seconds}")
    yield "./rig test --quick", "./rig test --quick"
    yield "build with gcc, -Werror, unless ./rig test does it with the same gcc", gcc_step()
    yield "compilers", COMPILERS


def everything(_options):
    """The same for all tests."""
    yield "make it a repository", REPOSITORY
    yield "./rig packages optional", "./rig packages optional"
    yield "./rig test", "./rig test"
    yield "compilers", COMPILERS


class Run:
    """One run on one release: its files, its log, what it says."""

    def __init__(self, options):
        self.options = options
        self.suite = options.suite
        self.base = PLACE / f"{self.suite}.base"
        self.tree = PLACE / self.suite
        self.archives = PLACE / f"{self.suite}.debs"
        self.log = PLACE / f"{self.suite}.log"
        self.archives.mkdir(parents=True, exist_ok=True)

    def say(self, text):
        print(f"bare: {self.suite}: {text}", file=sys.stderr, flush=True)

    @contextlib.contextmanager
    def alone(self):
        """Two runs of one release would share their tree."""
        with (PLACE / f"{self.suite}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                sys.exit(f"bare: another run of {self.suite} is under way in {PLACE}")
            yield

    def step(self, what, work):
        """Says how long it took; whether it did what it must."""
        self.say(f"{what} ...")
        start = time.monotonic()
        with self.log.open("a") as log:
            print(f"\n=== {what}", file=log, flush=True)
            good = work(log)
        self.say(f"{what}: {'done' if good else 'FAILED'}, {time.monotonic() - start:.0f} s")
        if not good:
            lines = self.log.read_text(errors="replace").splitlines()[-TAIL:]
            print("\n".join(lines), f"\nbare: the whole output is {self.log}", file=sys.stderr)
        return good

    def prepare(self):
        """The base, if there is none of an earlier run, and a fresh copy of it."""
        sources, settings = mirror.sources(self.suite), mirror.settings()
        if self.options.fresh:
            tree.remove(self.base)
            shutil.rmtree(self.archives)
            self.archives.mkdir()
        if not self.base.exists() and not self.step(
                f"debootstrap of {SUITES[self.suite]}, from this machine's mirror",
                lambda log: tree.make_base(self.base, self.suite, sources[0],
                                           mirror.proxies(settings), log)):
            return False
        tree.copy(self.base, self.tree)
        tree.furnish(self.tree, sources, settings)
        tree.copy_project(TOP, self.tree)
        return True

    def command(self, what, command):
        return self.step(what, lambda log: tree.run(self.tree, self.archives, command, log) == 0)

    def all_steps(self):
        steps = everything if self.options.all else quick
        return self.prepare() and all(self.command(*step) for step in steps(self.options))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suite", choices=SUITES, metavar="SUITE", help=", ".join(SUITES))
    parser.add_argument("--seconds", type=int, default=14, metavar="N",
                        help="how long to fuzz, all targets together (14)")
    parser.add_argument("--all", action="store_true",
                        help="all of ./rig test with the optional packages instead: half an hour and more")
    parser.add_argument("--fresh", action="store_true", help="use nothing that an earlier run has kept")
    parser.add_argument("--keep", action="store_true", help="keep the tree afterwards, to look into it")
    return parser.parse_args()


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    run = Run(options)
    try:
        tree.require(run.suite, PLACE, ENOUGH_FOR_ALL if options.all else ENOUGH)
        with run.alone():
            run.log.write_text("")
            try:
                good = run.all_steps()
            finally:
                if not options.keep:
                    tree.remove(run.tree)
    except Skip as reason:
        print(f"SKIP: {reason}")
        return SKIP
    run.say(f"{'passed' if good else 'FAILED'}; the whole output: {run.log}")
    return not good


if __name__ == "__main__":
    sys.exit(main())
