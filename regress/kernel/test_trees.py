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
import check_calls  # noqa: E402
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "test"))
import copies  # noqa: E402
import event_lines  # noqa: E402
import standins  # noqa: E402

sys.path.insert(0, str(copies.TOP / "regress"))
from driver.reviewing import foreign  # noqa: E402

RIG = copies.TOP / "rig"
SKIP = 77
HAS_GIT = shutil.which("git")
PAGEATTR = "arch/arm64/mm/pageattr.c"
D1 = "vmap va=0xffff8000001f0000 pages=0x10000+128,0x20000+128\n"


def rig(tree, *arguments, **environment):
    """A copy is built for the geometries of its class."""
    if tree == Copy.tree:
        environment["VMAPDIFF_GEOMETRIES"] = ""
    run = subprocess.run([RIG, "kernel", tree, *map(str, arguments)], capture_output=True, text=True,
                         env={**os.environ, **environment})
    return run.returncode, run.stdout + run.stderr


class Copy(unittest.TestCase):
    """A test with a copy of the tree, whose build goes with it."""
    tree = None  # set by main()
    geometries = copies.GEOMETRIES

    def setUp(self):
        os.environ["VMAPDIFF_GEOMETRIES"] = self.geometries
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

    def git(self, *arguments):
        return subprocess.run(["git", "-c", "user.name=rig", "-c", "user.email=rig@localhost",
                               *arguments], cwd=self.copy, capture_output=True, text=True,
                              check=True).stdout


# What mapping code may count or ask on its way, and none of which maps.
COUNTS = """static DEFINE_PER_CPU(unsigned long, unmapped_times);
static atomic_long_t unmapped_bytes;
static void add_unmapped(unsigned long bytes) { atomic_long_add(bytes, &unmapped_bytes); }
DEFINE_STATIC_CALL(count_unmapped, add_unmapped);
static void note_unmapped(unsigned long addr, unsigned long end)
{
	struct { struct_group(both, unsigned long from; unsigned long to;); } range, same;
	ktime_t began = ktime_get();
	unsigned long sum;
	static DEFINE_RATELIMIT_STATE(state, HZ, 1);

	this_cpu_inc(unmapped_times);
	static_call(count_unmapped)(end - addr);
	memset(&same, 0, sizeof(same));
	range.from = addr;
	range.to = end;
	memcpy(&same.both, &range.both, sizeof(same.both));
	preempt_disable();
	WARN_ON(same.to != end || check_add_overflow(addr, end - addr, &sum) || sum != end);
	WARN_ON(abs_diff(addr, end) != end - addr || !in_range(addr, addr, end - addr) || hweight64(PAGE_SIZE) != 1);
	preempt_enable();
	WARN_ON(__ratelimit(&state) || time_after(jiffies, jiffies + HZ) || ktime_after(began, ktime_add_ms(began, 1)));
	WARN_ON(PTR_ERR_OR_ZERO(&range) == -EAGAIN || IS_ERR_OR_NULL(&range) || data_race(unmapped_bytes.counter) == 0);
}
"""


class Messages(Copy):
    """A tree that cannot be used is refused. test_messages.py has the causes one by one."""
    geometries = copies.ONE_GEOMETRY

    def said_of(self, path):
        """What is said of what is no tree; no build is left of it."""
        code, said = rig(path)
        self.assertEqual(code, 2, said)
        self.assertNotIn("CMake", said)
        self.assertNotIn("Traceback", said)
        built = [one.name for one in (copies.TOP / ".build/kernel").iterdir() if one.name.startswith(Path(path).name)]
        self.assertEqual(built, [])
        return said

    def test_what_is_no_tree(self):
        empty = self.work / "an empty [folder]"
        empty.mkdir()
        self.assertIn(f"{empty} is not an arm64 Linux tree: it has no arch/arm64/", self.said_of(empty))
        file = self.work / "file"
        file.touch()
        self.assertIn(f"'{file}' is a file; name the top of a Linux tree", self.said_of(file))
        self.assertIn("there is no '/nowhere'", self.said_of("/nowhere"))
        self.assertIn(f"did you mean {self.copy}?", self.said_of(self.copy / "mm"))
        shutil.rmtree(self.copy / "arch/arm64/include")
        self.assertIn("is not an arm64 Linux tree: it has no arch/arm64/", self.said_of(self.copy))

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
        self.assertRegex(said, rf"\n  a_new_kernel_function  function or macro  mm/vmalloc.c:{first + 2}  ")
        self.assertIn(f"\nnext: ./rig kernel {self.copy}\n", said)

    def test_a_brace_that_is_missing(self):
        copies.substitute(self.copy, copies.VMALLOC, "vunmap_range", r"\}$", "")
        code, said = rig(self.copy)
        self.assertEqual(code, 2)
        self.assertIn("does not compile by itself:\n  mm/vmalloc.c:", said)
        self.assertNotIn("shim.h", said)

    def test_a_function_of_a_file_that_is_not_sliced(self):
        """Declared in a header that is, so that the linker is the first to miss it; not one of mapping code."""
        copies.insert_before(self.copy, "include/linux/vmalloc.h", "is_vm_area_hugepages",
                             "int a_new_function(void);")
        (self.copy / "kernel").mkdir()
        (self.copy / "kernel/util.c").write_text("int a_new_function(void)\n{\n\treturn 1;\n}\n")
        copies.substitute(self.copy, copies.VMALLOC, "vunmap_range", r"^(.*?)\{", r"\1{ a_new_function();")
        code, said = rig(self.copy)
        self.assertEqual(code, 2)
        self.assertRegex(said, r"\n  a_new_function  function +(include/linux|mm)/vmalloc\.\S+ .*kernel/util.c:1\n")
        self.assertNotIn("undefined reference", said)

    def test_set_memory_alone_is_left_out(self):
        copies.substitute(self.copy, "arch/arm64/mm/pageattr.c", "set_memory_nx", r"^(.*?)\{",
                          r"\1{ a_new_kernel_function(addr);")
        code, said = rig(self.copy, "known")
        self.assertEqual(code, 0, said)
        self.assertIn("LEFT OUT: set_memory. ", said)
        self.assertIn("  a_new_kernel_function  ", said)


