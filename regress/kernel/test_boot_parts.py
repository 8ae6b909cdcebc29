#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The parts of ./rig kernel TREE boot, without a kernel: programs that stand in for make and QEMU.

Usage: test_boot_parts.py
"""
import argparse
import fcntl
import os
import re
import shutil
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "regress"))
sys.path.insert(0, str(TOP / "regress/kernel"))
import boot_standin  # noqa: E402
from driver import machine  # noqa: E402
from driver.booting import (answer, boot, compiled, configuration, cost_rows, judge, plan, qemu,  # noqa: E402
                            shadow)
from driver.terminal import Unusable  # noqa: E402

MAKE = """#!/bin/sh
# Takes the place of make: -C SHADOW O=OUT ... TARGET
for word; do case $word in O=*) out=${word#O=} ;; esac; target=$word; done
shadow=$2
echo "$target" >>"$CALLS"
case $target in
tinyconfig) mkdir -p "$out"; echo "CONFIG_TINY=y" >"$out/.config" ;;
olddefconfig) [ -z "$DROPS" ] || sed -i "/$DROPS/d" "$out/.config" ;;
Image)
    if grep -q wrong "$shadow/mm/vmalloc.c"; then
        echo "  CC      mm/vmalloc.o"; echo "$shadow/mm/vmalloc.c:7:1: error: 'wrong' undeclared"; exit 2
    fi
    mkdir -p "$out/arch/arm64/boot" "$out/mm"
    cat "$shadow/mm/vmalloc.c" >"$out/arch/arm64/boot/Image"
    [ -e "$out/vmlinux" ] || echo anew >>"$CALLS"
    touch "$out/vmlinux"
    echo "deps_mm/vmalloc.o := ../shadow/mm/vmalloc.c \\$(wildcard include/config/X) $shadow/include/linux/kconfig.h" \\
        >"$out/mm/.vmalloc.o.cmd"
    echo "deps_mm/vmapdiff/exported.o := ../shadow/mm/vmapdiff/exported.c" >"$out/mm/.exported.o.cmd" ;;
