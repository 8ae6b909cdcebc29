# SPDX-License-Identifier: GPL-2.0-only
"""Stands in for a booted kernel, and for the slice of a tree, in tests of ./rig kernel TREE boot and confirm."""
from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "regress"))
from driver import machine  # noqa: E402
from driver.booting import answer, boot, plan, qemu, scenario, shadow, slice as sliced  # noqa: E402

HEADERS = "bug gfp init io kernel mm printk reboot sched set_memory slab string timex types uaccess vmalloc".split()
PAGE, READ_ONLY = 0xe8000000000703, 1 << 7  # as boot_standins.c stores pages
ROOT_PA = 0x1000000


def build(work, *flags):
    """The driver as a program, with stand-ins for the kernel."""
    headers = work / "headers"
    for name in (*(f"linux/{name}" for name in HEADERS), "clocksource/arm_arch_timer"):
        (headers / name).parent.mkdir(parents=True, exist_ok=True)
        (headers / f"{name}.h").write_text('#include "regress/kernel/boot_standins.h"\n')
    program = work / "standin"
    subprocess.run([machine.c_compiler(), "-std=gnu11", "-g", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror",
                    "-Wno-unused-parameter", *flags,
                    "-fsanitize=address,undefined", "-fno-sanitize-recover=undefined", "-I", headers, "-I", TOP,
                    *sorted(shadow.DRIVER.glob("*.c")), TOP / "regress/kernel/boot_standins.c", "-o", program],
                   check=True)
    return program


def say(program, text, work, bug="", **environment):
    """The Answer of a plan's text."""
    path = work / "plan"
    path.write_text(text)
    done = subprocess.run([program, path, qemu.places("4k")], stdout=subprocess.PIPE, text=True, check=True,
                          env={**os.environ, "BUG": bug, "ASAN_OPTIONS": "detect_leaks=0", **environment})
    return answer.read(done.stdout)


class Kernel:
    """In the place of compiled.Kernel, for boot.play()."""

    def __init__(self, program, work, bug="", **environment):
        self.program, self.folder, self.bug, self.environment = program, work, bug, environment
        self.granule, self.tree = "4k", work

    def play(self, _, scenarios, name, counts=False):
        """In the place of boot.play()."""
        assert counts == (name == "cost")
        got = say(self.program, plan.text_of(scenarios), self.folder, self.bug, **self.environment)
        (self.folder / f"{name}-4k.console").write_text("")
        boot.check(got, False, "log")
        return got, 0.0


class Record:
    """Events of a scenario, as the tool writes them, of a mapper that maps page by page."""

    def __init__(self, text):
        self.lines, self.tables, self.word = [], {}, {}
        self.put("tool", scenario=text)
        self.put("machine", page_shift=12, va_bits=48, root=0, root_pa=hex(ROOT_PA))
        for op in scenario.parse(text).ops:
            self.play(op)

    def put(self, record, **fields):
        self.lines.append(json.dumps({"record": record, **fields}))

    def store(self, table, index, word):
        self.put("event", step=0, event="store", table=table, index=index, old=["0x0"], new=[hex(word)])

    def table_of(self, va):
        """The number of the last table of an address; it is made if it is not there."""
        table = 0
        for level in (0, 1, 2):
            index = va >> 39 - 9 * level & 511
            below = self.tables.get((table, index))
            if below is None:
                below = self.tables[table, index] = len(self.tables) + 1
                self.put("event", step=0, event="alloc_table", failed=False, table=below, pa=hex(ROOT_PA + below * 4096))
                self.store(table, index, ROOT_PA + below * 4096 | 3)
            table = below
        return table

    def words_of(self, op, va):
        """What a call stores, page by page; None if it fails."""
        if op.kind in ("vunmap", "vm_unmap_ram"):
            return [0] * op.pages(12)
        if op.kind == "set_memory":
            clear, change = {"ro": (0, READ_ONLY), "rw": (READ_ONLY, 0)}.get(op.fields["op"], (0, 0))
            return [self.word.get(va + i * 4096, 0) & ~clear | change for i in range(op.pages(12))]
        if op.kind == "ioremap":
            return [op.value("pa") + i * 4096 | PAGE for i in range(op.pages(12))]
        if any(first in ("null", "bad") for first, _ in op.runs):
            return None
        read_only = READ_ONLY if op.fields.get("prot") == "kernel-ro" else 0
        return [first + i << 12 | PAGE | read_only for first, count in op.runs for i in range(count)]

    def play(self, op):
        va = op.value("va") & (1 << 48) - 1
        if op.kind == "linear":
            self.put("end", step=0, op=op.number, kind="setup", error=0)
            return
        words = self.words_of(op, va)
        for i, word in enumerate(words or []):
            self.word[va + i * 4096] = word
            self.store(self.table_of(va + i * 4096), (va >> 12) + i & 511, word)
        self.put("end", step=0, op=op.number, kind="call", error=0 if words is not None else -22,
                 **({} if words is not None else {"warning": "at mm/vmalloc.c:1"}))

    def text(self, signature=""):
        self.put("verdict", holds=not signature, signature=signature, op=0)
        return "".join(f"{line}\n" for line in self.lines)


def play_record(_, path, *__):
    """In the place of slice.play()."""
    return sliced.read(Record(Path(path).read_text()).text().splitlines())