class Unseen(Copy):
    """Trees that are not like those that the shim was written for."""
    geometries = copies.ONE_GEOMETRY

    def plays_seeds(self):
        """What is said of the copy, with which the seeds of vmap() hold."""
        code, said = rig(self.copy, "replay", copies.TOP / "corpus/fuzz_vmap")
        self.assertEqual(code, 0, said)
        self.assertIn(" 0 not, 0 unusable", said)
        return said

    def test_two_files_with_a_static_function_of_one_name(self):
        """A slice is compiled as one file; each calls its own."""
        for file, before, answer in ((copies.VMALLOC, "vunmap_range", "true"), (PAGEATTR, "set_memory_nx", "false")):
            copies.insert_before(self.copy, file, before, "static bool is_ours(unsigned long addr)\n{\n\treturn "
                                 f"addr ? {answer} : !{answer};\n}}\n")
        copies.substitute(self.copy, copies.VMALLOC, "vunmap_range", r"^(.*?)\{", r"\1{ if (!is_ours(addr)) return;")
        copies.substitute(self.copy, PAGEATTR, "set_memory_nx", r"^(.*?)\{", r"\1{ if (is_ours(addr)) return -EINVAL;")
        self.plays_seeds()
        code, said = rig(self.copy, "replay", copies.TOP / "corpus/fuzz_set_memory")
        self.assertEqual(code, 0, said)

    def test_another_version(self):
        """More parameters (Linux 6.19), new headers, a helper that was moved, no version."""
        os.environ["VMAPDIFF_GEOMETRIES"] = copies.GEOMETRIES
        (self.copy / "Makefile").unlink()
        copies.substitute(self.copy, copies.VMALLOC, "vmap_pages_range",
                          r"unsigned int page_shift\)", "unsigned int page_shift, gfp_t gfp)")
        copies.substitute(self.copy, copies.VMALLOC, "vmap", r"PAGE_SHIFT\)", "PAGE_SHIFT, 0)")
        copies.insert_before(self.copy, "include/linux/vmalloc.h", "is_vm_area_hugepages",
                             "#include <linux/a_new_header.h>\n"
                             "static inline bool rig_moved(unsigned long a) { return a; }")
        copies.substitute(self.copy, copies.VMALLOC, "vunmap_range", r"^(.*?)\{",
                          r"\1{ WARN_ON(!rig_moved(addr));")
        self.plays_seeds()

    def test_refactorings(self):
        """A local variable has another name, and locks go with their scope (since Linux 6.6)."""
        for function in ("vmap_range_noflush", "vunmap_range_noflush"):
            body = copies.File(self.copy, copies.VMALLOC)
            first, end = body.lines_of(function)
            lines = body.text.splitlines(keepends=True)
            lines[first:end] = [re.sub(r"\bmask\b", "modified", line) for line in lines[first:end]]
            (self.copy / copies.VMALLOC).write_text("".join(lines))
        guards = "LOCK_GUARD_1(mutex" in (self.copy / "include/linux/mutex.h").read_text()
        if guards:
            copies.insert_before(self.copy, copies.VMALLOC, "vunmap_range",
                                 "static DEFINE_MUTEX(rig_mutex);\nstatic DEFINE_SPINLOCK(rig_lock);")
            copies.substitute(self.copy, copies.VMALLOC, "vunmap_range", r"(vunmap_range_noflush\([^;]*;)",
                              r"scoped_guard(spinlock, &rig_lock) { \1 } guard(mutex)(&rig_mutex);")
        self.assertNotIn("LEFT OUT", self.plays_seeds())

    def test_what_counts_and_does_not_map(self):
        copies.insert_before(self.copy, copies.VMALLOC, "vunmap_range", COUNTS)
        copies.substitute(self.copy, copies.VMALLOC, "vunmap_range", r"^(.*?)\{", r"\1{ note_unmapped(addr, end);")
        self.assertNotIn("LEFT OUT", self.plays_seeds())

    def test_code_that_a_static_key_turns_on(self):
        """Of a key that nothing in the slice defines, its declaration says whether it is on."""
        copies.insert_before(self.copy, copies.VMALLOC, "vunmap_range",
                             "static DEFINE_STATIC_KEY_TRUE(rig_on);\nstatic DEFINE_STATIC_KEY_FALSE(rig_off);\n"
                             "DECLARE_STATIC_KEY_TRUE(rig_on_elsewhere);\nDECLARE_STATIC_KEY_FALSE(rig_off_elsewhere);")
        copies.substitute(self.copy, copies.VMALLOC, "vunmap_range", r"^(.*?)\{",
                          r"\1{ WARN_ON(static_branch_unlikely(&rig_off) || static_key_enabled(&rig_off_elsewhere));")
        self.plays_seeds()
        copies.substitute(self.copy, copies.VMALLOC, "vunmap_range", r"^(.*?)\{",
                          r"\1{ static_branch_enable(&rig_off);"
                          r" WARN_ON(static_branch_likely(&rig_on) && static_branch_likely(&rig_on_elsewhere));")
        code, said = rig(self.copy, "replay", copies.TOP / "corpus/fuzz_vmap")
        self.assertEqual(code, 1, said)
        self.assertIn("WARN", said)

    def warns_if(self, condition):
        """vunmap_range() of the copy warns where the compiler sees `condition`."""
        copies.substitute(self.copy, copies.VMALLOC, "vunmap_range", r"^(.*?)\{",
                          rf"\1{{\n{condition}\n\tWARN_ON(1);\n#endif\n")

    def finds_the_warning(self, **environment):
        code, said = rig(self.copy, "replay", copies.TOP / "corpus/fuzz_vmap", **environment)
        self.assertEqual(code, 1, said)
        self.assertIn("WARN", said)
        return said

    def test_code_of_an_option_that_arm64_selects(self):
        """What Kconfig has on where nobody chooses is on; of what it has off, a line says so."""
        for name, text in (("arch/arm64/Kconfig", "config ARM64\n\tdef_bool y\n\tselect RIG_SELECTED if MMU\n"),
                           ("mm/Kconfig", "config RIG_SELECTED\n\tbool\nconfig RIG_CHOSEN\n\tbool \"chosen\"\n")):
            (self.copy / name).parent.mkdir(exist_ok=True)
            (self.copy / name).write_text(text)
        self.warns_if("#ifdef CONFIG_RIG_CHOSEN")
        said = self.plays_seeds()
        self.assertIn("CONFIG_RIG_CHOSEN, which mm/vmalloc.c asks for, is off", said)
        said = self.finds_the_warning(VMAPDIFF_CONFIG="CONFIG_RIG_CHOSEN=y")
        self.assertIn("CONFIG_RIG_CHOSEN, which mm/vmalloc.c asks for, is on: VMAPDIFF_CONFIG says so", said)
        self.warns_if("#if defined(CONFIG_RIG_SELECTED)")
        self.assertIn("is on: arch/arm64/Kconfig selects it", self.finds_the_warning())
        copies.insert_before(self.copy, copies.VMALLOC, "vunmap_range", "#ifdef CONFIG_RIG_SELECTED\n#error rig\n#endif")
        code, said = rig(self.copy, "known")
        self.assertEqual(code, 2, said)
        self.assertIn("VMAPDIFF_CONFIG=CONFIG_RIG_SELECTED=n has it off", said)
        code, said = rig(self.copy, "known", VMAPDIFF_CONFIG="RIG_SELECTED")
        self.assertEqual(code, 2, said)
        self.assertIn("VMAPDIFF_CONFIG: 'RIG_SELECTED': must be CONFIG_NAME=y or CONFIG_NAME=n", said)

    def test_code_of_a_macro_that_only_a_condition_asks_for(self):
        (self.copy / "mm/rig_batch.h").write_text("#ifndef RIG_BATCH_H\n#define RIG_BATCH_H\n#define RIG_BATCH 1\n#endif\n")
        copies.insert_before(self.copy, copies.VMALLOC, "vunmap_range", '#include "rig_batch.h"')
        self.warns_if("#if RIG_BATCH > 1")
        self.assertIn("code of mm/rig_batch.h", self.plays_seeds())
        self.warns_if("#ifdef RIG_BATCH")
        self.finds_the_warning()

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


