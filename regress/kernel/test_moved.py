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
        """The text of a function of mm/vmalloc.c, which is no longer there."""
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
        self.assertEqual(re.findall(r"^rig: the slice has code of (\S+) as well", said, re.MULTILINE), sorted(files))
        return said

    # --- where it stands ----------------------------------------------------------------------------

    def test_a_header_of_its_own(self):
        self.write("mm/vmap_block.h", guarded(self.take_out().replace("static int", "static inline int")))
        self.include('#include "vmap_block.h"')
        self.check("mm/vmap_block.h")

    def test_helpers_of_headers(self):
        """Of one that another includes; of two that need each other; of one with much that no slice compiles with."""
        self.write("include/linux/outer.h", guarded("#include <linux/inner.h>", "OUTER_H"))
        self.write("include/linux/inner.h", HEAD + "#pragma once\n#define fits(x) IS_ALIGNED(x, PMD_SIZE)\n")
        self.write("include/linux/span.h", guarded("struct span {\n\tu64 first;\n\tu64 last;\n};", "SPAN_H"))
        self.write("arch/arm64/include/asm/fits.h", guarded(
            "#include <linux/span.h>\nenum fit { FITS, FITS_NOT };\nstatic inline enum fit fit_of(unsigned long addr)\n"
            "{\n\tstruct span s = { .first = addr };\n\n\treturn s.first % PMD_SIZE ? FITS_NOT : FITS;\n}", "FITS_H"))
        self.write("mm/internal.h", guarded(
            "struct folio_batch;\nint of_folios(struct folio_batch *b, struct zone *zone);\n"
            "static inline unsigned long pages_of_folio(struct folio *folio)\n{\n\treturn folio->of_no_slice;\n}\n"
            "static inline bool is_fit(unsigned long addr)\n{\n\treturn !(addr & ~PMD_MASK);\n}"))
        self.ask("(fits(addr) && fit_of(addr) == FITS && is_fit(addr))",
                 '#include <linux/outer.h>\n#include <asm/fits.h>\n#include "internal.h"')
        self.check("include/linux/inner.h", "arch/arm64/include/asm/fits.h", "include/linux/span.h", "mm/internal.h")

    def test_a_file_of_code(self):
        text = self.take_out().replace("static int", "int")
        self.write("mm/vmap_block.c", f"{HEAD}#include <linux/vmalloc.h>\n\nstatic int tries;\n\n"
                   "static void count(void)\n{\n\ttries++;\n}\n\n" + text.replace("{", "{\n\tcount();", 1))
        self.write("mm/vmap_block.h", guarded(text[:text.index("{")].rstrip() + ";"))
        self.include('#include "vmap_block.h"')
        self.check("mm/vmap_block.c", "mm/vmap_block.h")

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
