# SPDX-License-Identifier: GPL-2.0-only
"""./rig fuzz"""
from __future__ import annotations

from driver import install, machine, packages
from driver.build import build
from driver.command import Command, nearest, positive
from driver.fuzzing.rig import Rig, all_targets
from driver.fuzzing.session import ENGINES, fuzz
from driver.terminal import Unusable, say

WITHOUT_MUTATOR = ("fuzz_text", "fuzz_walk")  # of ours, for AFL++


def add_options(parser, engines=tuple(ENGINES), targets=None):
    """The options. A tree has some of the targets, and one engine: then there is none to choose."""
    named = targets or [*all_targets(), "fuzz_walk"]
    but = "" if targets else " but fuzz_walk"
    parser.add_argument("targets", nargs="*", metavar="TARGET",
                        help=f"one of {', '.join(named)}; without a name all{but}").words = named
    parser.add_argument("--seconds", type=positive, default=60, metavar="N",
                        help="in all, shared by the targets (60)")
    parser.add_argument("--jobs", type=positive, default=machine.cores(), metavar="N",
                        help="processes that share a corpus (one a core)")
    parser.add_argument("--keep-going", action="store_true",
                        help="go on after a finding, past all with its signature")
    if len(engines) == 1:
        parser.set_defaults(engine=engines[0])
    else:
        parser.add_argument("--engine", choices=engines, default=engines[0],
                            help="libFuzzer, or AFL++ in its place (libfuzzer)")


def check_targets(asked, known):
    for target in asked:
        if target not in known:
            raise Unusable(f"fuzz: '{target}' is not a target{nearest(target, known)}\n"
                           f"the targets are: {' '.join(known)}")


def build_for_afl(targets, may_install):
    if "fuzz_walk" in targets:
        raise Unusable("fuzz: fuzz_walk has no mutator for AFL++; use --engine libfuzzer")
    install.ensure(packages.AFL, may_install)
    build("fuzz", "vmapdiff")
    mutators = [f"{target}.mutator" for target in targets if target not in WITHOUT_MUTATOR]
    if mutators:
        build("replay", *mutators)
    build("afl", *targets)


def run(options):
    check_targets(options.targets, [*all_targets(), "fuzz_walk"])
    targets = options.targets or all_targets()
    install.ensure(packages.EMULATORS if "fuzz_walk" in targets else packages.FUZZ,
                   options.may_install)
    if options.engine == "afl":
        build_for_afl(targets, options.may_install)
    else:
        build("fuzz", "vmapdiff", *targets)
    say("each generated scenario is played by the models `batched` and `prior`; translations, table "
        "entries,\n     barriers and TLB invalidations are checked against the reference by the rules "
        "of ./rig rules")
    code = fuzz(Rig(), targets, options)
    if code == 0:
        say("next: ./rig mutants batch-past-block   (see it find an injected bug)")
        say("then: ./rig kernel ~/linux             (test your tree)")
    return code


COMMAND = Command("fuzz", "fuzz the models with all targets, or some; 60 seconds in all",
                  "./rig fuzz fuzz_vmap --seconds 30 --jobs 2", add_options, run,
                  flags="FLAGS of the engine")
