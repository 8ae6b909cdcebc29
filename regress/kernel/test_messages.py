#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What is said of a tree that does not build: its own errors, names that shim.h lacks, or too old.

On copies of a tree that are edited, sliced and checked as mapper/kernel/CMakeLists.txt does it.

Usage: test_messages.py TREE     exit: 0 good, 1 not, 77 no tree or no clang
"""
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import copies  # noqa: E402

sys.path.insert(0, str(copies.TOP / "regress"))
from driver import machine  # noqa: E402

SKIP = 77
KERNEL = copies.KERNEL
MMU, PAGEATTR = "arch/arm64/mm/mmu.c", "arch/arm64/mm/pageattr.c"
HEADER = "arch/arm64/include/asm/pgtable.h"
SCREEN_LINES, SCREEN_COLUMNS = 24, 110
# Of geometries with 3 and 5 levels: kilobytes, page_shift, va_bits, pa_bits, cont_*_shift, levels.
GEOMETRIES = {"4k-39": (4, 12, 39, 48, 4, 3), "4k-52": (4, 12, 52, 52, 4, 5)}
FLAGS = ("-std=gnu11 -fno-strict-aliasing -fwrapv -funsigned-char -fno-gnu-inline-asm -Wno-everything "
         "-Werror=implicit-function-declaration -Werror=int-conversion").split()


def configure(folder):
    """Folders with a generated/autoconf.h for each of GEOMETRIES."""
    for name, (kilobytes, page, va, pa, cont, levels) in GEOMETRIES.items():
        text = (KERNEL / "autoconf.h.in").read_text()
        text = re.sub("#cmakedefine (.*)", r"#define \1" if va == 52 else "", text)
        for key, value in {"kilobytes": kilobytes, "page_shift": page, "va_bits": va, "pa_bits": pa,
                           "cont_pte_shift": cont, "cont_pmd_shift": cont, "levels": levels}.items():
            text = text.replace(f"@{key}@", str(value))
        (folder / name / "generated").mkdir(parents=True)
        (folder / name / "generated/autoconf.h").write_text(text)
        yield from ("--config", folder / name)


class Copy(unittest.TestCase):
    original = clang = None  # set by main()

    def setUp(self):
        self.work = Path(tempfile.mkdtemp(prefix="vmapdiff-"))
        self.tree = self.work / "a tree [1]"
        self.slice = self.work / "slice"
        self.configs = list(configure(self.work))
        copies.copy_tree(self.original, self.tree)

    def tearDown(self):
        shutil.rmtree(self.work)

    def check(self, shim=KERNEL / "shim.h"):
        """What is said, and how: "" where it builds, "error" or "left out"."""
        common = ["--tree", self.tree, "--out", self.slice, "--shim", shim]
        run = subprocess.run([sys.executable, "-B", KERNEL / "slice.py", *common], text=True,
                             capture_output=True, check=False)
        if run.returncode:
            return "error", run.stderr
        includes = [f"-I{folder}" for folder in (self.slice / "include", self.slice, self.slice / "mm",
                                                 self.slice / "empty", copies.TOP)]
        told = {"error": self.work / "error", "left out": self.work / "left-out"}
        run = subprocess.run(
            [sys.executable, "-B", KERNEL / "check.py", *common, "--error", told["error"], "--left-out",
             told["left out"], *self.configs, "--", self.clang, *FLAGS, "-include", shim, *includes,
             "-DRIG_BUILD=checked", KERNEL / "runtime.c"], text=True, capture_output=True, check=False)
        self.assertEqual(run.stderr, "")
        for kind, path in told.items():
            if path.exists():
                self.assertEqual(run.returncode, kind == "error")
                return kind, path.read_text()
        self.assertEqual(run.returncode, 0)
        return "", ""

    def edit(self, name, function, pattern, replacement):
        """Changes a function and returns its first line, counted from 1."""
        first = copies.File(self.tree, name).lines_of(function)[0] + 1
        copies.substitute(self.tree, name, function, pattern, replacement)
        return first

    def make_whole(self):
        """With all folders of a tree, so that what is declared nowhere is the tree's own error."""
        for folder in ("arch/arm64/kernel", "arch/arm64/lib", "include/uapi/linux", "include/vdso",
                       "lib", "kernel", "init", "block", "drivers", "fs"):
            (self.tree / folder).mkdir(parents=True, exist_ok=True)

    def add_header(self, text):
        (self.tree / "include/linux/new.h").write_text(text)

    def is_own_error(self, said, place):
        self.assertIn("does not compile by itself:\n", said)
        self.assertIn(place, said)
        self.assertNotIn("shim.h", said)
        self.assertNotIn(str(self.slice), said)


