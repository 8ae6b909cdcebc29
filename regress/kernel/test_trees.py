#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What ./rig kernel says and does, on copies of a tree.

Usage: test_trees.py TREE [CLASS]...     exit: 0 good, 1 not, 77 no tree
"""
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import copies  # noqa: E402

RIG = copies.TOP / "rig"
SKIP = 77
MMU = "arch/arm64/mm/mmu.c"
D1 = "vmap va=0xffff8000001f0000 pages=0x10000+128,0x20000+128\n"


def rig(*arguments, **environment):
    run = subprocess.run([RIG, "kernel", *map(str, arguments)], capture_output=True, text=True,
                         env={**os.environ, **environment})
    return run.returncode, run.stdout + run.stderr


class Copy(unittest.TestCase):
    """A test with a copy of the tree, whose build goes with it."""
    tree = None  # set by main()

    def setUp(self):
        self.work = Path(tempfile.mkdtemp(prefix="vmapdiff-"))
        self.copy = self.work / f"copy-{os.getpid()}-{self._testMethodName}"
        copies.copy_tree(self.tree, self.copy)

    def tearDown(self):
        for built in (copies.TOP / ".build/kernel").glob(f"{self.copy.name}-*"):
            if built.is_dir():
                shutil.rmtree(built)
            else:
                built.unlink()  # the log or the lock of a build
        shutil.rmtree(self.work)

    def scenario(self, text):
        path = self.work / "a.scenario"
        path.write_text("vmapdiff 2\n" + text)
        return path


class Messages(Copy):
    """A tree that cannot be used is refused in one of three ways."""

    def test_a_tree_that_is_none(self):
        shutil.rmtree(self.copy / "arch")
        code, said = rig(self.copy)
        self.assertEqual(code, 2)
        self.assertIn("is not an arm64 Linux tree: it has no arch/arm64/", said)
        self.assertNotIn("CMake", said)

    def test_a_root_that_is_missing(self):
        copies.substitute(self.copy, copies.VMALLOC, "vmap_pages_range",
                          r"int vmap_pages_range\(", "int vmap_pages_span(")
        code, said = rig(self.copy)
        self.assertEqual(code, 2)
        self.assertIn("does not define vmap_pages_range() in mm/vmalloc.c", said)

    def test_a_name_that_the_shim_lacks(self):
        copies.substitute(self.copy, copies.VMALLOC, "vunmap_range", r"^(.*?)\{",
                          r"\1{ a_new_kernel_function(addr);")
        first, _ = copies.File(self.copy, copies.VMALLOC).lines_of("vunmap_range")
        code, said = rig(self.copy)
        self.assertEqual(code, 2)
        self.assertIn("uses names that mapper/kernel/shim.h lacks (1 errors)", said)
        self.assertIn(f"mm/vmalloc.c:{first + 2}:", said)
        self.assertIn("'a_new_kernel_function'", said)
        self.assertIn("kernel memory; or, if the name is mapping code, add its file", said)

    def test_inline_assembly(self):
        """Also what every host would assemble: an arm64 host would run `tlbi`, and trap."""
        copies.substitute(self.copy, copies.VMALLOC, "vunmap_range", r"^(.*?)\{",
                          r'\1{ asm volatile("nop");')
        first, _ = copies.File(self.copy, copies.VMALLOC).lines_of("vunmap_range")
        code, said = rig(self.copy)
        self.assertEqual(code, 2)
        self.assertIn("Inline assembly is never run", said)
        self.assertIn(f"mm/vmalloc.c:{first + 2}:", said)

    def test_set_memory_alone_is_left_out(self):
        copies.substitute(self.copy, "arch/arm64/mm/pageattr.c", "set_memory_nx", r"^(.*?)\{",
                          r"\1{ a_new_kernel_function(addr);")
        code, said = rig(self.copy, "known")
        self.assertEqual(code, 0, said)
        self.assertIn("LEFT OUT: set_memory, which uses names", said)
        self.assertIn("'a_new_kernel_function'", said)


class Unseen(Copy):
    """Trees that are not like those that the shim was written for."""

    def test_another_version(self):
        """More parameters (Linux 6.19), new headers, a helper that was moved, no version."""
        (self.copy / "Makefile").unlink()
        copies.substitute(self.copy, copies.VMALLOC, "vmap_pages_range",
                          r"unsigned int page_shift\)", "unsigned int page_shift, gfp_t gfp)")
        copies.substitute(self.copy, copies.VMALLOC, "vmap", r"PAGE_SHIFT\)", "PAGE_SHIFT, 0)")
        copies.insert_before(self.copy, "include/linux/vmalloc.h", "is_vm_area_hugepages",
                             "#include <linux/a_new_header.h>\n"
                             "static inline bool rig_moved(unsigned long a) { return a; }")
        copies.substitute(self.copy, copies.VMALLOC, "vunmap_range", r"^(.*?)\{",
                          r"\1{ WARN_ON(!rig_moved(addr));")
        code, said = rig(self.copy, "replay", copies.TOP / "corpus/fuzz_vmap")
        self.assertEqual(code, 0, said)
        self.assertIn(" 0 not, 0 unusable", said)

    def test_the_compiler_is_as_arm64s_on_every_host(self):
        copies.insert_before(self.copy, copies.VMALLOC, "vunmap_range",
                             "#if !defined(__aarch64__) || defined(__x86_64__)\n#error\n#endif")
        copies.substitute(self.copy, copies.VMALLOC, "vunmap_range", r"^(.*?)\{",
                          r"\1{ BUILD_BUG_ON((char)-1 < 0);")
        code, said = rig(self.copy, "known")
        self.assertEqual(code, 0, said)

    def test_nothing_is_written_into_a_tree(self):
        def digest():
            return {path: hashlib.sha256(path.read_bytes()).digest()
                    for path in self.copy.rglob("*") if path.is_file()}
        for directory in [self.copy, *self.copy.rglob("*")]:
            directory.chmod(0o555 if directory.is_dir() else 0o444)
        before = digest()
        code, said = rig(self.copy, "known")
        self.assertEqual(code, 0, said)
        self.assertEqual(digest(), before)

    def test_an_edit_is_seen(self):
        scenario = self.scenario("vmap va=0xffff800080000000 pages=0x10+4 prot=kernel-exec\n")
        self.assertEqual(rig(self.copy, "replay", scenario)[0], 0)
        copies.substitute(self.copy, copies.VMALLOC, "vmap", r"pgprot_nx\(prot\)", "prot")
        sarif = self.work / "a.sarif"
        code, said = rig(self.copy, "replay", scenario, "--sarif", sarif)
        self.assertEqual(code, 1)
        self.assertIn("FAIL translation.permission mapper=kernel op=0:vmap granule=4k", said)
        self.reports_the_tree(sarif, scenario)

    def reports_the_tree(self, sarif, scenario):
        """The finding stands at vmap() in the tree's own file, and where the scenario has the op."""
        result, = json.loads(sarif.read_text())["runs"][0]["results"]
        place = result["locations"][0]["physicalLocation"]
        first, end = copies.File(self.copy, copies.VMALLOC).lines_of("vmap")
        self.assertEqual(place["artifactLocation"]["uri"], copies.VMALLOC)
        self.assertTrue(first < place["region"]["startLine"] <= end, place)
        place = result["relatedLocations"][0]["physicalLocation"]
        self.assertEqual(place, {"artifactLocation": {"uri": str(scenario)},
                                 "region": {"startLine": 2}})

    def test_an_overrun_names_the_trees_own_line(self):
        copies.substitute(self.copy, copies.VMALLOC, "vmap_pages_pte_range", r"pages\[\*nr\]",
                          "pages[*nr + 1]")
        first, end = copies.File(self.copy, copies.VMALLOC).lines_of("vmap_pages_pte_range")
        code, said = rig(self.copy, "replay", self.scenario("vmap va=0xffff800080000000 pages=1\n"))
        self.assertNotEqual(code, 0)
        self.assertIn("FAIL sanitizer.use-after-poison mapper=kernel op=0:vmap", said)
        line = re.search(r"mm/vmalloc\.c:(\d+)", said)
        self.assertTrue(line and first < int(line.group(1)) <= end, said)


