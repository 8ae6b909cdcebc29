# SPDX-License-Identifier: GPL-2.0-only
"""./rig mutants: six scripts of regress/mutation/, chosen by a flag."""
from __future__ import annotations

import dataclasses

from driver import install, machine, packages, scripts
from driver.build import build
from driver.command import Command, nearest
from driver.places import TOP
from driver.terminal import Unusable

CATALOGUE = "mutation/mutants.py"
MODES = {"--generated": "mutation/generated.py", "--mechanical": "mutation/generated.py",
         "--ablation": "mutation/ablation.py", "--oracle": "mutation/weakened.py",
         "--stale": "mutation/stale.py", "--confirm": "mutation/confirm.py"}
WEAKENED = MODES["--oracle"]
PARTS = {WEAKENED: "BUILD_TESTING"}  # of the build, where it is not the mutants
NEEDS = {CATALOGUE: packages.MUTANTS, MODES["--confirm"]: packages.MUTANTS, WEAKENED: packages.WEAKENED}
OTHER_MODES = """
other forms, each with --help:
  ./rig mutants --generated N      mutants made by rule from the sources
  ./rig mutants --oracle N         weakenings of the oracle, made by rule, on its own tests
  ./rig mutants --ablation         what the generator and each property are worth, in kills
  ./rig mutants --stale [--check]  tables and rows that are older than the code
  ./rig mutants --confirm          whether runs of the kill table are as they were, after a change"""


def script_of(argv):
    return next((MODES[flag] for word in argv if (flag := word.split("=")[0]) in MODES), CATALOGUE)


@dataclasses.dataclass(frozen=True)
class Mutants(Command):
    """Takes the options of the script that is chosen."""

    def parser(self, prefix="./rig", script=CATALOGUE):
        parser = super().parser(prefix)
        if script == CATALOGUE:
            parser.epilog += f"\n{OTHER_MODES}"
            parser.operand("names").words = catalogue()
            return parser
        other = dataclasses.replace(self, add_options=scripts.options_of(script))
        return Command.parser(other, prefix)

    def parse(self, argv, prefix="./rig"):
        options = self.parser(prefix, script_of(argv)).parse_args(argv)
        options.argv, options.flags = argv, []
        return options


def targets(script, options):
    """What must be built, for the catalogue for the mutants that are named; nothing means everything."""
    if script == CATALOGUE:
        return scripts.load(CATALOGUE).needed_targets(options.names)
    return scripts.load(WEAKENED).needed_targets() if script == WEAKENED else []


def catalogue():
    """The names of the mutants."""
    return sorted(path.stem for path in (TOP / "regress/mutants").glob("*.patch"))


def check_names(names):
    known = catalogue()
    for name in names:
        if name not in known:
            raise Unusable(f"mutants: '{name}' is not a mutant{nearest(name, known)}\n"
                           "the mutants are the files of regress/mutants/, without .patch")


def run(options):
    script = script_of(options.argv)
    check_names(getattr(options, "names", ()))
    if script == MODES["--stale"]:
        return scripts.run(script, options.argv)
    install.ensure(NEEDS.get(script, packages.GENERATED), options.may_install)
    build("fuzz", *targets(script, options), with_=(PARTS.get(script, "VMAPDIFF_MUTANTS"),))
    return scripts.run(script, options.argv, machine.python_with(
        "argparse" if script in (CATALOGUE, MODES["--confirm"]) else "clang.cindex"))


COMMAND = Mutants("mutants", "count executions until each injected bug is found",
                  "./rig mutants batch-past-block", scripts.options_of(CATALOGUE), run)