class Places(Copy):
    """An event has the line of the tree that caused it, and the stores of a loop are one batch."""
    geometries = copies.ONE_GEOMETRY
    WRONG = "vmap va=0xffff8000001f0000 pages=0x10000+128,0x20000+128\n"

    def setUp(self):
        super().setUp()
        # From the second run on, each page is the one after it.
        copies.substitute(self.copy, copies.VMALLOC, "vmap_pages_pte_range", r"mk_pte\(page, prot\)",
                          "mk_pte(page + (page_to_pfn(page) >= 0x20000), prot)")
        first, end = copies.File(self.copy, copies.VMALLOC).lines_of("vmap_pages_pte_range")
        text = copies.File(self.copy, copies.VMALLOC).text.split("\n")
        self.line, = [number + 1 for number in range(first, end) if "set_pte_at(" in text[number]]
        self.stored = f"vmap_pages_pte_range(), mm/vmalloc.c:{self.line}"

    def test_all_that_is_told_of_a_finding(self):
        """One test for all, since each builds the tree."""
        scenario = self.scenario(self.WRONG)
        self.shows_who_stored_and_its_batch(scenario)
        self.reports_who_stored(scenario)
        self.records_each_event(scenario)
        self.mails_tree_and_release(scenario)
        if not HAS_GIT:
            self.skipTest("no git: all but the commit was tested")
        self.mails_the_commit(scenario)

    def shows_who_stored_and_its_batch(self, scenario):
        page = self.work / "page.html"
        code, said = rig(self.copy, "show", scenario, "--html", page)
        self.assertEqual(code, 1, said)
        self.assertIn("FAIL translation.output_address mapper=kernel op=0:vmap", said)
        self.assertIn(f"  stored by {self.stored}\n", said)
        self.assertRegex(said, r"store 112 at level 3, 0xffff800000200000: leaf\n"
                               r" +entries 0x0\.\.0x6f in 112 calls")
        self.assertRegex(said, r">  +\d+ store 128 at level 3, 0xffff800000270000: leaf\n"
                               r" +entries 0x70\.\.0xef in 128 calls")
        data = json.loads(re.search(r'type="application/json">(.*?)</script>', page.read_text(),
                                    re.DOTALL).group(1))
        self.assertIn("entries 0x70..0xef in 128 calls", data["events"][data["fault"]][1])
        self.assertIn(self.stored, data["events"][data["fault"]][1])

    def reports_who_stored(self, scenario):
        sarif = self.work / "a.sarif"
        rig(self.copy, "replay", scenario, "--sarif", sarif)
        result, = json.loads(sarif.read_text())["runs"][0]["results"]
        self.assertEqual(result["relatedLocations"][1], {
            "physicalLocation": {"artifactLocation": {"uri": copies.VMALLOC},
                                 "region": {"startLine": self.line}},
            "message": {"text": "vmap_pages_pte_range() stored the entry"}})

    def records_each_event(self, scenario):
        """Every event of the call has a place; leaves are stored where the edit is."""
        path = self.work / "events"
        code, said = rig(self.copy, "show", scenario, "--events", path)
        self.assertEqual(code, 1, said)
        lines = event_lines.read(path.read_text())
        tables = event_lines.Tables(lines)
        self.assertEqual(tables.pfn_of(0xffff8000001f0000), 0x10000)
        self.assertEqual(tables.pfn_of(0xffff800000270000), 0x20001)
        self.assertTrue(all("place" in line for line in event_lines.events(lines)))
        stores = [line for line in event_lines.events(lines, "store")
                  if line["place"]["line"] == self.line]
        self.assertEqual(len(stores), 256)
        self.assertEqual({line["place"]["function"] for line in stores}, {"vmap_pages_pte_range"})
        alloc = event_lines.events(lines, "alloc_table")[-1]["place"]
        self.assertEqual((alloc["file"], alloc["function"]), ("mm/memory.c", "__pte_alloc_kernel"))
        self.assertEqual(alloc["caller"]["function"], "vmap_pages_pte_range")
        mapper = next(line for line in lines if line["record"] == "mapper")
        self.assertEqual(mapper["tree"], str(self.copy))

    def mails_tree_and_release(self, scenario):
        code, said = rig(self.copy, "export", scenario)
        self.assertEqual(code, 0, said)
        version = re.search(r"^VERSION = (\d+)\nPATCHLEVEL = (\d+)",
                            (self.copy / "Makefile").read_text(), re.MULTILINE)
        release = f"Tested: Linux {version.group(1)}.{version.group(2)}"
        self.assertRegex(said, rf"{re.escape(release)}[^ ]*, in {self.copy}\n"
                               r"With:   vmapdiff \d+\.\d+\.\d+ \(")
        self.assertIn("  ./rig kernel TREE replay a.scenario\n", said)
        self.assertIn(self.stored, said)

    def mails_the_commit(self, scenario):
        self.git("init", "-q")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "one")
        _, said = rig(self.copy, "export", scenario)
        self.assertIn(f" (commit {self.git('rev-parse', '--short=12', 'HEAD').strip()}), in {self.copy}\n", said)
        (self.copy / "Makefile").write_text("VERSION = 9\n")
        _, said = rig(self.copy, "export", scenario)
        self.assertRegex(said, r"Tested: Linux 9 \(commit [0-9a-f]{12}-dirty\), in ")

    def test_a_tree_that_macros_would_break_has_no_places(self):
        """Of one geometry only: it is judged all the same, and the rig says so."""
        copies.insert_before(self.copy, copies.VMALLOC, "vunmap_range",
                             "#if defined(__pte_alloc_kernel) && defined(CONFIG_ARM64_LPA2)\n"
                             "#error is a macro\n#endif")
        code, said = rig(self.copy, "show", self.scenario(self.WRONG),
                         VMAPDIFF_GEOMETRIES="kernel_4k_va39_pa48,kernel_4k_va52_pa52")
        self.assertEqual(code, 1, said)
        self.assertIn("LEFT OUT: the lines of events", said)
        self.assertIn("is a macro", said)
        self.assertIn("FAIL translation.output_address", said)
        self.assertNotIn("stored by", said)