class Own(Copy):
    """The tree does not compile by itself: its own error, and nothing about shim.h."""

    def test_what_is_not_there(self):
        """A brace, a parenthesis, a semicolon, in each kind of file; in slices that end there, too."""
        for name, function, pattern, replacement in (
                (copies.VMALLOC, "vunmap_range", r"\}$", ""),
                (copies.VMALLOC, "vmap_pages_range", r"\)\s*\{", ")\n"),
                (copies.VMALLOC, "vunmap_p4d_range", r"do \{", "do"),
                (MMU, "pmd_set_huge", r"^(.*?)\)", r"\1"),
                (PAGEATTR, "set_memory_valid", r"\)\s*\{", ")\n"),
                (HEADER, "set_pmd", r";\s*\}$", "\n}"),
                (HEADER, "set_p4d", r"p4d\)\s*\{", "p4d)\n")):
            with self.subTest(name=name, function=function, pattern=pattern):
                copies.copy_tree(self.original, self.tree)
                first = self.edit(name, function, pattern, replacement)
                how, said = self.check()
                self.assertEqual(how, "error", said)
                self.is_own_error(said, f"  {name}:")
                lines = [int(line) for line in re.findall(rf"^  {name}:(\d+):\d+: error: ", said, re.M)]
                self.assertTrue(any(first <= line < first + 70 for line in lines), said)

    def test_a_misspelt_variable(self):
        """In a part of a tree as well: the function has one of nearly that name."""
        self.edit(copies.VMALLOC, "vunmap_range", r"(flush_tlb_kernel_range\()addr", r"\1adrr")
        how, said = self.check()
        self.assertEqual(how, "error")
        self.is_own_error(said, "mm/vmalloc.c:")
        self.assertIn("      flush_tlb_kernel_range(adrr, end);\n", said)
        self.assertIn("'adrr' is declared nowhere in the tree; did you mean 'addr'?", said)

    def test_a_misspelt_function_type_and_keyword_in_a_whole_tree(self):
        self.make_whole()
        for pattern, replacement, meant in ((r"flush_tlb_kernel_range", "flush_tlb_kernel_rnage",
                                             "flush_tlb_kernel_range"),
                                            (r"void", "viod", "void"), (r"unsigned long", "unsigend long",
                                                                        "unsigned")):
            with self.subTest(replacement=replacement):
                copies.copy_tree(self.original, self.tree)
                self.make_whole()
                self.edit(copies.VMALLOC, "vunmap_range", rf"^(.*?){pattern}", rf"\1{replacement}")
                how, said = self.check()
                self.assertEqual(how, "error")
                self.is_own_error(said, "mm/vmalloc.c:")
                self.assertIn(f"did you mean '{meant}'?", said)

    def test_a_type_that_does_not_fit(self):
        first = self.edit(copies.VMALLOC, "vunmap_range", r"^(.*?)\{", r"\1{ pte_t new = addr;")
        how, said = self.check()
        self.assertEqual(how, "error")
        self.is_own_error(said, f"mm/vmalloc.c:{first + 1}:")
        self.assertIn("'pte_t'", said)

    def test_a_missing_brace_comes_before_missing_names(self):
        self.edit(copies.VMALLOC, "vunmap_range", r"\{(.*)\}$", r"{ a_new_function(addr);\1")
        how, said = self.check()
        self.assertEqual(how, "error")
        self.is_own_error(said, "mm/vmalloc.c:")