esac
"""


def contents(folder):
    """{path: (what it is, content, time)} of all in a folder."""
    return {str(path.relative_to(folder)): (path.is_symlink(), path.is_dir() or path.read_bytes(),
                                            path.lstat().st_mtime_ns) for path in folder.rglob("*")}


class WithTree(unittest.TestCase):
    """A test with a tree of empty files, and a place for what is built."""

    def setUp(self):
        self.work = Path(tempfile.mkdtemp(prefix="vmapdiff-"))
        self.tree = self.work / "a tree"
        for name in (*shadow.NEEDED, "mm/vmalloc.c", "mm/kasan/kasan.h", "fs/open.c", ".config.old"):
            self.write(name, f"{name}\n")
        patches = [unittest.mock.patch.object(shadow, "BUILDS", self.work / "build"),
                   unittest.mock.patch.object(shadow.kernel, "top_of", Path)]
        for patch in patches:
            patch.start()
            self.addCleanup(patch.stop)
        self.addCleanup(shutil.rmtree, self.work)

    def write(self, name, text):
        path = self.tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def program(self, name, text):
        path = self.work / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
        return path


class Shadow(WithTree):
    """The shadow of a tree, and which trees have one."""

    def make(self):
        folder = shadow.folder_of(self.tree)
        return shadow.make(shadow.top_of(self.tree), folder)

    def test_the_tree_is_not_written_to(self):
        before = contents(self.tree)
        made = self.make()
        self.assertEqual(contents(self.tree), before)
        self.assertEqual((made / "fs/open.c").read_text(), "fs/open.c\n")
        self.assertEqual((made / "mm/kasan/kasan.h").read_text(), "mm/kasan/kasan.h\n")
        self.assertFalse((made / ".config.old").exists())
        for path in made.rglob("*"):
            if path.name == "Makefile" and "vmapdiff" in str(path.relative_to(made)):
                path.write_text("")  # no link: writes through the shadow reach no file of the tree
        self.assertEqual(contents(self.tree), before)

    def test_the_driver_is_in_it(self):
        made = self.make()
        self.assertEqual((made / "mm/Makefile").read_text(), "mm/Makefile\n\nobj-y += vmapdiff/\n")
        lines = (made / "mm/vmapdiff/Makefile").read_text()
        for name in shadow.sources():
            self.assertEqual((made / "mm/vmapdiff" / name).read_text(), (TOP / name).read_text())
            self.assertEqual(str(name.with_suffix(".o")) in lines, name.suffix == ".c")

    def test_it_follows_the_tree(self):
        made = self.make()
        makefile = (made / "mm/Makefile").stat().st_mtime_ns
        self.make()
        self.assertEqual((made / "mm/Makefile").stat().st_mtime_ns, makefile)
        self.write("mm/new.c", "new\n")
        self.write("rust/new.rs", "new\n")
        (self.tree / "mm/vmalloc.c").unlink()
        shutil.rmtree(self.tree / "fs")
        self.write("fs", "a file now\n")
        self.write("mm/Makefile", "obj-y := new.o")
        with unittest.mock.patch.object(shadow, "NEEDED", ("Makefile",)):
            self.make()
        self.assertEqual((made / "mm/new.c").read_text(), "new\n")
        self.assertEqual((made / "rust/new.rs").read_text(), "new\n")
        self.assertFalse((made / "mm/vmalloc.c").is_symlink())
        self.assertEqual((made / "fs").read_text(), "a file now\n")
        self.assertIn("obj-y := new.o\nobj-y += vmapdiff/", (made / "mm/Makefile").read_text())

    def test_a_part_of_a_tree(self):
        shutil.rmtree(self.tree / "init")
        (self.tree / "Kconfig").unlink()
        with self.assertRaisesRegex(Unusable, r"has no Kconfig, init/main.c\n.*--fetch newest --whole"):
            self.make()

    def test_a_tree_that_was_built_in_place(self):
        for name in shadow.LEFT_BY_BUILDS:
            path = self.write(name, "") if name == ".config" else self.tree / name
            path.mkdir(parents=True, exist_ok=True) if name != ".config" else None
            with self.assertRaisesRegex(Unusable, rf"{name} is there.*\n.*mrproper"):
                self.make()
            path.unlink() if path.is_file() else path.rmdir()
        self.make()


class Configuration(unittest.TestCase):
    """Options are checked after Kconfig had its say."""

    def taken(self, granule, but=""):
        return "".join(f"{line}\n" for line in configuration.fragment(granule).splitlines()
                       if not line.startswith(f"{but}=") or not but)

    def test_all_taken(self):
        for granule in configuration.GRANULES:
            self.assertEqual(configuration.not_taken(granule, self.taken(granule)), [])

    def test_an_option_that_is_not_taken(self):
        for name in ("CONFIG_DEBUG_VM", "CONFIG_ARM64_16K_PAGES"):
            self.assertEqual(configuration.not_taken("16k", self.taken("16k", name)), [f"{name}=y (it has n)"])
        changed = self.taken("16k").replace("CONFIG_LOG_BUF_SHIFT=22", "CONFIG_LOG_BUF_SHIFT=12")
        self.assertEqual(configuration.not_taken("16k", changed), ["CONFIG_LOG_BUF_SHIFT=22 (it has 12)"])
        with self.assertRaisesRegex(Unusable, r"CONFIG_LOG_BUF_SHIFT=22 \(it has 12\)\n.*a-path"):
            configuration.check("16k", changed, "a-path")

    def test_an_option_that_not_every_kernel_has(self):
        self.assertEqual(configuration.not_taken("4k", "\n".join(configuration.of_granule("4k")), "?CONFIG_NEW=y\n"),
                         [])
        self.assertIn("CONFIG_NEW=y", [option for option, _ in configuration.wanted("4k", "?CONFIG_NEW=y\n")])


def use_make(test):
    """Lets a test of WithTree build with a stand-in; the path of what it was called for."""
    test.program("make", MAKE)
    calls = test.work / "calls"
    environment = unittest.mock.patch.dict(os.environ, {
        "PATH": f"{test.work / 'bin'}:{os.environ['PATH']}", "CALLS": str(calls), "DROPS": ""})
    environment.start()
    test.addCleanup(environment.stop)
    return calls


class Compiled(WithTree):
    """What was built is used again exactly as long as nothing that it was built of has changed."""

    def setUp(self):
        super().setUp()
        self.calls = use_make(self)

    def build(self, granule="4k", fresh=False):
        """What make was called for, and the kernel."""
        self.calls.write_text("")
        with compiled.held(self.tree):
            kernel = compiled.build(self.tree, granule, fresh)
        return self.calls.read_text().split(), kernel

    def test_it_is_held_while_it_is_used(self):
        """Else two runs write one console, and each reads parts of the other's."""
        def used(*_):
            lock = shadow.folder_of(self.tree).with_name(f"{shadow.folder_of(self.tree).name}.lock")
            with open(lock, encoding="utf-8") as file, self.assertRaises(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return 7
        options = argparse.Namespace(tree=self.tree, granule="4k", fresh=False, may_install=False)
        with unittest.mock.patch.object(boot, "try_calls", used), unittest.mock.patch.object(boot.install, "ensure"):
            self.assertEqual(boot.run(options), 7)
        with self.assertRaises(AssertionError):
            compiled.build(self.tree, "4k")

    def test_it_is_kept(self):
        before = contents(self.tree)
        calls, kernel = self.build()
        self.assertEqual(calls, ["tinyconfig", "olddefconfig", "Image", "anew"])
        self.assertEqual(kernel.image.read_text(), "mm/vmalloc.c\n")
        self.assertEqual(self.build()[0], [])
        self.assertEqual(contents(self.tree), before)
        self.assertEqual(self.build(fresh=True)[0], calls)
        self.assertEqual(self.build("64k")[0], calls)
        self.assertEqual(self.build()[0], [])

    def test_a_change_is_built(self):
        self.build()
        self.write("mm/vmalloc.c", "edited\n")
        calls, kernel = self.build()
        self.assertEqual((calls, kernel.image.read_text()), (["Image"], "edited\n"))
        (self.tree / "include/linux/kconfig.h").touch()  # the same content
        self.assertEqual(self.build()[0], [])
        self.write("mm/Makefile", "obj-y := other.o\n")  # which no compiler reads
        self.assertEqual(self.build()[0], ["Image"])

    def test_an_older_file_is_built_from_nothing(self):
        """make goes by times, and would leave what was made of the newer one."""
        self.build()
        path = self.write("mm/vmalloc.c", "older\n")
        os.utime(path, (1, 1))
        calls, kernel = self.build()
        self.assertEqual((calls[-1], kernel.image.read_text()), ("anew", "older\n"))

    def test_another_compiler_or_option(self):
        self.build()
        with unittest.mock.patch.object(compiled, "compiler", lambda: "another"):
            self.assertEqual(self.build()[0][-1], "anew")
        with unittest.mock.patch.object(configuration, "fragment", lambda _: self.fragment + "CONFIG_MORE=y\n"):
            self.assertEqual(self.build()[0][-1], "anew")

    fragment = configuration.fragment("4k")

    def test_an_error(self):
        self.write("mm/vmalloc.c", "wrong\n")
        with self.assertRaisesRegex(Unusable, r"\n  mm/vmalloc.c:7:1: error: 'wrong' undeclared\n.*build-4k.log"):
            self.build()
        self.assertIn("CC      mm/vmalloc.o", (shadow.folder_of(self.tree) / "build-4k.log").read_text())
        self.write("mm/vmalloc.c", "right\n")
        self.assertEqual(self.build()[1].image.read_text(), "right\n")

    def test_an_option_is_dropped(self):
        os.environ["DROPS"] = "DEBUG_VM"
        with self.assertRaisesRegex(Unusable, "does not take what the rig needs: CONFIG_DEBUG_VM=y"):
            self.build()
        os.environ["DROPS"] = ""
        self.assertEqual(self.build()[0][-1], "anew")


SAID = ["protocol 1 page_shift=12 va_bits=48 levels=4", "scenario 0", "block 0 0x100 4", "op 0", "area 0 0xffff8000 2",
        "page 0 0 2 0x100", "read 0 0 2 0x100", "wrote 0 0 2 written", "end"]


def console(said=None, numbers=None):
    lines = SAID if said is None else said
    return "".join(f"vmapdiff: {number} {line}\r\n" for number, line in zip(numbers or range(99), lines))


class Answer(unittest.TestCase):
    """An answer counts if it has every line."""

    def test_whole(self):
        got = answer.read("[    0.000000] Linux version 7.3\n" + console() + "reboot: Power down\n")
        self.assertEqual((got.ended, got.fatal, got.broken, len(got.lines)), (True, "", "", len(SAID)))
        self.assertEqual(answer.scenarios(got)[0][0], ["block", "0", "0x100", "4"])

    def test_times_and_levels_before_lines(self):
        text = "".join(f"<6>{line}\n" if i % 2 else f"[    1.25] {line}\n"
                       for i, line in enumerate(console().splitlines()))
        self.assertEqual(len(answer.read(text).lines), len(SAID))

    def test_truncated(self):
        self.assertFalse(answer.read(console(SAID[:-1])).ended)
        self.assertFalse(answer.read(console()[:-9]).ended)

    def test_a_line_is_missing(self):
        got = answer.read(console(numbers=[0, 1, 2, 4, 5, 6, 7, 8, 9]))
        self.assertIn("line 3 of the driver is missing", got.broken)

    def test_what_warns_after_a_scenario_is_of_no_call(self):
        text = console([*SAID[:-1], "free"]) + "WARNING: CPU: 0 PID: 1 at mm/vmalloc.c:7 vunmap+0x1\n"
        self.assertEqual(answer.scenarios(answer.read(text))[0][-1][0], "wrote")

    def test_another_version(self):
        self.assertIn("not that of protocol 1", answer.read(console(["protocol 2 x", "end"])).broken)

    def test_the_plan_is_refused(self):
        got = answer.read(console([SAID[0], "refused 7 no such area", "end"]))
        self.assertEqual(got.broken, "the driver refused line 7 of the plan: no such area")

    def test_warnings_and_crashes(self):
        text = console(SAID[:4]) + ("------------[ cut here ]------------\n"
                                    "WARNING: CPU: 0 PID: 1 at mm/vmalloc.c:7 vmap+0x1\n"
                                    "kernel BUG at mm/vmalloc.c:107!\n"
                                    "Internal error: Oops - BUG: 00000000f2000800 [#1] SMP\n"
                                    "Kernel panic - not syncing: Attempted to kill init!\n")
        got = answer.read(text)
        self.assertEqual(got.fatal, "kernel BUG at mm/vmalloc.c:107!")
        self.assertEqual(answer.scenarios(got)[0][2], ["warning", "WARNING: CPU: 0 PID: 1 at mm/vmalloc.c:7 vmap+0x1"])


class Judge(unittest.TestCase):
    """What is wrong is told, and what is right is not."""

    def scenario(self):
        one = plan.Scenario("4k")
        one.vmap(0, [(one.block(2), 0, 2)])
        return one

    def wrong(self, change=None, to="", scenario=None):
        lines = [line.replace(change, to) if change else line for line in SAID]
        got = answer.read(console([line for line in lines if line]))
        return [(one.seen_by, one.what, one.first, one.pages)
                for one in judge.judge((scenario or self.scenario()).expected, answer.scenarios(got)[0], got.fatal)]

    def test_right(self):
        self.assertEqual(self.wrong(), [])

    def test_another_page(self):
        self.assertEqual(self.wrong("page 0 0 2 0x100", "page 0 0 2 0x101"),
                         [("translation", "other-page", 0, 2)])
        self.assertEqual(self.wrong("read 0 0 2 0x100", "read 0 0 2 strange"), [("memory", "other-page", 0, 2)])

    def test_a_page_is_missing(self):
        self.assertEqual(self.wrong("page 0 0 2 0x100", "page 0 0 2 none"), [("translation", "missing", 0, 2)])
        self.assertEqual(self.wrong("read 0 0 2 0x100", "read 0 0 2 faults"), [("memory", "missing", 0, 2)])

    def test_not_told(self):
        self.assertEqual(self.wrong("page 0 0 2 0x100", "page 0 0 1 0x100"), [("translation", "other-page", 1, 1)])

    def test_a_page_is_left(self):
        one = self.scenario()
        one.expected[0].areas[0].pages[1] = None
        self.assertEqual(self.wrong(scenario=one),
                         [("translation", "unexpected", 1, 1), ("memory", "unexpected", 1, 1)])

    def test_it_may_be_written_or_not(self):
        self.assertEqual(self.wrong("2 written", "2 faults"), [("memory", "permission", 0, 2)])
        one = self.scenario()
        one.expected[0].areas[0].prot = "kernel-ro"
        self.assertEqual(self.wrong(scenario=one), [("memory", "permission", 0, 2)])
        self.assertEqual(self.wrong("2 written", "2 faults", scenario=one), [])
        self.assertEqual(self.wrong("2 written", "2 lost"), [("memory", "other-page", 0, 2)])

    def test_the_call_fails(self):
        self.assertEqual(self.wrong("area 0 0xffff8000 2", "area 0 none"), [("error", "error", 0, 0)])
        one = plan.Scenario("4k")
        one.vmap(0, [(one.block(2), 0, 1), ("null", 1)])
        self.assertEqual(self.wrong(scenario=one)[0], ("error", "error", 0, 0))
        self.assertEqual(self.wrong("area 0 0xffff8000 2", "area 0 none", scenario=one), [])

    def test_the_kernel_ends(self):
        self.assertEqual(self.wrong("op 0", ""), [("crash", "crash", 0, 0)])


class Qemu(WithTree):
    """A kernel that ends, one that crashes, and one that hangs."""

    def setUp(self):
        super().setUp()
        self.plan = self.work / "plan"
        self.plan.write_text("")

    def boot(self, script, **limits):
        program = self.program("qemu", f"#!/bin/sh\n{script}\n")
        with unittest.mock.patch.object(qemu, "PROGRAM", str(program)):
            return qemu.boot("Image", self.plan, "4k", self.work / "console", "booting",
                             lambda pid: qemu.Watch(pid, **limits))

    def test_it_ends(self):
        (self.work / "said").write_text(console())
        got, hung = self.boot(f"cat '{self.work}/said'")
        self.assertEqual((got.ended, hung), (True, False))

    def test_it_hangs(self):
        for script, limits in (("exec sleep 60", {"idle": 1}), ("while :; do :; done", {"busy": 1})):
            got, hung = self.boot(f"echo 'Linux version 7.3'; {script}", **limits)
            self.assertEqual((got.ended, hung), (False, True))

    def test_what_waits_does_not_hang_for_its_processor_time(self):
        _, hung = self.boot("echo Linux version; sleep 2", busy=0.5)
        self.assertFalse(hung)

    def test_it_cannot_run(self):
        with self.assertRaisesRegex(Unusable, "failed: no such machine"):
            self.boot("echo no such machine; exit 1")

    def test_an_answer_that_cannot_be_trusted(self):
        whole = answer.read(console())
        boot.check(whole, False, "log")
        for text, hung, said in ((console()[:60], False, "ended before the driver was called"), ("", True, "it hung"),
                                 (console(numbers=[0, 2, 3, 4, 5, 6, 7, 8, 9]), False, "line 1 of the driver.*"),
                                 ("Kernel panic - not syncing: x\n", False, "Kernel panic - not syncing: x")):
            with self.assertRaisesRegex(Unusable, f"{said}\n.*its console is log"):
                boot.check(answer.read(text), hung, "log")
        hangs = answer.read(console(SAID[:5]))
        boot.check(hangs, True, "log")
        self.assertIn("the kernel hangs", hangs.fatal)

    def test_the_places_of_memory_are_apart(self):
        for granule in configuration.GRANULES:
            self.assertLessEqual(qemu.plan_at(granule) + qemu.PLAN_ROOM, qemu.unused_at(granule))
            self.assertEqual(qemu.unused_at(granule) % (1 << 30), 0)


class Driver(unittest.TestCase):
    """What stands on both sides, in C and in Python."""

    def test_limits(self):
        text = "".join(path.read_text() for path in sorted(shadow.DRIVER.glob("*.[ch]")))
        for name, value in (("MAX_BLOCKS", plan.MAX_BLOCKS), ("MAX_AREAS", plan.MAX_AREAS),
                            ("MAX_ARRAY_PAGES", plan.MAX_ARRAY_PAGES), ("BOOT_PROTOCOL", answer.PROTOCOL),
                            ("LOOK_WORDS", plan.WORDS), ("LOOK_PAGES", plan.PAGES), ("LOOK_READ", plan.MEMORY),
                            ("MAX_ORDER", plan.MAX_ORDER)):
            self.assertEqual(re.search(rf"#define {name} (\d+)", text).group(1), str(value), name)
        self.assertIn(f"vmapdiff-plan {plan.VERSION}\"", text)
        self.assertEqual(int(re.search(r"#define MAX_PLAN \((\d+)UL << 20\)", text).group(1)) << 20, qemu.PLAN_ROOM)

    def test_every_command_of_a_plan(self):
        text = (shadow.DRIVER / "main.c").read_text()
        known = {name: int(words) for name, words in re.findall(r'\{ "(\w+)", (\d), do_\w+ \}', text)}
        used = {}
        for granule in configuration.GRANULES:
            measured = [row.planned for row in cost_rows.rows(granule)]
            for line in plan.text_of([*boot.tried(granule), *measured]).splitlines()[1:-1]:
                words = line.split(" ")
                used[words[0]] = len(words)
                self.assertLess(len(line), 120)
        self.assertEqual(used, {name: known[name] for name in used})
        self.assertEqual(set(known) - set(used), {"bad", "vm_unmap_ram"})


@unittest.skipUnless(machine.c_compiler(), "no C compiler")
class Plays(unittest.TestCase):
    """The driver plays plans, with stand-ins for the kernel, and bugs of theirs are seen."""

    @classmethod
    def setUpClass(cls):
        cls.work = Path(tempfile.mkdtemp(prefix="vmapdiff-"))
        cls.addClassCleanup(shutil.rmtree, cls.work)
        cls.program = boot_standin.build(cls.work)

    def say(self, text, bug=""):
        return boot_standin.say(self.program, text, self.work, bug)

    def wrong(self, scenarios, bug=""):
        """{(who saw it, what)} of all scenarios."""
        got = self.say(plan.text_of(scenarios), bug)
        self.assertEqual(got.broken, "")
        return {(one.seen_by, one.what) for wrong in boot.judge_all(scenarios, got).values() for one in wrong}

    def test_all_is_right(self):
        got = self.say(plan.text_of(boot.tried("4k")))
        self.assertTrue(got.ended)
        self.assertEqual(self.wrong(boot.tried("4k")), set())
        said = {line[0] for line in got.lines}
        self.assertLessEqual({"words", "page", "read", "wrote", "area", "block", "pages", "error", "unread"}, said)

    def test_bugs_are_seen(self):
        for bug, seen in (("other-page", {("translation", "other-page"), ("memory", "other-page")}),
                          ("missing", {("translation", "missing"), ("memory", "missing")}),
                          ("left", {("translation", "unexpected"), ("memory", "unexpected")}),
                          ("lookup", {("translation", "other-page")}), ("writable", {("memory", "permission")}),
                          ("stays-writable", {("memory", "permission")}), ("fails", {("error", "error")}),
                          ("warns", {("warning", "warning")}), ("panics", {("crash", "crash")}),
                          ("ends", {("crash", "crash")})):
            with self.subTest(bug=bug):
                self.assertLessEqual(seen, self.wrong(boot.tried("4k"), bug))

    def test_pages_past_the_block(self):
        """240 of 1040, from the 528th on: vmap() of blocks of orders 4, 9 and 9 at a boundary of a PMD."""
        one = plan.Scenario("4k")
        blocks = [(one.block(4), 0, 16), (one.block(9), 0, 512), (one.block(9), 0, 512)]
        one.vmap(0, blocks, modulus=512, residue=0)
        self.assertEqual(self.wrong([one]), set())
        got = self.say(plan.text_of([one]), "past-block")
        wrong = boot.judge_all([one], got)[0]
        self.assertEqual([(each.seen_by, each.what, each.first, each.pages, each.of) for each in wrong],
                         [("translation", "other-page", 528, 240, 1040), ("memory", "other-page", 528, 240, 1040)])

    def test_where_an_area_lies(self):
        for modulus, residue in ((512, 0), (512, 511), (512, 496), (2, 1), (1, 0), (0, 0), (16, 15)):
            one = plan.Scenario("4k")
            pages = [(one.block(0), 0, 1)] * 3
            area = one.vmap(0, pages, modulus=modulus, residue=residue)
            one.vmap(1, pages, modulus=modulus, residue=residue)
            got = self.say(plan.text_of([one]))
            place, _ = judge.read_scenario(answer.scenarios(got)[0])
            for number in (area, area + 1):
                if modulus:
                    self.assertEqual((place.area[number] >> 12) % modulus, residue)
            self.assertEqual(boot.judge_all([one], got), {})

    def test_pages_that_are_none(self):
        one = plan.Scenario("4k")
        for op, bad in enumerate(("null", "bad")):
            one.vmap(op, [(one.block(0), 0, 1), (bad, 1)])
        one.vm_unmap_ram(3, one.vm_map_ram(2, [(0, 0, 1)]))
        self.assertEqual(self.wrong([one]), set())

    def test_a_scenario_begins_with_nothing(self):
        self.assertEqual(self.wrong([*boot.tried("4k"), *boot.tried("4k")]), set())

    def test_what_is_no_plan(self):
        for text, why in (("\n", "not a plan of this version"), ("vmapdiff-plan 9\nend\n", "not a plan of this version"),
                          ("vmapdiff-plan 1\nscenario 0\n", "the plan has no end"),
                          ("vmapdiff-plan 1\nfly 1\nend\n", "no such command"),
                          ("vmapdiff-plan 1\n\nend\n", "no such command"),
                          ("vmapdiff-plan 1\nop\nend\n", "wrong number of words"),
                          ("vmapdiff-plan 1\n" + "x" * 130 + "\nend\n", "the plan has no end"),
                          ("vmapdiff-plan 1\nblock 300 0\nend\n", "no such block"),
                          ("vmapdiff-plan 1\nblock 0 60\nend\n", "no such block"),
                          ("vmapdiff-plan 1\nblock 0 1\nrun 0 1 2\nend\n", "leaves its block"),
                          ("vmapdiff-plan 1\nblock 0 1\nrun 0 18446744073709551615 2\nend\n", "leaves its block"),
                          ("vmapdiff-plan 1\nrun 3 0 1\nend\n", "a run is in no block"),
                          ("vmapdiff-plan 1\nvmap 0 kernel 0 0 0\nend\n", "vmap without pages"),
                          ("vmapdiff-plan 1\nbad null 262145\nend\n", "too long"),
                          ("vmapdiff-plan 1\nblock 0 0\nrun 0 0 1\nvmap 0 odd 0 0 0\nend\n", "no such protection"),
                          ("vmapdiff-plan 1\nvunmap 0 0 1\nend\n", "no such area"),
                          ("vmapdiff-plan 1\nvmalloc 0 2 0 kernel\nvunmap 0 1 2\nend\n", "leaves its area"),
                          ("vmapdiff-plan 1\nvmalloc 0 0 0 kernel\nend\n", "or nothing"),
                          ("vmapdiff-plan 1\nvmalloc 0 2 0 kernel\nset_memory 0 0 1 odd\nend\n", "no such change"),
                          ("vmapdiff-plan 1\nioremap 0 0x180000000 4096 odd\nend\n", "no such protection"),
                          ("vmapdiff-plan 1\nvmalloc 16 1 0 kernel\nend\n", "no such area")):
            with self.subTest(text=text[:60]):
                self.assertIn(why, self.say(text).broken)


if __name__ == "__main__":
    unittest.main()