POLICY = re.compile(r"^  ([^:\n]+: [^:\n]+): (.*)$", re.M)
SERIES = {
    "vmalloc(), vm_map_ram(): errno of a page array in single pages":
        "-EBUSY for an entry in use, -EINVAL for a bad page, -ENOMEM for a null page or no table",
    "ioremap(): contiguous groups of pages": "yes",
    "ioremap(): groups that are tested for entries in use": "the first of a batch of several",
    "vmalloc(): contiguous groups of pages": "yes",
    "vmalloc(): an entry in use below a block": "a warning and -EBUSY",
    "vmalloc(): walks from the root": "one for a run of blocks",
    "vmap(): large leaves": "contiguous groups and blocks of a PMD, whatever the flags",
    "vmap(): the first page that is no block ends the search for blocks": "yes",
    "vmap(): single pages under nohugeiomap and nohugevmalloc": "no",
    "vmap(): groups that are tested for entries in use": "the first of a batch of several",
}
BEFORE = {
    "vmalloc(), vm_map_ram(): errno of a page array in single pages": "-ENOMEM for each",
    "vmalloc(): an entry in use below a block": "BUG()",
    "vmalloc(): walks from the root": "one for each block",
    "vmap(): large leaves": "none",
}
NOT_UNDERSTOOD = "NOT UNDERSTOOD"