class Names(Copy):
    """The shim lacks names: all at once, in all layers, with what they are."""

    # How ten names are used. Each is declared nowhere, or by NEW.
    USE = ("static __new_attribute int rig_use(struct new_area *area, enum new_kind kind)\n{\n"
           "\tif (kind == NEW_KIND_FIRST)\n\t\treturn area->size;\n\treturn new_hidden(area);\n}\n")
    NEW = ("#define __new_attribute __attribute__((pure))\nstruct new_area {\n\tint size;\n};\n"
           "enum new_kind { NEW_KIND_FIRST, NEW_KIND_LAST };\nint new_hidden(struct new_area *area);\n"
           "typedef struct {\n\tint x;\n} new_state_t;\n#define NEW_LIMIT 4\n"
           "static inline int new_function(int x)\n{\n\treturn x;\n}\nextern int new_variable;\n"
           "#define for_each_new(x) for (x = 0; x < 1; x++)\n")
    WHAT = {"__new_attribute": ("attribute", "macro"), "new_area": ("struct", "struct"),
            "new_kind": ("enum", "enum"), "NEW_KIND_FIRST": ("constant or variable", "enum constant"),
            "new_hidden": ("function or macro", "function"), "new_state_t": ("type", "type"),
            "NEW_LIMIT": ("constant or variable", "macro"),
            "new_function": ("function or macro", "function"),
            "new_variable": ("constant or variable", "variable"),
            "for_each_new": ("macro before a body", "macro")}

    def use_ten_names(self):
        copies.insert_before(self.tree, copies.VMALLOC, "vunmap_range", self.USE)
        self.edit(copies.VMALLOC, "vunmap_range", r"^(.*?)\{",
                  r"\1{ new_state_t state, *other = &state;"
                  r"\n\tif (NEW_LIMIT < addr) rig_use(0, 0);\n\tfor_each_new(addr) {\n\t\taddr++;\n\t}")
        self.edit(MMU, "pmd_set_huge", r"^(.*?)\{", r"\1{ new_function(1);")
        self.edit(HEADER, "set_pmd", r"^(.*?)\{", r"\1{ if (new_variable) return;")

    def row(self, said, name):
        """(what it is, where it is used, where it is declared) of a row of the table."""
        row = re.search(rf"^  {re.escape(name)}\*?  +(.*?)  +(\S+:\d+)(?: and \d+ more)?  +(\S.*)$", said, re.M)
        self.assertTrue(row, f"{name} has no row:\n{said}")
        return row.groups()

    def is_a_screen(self, said):
        lines = said.splitlines()
        self.assertLessEqual(len(lines), SCREEN_LINES, said)
        self.assertLessEqual(max(len(line) for line in lines[:-1]), SCREEN_COLUMNS, said)
        self.assertTrue(lines[-1].startswith(f"next: ./rig kernel '{self.tree}'"), said)

    def uses(self, where, name):
        file, line = where.rsplit(":", 1)
        self.assertIn(name, (self.tree / file).read_text().split("\n")[int(line) - 1])

    def test_ten_names_that_nobody_knows(self):
        self.use_ten_names()
        how, said = self.check()
        self.assertEqual(how, "error")
        self.assertIn(" uses 10 names that neither mapper/kernel/shim.h nor the files that are here declare:", said)
        self.is_a_screen(said)
        for name, (what, _) in self.WHAT.items():
            with self.subTest(name=name):
                told, where, declared = self.row(said, name)
                self.assertEqual((told, declared), (what, "not found"))
                self.uses(where, name)

    def test_ten_names_that_the_tree_declares_elsewhere(self):
        self.use_ten_names()
        self.add_header(self.NEW)
        self.make_whole()
        how, said = self.check()
        self.assertEqual(how, "error")
        self.assertIn(" uses 10 names that mapper/kernel/shim.h lacks:\n", said)
        self.is_a_screen(said)
        for name, (_, what) in self.WHAT.items():
            with self.subTest(name=name):
                told, where, declared = self.row(said, name)
                self.assertEqual(told, what)
                self.uses(where, name)
                file, line = declared.rsplit(":", 1)
                self.assertEqual(file, "include/linux/new.h")
                first = (self.tree / file).read_text().split("\n")[int(line) - 1:][:3]
                self.assertIn(name, " ".join(first))

    def test_what_is_told_is_all_there_is(self):
        """With each name given a line, as the message says, the tree builds."""
        self.use_ten_names()
        self.add_header(self.NEW)
        text = (KERNEL / "shim.h").read_text()
        shim = self.work / "shim.h"
        shim.write_text(text.rstrip()[:-len("#endif")]
                        + self.NEW.replace("int new_hidden(struct new_area *area);",
                                           "#define new_hidden(area) 0") + "#endif\n")
        self.assertEqual(self.check(shim), ("", ""))

    def test_names_of_set_memory_alone(self):
        self.edit(PAGEATTR, "set_memory_nx", r"^(.*?)\{", r"\1{ new_function(addr, NEW_FLAG);")
        self.edit(PAGEATTR, "set_memory_x", r"^(.*?)\{", r"\1{ new_state_t state = { 0 };")
        how, said = self.check()
        self.assertEqual(how, "left out")
        self.assertRegex(said, r"^rig: LEFT OUT: set_memory\. .* all else is tested:\n")
        for name in ("new_function", "NEW_FLAG", "new_state_t"):
            self.uses(self.row(said, name)[1], name)
        self.assertIn("next: ", said)

    def test_names_of_the_dump_alone(self):
        self.edit("arch/arm64/mm/ptdump.c", "note_page", r"^(.*?)\{", r"\1{ new_function(addr);")
        how, said = self.check()
        self.assertEqual(how, "left out")
        self.assertRegex(said, r"^rig: LEFT OUT: the dump of ptdump_walk\(\)\. .* all else is tested:\n")
        self.uses(self.row(said, "new_function")[1], "new_function")

    def test_names_of_both_groups(self):
        self.edit("arch/arm64/mm/ptdump.c", "note_page", r"^(.*?)\{", r"\1{ new_function(addr);")
        self.edit(PAGEATTR, "set_memory_nx", r"^(.*?)\{", r"\1{ new_other(addr);")
        how, said = self.check()
        self.assertEqual(how, "left out")
        self.assertRegex(said, r"^rig: LEFT OUT: set_memory and the dump of ptdump_walk\(\)\. ")

    def test_names_of_set_memory_are_marked_among_others(self):
        self.edit(PAGEATTR, "set_memory_nx", r"^(.*?)\{", r"\1{ new_function(addr);")
        self.edit(copies.VMALLOC, "vunmap_range", r"^(.*?)\{", r"\1{ new_other(addr);")
        how, said = self.check()
        self.assertEqual(how, "error")
        self.assertIn("\n  new_function*  ", said)
        self.assertIn("\n  new_other      ", said)
        self.assertRegex(said, r"\n  \* only set_memory or .* or the linear map by the tree's code or .* needs it\n")

    def test_names_of_the_linear_map_alone(self):
        self.edit(MMU, "__remove_pgd_mapping", r"^(.*?)\{", r"\1{ new_function(start, NEW_FLAG);")
        how, said = self.check()
        self.assertEqual(how, "left out")
        self.assertRegex(said, r"^rig: LEFT OUT: the linear map by the tree's code\. .* all else is tested:\n")
        for name in ("new_function", "NEW_FLAG"):
            self.uses(self.row(said, name)[1], name)

    def test_names_of_set_memory_and_of_the_linear_map(self):
        self.edit(PAGEATTR, "set_memory_nx", r"^(.*?)\{", r"\1{ new_function(addr);")
        self.edit(MMU, "__remove_pgd_mapping", r"^(.*?)\{", r"\1{ new_other(start);")
        how, said = self.check()
        self.assertEqual(how, "left out")
        self.assertRegex(said, r"^rig: LEFT OUT: set_memory and the linear map by the tree's code\. ")

    def test_a_root_that_is_reached_by_pasting(self):
        copies.insert_before(self.tree, MMU, "pmd_set_huge",
                             "static int new_pasted_part(int x)\n{\n\treturn x;\n}\n")
        self.edit(copies.VMALLOC, "vunmap_range", r"^(.*?)\{",
                  r"\1{\n#define RIG_P(a) new_pasted_##a\n#define RIG_Q(a, b) RIG_P(a##b)"
                  r"\n\tRIG_Q(pa, rt)(1);")
        how, said = self.check()
        self.assertEqual(how, "error")
        told, _, declared = self.row(said, "new_pasted_part")
        self.assertEqual(told, "function: a root")
        self.assertRegex(declared, rf"^{MMU}:\d+$")
        self.assertIn("  mapper/kernel/roots: a line NAME FILE for each root", said)

    def test_a_name_that_the_configuration_leaves_out(self):
        header = copies.File(self.tree, HEADER)
        header.path.write_text(re.sub(r"^static inline void set_pmd\(",
                                      "#ifdef CONFIG_RIG_NEW\n#define new_limit 4\n#endif\n\\g<0>",
                                      header.text, count=1, flags=re.M))
        self.edit(copies.VMALLOC, "vunmap_range", r"^(.*?)\{", r"\1{ addr += new_limit;")
        how, said = self.check()
        self.assertEqual(how, "error")
        told, _, declared = self.row(said, "new_limit")
        self.assertEqual(told, "macro, left out")
        self.assertIn("(#ifdef CONFIG_RIG_NEW)", declared)
        self.assertIn("mapper/kernel/autoconf.h.in", said)

    def test_what_the_shim_has_in_another_form(self):
        """A member of a struct of the shim, other parameters, a barrier and a TLBI that it lacks."""
        self.edit(copies.VMALLOC, "vunmap_range", r"^(.*?)\{",
                  r"\1{ struct page *page = 0;\n\tpage->new_member = 1;\n\tdsb(newst);\n"
                  r"\t__tlbi(vae9is, addr);\n\tphys_to_virt(addr, 1);")
        how, said = self.check()
        self.assertEqual(how, "error")
        for name, what in (("new_member", "member of page"), ("rig_dsb_newst", "DSB instruction"),
                           ("rig_tlbi_vae9is", "TLBI instruction"), ("phys_to_virt", "used in another way")):
            self.assertEqual(self.row(said, name)[0], what)

    def test_an_invocation_that_declares(self):
        copies.insert_before(self.tree, copies.VMALLOC, "vunmap_range",
                             "static DEFINE_NEW_LOCK(rig_lock);\nDEFINE_NEW_KEY(rig_key, 1);\n")
        self.edit(copies.VMALLOC, "vunmap_range", r"^(.*?)\{",
                  r"\1{ new_lock(&rig_lock);\n\tif (new_branch(rig_key)) return;")
        how, said = self.check()
        self.assertEqual(how, "error")
        for name in ("DEFINE_NEW_LOCK", "DEFINE_NEW_KEY"):
            self.assertEqual(self.row(said, name)[0], "macro that declares")
        self.assertIsNone(re.search(r"^  rig_(lock|key)", said, re.M), said)

    def test_inline_assembly(self):
        self.edit(copies.VMALLOC, "vunmap_range", r"^(.*?)\{", r'\1{ asm volatile("nop");')
        how, said = self.check()
        self.assertEqual(how, "error")
        self.assertEqual(self.row(said, "vunmap_range")[0], "inline assembly")
        self.assertIn("assembly is never run", said)

    def test_a_name_that_only_other_geometries_use(self):
        self.edit(HEADER, "p4d_to_folded_pud", r"^(.*?)\{", r"\1{ new_in_five_levels(p4dp);")
        how, said = self.check()
        self.assertEqual(how, "error")
        self.uses(self.row(said, "new_in_five_levels")[1], "new_in_five_levels")


