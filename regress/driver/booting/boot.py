# SPDX-License-Identifier: GPL-2.0-only
"""./rig kernel TREE boot: builds the tree as a kernel, boots it, and tries a call of each kind."""
from __future__ import annotations

import time

from driver import install, packages
from driver.booting import answer, compiled, judge, plan, qemu, shadow
from driver.booting.configuration import GRANULES
from driver.places import short
from driver.terminal import Unusable, say

GROUPS = {"4k": 16, "16k": 128, "64k": 32}  # pages of a contiguous group
LARGE_ORDER = 9  # of the largest block that is tried


def add_granule(parser):
    parser.add_argument("--granule", choices=[*GRANULES, "all"], default="4k",
                        help="the page size, or all three one after the other (4k)")


def add_options(parser):
    add_granule(parser)
    parser.add_argument("--fresh", action="store_true", help="build from nothing, whatever is there")


def chosen(granule):
    return GRANULES if granule == "all" else (granule,)


# --- calls that are tried -------------------------------------------------------------------------


def arrays(granule):
    """vmap() of single pages, and of blocks of which each follows a smaller one."""
    one = plan.Scenario(granule)
    singles = [(one.block(1), 0, 1) for _ in range(3)]
    area = one.vmap(0, [*singles, (one.block(4), 0, 16), (one.block(LARGE_ORDER), 0, 1 << LARGE_ORDER)])
    one.vunmap(1, area, 1, 2)
    one.vm_map_ram(2, singles)
    one.vmap(3, singles, prot="kernel-ro")
    return one


def allocations(granule):
    one = plan.Scenario(granule)
    small = one.vmalloc(0, 5, huge=False)
    one.set_memory(1, small, 1, 2, "ro")
    one.set_memory(2, small, 1, 2, "rw")
    unit = 1 << LARGE_ORDER if granule == "4k" else GROUPS[granule]  # of a leaf or group, unmapped as a whole
    large = one.vmalloc(3, 3 * unit, huge=True)
    one.vunmap(4, large, unit, unit)
    return one


def devices(granule):
    one = plan.Scenario(granule)
    at, group = qemu.unused_at(granule), GROUPS[granule] << one.shift
    one.ioremap(0, at, 2 * group)
    one.ioremap(1, at + group, (1 << one.shift) + group, prot="normal-nc")
    one.ioremap(2, 1 << 40, 1 << (one.shift + LARGE_ORDER), prot="noncached")
    return one


def tried(granule):
    return [arrays(granule), allocations(granule), devices(granule)]


# --- playing ---------------------------------------------------------------------------------------


def play(kernel, scenarios, name, counts=False):
    """
    Boots a kernel with a plan of Scenarios, and returns (Answer, seconds). The plan and the console
    stay in files of that name. If `counts`, the guest's clock counts instructions. Raises Unusable where no answer can be trusted.
    """
    path = kernel.folder / f"{name}-{kernel.granule}.plan"
    log = path.with_suffix(".console")
    path.write_text(plan.text_of(scenarios))
    began = time.monotonic()
    got, hung = qemu.boot(kernel.image, path, kernel.granule, log, f"booting {kernel.tree}", counts=counts)
    seconds = time.monotonic() - began
    check(got, hung, short(log))
    return got, seconds


def check(got, hung, log):
    """Raises Unusable unless an answer is whole, or ends where the kernel crashed or hung in a call."""
    began = any(line[0] == "op" for line in got.lines)
    if got.broken:
        raise Unusable(f"kernel: the booted kernel's answer cannot be trusted: {got.broken}\nits console is {log}")
    if not got.ended and not began:
        why = got.fatal or ("it hung" if hung else "it ended before the driver was called")
        raise Unusable(f"kernel: the kernel did not boot: {why}\nits console is {log}")
    if hung and not got.fatal:
        got.fatal = "the kernel hangs: it said nothing for minutes of processor time"


def judge_all(scenarios, got):
    """{number of a scenario: [Wrong]}, of those in which something is wrong."""
    said = answer.scenarios(got)
    last = max(said, default=-1)
    found = {}
    for number, one in enumerate(scenarios):
        if number > last:
            break  # the kernel crashed before
        wrong = judge.judge(one.expected, said[number], got.fatal if number == last else "")
        if wrong:
            found[number] = wrong
    return found


def print_wrong(wrong):
    for one in wrong:
        print(f"WRONG {one.seen_by} op={one.op} {one.what}: {one.line()}")


def try_calls(kernel):
    """The exit code of a boot that tries a few calls."""
    scenarios = tried(kernel.granule)
    got, seconds = play(kernel, scenarios, "boot")
    found = judge_all(scenarios, got)
    for wrong in found.values():
        print_wrong(wrong)
    calls = sum(len(one.expected) for one in scenarios)
    pages = sum(area.count for one in scenarios for want in one.expected for area in want.areas.values())
    print(f"{kernel.tree.name}, {kernel.granule} pages: booted in {seconds:.1f} s, {calls} calls, {pages} pages "
          f"{'looked at' if found else 'right'}", flush=True)
    if found:
        say(f"what the kernel said: {short(kernel.folder / f'boot-{kernel.granule}.console')}")
    return 1 if found else 0


def run(options):
    tree = shadow.top_of(options.tree)
    install.ensure(packages.BOOT, options.may_install)
    with compiled.held(tree):
        return max([try_calls(compiled.build(tree, granule, options.fresh)) for granule in chosen(options.granule)])