class Measured(Copy):
    """A test that compares what `known` prints of the policy."""

    def policy(self, tree=None):
        code, said = rig(tree or self.copy, "known")
        self.assertEqual(code, 0, said)
        self.said = said
        return dict(POLICY.findall(said))

    def is_measured(self, expected, tree=None):
        measured = self.policy(tree)
        self.assertEqual({knob: measured.get(knob) for knob in expected}, expected)
        self.assertNotIn(NOT_UNDERSTOOD, self.said)

    def holds(self, executions=8192):
        code, said = rig(self.copy, "test", "--executions", executions)
        self.assertEqual(code, 0, said)
        self.nothing_is_foreign()
        return said

    def nothing_is_foreign(self):
        """What is built of a tree calls nothing of the C library, so that a review warns of none of it."""
        libraries = list((copies.TOP / ".build/kernel").glob(f"{self.copy.name}-*/mapper/kernel/libkernel_*.so"))
        self.assertGreater(len(libraries), 0)
        self.assertEqual(set().union(*map(foreign.called, libraries)), set())

    def all_is_judged(self, said, but=()):
        """But what no tree shows, or only one whose known bugs let it, or only some other trees.

        A tree's calls are made one after the other, so that none waits for another.
        """
        unexercised = re.search(r"kernel: .* rules exercised(?:; not: (.*))?", said).group(1)
        self.assertLessEqual(set(unexercised.split(", ")), {"cost.scan", "isolation.transient",
                                                            "process.deadlock", "process.sleep", *but})


class Series(Measured):
    """A tree that carries the series is known by what it does."""

    def test_no_name_of_the_series_counts(self):
        copies.add_series(self.copy)
        for number, name in enumerate(["vmap_pages_range_batched", "vmap_set_ptes", "vm_shift",
                                       "vmap_pages_range_noflush_walk"]):
            copies.rename(self.copy, name, f"nobody_knows_{number}")
        for header in ["arch_vmap_pte_range_map_size", "arch_vmap_pte_supported_shift"]:
            copies.rename_everywhere(self.copy, header, f"{header}_of_another_name")
        self.is_measured(SERIES)
        # set_memory of this tree splits nothing, so it needs no tables.
        self.all_is_judged(self.holds(16384), but={"cost.tables"})

    def test_the_middle_of_the_series(self):
        """One walk, and vmap() in single pages: neither what was before, nor the series."""
        copies.add_walk(self.copy)
        self.is_measured({**SERIES, "vmap(): large leaves": "none",
                          "vmap(): the first page that is no block ends the search for blocks":
                          "vmap() makes no large leaves, or it is not known which",
                          "vmap(): single pages under nohugeiomap and nohugevmalloc":
                          "vmap() makes no large leaves, or it is not known which",
                          "vmap(): groups that are tested for entries in use":
                          "vmap() makes no contiguous groups, or it is not known whether"})
        self.holds()

    def test_groups_alone_are_what_stood_before_the_series(self):
        copies.add_groups(self.copy)
        self.is_measured({**BEFORE, "ioremap(): contiguous groups of pages": "yes",
                          "vmalloc(): contiguous groups of pages": "yes"})
        self.holds()


