#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Trees whose mapping code stands in files that mapper/kernel/files does not list: it is taken from there.

Usage: test_moved.py TREE     exit: 0 good, 1 not, 77 no tree
"""
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
KERNEL = copies.TOP / ".build/kernel"
SKIP = 77
MOVED = "vmap_try_huge_pmd"  # what tests move
TESTED = r"if \(!IS_ALIGNED\(addr, PMD_SIZE\)\)"  # the place in it that asks a helper in its place
HEAD = "/* SPDX-License-Identifier: GPL-2.0 */\n"
BLOCK = "ioremap va=0xffff800000200000 pa=0x40200000 size=0x200000\n"


def guarded(text, guard="NEW_H"):
    """A header with this text."""
    return f"{HEAD}#ifndef {guard}\n#define {guard}\n{text}\n#endif\n"


class Moved(unittest.TestCase):
    tree = None  # set by main()

    def setUp(self):
        self.work = Path(tempfile.mkdtemp(prefix="vmapdiff-"))
        self.copy = self.work / f"moved-{os.getpid()}-{self._testMethodName}"
        copies.copy_tree(self.tree, self.copy)
        for name in ("mm/internal.h", "include/linux/io.h"):  # which declare functions of mm/vmalloc.c
            self.write(name, (self.tree / name).read_text())

    def tearDown(self):
        for built in KERNEL.glob(f"{self.copy.name}-*"):
            (shutil.rmtree if built.is_dir() else os.unlink)(built)
        shutil.rmtree(self.work)

    def rig(self, *words):
        done = subprocess.run([RIG, "--no-install", "kernel", *map(str, words)], capture_output=True, text=True,
                              env={**os.environ, "VMAPDIFF_GEOMETRIES": copies.ONE_GEOMETRY})
        return done.returncode, done.stdout + done.stderr

    def write(self, name, text):
        path = self.copy / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def include(self, line):
        """mm/vmalloc.c includes something more."""
        path = self.copy / copies.VMALLOC
        path.write_text(re.sub(r"^(#include <linux/vmalloc.h>\n)", rf"\1{line}\n", path.read_text(), count=1,
                               flags=re.MULTILINE))

    def take_out(self, function=MOVED):
        """Removes a function of mm/vmalloc.c, and returns its text."""
        file = copies.File(self.copy, copies.VMALLOC)
        first, end = file.lines_of(function)
        text = "\n".join(file.text.split("\n")[first:end])
        file.change(function, lambda lines: [])
        return text

    def ask(self, condition, line=""):
        """The block that is tried asks a helper, which includes need a line for."""
        copies.substitute(self.copy, copies.VMALLOC, MOVED, TESTED, f"if (!{condition})")
        if line:
            self.include(line)

    def play(self):
        """(exit code, what is said) of one call that maps a block."""
        path = self.work / "block.scenario"
        path.write_text(f"vmapdiff 2\nmachine granule=4k va=48 pa=48 bbm=0\npolicy prior\n{BLOCK}")
        return self.rig(self.copy, "show", path)

    def check(self, *files):
        """The tree is built with code of these files, which a line each names, and maps a block."""
        code, said = self.play()
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"(?m)^  0xffff800000200000 .* 0x40200 block rw$")
        self.assertEqual(re.findall(r"^rig: the slice has code of (\S+) as well", said, re.MULTILINE), sorted(files))
        return said

    # --- where it stands ----------------------------------------------------------------------------

    def test_a_header_of_its_own(self):
        self.write("mm/vmap_block.h", guarded(self.take_out().replace("static int", "static inline int")))
        self.include('#include "vmap_block.h"')
        self.check("mm/vmap_block.h")

    def test_helpers_of_headers(self):
        """
        Of one that another includes; of two that need each other; of one with much that no slice compiles with; of
        one whose own conditions decide; of a generic one that arm64's goes before.
        """
        self.write("include/linux/outer.h", guarded("#include <linux/inner.h>", "OUTER_H"))
        self.write("include/linux/inner.h", HEAD + "#pragma once\n#define fits(x) IS_ALIGNED(x, PMD_SIZE)\n")
        self.write("include/linux/span.h", guarded("struct span {\n\tu64 first;\n\tu64 last;\n};", "SPAN_H"))
        self.write("arch/arm64/include/asm/fits.h", guarded(
            "#include <linux/span.h>\nenum fit { FITS, FITS_NOT };\nstatic inline enum fit fit_of(unsigned long addr)\n"
            "{\n\tstruct span s = { .first = addr };\n\n\treturn s.first % PMD_SIZE ? FITS_NOT : FITS;\n}", "FITS_H"))
        internal = (self.copy / "mm/internal.h").read_text()
        end = internal.rindex("#endif")
        self.write("mm/internal.h", internal[:end] + "static inline bool is_fit(unsigned long addr)\n{\n"
                   "\treturn !(addr & ~PMD_MASK);\n}\n" + internal[end:])
        self.write("include/linux/branch.h", guarded(
            "#define HAS_BLOCKS\n#ifdef HAS_BLOCKS\n#define may_fit(a) IS_ALIGNED(a, PMD_SIZE)\n#else\n#define may_fit(a) false\n"
            "#endif", "BRANCH_H"))
        self.write("include/linux/arch_fits.h", guarded(
            "#include <asm/arch_fits.h>\n#ifndef arch_fits\nstatic inline bool arch_fits(unsigned long addr)\n{\n"
            "\treturn false;\n}\n#endif", "ARCH_FITS_H"))
        self.write("arch/arm64/include/asm/arch_fits.h", guarded(
            "#define arch_fits arch_fits\nstatic inline bool arch_fits(unsigned long addr)\n{\n\treturn true;\n}", "ASM_H"))
        self.write("include/linux/far/unrelated.h", guarded("#define FITS_NOT FITS", "FAR_H"))
        self.ask("(fits(addr) && fit_of(addr) == FITS && is_fit(addr) && may_fit(addr) && arch_fits(addr))",
                 '#include <linux/outer.h>\n#include <asm/fits.h>\n#include "internal.h"\n#include <linux/branch.h>\n'
                 "#include <linux/arch_fits.h>")
        self.check("include/linux/inner.h", "arch/arm64/include/asm/fits.h", "include/linux/span.h", "mm/internal.h",
                   "include/linux/branch.h", "include/linux/arch_fits.h", "arch/arm64/include/asm/arch_fits.h")

    def test_a_file_of_code(self):
        """Whose static function has the name of one of mm/vmalloc.c, which says otherwise."""
        copies.insert_before(self.copy, copies.VMALLOC, "vunmap_range", "static bool is_off(void)\n{\n\treturn true;\n}\n")
        copies.substitute(self.copy, copies.VMALLOC, "vunmap_range", r"^(.*?)\{", r"\1{ if (!is_off()) return;")
        text = self.take_out().replace("static int", "int")
        self.write("mm/vmap_block.c", f"{HEAD}#include <linux/vmalloc.h>\n\nstatic bool may_try __ro_after_init;\n\n"
                   "void __init vmap_block_init(void)\n{\n\tmay_try = true;\n}\n\n"
                   "static bool is_off(void)\n{\n\treturn !may_try;\n}\n\n"
                   + text.replace("{", "{\n\tif (is_off())\n\t\treturn 0;", 1))
        self.write("mm/vmap_block.h", guarded(text[:text.index("{")].rstrip() + ";"))
        self.include('#include "vmap_block.h"')
        self.check("mm/vmap_block.c", "mm/vmap_block.h")

    def move(self, name, to, *functions):
        """Functions of a file stand in one of their own, and nothing else changes."""
        for function in functions:
            file = copies.File(self.copy, name)
            first, end = file.lines_of(function)
            path = self.copy / to
            before = path.read_text() if path.exists() else HEAD
            path.write_text(before + "\n".join(file.text.split("\n")[first:end]) + "\n\n")
            file.change(function, lambda lines: [])

    def test_functions_that_only_move(self):
        """Ones that report what they modified, ones in whose place a weak one would run, and roots."""
        self.move(copies.VMALLOC, "mm/vunmap.c", "vunmap_pte_range", "vunmap_pmd_range", "vunmap_pud_range",
                  "vunmap_p4d_range", "__vunmap_range_noflush")
        self.move("arch/arm64/mm/mmu.c", "arch/arm64/mm/vmemmap.c", "vmemmap_set_pmd", "vmemmap_check_pmd")
        self.move("arch/arm64/mm/mmu.c", "arch/arm64/mm/huge_vmap.c", "pmd_set_huge", "pud_set_huge")
        self.move(copies.VMALLOC, "mm/vmap_io.c", "ioremap_page_range")
        for file in ("mm/vunmap.c", "mm/vmap_io.c"):
            self.write(file, '#include <linux/io.h>\n#include "internal.h"\n' + (self.copy / file).read_text())
        path = self.work / "moved.scenario"
        path.write_text(f"vmapdiff 2\nmachine granule=4k va=48 pa=48 bbm=0\npolicy prior\n{BLOCK}"
                        "vunmap va=0xffff800000200000 size=0x200000\n"
                        "vmemmap_populate va=0xffffc00000000000 pa=0x40000000 size=0x200000\n")
        code, said = self.rig(self.copy, "show", path)
        self.assertEqual(code, 0, said)
        for file in ("mm/vunmap.c", "arch/arm64/mm/vmemmap.c", "arch/arm64/mm/huge_vmap.c", "mm/vmap_io.c"):
            self.assertIn(f"rig: the slice has code of {file} as well", said)

    def test_a_file_of_code_that_only_the_linker_misses(self):
        text = self.take_out().replace("static int", "int")
        self.write("mm/vmap_block.c", f"{HEAD}{text}\n")
        copies.insert_before(self.copy, copies.VMALLOC, "vmap_pmd_range", text[:text.index("{")].rstrip() + ";\n")
        self.check("mm/vmap_block.c")

    # --- what comes of it ---------------------------------------------------------------------------

    def test_a_bug_there_is_found_and_has_its_line(self):
        text = self.take_out().replace("static int", "int")
        wrong = text.replace("pmd_set_huge(pmd, phys_addr,", "pmd_set_huge(pmd, phys_addr + PMD_SIZE,")
        self.assertNotEqual(text, wrong)
        self.write("mm/vmap_block.c", f"{HEAD}{wrong}\n")
        self.write("mm/vmap_block.h", guarded(text[:text.index("{")].rstrip() + ";"))
        self.include('#include "vmap_block.h"')
        code, said = self.play()
        self.assertEqual(code, 1, said)
        self.assertIn("\nFAIL translation.output_address", said)
        line = 1 + (HEAD + wrong).split("+ PMD_SIZE,")[0].count("\n")
        self.assertIn(f"called by {MOVED}(), mm/vmap_block.c:{line}\n", said)
        # Corrected, it is built again, although no file that is listed changed.
        self.write("mm/vmap_block.c", f"{HEAD}{text}\n")
        self.check("mm/vmap_block.c", "mm/vmap_block.h")

    def test_code_that_moves_back_is_no_longer_taken(self):
        before = (self.copy / copies.VMALLOC).read_text()
        self.write("mm/vmap_block.h", guarded(self.take_out().replace("static int", "static inline int")))
        self.include('#include "vmap_block.h"')
        self.check("mm/vmap_block.h")
        (self.copy / "mm/vmap_block.h").unlink()
        (self.copy / copies.VMALLOC).write_text(before)
        self.check()

    def test_the_first_verdict_is_of_a_tree_that_is_whole(self):
        """A function that no file of its slice defines is not a finding."""
        text = self.take_out().replace("static int", "int")
        self.write("mm/vmap_block.c", f"{HEAD}{text}\n")
        copies.insert_before(self.copy, copies.VMALLOC, "vmap_pmd_range", text[:text.index("{")].rstrip() + ";\n")
        done = subprocess.run([RIG, "--no-install", "kernel", self.copy, "test", "--executions", "1"], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={name: value for name, value in os.environ.items() if name != "VMAPDIFF_GEOMETRIES"})
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertNotIn("process.exit", done.stdout)

    # --- what is not taken --------------------------------------------------------------------------

    def refused(self, *words):
        code, said = self.rig(self.copy, "known")
        self.assertEqual(code, 2, said)
        for word in words:
            self.assertIn(word, said)
        self.assertNotIn("the slice has code of", said)

    def test_what_is_not_of_mapping_code(self):
        self.write("kernel/locking/new.c", f"{HEAD}void take_new_lock(void)\n{{\n}}\n")
        self.write("include/linux/new.h", guarded("void take_new_lock(void);"))
        self.ask("({ take_new_lock(); addr; })", "#include <linux/new.h>")
        self.refused("uses 1 name that mapper/kernel/shim.h lacks", "take_new_lock", "kernel/locking/new.c:2")

    def test_assembly(self):
        """What it does, nobody but the shim can say; the message is of the name that mapping code uses."""
        self.write("arch/arm64/include/asm/new.h", guarded(
            'static inline void order(void)\n{\n\tasm volatile("dsb ishst" : : : "memory");\n}'))
        self.ask("({ order(); addr; })", "#include <asm/new.h>")
        self.refused("order", "arch/arm64/include/asm/new.h:4")

    def test_assembly_that_only_the_linker_misses(self):
        self.write("mm/vb.c", f'{HEAD}bool fits(unsigned long addr)\n{{\n\tasm volatile("nop");\n\treturn addr;\n}}\n')
        self.ask("fits(addr)")
        copies.insert_before(self.copy, copies.VMALLOC, MOVED, "bool fits(unsigned long addr);\n")
        self.refused("uses 1 name that mapper/kernel/shim.h lacks", "fits", "mm/vb.c:2")

    def test_a_header_of_a_header_that_leads_out_of_the_tree(self):
        self.write("include/linux/new.h", guarded('#include "../../../outside.h"\n#define fits(a) true'))
        self.ask("fits(addr)", "#include <linux/new.h>")
        self.refused("include/linux/new.h:4: ../../../outside.h: a header outside of the tree")

    def test_what_needs_what_nobody_has(self):
        self.write("include/linux/new.h", guarded(
            "static inline bool fits(unsigned long addr)\n{\n\treturn declared_nowhere(addr);\n}"))
        self.ask("fits(addr)", "#include <linux/new.h>")
        self.refused("fits", "include/linux/new.h:4")


def main():
    tree = Path(sys.argv[1]).resolve()
    if not (tree / copies.VMALLOC).is_file():
        print(f"SKIP: {tree} is not there: ./rig kernel --fetch")
        return SKIP
    Moved.tree = tree
    return not unittest.main(argv=[sys.argv[0], *sys.argv[2:]], exit=False).result.wasSuccessful()


if __name__ == "__main__":
    sys.exit(main())
