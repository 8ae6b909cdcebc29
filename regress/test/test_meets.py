# SPDX-License-Identifier: GPL-2.0-only
"""show: where calls met, or why they did not, in words.

Usage: test_meets.py VMAPDIFF TOP     exit: 0 good, 1 not
"""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

VMAPDIFF, TOP = (Path(path).resolve() for path in sys.argv[1:3])
LINEAR = "linear pa=0x200000 size=0x200000 leaf="
FIRST = "vmap va=0xffff800080000000 pages=0x10000+4"
SECOND = "vmap va=0xffff800080010000 pages=0x20000+4"


def play(path):
    done = subprocess.run([VMAPDIFF, "show", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout.partition("\ncalls made while others run, on batched:\n")[2]
    return said.partition("\n\n")[0].splitlines()


def told(*lines):
    with tempfile.NamedTemporaryFile("w", suffix=".scenario") as file:
        file.write("\n".join(["vmapdiff 2", *lines, ""]))
        file.flush()
        return play(file.name)


class Met(unittest.TestCase):
    def test_two_calls_and_the_events_between_which_the_inner_one_is_made(self):
        self.assertEqual(play(TOP / "regress/cases/meet-two-link-one-table.scenario"),
                         ["  op=1:vmap, by another CPU, after 2 events of op=0:vmap",
                          "    after   dmb ishst",
                          "    before  page table lock taken"])

    def test_before_the_first_event_there_is_none(self):
        self.assertEqual(told(FIRST, "during event=0 by=cpu", SECOND),
                         ["  op=1:vmap, by another CPU, after 0 events of op=0:vmap",
                          "    before  table page 4 allocated"])

    def test_an_interrupt(self):
        said = told(LINEAR + "page", "set_memory va=0xffff000000300000 pages=1 op=invalid",
                    "during event=1 by=irq", "set_memory va=0xffff000000301000 pages=1 op=invalid")
        self.assertEqual(said[0], "  op=2:set_memory, by an interrupt, after 1 event of op=1:set_memory")

    def test_a_lock_and_when_it_is_released(self):
        self.assertEqual(told(FIRST, "during event=3 by=cpu", SECOND)[1:],
                         ["    after   page table lock taken",
                          "    before  store 1 at level 0, 0xffff800000000000: table",
                          "    waits   for the page table lock",
                          "    until   page table lock released"])

    def test_a_reader_inside_of_a_call_and_a_call_inside_of_a_reader(self):
        self.assertEqual(play(TOP / "regress/cases/read-dump-waits-for-the-lock.scenario"),
                         ["  a dump, by another CPU, after 3 events of op=2:ioremap",
                          "    after   dsb ishst",
                          "    before  TLBI of 512 pages from 0xffff800080000000",
                          "    waits   for the mmap lock",
                          "    until   lock released"])
        self.assertEqual(play(TOP / "regress/cases/read-lookup-in-a-split-block.scenario")[0],
                         "  op=1:set_memory, by another CPU, after 3 events of a lookup")


class Apart(unittest.TestCase):
    def test_the_outer_call_makes_no_event_after_that_one(self):
        why = "  op=1:vmap, not during op=0:vmap: op=0:vmap makes 19 events, and none after event "
        self.assertEqual(len(told(FIRST, "during event=18 by=cpu", SECOND)), 3)
        self.assertEqual(told(FIRST, "during event=19 by=cpu", SECOND), [why + "19"])
        self.assertEqual(told(FIRST, "during event=20 by=cpu", SECOND), [why + "20"])

    def test_a_call_without_any_event(self):
        self.assertEqual(told("vmalloc va=0xffff800080000000 pages=0x10000+512 shift=21 flags=huge",
                              "set_memory va=0xffff800080004000 pages=4 op=ro", "during event=0 by=cpu",
                              "vmap va=0xffff8000c0000000 pages=0x20000"),
                         ["  op=2:vmap, not during op=1:set_memory: op=1:set_memory makes no event"])

    def test_two_of_the_same_pages(self):
        self.assertEqual(told(FIRST, "during event=1 by=cpu", "vunmap va=0xffff800080000000 size=0x1000"),
                         ["  op=1:vunmap, not during op=0:vmap: op=0:vmap and op=1:vunmap change the same "
                          "pages, which no two callers do"])

    def test_calls_that_are_not_made(self):
        gone = "vfree va=0xffff800080000000 pages=4"
        self.assertEqual(told(FIRST, "vunmap va=0xffff800080000000 size=0x4000", gone,
                              "during event=1 by=cpu", SECOND),
                         ["  op=3:vmap, not during op=2:vfree: op=2:vfree is not made"])
        self.assertEqual(told(FIRST, "vunmap va=0xffff800080000000 size=0x4000", SECOND,
                              "during event=1 by=cpu", gone),
                         ["  op=3:vfree, not during op=2:vmap: op=3:vfree would not be made before op=2:vmap"])
        self.assertEqual(told(FIRST, "vunmap va=0xffff800080000000 size=0x4000",
                              "read event=1 of=call by=lookup", gone),
                         ["  op=2:vfree, and a lookup not during it: op=2:vfree is not made"])

    def test_an_interrupt_that_would_split(self):
        self.assertEqual(told("machine bbm=2", LINEAR + "largest",
                              "set_memory va=0xffff000000300000 pages=1 op=invalid", "during event=1 by=irq",
                              "set_memory va=0xffff000000210000 pages=1 op=invalid"),
                         ["  op=2:set_memory, not during op=1:set_memory: op=2:set_memory changes leaves larger "
                          "than a page, which no interrupt does"])

    def test_readers_that_are_too_short_and_that_calls_are_too_short_for(self):
        self.assertEqual(told(FIRST, "read event=1000 of=call by=dump", SECOND),
                         ["  op=1:vmap, and a dump not during it: op=1:vmap makes 4 events, and none after "
                          "event 1000"])
        said, = told(FIRST, "read event=1000 of=reader by=lookup", SECOND)
        self.assertRegex(said, "^  op=1:vmap, and a lookup not during it: a lookup makes [0-9]+ events, and none "
                               "after event 1000$")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