class Series(Copy):
    """A tree that carries the series is known by what it declares."""

    def test_the_series_is_judged_as_what_it_is(self):
        copies.add_series(self.copy)
        code, said = rig(self.copy, "test", "--executions", 16384)
        self.assertEqual(code, 0, said)
        self.assertIn("judged as the series (policy v4), with contiguous groups", said)

    def test_blocks_freed_from_hugetlb_make_it_v9(self):
        copies.add_series(self.copy)
        copies.insert_before(self.copy, copies.VMALLOC, "vmap_pte_range",
                             "static inline void pte_set_huge(void) { }")
        code, said = rig(self.copy, "known")
        self.assertEqual(code, 0, said)
        self.assertIn("judged as the series (policy v9), with contiguous groups", said)

    def test_groups_alone_are_what_stood_before_the_series(self):
        copies.add_groups(self.copy)
        code, said = rig(self.copy, "test", "--executions", 8192)
        self.assertEqual(code, 0, said)
        self.assertIn("judged as before the series (policy prior), with contiguous groups", said)

    def test_the_table_of_hazard_d1(self):
        copies.add_series(self.copy, batch_bound=False)
        code, said = rig(self.copy, "replay", self.scenario(D1))
        self.assertEqual(code, 1)
        self.assertIn("FAIL translation.output_address mapper=kernel op=0:vmap granule=4k level=3",
                      said)