class Policy(Measured):
    """What a tree's policy is, is measured; where that is not understood, the rest is judged."""

    def test_what_stood_before_the_series(self):
        self.is_measured({**BEFORE, "ioremap(): contiguous groups of pages": "no",
                          "ioremap(): blocks of a PMD": "yes",
                          "ioremap(): blocks of a PUD, with 4K pages": "yes",
                          "ioremap(): single pages under nohugeiomap": "yes",
                          "vmalloc(): contiguous groups of pages": "no",
                          "vmalloc(): blocks of a PMD": "yes",
                          "set_memory: an entry that it makes invalid": "has no mark",
                          "set_direct_map: a Realm's linear map, under rodata=noalias":
                          "stays as it is",
                          "vrealloc(): pages that it cuts off an area of single pages":
                          "stay, mapped"}, self.tree)

    def test_groups_by_ioremap_only(self):
        copies.add_groups(self.copy)
        copies.substitute(self.copy, copies.VMALLOC, "__vmap_pages_range_noflush",
                          r"(page_to_phys\(pages\[i\]\), prot,\s*)page_shift\)",
                          r"\1page_shift < PMD_SHIFT ? PAGE_SHIFT : page_shift)")
        self.is_measured({**BEFORE, "ioremap(): contiguous groups of pages": "yes",
                          "vmalloc(): contiguous groups of pages": "no",
                          "vmalloc(): blocks of a PMD": "yes"})
        self.holds()

    def test_other_values_of_each_knob_of_vmap(self):
        """VM_ALLOW_HUGE_VMAP and nohugevmalloc count, and the search for blocks goes on."""
        copies.add_series(self.copy)
        copies.substitute(self.copy, copies.VMALLOC, "vmap", r"vmap_pages_range_batched\(",
                          "(flags & VM_ALLOW_HUGE_VMAP && vmap_allow_huge ? "
                          "vmap_pages_range_batched : rig_in_single_pages)(")
        copies.insert_before(self.copy, copies.VMALLOC, "vmap",
                             "static int rig_in_single_pages(unsigned long addr, unsigned long end,"
                             " pgprot_t prot, struct page **pages)\n"
                             "{ return vmap_pages_range(addr, end, prot, pages, PAGE_SHIFT); }")
        copies.substitute(self.copy, copies.VMALLOC, "vmap_pages_range_batched",
                          r"if \(!order\)\s*break;", "")
        self.is_measured({**SERIES,
                          "vmap(): large leaves":
                          "contiguous groups and blocks of a PMD, with VM_ALLOW_HUGE_VMAP only",
                          "vmap(): the first page that is no block ends the search for blocks":
                          "no",
                          "vmap(): single pages under nohugeiomap and nohugevmalloc": "yes"})
        self.holds()

    def test_answers_that_fit_no_value(self):
        """Blocks of a PMD only if the array has exactly that size, and an errno of its own.

        Both are named and not judged. The rest is: an array of 12345 pages is executable.
        """
        copies.add_series(self.copy)
        copies.substitute(self.copy, copies.VMALLOC, "rig_block_order", r"PAGE_SIZE << order\)",
                          "PAGE_SIZE << (count == PTRS_PER_PTE || order < PMD_SHIFT - PAGE_SHIFT ? "
                          "order : 0))")
        copies.substitute(self.copy, copies.VMALLOC, "rig_page_error", "-EINVAL", "-E2BIG")
        copies.substitute(self.copy, copies.VMALLOC, "vmap", r"pgprot_nx\(prot\)",
                          "(count == 12345 ? prot : pgprot_nx(prot))")
        measured = self.policy()
        self.assertEqual({name for name, value in measured.items() if value == NOT_UNDERSTOOD},
                         {"vmap(): large leaves",
                          "vmalloc(), vm_map_ram(): errno of a page array in single pages"})
        self.assertIn("placement.leaf: expected level ", self.said)
        self.assertIn("errors.code: expected -EINVAL, saw -7", self.said)
        self.assertIn("not judged: placement.leaf, cost.loads of vmap\n", self.said)
        self.assertIn("not judged: errors.code of vmalloc, vm_map_ram, vmap\n", self.said)
        self.holds()
        code, said = rig(self.copy, "replay", self.scenario(
            "vmap va=0xffff800080000000 pages=0x10+12345 prot=kernel-exec\n"))
        self.assertEqual(code, 1, said)
        self.assertIn("FAIL translation.permission mapper=kernel op=0:vmap", said)
        self.assertIn("not judged, since what the tree does is not understood: placement.leaf of "
                      "vmap", said)

    def test_a_probe_that_crashes(self):
        """vmalloc() in blocks reads past its array: the other knobs are measured."""
        copies.substitute(self.copy, copies.VMALLOC, "__vmap_pages_range_noflush",
                          r"page_to_phys\(pages\[i\]\)",
                          "page_to_phys(pages[i]) + (pages[nr] ? 0 : 1)")
        measured = self.policy()
        self.assertEqual(measured["vmalloc(): blocks of a PMD"], NOT_UNDERSTOOD)
        self.assertIn("the tree's code crashed, or did not end", self.said)
        self.assertEqual(measured["ioremap(): blocks of a PMD"], "yes")
        self.assertEqual(measured["vmap(): large leaves"], "none")