class NewType(Copy):
    """A type that takes the place of another one in the walks, such as that of entries in tables."""

    def rename(self):
        """Pointers to entries point to rig_hw_pte_t in all mapping code."""
        for name in (copies.VMALLOC, "mm/memory.c", "mm/pgalloc-track.h", "include/linux/pgtable.h", HEADER,
                     "arch/arm64/mm/hugetlbpage.c", MMU, PAGEATTR, "arch/arm64/mm/contpte.c"):
            file = copies.File(self.tree, name)
            file.path.write_text(re.sub(r"\bpte_t \*", "rig_hw_pte_t *", file.text))

    def test_it_works_where_a_sliced_header_declares_it(self):
        self.rename()
        header = copies.File(self.tree, "arch/arm64/include/asm/pgtable-types.h")
        header.path.write_text(re.sub(r"^(typedef struct .*?\} pte_t;|typedef \w+ pte_t;)",
                                      r"\1\ntypedef pte_t rig_hw_pte_t;", header.text, flags=re.M))
        self.assertEqual(self.check(), ("", ""))

    def test_it_is_told_in_a_screen_where_another_does(self):
        self.rename()
        self.add_header("typedef pte_t rig_hw_pte_t;\n")
        how, said = self.check()
        self.assertEqual(how, "error")
        self.assertRegex(said, r"\n  rig_hw_pte_t  type +\S+:\d+ and \d+ more +include/linux/new.h:1\n")
        self.assertIn(" uses 1 name that mapper/kernel/shim.h lacks:\n", said)