class Newest(Copy):
    """Linux 7.3, as it is and with the series."""

    def test_leaves_are_split(self):
        """The switch that boot code sets: without it, this is refused by -EINVAL."""
        code, said = rig(self.copy, "replay", self.scenario(
            "machine bbm=2\nlinear pa=0x40000000 size=0x40000000\n"
            "set_memory va=0xffff000040003000 pages=1 op=invalid\n"))
        self.assertEqual(code, 0, said)
        self.assertIn("0 calls were not made", said)

    def test_a_switch_that_boot_code_does_not_set_is_noticed(self):
        switch = copies.File(self.copy, "arch/arm64/mm/mmu.c")
        switch.path.write_text(re.sub(r"\n\tlinear_map_requires_\w+ = [^;]*;", "", switch.text))
        code, said = rig(self.copy, "replay", self.scenario(
            "machine bbm=2\nlinear pa=0x40000000 size=0x40000000\n"
            "set_memory va=0xffff000040003000 pages=1 op=invalid\n"))
        self.assertEqual(code, 1, said)
        self.assertIn("FAIL errors.code mapper=kernel op=1:set_memory", said)

    def test_the_limit_of_a_flush_is_the_trees_own(self):
        copies.add_series(self.copy)
        code, said = rig(self.copy, "test", "--executions", 8192)
        self.assertEqual(code, 0, said)
        self.assertIn("flushes-at-limit (cost.tlbi)", said)


def never_split(copy):
    """What set_memory_valid() made invalid is no block (Linux 6.18), and no group."""
    for level in ("pmd", "pud"):
        copies.substitute(copy, "arch/arm64/mm/pageattr.c", f"pageattr_{level}_entry",
                          rf"{level}_leaf\(val\)", f"({level}_leaf(val) && {level}_val(val) & PTE_VALID)")
    copies.substitute(copy, MMU, "split_kernel_leaf_mapping_locked", r"pte_cont\(pte\)",
                      "(pte_valid(pte) && pte_cont(pte))")