class Newest(Measured):
    """Linux 7.3, as it is and with the series."""

    def test_its_policy(self):
        self.is_measured({**BEFORE, "ioremap(): contiguous groups of pages": "yes",
                          "vmalloc(): contiguous groups of pages": "yes",
                          "set_memory: leaves that it changes a part of":
                          "are split, with BBM level 2",
                          "set_direct_map: a Realm's linear map, under rodata=noalias":
                          "is changed",
                          "vrealloc(): pages that it cuts off an area of single pages":
                          "are unmapped and given back"}, self.tree)

    def test_one_geometry_at_a_time(self):
        """Each with what its known bugs are looked for with: none of them is told as new."""
        for geometry in ("kernel_16k_va48_pa48", "kernel_64k_va42_pa48", "kernel_64k_va48_pa52"):
            os.environ["VMAPDIFF_GEOMETRIES"] = geometry
            code, said = rig(self.copy, "test", "--executions", 512)
            self.assertEqual(code, 0, said)

    def test_the_series_on_it(self):
        copies.add_series(self.copy)
        self.is_measured(SERIES)
        self.assertNotIn("LEFT OUT", self.said)
        said = self.holds(16384)
        self.assertIn("flushes-at-limit (cost.tlbi)", said)
        self.all_is_judged(said)
        self.assertIsNone(check_calls.fault_of(said))

    def test_hazard_d1_on_it(self):
        copies.add_series(self.copy, batch_bound=False)
        self.is_measured(SERIES)
        code, said = rig(self.copy, "replay", self.scenario(D1))
        self.assertEqual(code, 1, said)
        self.assertIn("FAIL translation.output_address mapper=kernel", said)

    def test_what_is_written_is_not_adapted(self):
        """A call that no caller makes is not made, and its reason is said."""
        scenario = self.scenario("vmalloc va=0xffff800080003000 pages=0x401+512 shift=21 flags=huge\n")
        before = scenario.read_text()
        for command in ("replay", "show"):
            code, said = rig(self.tree, command, scenario)
            self.assertEqual(code, 0, said)
            self.assertRegex(said, r"not made +1 .*\n +misaligned-blocks +1 .* vmalloc\(\) aligns")
            self.assertIn("more than 5 %", check_calls.fault_of(said) or "")
        self.assertEqual(scenario.read_text(), before)

    def test_a_part_of_a_group_of_blocks_is_not_unmapped(self):
        """The tree would leave the rest of the group. Such a block is on another area's guard page."""
        code, said = rig(self.tree, "replay", self.scenario(
            "machine bbm=2\nvmalloc va=0xffff80003ffff000 pages=0x400\n"
            "ioremap va=0xffff800040000000 pa=0x0 size=0x40000000\n"
            "set_memory va=0xffff80003ffff000 pages=2 op=nx\n"
            "vunmap va=0xffff800042000000 size=0x1000\n"))
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"not made +1 .*\n +part-of-blocks +1 ")

    def test_leaves_are_split(self):
        """The switch that boot code sets: without it, this is refused by -EINVAL."""
        code, said = rig(self.tree, "replay", self.scenario(
            "machine bbm=2\nlinear pa=0x40000000 size=0x40000000\n"
            "set_memory va=0xffff000040003000 pages=1 op=invalid\n"))
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"not made +0 ")

    def test_a_switch_that_boot_code_does_not_set_is_noticed(self):
        switch = copies.File(self.copy, "arch/arm64/mm/mmu.c")
        switch.path.write_text(re.sub(r"\n\tlinear_map_requires_\w+ = [^;]*;", "", switch.text))
        code, said = rig(self.copy, "replay", self.scenario(
            "machine bbm=2\nlinear pa=0x40000000 size=0x40000000\n"
            "set_memory va=0xffff000040003000 pages=1 op=invalid\n"),
            VMAPDIFF_GEOMETRIES=copies.ONE_GEOMETRY)
        self.assertEqual(code, 1, said)
        self.assertIn("FAIL errors.code mapper=kernel op=1:set_memory", said)

    def test_splits_into_single_leaves_are_a_policy(self):
        for leaf in ("pud", "pmd"):
            copies.substitute(self.copy, standins.MMU, "split_kernel_leaf_mapping_locked",
                              rf"({leaf}, GFP_PGTABLE_KERNEL), true\)", r"\1, false)")
        self.is_measured({"set_memory: leaves that a split makes": "single ones"})

    def test_a_needless_split_is_noticed(self):
        """An end between two groups dissolves the second."""
        copies.substitute(self.copy, standins.MMU, "split_kernel_leaf_mapping_locked",
                          r"if \(ALIGN_DOWN\(addr, CONT_PTE_SIZE\) == addr\)\s*goto out;", "")
        code, said = rig(self.copy, "replay", self.scenario(
            "machine bbm=2\nlinear pa=0x40000000 size=0x200000\n"
            "set_memory va=0xffff000040010000 pages=32 op=invalid\n"),
            VMAPDIFF_GEOMETRIES=copies.ONE_GEOMETRY)
        self.assertEqual(code, 1, said)
        self.assertIn("FAIL placement.leaf mapper=kernel op=1:set_memory", said)