class Old(Copy):
    """Older than what the rig tests, by what its Makefile says, where it does not build."""

    def make_old(self):
        (self.tree / "Makefile").write_text("VERSION = 5\nPATCHLEVEL = 18\nSUBLEVEL = 0\nEXTRAVERSION =\n")

    def test_that_it_is_old_does_not_decide(self):
        self.make_old()
        self.assertEqual(self.check(), ("", ""))

    def test_a_root_that_is_missing(self):
        self.edit(copies.VMALLOC, "vmap_pages_range", r"int vmap_pages_range\(", "int vmap_pages_range_all(")
        _, said = self.check()
        self.assertRegex(said, r"Linux \d+\.\d+.* does not define vmap_pages_range\(\) in mm/vmalloc.c: a part")
        self.assertRegex(said, r"vmap_pages_range: mm/vmalloc.c has .*vmap_pages_range_all\(\)")
        self.make_old()
        how, said = self.check()
        self.assertEqual(how, "error")
        self.assertEqual(said, "rig: Linux 5.18.0 is too old: the rig tests Linux 6.1 and newer "
                               "(it does not define vmap_pages_range() in mm/vmalloc.c)\n")

    def test_a_macro_that_is_missing(self):
        self.make_old()
        header = copies.File(self.tree, "include/linux/vmalloc.h")
        header.path.write_text(re.sub(r"#define VM_ALLOW_HUGE_VMAP.*", "", header.text))
        how, said = self.check()
        self.assertEqual(how, "error")
        self.assertTrue(said.startswith("rig: Linux 5.18.0 is too old: the rig tests Linux 6.1 and newer\n"), said)

    def test_a_tree_without_a_makefile(self):
        (self.tree / "Makefile").unlink()
        self.edit(copies.VMALLOC, "vunmap_range", r"^(.*?)\{", r"\1{ a_new_function(addr);")
        _, said = self.check()
        self.assertTrue(said.startswith("rig: the tree uses 1 name that "), said)
        self.edit(copies.VMALLOC, "vunmap_range", r"void vunmap_range\(", "void vunmap_span(")
        _, said = self.check()
        self.assertIn("rig: the tree in ", said)

    def test_files_that_are_missing(self):
        self.make_old()
        (self.tree / "mm/pgalloc-track.h").unlink()
        _, said = self.check()
        self.assertEqual(said, "rig: Linux 5.18.0 is too old: the rig tests Linux 6.1 and newer "
                               "(it has no mm/pgalloc-track.h)\n")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    Copy.original, Copy.clang = Path(sys.argv.pop(1)), machine.fuzz_compiler()
    if not (Copy.original / "mm/vmalloc.c").exists() or not Copy.clang:
        print(f"SKIP: no {Copy.original} (Debian package linux-source), or no clang")
        return SKIP
    return 0 if unittest.main(exit=False).result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