class Faults73(Copy):
    """Faults of Linux 6.18 and 6.19, by edits of 7.3, are named, waived, and found where they are judged."""

    FAULTS = ("invalid-blocks-stay", "cut-invalid-groups", "reads-past-pages")

    def test_they_are_known(self):
        never_split(self.copy)
        code, said = rig(self.copy, "test", "--executions", 8192)
        self.assertEqual(code, 0, said)
        for name in self.FAULTS:
            self.assertRegex(said, rf"\n  {name} \(")
        judged = ",".join(f"-{name}" for name in (*self.FAULTS, "fills-empty"))
        code, said = rig(self.copy, "test", "--executions", 8192, VMAPDIFF_WAIVE=judged)
        self.assertEqual(code, 1, said)
        for signature in ("translation.missing mapper=kernel op=2:set_memory",
                          "contiguous.partial mapper=kernel op=2:set_memory",
                          "sanitizer.use-after-poison mapper=kernel op=1:set_memory"):
            self.assertRegex(said, rf"\n +\d+  FAIL {re.sub('=[0-9]', '=[0-9]', signature)}")


class Faults612(Copy):
    """The warning of Linux 6.14, by an edit of 6.12, and what the rig does with it."""

    LARGE = ("ioremap va=0xffff8000c0000000 pa=0x8000000000 size=0x3000 prot=device\n"
             "vunmap va=0xffff8000c0000000 size=0x3000\n"
             "ioremap va=0xffff8000c0000000 pa=0x8000000000 size=0x7fe00000\n")

    def setUp(self):
        super().setUp()
        copies.substitute(self.copy, MMU, "pud_free_pmd_page",
                          r"if \(pmd_present\(pmdp_get\(pmdp\)\)\)\s*", "")

    def test_it_is_known_and_what_fails_by_it_becomes_small(self):
        code, said = rig(self.copy, "test", "--executions", 8192)
        self.assertEqual(code, 0, said)
        self.assertIn("  warns-of-empty (errors.warning)\n", said)
        judged = {"VMAPDIFF_WAIVE": "-warns-of-empty"}
        code, said = rig(self.copy, "test", "--executions", 4096, **judged)
        self.assertEqual(code, 1, said)
        self.assertRegex(said, r"\n +\d+  FAIL errors.warning mapper=kernel op=\d:ioremap granule=4k")
        self.assertIn("4096 of 4096 scenarios\n", said)
        self.is_minimized(judged)

    def is_minimized(self, judged):
        """A range of 2 GB is cut to 1 GB, which is the least that fails, in a few trials."""
        small = self.work / "small.scenario"
        code, said = rig(self.copy, "minimize", self.scenario(self.LARGE), "-o", small, **judged)
        self.assertEqual(code, 0, said)
        trials = re.search(r"no step makes it smaller, after (\d+) trials", said)
        self.assertLessEqual(int(trials.group(1)), 200)
        self.assertIn(" size=0x40000000\n", small.read_text())
        code, said = rig(self.copy, "minimize", self.scenario(self.LARGE), "--trials", 5, "-o", small,
                         **judged)
        self.assertEqual(code, 0, said)
        self.assertIn("stopped after 5 trials, which is the bound", said)


