# SPDX-License-Identifier: GPL-2.0-only
"""
Boots a kernel under QEMU with a plan for our driver. The machine has more memory than the kernel is
told of: the plan lies in it, and what is left is what ioremap() may map.
"""
from __future__ import annotations

import os
import pathlib
import selectors
import subprocess
import time

from driver.booting import answer
from driver.terminal import Progress, Unusable

PROGRAM = "qemu-system-aarch64"
GIGABYTE, MEGABYTE = 1 << 30, 1 << 20
MEMORY_AT = GIGABYTE  # where the memory of QEMU's machine `virt` begins
USED = {"4k": 2 * GIGABYTE, "16k": 2 * GIGABYTE, "64k": 6 * GIGABYTE}  # by the kernel
UNUSED = 2 * GIGABYTE  # after it, from the next multiple of 2 GB: all that ioremap() maps can be aligned
PLAN_ROOM = 64 * MEGABYTE  # the last of what the kernel would use: MAX_PLAN of the driver
# A hang is told by the instructions that QEMU ran, by its own processor time, so that a busy machine
# changes nothing. A kernel that waits takes none: that is waited for by the clock, and longer.
BUSY_SECONDS, IDLE_SECONDS = 240, 900


def plan_at(granule):
    return MEMORY_AT + USED[granule] - PLAN_ROOM


def unused_at(granule):
    """Where memory begins that the kernel does not use: a physical address."""
    return -(-(MEMORY_AT + USED[granule]) // (2 * GIGABYTE)) * 2 * GIGABYTE


def unused_end(granule):
    return unused_at(granule) + UNUSED


def places(granule):
    """What the driver is told by vmapdiff_plan="""
    return f"{plan_at(granule):#x},{unused_at(granule):#x},{unused_end(granule):#x}"


def command_line(granule, has_plan=True):
    used = (plan_at(granule) - MEMORY_AT) // MEGABYTE
    return (f"console=ttyAMA0 ignore_loglevel panic=-1 rodata=full nokaslr mem={used}M"
            + (f" vmapdiff_plan={places(granule)}" if has_plan else ""))


# So that the counter counts instructions, and nothing of a run depends on the machine that QEMU runs on: an
# instruction takes a nanosecond, sleep takes no time, and random numbers and the date are always the same.
COUNTING = ("-icount", "shift=0,sleep=off", "-seed", "1", "-rtc", "base=2026-01-01,clock=vm")


def command(image, plan, granule, counts=False):
    """`plan` is None for a kernel that runs KUnit's tests, which a plan would come before."""
    megabytes = (unused_end(granule) - MEMORY_AT) // MEGABYTE
    return [PROGRAM, "-M", "virt,gic-version=3", "-cpu", "max", "-smp", "1", "-net", "none",
            "-object", f"memory-backend-ram,id=ram,size={megabytes}M,reserve=off",
            "-machine", "memory-backend=ram", "-m", f"{megabytes}M", "-nographic", "-no-reboot",
            "-kernel", str(image), "-append", command_line(granule, plan is not None),
            *(["-device", f"loader,file={plan},addr={plan_at(granule):#x},force-raw=on"] if plan else []),
            *(COUNTING if counts else ())]


def processor_seconds(pid):
    """How long a process ran, all its threads together."""
    try:
        words = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


class Watch:
    """Whether a kernel has said nothing for too long."""

    def __init__(self, pid, busy=BUSY_SECONDS, idle=IDLE_SECONDS):
        self.pid, self.busy, self.idle = pid, busy, idle
        self.heard()

    def heard(self):
        self.ran, self.at = processor_seconds(self.pid), time.monotonic()

    def hangs(self):
        return (processor_seconds(self.pid) - self.ran > self.busy
                or time.monotonic() - self.at > self.idle)


def follow(process, log, watch, progress, what):
    """Writes what a process prints to a log until it ends. True if it was not ended for hanging."""
    lines = 0
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdout, selectors.EVENT_READ)
        while True:
            if ready.select(timeout=1):
                some = os.read(process.stdout.fileno(), 1 << 16)
                if not some:
                    return True
                log.write(some)
                watch.heard()
                lines += some.count(b"\n")
                progress.show(f"{what}: {lines} lines")
            elif watch.hangs():
                return False


def console(image, plan, granule, log_path, what, watch=Watch, counts=False):
    """
    Boots, lets the driver play the plan of a file if there is one, and returns (what the console said,
    whether it hung). The console is in log_path too. If `counts`, the guest's clock counts instructions.
    Raises Unusable if QEMU itself cannot run.
    """
    progress = Progress()
    with open(log_path, "wb") as log, subprocess.Popen(
            command(image, plan, granule, counts), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT) as process:
        try:
            ends = follow(process, log, watch(process.pid), progress, what)
        finally:
            if process.poll() is None and not process.stdout.closed:
                process.terminate()
        progress.clear()
    text = pathlib.Path(log_path).read_text(errors="replace")
    if process.returncode > 0 and "Linux version" not in text:
        raise Unusable(f"{PROGRAM} failed: {text[-1000:].rstrip()}")
    return text, not ends


def boot(image, plan, granule, log_path, what, watch=Watch, counts=False):
    """The same, for a plan: (Answer, whether it hung)."""
    text, hung = console(image, plan, granule, log_path, what, watch, counts)
    return answer.read(text), hung