def never_split(copy):
    """What set_memory_valid() made invalid is no block (Linux 6.18), and no group."""
    standins.valid_blocks_only(copy)
    copies.substitute(copy, standins.MMU, "split_kernel_leaf_mapping_locked", r"pte_cont\(pte\)",
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
        judged = ",".join((*self.FAULTS, "fills-empty"))
        code, said = rig(self.copy, "test", "--executions", 8192, VMAPDIFF_JUDGE=judged)
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
        standins.warns_of_empty(self.copy)

    def test_it_is_known_and_what_fails_by_it_becomes_small(self):
        code, said = rig(self.copy, "test", "--executions", 8192)
        self.assertEqual(code, 0, said)
        self.assertIn("  warns-of-empty (errors.warning)\n", said)
        judged = {"VMAPDIFF_JUDGE": "warns-of-empty"}
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

    def test_a_link_to_no_table(self):
        """It is found, and nothing of the rig follows it."""
        copies.substitute(self.copy, "arch/arm64/include/asm/pgalloc.h", "__pmd_populate", r"^(.*?)\{",
                          r"\1{ ptep = (u32)ptep;")
        code, said = rig(self.copy, "test", "--executions", 512)
        self.assertEqual(code, 1, said)
        self.assertIn("FAIL tables.dangling mapper=kernel op=0:vmap ", said)

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


@unittest.skipUnless(HAS_GIT, "no git")
class Runaway(Copy):
    """A tree's call or lookup that loops or recurses is a finding, and the rig itself ends."""

    RULES = {1: "tables.runaway", 2: "tables.runaway", 3: "process.hang", 4: "tables.runaway",
             5: "process.stack_overflow", 6: "tables.runaway"}

    def setUp(self):
        super().setUp()
        copies.insert_before(self.copy, copies.VMALLOC, "ioremap_page_range",
                             copies.text_of("runaway.in"))
        copies.substitute(self.copy, copies.VMALLOC, "ioremap_page_range", r"^(.*?)\{",
                          r"\1{ rig_run_away(addr, phys_addr);")
        copies.substitute(self.copy, copies.VMALLOC, "vmalloc_to_page", r"(pgd_t \*pgd = )",
                          r"int at = ({ while (addr == 0xffff800090000000) "
                          r"(void)READ_ONCE(*pgd_offset_k(addr)); 0; }); \1at + ")

    def played(self, *arguments):
        code, said = rig(self.copy, *arguments, VMAPDIFF_HANG_SECONDS="0.5",
                         VMAPDIFF_GEOMETRIES=copies.ONE_GEOMETRY)
        self.assertEqual(code, 1, said)
        return said

    def failure(self, rule, kind):
        return f"FAIL {rule} mapper=kernel op=0:{kind} granule=4k level=none"

    def test_what_does_not_end_is_a_finding(self):
        for number, rule in self.RULES.items():
            path = self.scenario(
                f"ioremap va=0xffff800080000000 pa=0x700{number}000 size=0x1000\n")
            for command in ("replay", "show"):
                said = self.played(command, path)
                self.assertIn(self.failure(rule, "ioremap"), said)
                self.assertIn("last event: ", said)
                if rule == "process.hang":
                    self.assertRegex(said, r"kernel +in rig_run_away, .*mm/vmalloc.c:\d+")
        path = self.scenario("vmap va=0xffff800090000000 pages=0x10+1\n")
        self.assertIn(self.failure("tables.runaway", "vmap"), self.played("replay", path))


class Bisect(Copy):
    """The recipe of KERNEL.md finds the commit."""
    geometries = copies.ONE_GEOMETRY

    def commit(self, subject):
        self.git("add", "-A")
        self.git("commit", "-q", "-m", subject)

    def test_git_bisect_run(self):
        self.git("init", "-q")
        self.commit("good")
        copies.add_series(self.copy)
        self.commit("the series")
        walk = copies.File(self.copy, copies.VMALLOC)
        walk.path.write_text(walk.text.replace("static int vmap_pages_range_batched(", "int rig_broken(\n", 1))
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

    NO_RULE = """machine granule=4k va=48 pa=48
policy prior
vmap va=0xffff800080000000 pages=0x10000+2
vunmap va=0xffff800080000000 size=0x2000
"""

    def series_of_differences(self):
        """
        A copy of what is good, and commits that break no rule: another name, a barrier more, a read less, of
        which the scenario shows the barrier; and one that does not build.
        """
        self.git("init", "-q")
        self.commit("good")
        like = self.copy.with_name(f"{self.copy.name}-like")
        shutil.copytree(self.copy, like, ignore=shutil.ignore_patterns(".git"))
        copies.rename(self.copy, "vmap_pages_pte_range", "vmap_pages_ptes")
        self.commit("another name")
        walk = copies.File(self.copy, copies.VMALLOC)
        walk.path.write_text(walk.text.replace("static int vmap_pages_ptes(", "int rig_broken(\n", 1))
        self.commit("does not build")
        walk.path.write_text(walk.text)
        self.commit("builds again")
        copies.substitute(self.copy, copies.VMALLOC, "vmap_pages_ptes", r"do \{", "do { (void)ptep_get(pte);")
        self.commit("reads more")
        copies.substitute(self.copy, copies.VMALLOC, "vunmap_range", r"\{", "{ dsb(ishst);")
        self.commit("a barrier more")
        (self.copy / "Makefile").write_text((self.copy / "Makefile").read_text() + "\n# words\n")
        self.commit("something else")
        return like

    def first_to_differ(self, like, *more):
        self.git("bisect", "start", "HEAD", "HEAD~6")
        said = self.git("bisect", "run", str(RIG), "kernel", ".", "bisect",
                        str(self.scenario(self.NO_RULE)), "--like", str(like), *more)
        self.git("bisect", "reset")
        return re.search("is the first bad commit\n(?:.*\n)*?    (.*)", said).group(1)

    def test_git_bisect_run_for_a_difference(self):
        like = self.series_of_differences()
        self.assertEqual(self.first_to_differ(like), "reads more")
        self.assertEqual(self.first_to_differ(like, "--only", "barriers"), "a barrier more")
        scenario, words, other = self.scenario(self.NO_RULE), self.work / "words", self.work / "other"
        words.write_text("words\n")
        other.write_text("vmapdiff 2\n" + self.NO_RULE.replace("4k va=48", "16k va=47").replace("0x2000", "0x8000"))
        self.assertEqual(rig(self.copy, "replay", scenario)[0], 0)  # no rule is broken: the other recipe finds nothing
        for given, code, why in (([scenario, "--like", like], 1, "differs: "),
                                 ([scenario, "--like", like, "--only", "leaves"], 0, "as to leaves"),
                                 ([scenario, "--like", self.copy], 125, "names the tree that is bisected"),
                                 ([scenario, "--only", "reads"], 125, "goes with --like"),
                                 (["/nowhere", "--like", like], 125, "there is no scenario"),
                                 ([words, "--like", like], 125, "is not a scenario"),
                                 ([other, "--like", like], 125, "is not built for")):
            with self.subTest(why=why):
                told, said = rig(self.copy, "bisect", *given)
                self.assertEqual(told, code, said)
                self.assertIn(why, said)


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