class Findings(Copy):
    """`test` plays all scenarios, keeps one of each finding, and ends at none."""

    def break_tree(self):
        """A rule is broken by each vmap(), memory is misused by some vunmap(), and a few never end."""
        copies.substitute(self.copy, copies.VMALLOC, "vmap", r"pgprot_nx\(prot\)", "prot")
        copies.substitute(self.copy, copies.VMALLOC, "vunmap_range", r"^(.*?)\{",
                          r"\1{ if ((addr >> 12 & 7) == 7) *(volatile int *)(addr >> 48 & 1) = 3;")

    def kept(self):
        folder, = (copies.TOP / ".build/kernel").glob(f"{self.copy.name}-*/findings/test")
        return {path.name: path.read_text() for path in folder.iterdir()}

    def test_each_is_told_and_kept(self):
        self.break_tree()
        line, _ = copies.File(self.copy, copies.VMALLOC).lines_of("vunmap_range")
        code, said = rig(self.copy, "test", "--executions", 2048)
        self.assertEqual(code, 1, said)
        self.assertRegex(said, r"\nall +2048 ")
        self.assertRegex(said, r"sanitizer AddressSanitizer: SEGV .*\n"
                               rf" +in vunmap_range\(\) at mm/vmalloc.c:{line + 2}:")
        kept = self.kept()
        self.assertIn("translation.permission-vmap-4k-level3.scenario", kept)
        self.assertIn("sanitizer.null-deref-vunmap-4k.scenario", kept)
        for name in kept:
            self.assertIn(f"\n           {name}\n", said)
        self.assertRegex(said, r"next: \./rig kernel \S+ show \S+\.scenario\n")
        self.is_deterministic(said)
        self.goes_with_its_cause()

    def is_deterministic(self, said):
        code, again = rig(self.copy, "test", "--executions", 2048)
        self.assertEqual(code, 1)
        one, two = (text[text.index("\nmachine "):text.index("\nnext: ")] for text in (said, again))
        self.assertEqual(one, two)

    def goes_with_its_cause(self):
        """Two at once, of which one may wait: both see the tree as it is now, and no older finding stays."""
        copies.copy_tree(self.tree, self.copy)
        command = [RIG, "kernel", self.copy, "test", "--executions", "512"]
        running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
                   for _ in range(2)]
        for process in running:
            said, _ = process.communicate()
            self.assertEqual(process.returncode, 0, said)
        self.assertEqual(self.kept(), {})
        self.waits_while_others_use_it()

    def waits_while_others_use_it(self):
        """What is edited while a test runs is built after it; the test is of the tree as it was."""
        first = subprocess.Popen([RIG, "kernel", self.copy, "test", "--executions", "4096"],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for text in first.stderr:
            if "of 4096 scenarios" in text or "building" in text:
                break
        first.stdout.readline()  # the tool is running
        copies.substitute(self.copy, copies.VMALLOC, "vmap", r"pgprot_nx\(prot\)", "prot")
        code, said = rig(self.copy, "test", "--executions", 512)
        self.assertEqual(code, 1, said)
        self.assertIn("waiting for another run that uses ", said)
        of_first, _ = first.communicate()
        self.assertEqual(first.returncode, 0, of_first)


class Bisect(Copy):
    """The recipe of KERNEL.md finds the commit."""

    def git(self, *arguments):
        return subprocess.run(["git", "-c", "user.name=rig", "-c", "user.email=rig@localhost",
                               *arguments], cwd=self.copy, capture_output=True, text=True,
                              check=True).stdout

    def commit(self, subject):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", subject)

    def test_git_bisect_run(self):
        self.git("init", "-q")
        self.commit("good")
        copies.add_series(self.copy)
        self.commit("the series")
        walk = copies.File(self.copy, copies.VMALLOC)
        walk.path.write_text(walk.text.replace("static int vmap_batched(", "int rig_broken(\n", 1))
        self.commit("does not build")
        walk.path.write_text(walk.text)
        self.commit("builds again")
        copies.substitute(self.copy, copies.VMALLOC, "rig_batch_size", r"while \(true", "while (false")
        self.commit("a batch is no longer bound")
        (self.copy / "Makefile").write_text("VERSION = 9\n")
        self.commit("something else")
        self.git("bisect", "start", "HEAD", "HEAD~5")
        said = self.git("bisect", "run", str(RIG), "kernel", ".", "bisect",
                        str(self.scenario(D1)))
        self.assertRegex(said, "is the first bad commit\n(.*\n)*.*a batch is no longer bound")


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    Copy.tree = Path(sys.argv.pop(1))
    if not (Copy.tree / "mm/vmalloc.c").exists():
        print(f"SKIP: no {Copy.tree} (Debian package linux-source)")
        return SKIP
    return 0 if unittest.main(exit=False).result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
