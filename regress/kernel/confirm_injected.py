# SPDX-License-Identifier: GPL-2.0-only
"""Injected bugs of a tree, each from an empty corpus to the booted kernel of the copy that has it.

The slice of the copy is fuzzed, what is found is minimized, and `confirm` plays it on the kernel of the
same copy. For each bug it is known what a booted kernel shows of it, and why where it shows nothing.
"""
import concurrent.futures
import dataclasses
import os
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
# pylint: disable=wrong-import-position
import copies
import injected
from driver import kernel

GEOMETRY = "kernel_4k_va48_pa48"
RUNS = 200000
SEEDS = 8
REFUSED = "NOT REACHABLE: "  # said before a kernel is built
CONFIRMED, NOT_REACHABLE = "CONFIRMED", "NOT REACHABLE"


@dataclasses.dataclass(frozen=True)
class Shown:
    """What `confirm` must print of a bug: its verdict, and lines that say by what it came to that."""
    verdict: str
    lines: tuple
    kind: str  # of the bug
    boots: bool = True  # whether there is a scenario of it that a caller can make


# Names of injected.py. What is wrong is seen by the kernel's own translation, by the memory, or in the words.
BUGS = {
    "batch-past-block": Shown(CONFIRMED, (r"^kernel +op \d+: \d+ of \d+ pages wrong",
                                          r"^memory +op \d+: \d+ of \d+ pages wrong",
                                          r"the booted kernel does what the slice does"), "wrong page"),
    # The memory is right: the kernel's translation alone is not.
    "lookup-of-a-blocks-head": Shown(CONFIRMED, (r"^kernel +op \d+: \d+ of \d+ pages wrong",
                                                 r"^memory +nothing is wrong$"), "wrong page of a lookup"),
    "index-step": Shown(CONFIRMED, (r"^kernel +op \d+: .*and nothing is seen$",
                                    r"^memory +op \d+: .*and nothing is seen$"), "missing page"),
    # No code is run from there: that the page may be executed stands in its descriptor.
    "executable": Shown(CONFIRMED, (r"^memory +nothing is wrong$", r"have the same words"), "permission"),
    "takes-bad-pages": Shown(CONFIRMED, (r"^error +op \d+: vmap\(\) of a page that is none did not fail$",), "errno"),
    # QEMU does not use the Contiguous bit: the words are the evidence.
    "group-of-unaligned-memory": Shown(CONFIRMED, (r"^words +[1-9]\d* compared, 0 of them different$",),
                                       "contiguous bit"),
    # The tables are right; QEMU's TLB has the page still.
    "one-page-not-invalidated": Shown(CONFIRMED, (r"^kernel +nothing is wrong$",
                                                  r"^memory +op \d+: .* a TLB has it still$"), "TLB invalidation"),
    # No kernel is built: the call needs an allocation that fails.
    "set-memory-hides-errors": Shown(NOT_REACHABLE, (r"needs an allocation or a lock that fails|"
                                                     r"the linear map is the kernel's own",),
                                     "errno of a failed allocation", boots=False),
}


class Whole(injected.Build):
    """
    A copy of a whole tree, made of links, and the builds of its slice that `./rig kernel` makes: once, with the
    first seed.
    """

    def inject(self, name):
        if self.seed == 1:
            copies.link_tree(self.original, self.tree)
            self.change(name)

    def make(self, target):
        if self.seed > 1:
            return
        os.environ[kernel.GEOMETRIES] = GEOMETRY
        self.dir = kernel.build_tree(self.tree, ["vmapdiff", target]).built


def on_kernel(tree, *words):
    """(exit code, what is printed) of ./rig kernel TREE and these words."""
    return copies.on_kernel(tree, *words, geometries=GEOMETRY)


def confirm(tree, scenario):
    return on_kernel(tree, "confirm", scenario)


def verdict_of(said):
    found = re.search(r"^(CONFIRMED|NOT CONFIRMED|NOT REACHABLE)\b.*$", said, re.M)
    return (found.group(1), found.group()) if found else ("", "no verdict")


def wrong_with(name, said):
    """What is not as it must be in the words of `confirm`, as a list."""
    want, (verdict, line) = BUGS[name], verdict_of(said)
    wrong = [] if verdict == want.verdict else [f"it must be {want.verdict}, and is: {line}"]
    return wrong + [f"nothing it said is like '{pattern}'" for pattern in want.lines
                    if not re.search(pattern, said, re.M)]


def find_and_confirm(build, name, findings):
    """(whether it was found and minimized as it must be, a line for the table, what `confirm` says of it)."""
    found, line, scenario = injected.try_one(build, name, RUNS, findings)
    if not found:
        return False, line, ""
    path = findings / f"{name}.scenario"
    path.write_text(scenario)
    code, said = confirm(build.tree, path)
    return True, line, f"{said.rstrip()}\nexit {code}\n"


def play(build, name, findings):
    """
    Finds, minimizes and confirms one. Whether all came out as it must. The fuzzer finds scenarios that no
    caller can make as well: then it begins again with another seed.
    """
    for build.seed in range(1, SEEDS + 1):
        found, line, said = find_and_confirm(build, name, findings)
        if not (found and BUGS[name].boots and re.search(f"^{REFUSED}", said, re.M)):
            break
        print(f"{name}, seed {build.seed}: {verdict_of(said)[1]}", flush=True)
    wrong = wrong_with(name, said) if found else ["it was not found"]
    print(f"{BUGS[name].kind}: {line}")
    print("".join(f"    {text}\n" for text in [*said.splitlines(), *wrong]), flush=True)
    return not wrong


def play_alone(*arguments):
    """The same in a process of its own: a build is held until the process that made it ends."""
    with concurrent.futures.ProcessPoolExecutor(1) as alone:
        return alone.submit(play, *arguments).result()


def play_all(tree, work, copy, names):
    """Whether all of them came out as they must. `copy` is where the copies are made, one after the other."""
    findings = work / "findings"
    findings.mkdir(parents=True, exist_ok=True)
    build = Whole(tree, work)
    build.tree = copy
    good = [play_alone(build, name, findings) for name in names or BUGS]
    return all(good)
