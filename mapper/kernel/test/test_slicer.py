#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What the slicer reads, keeps and refuses."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
import unittest.mock
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from diagnosis import lookup  # noqa: E402
import slice as slicing  # noqa: E402
from slicer import boot, clashes, configs, emit, parsed, places, reach, unlisted  # noqa: E402
from slicer.source import read_source  # noqa: E402

SLICE = HERE.parent / "slice.py"
TOP = HERE.parents[2]


def read(text):
    return read_source(text, "file.c")


def names_by_kind(text):
    found = {}
    for item in read(text).items:
        found.setdefault(item.kind, []).extend(item.names)
    return found


class Reading(unittest.TestCase):
    def item(self, text, name):
        return next(item for item in read(text).items if name in item.names)

    def test_braces_in_comments_and_strings_are_no_braces(self):
        text = 'int f(void)\n{\n\t/* } */ g("}", \'}\'); // }\n}\nint h(void)\n{\n}\n'
        self.assertEqual((self.item(text, "f").first, self.item(text, "f").last), (0, 3))
        self.assertEqual(self.item(text, "h").last, 6)

    def test_a_comment_does_not_end_a_macro(self):
        text = "#define m(x) \\\n/* one \\\n two */ \\\n\tf(x)\nint g(void)\n{\n}\n"
        self.assertEqual(self.item(text, "m").last, 3)
        self.assertEqual(self.item(text, "g").first, 4)

    def test_each_branch_of_a_condition_begins_at_the_same_depth(self):
        text = ("int f(int a)\n{\n#ifdef A\n\tif (a) {\n#else\n\tif (!a) {\n#endif\n\t}\n}\n"
                "int g(void)\n{\n}\n")
        self.assertEqual(self.item(text, "f").last, 8)
        self.assertEqual(self.item(text, "g").first, 9)

    def test_functions_whose_braces_do_not_match_are_found_whole(self):
        """Then the compiler sees the text, and says what is wrong with it."""
        good = "int a;\nint f(int x)\n{\n\tif (x) {\n\t\tg(1);\n\t}\nout:\n\treturn 1;\n}\n"
        after = "int h(int x)\n{\n\treturn x;\n}\n"
        for broken in (good.replace("\t}\n", ""), good.replace("{\n\t\t", "\n\t\t"),
                       good.replace("\n{", "\n"), good.replace("(x) {", "(x {"),
                       good.replace("if (", "if "), good.replace("int x)", "int x"),
                       good.replace("g(1)", "g(1"), good.replace("g(1);", "g(1)")):
            with self.subTest(broken=broken):
                self.assertEqual(names_by_kind(broken + after)["function"], ["f", "h"])
                self.assertEqual(self.item(broken + after, "f").first, 1)
                self.assertEqual(self.item(broken + after, "f").last, broken.count("\n") - 1)
                self.assertEqual(self.item(broken + after, "f").parameters, 1)

    def test_a_function_that_does_not_end_takes_the_next_one_along(self):
        self.assertEqual(names_by_kind("int f(int x)\n{\n\tg();\n\nint h(int x)\n{\n}\nint i;\n"),
                         {"function": ["f", "h"], "variable": ["i"]})
        self.assertEqual(names_by_kind("int f(int x)\n{\n\tg();\n"), {"function": ["f"]})

    def test_a_function_is_named_by_what_has_a_type_before_it(self):
        cases = {
            "static __printf(1, 2) int f(const char *s, ...)\n{\n}\n": "f",
            "int f(void) __acquires(lock)\n{\n}\n": "f",
            "static noinline struct page *__must_check f(void)\n{\n}\n": "f",
            "NEEDS_NO_SEMICOLON(a, b)\n\nstatic int f(void)\n{\n}\n": "f",
        }
        for text, name in cases.items():
            self.assertEqual(names_by_kind(text)["function"], [name], text)

    def test_attributes_and_subscripts_are_no_names(self):
        text = "static u64 table[SIZE] __page_aligned_bss, other __ro_after_init = 1;\n"
        self.assertEqual(names_by_kind(text)["variable"], ["table", "other"])

    def test_types(self):
        text = ("struct a { int b; };\nstruct c;\nenum d { E, F = 3, G };\n"
                "typedef struct { u64 v; } pte_t;\ntypedef int (*fn_t)(pte_t *, void *);\n"
                "struct h { int i; } j = { 1 };\n")
        found = names_by_kind(text)
        self.assertEqual(found["forward"], ["c"])
        for name in ("a", "d", "E", "F", "G", "pte_t", "fn_t", "h"):
            self.assertIn(name, found["type"])
        self.assertNotIn("i", found["type"])

    def test_an_initializer_is_no_function(self):
        text = "static struct a b[] = { {\n\t.f = g,\n} };\nint h(void)\n{\n}\n"
        self.assertEqual(names_by_kind(text), {"variable": ["b"], "function": ["h"]})

    def test_an_invocation_makes_what_it_names(self):
        text = "DEFINE_SPINLOCK(lock);\nstatic DEFINE_MUTEX(other);\nEXPORT_SYMBOL(f);\n"
        self.assertEqual(names_by_kind(text)["invocation"], ["lock", "other"])

    def test_a_class_ends_without_a_semicolon_and_is_named_by_what_macros_paste(self):
        text = ("DEFINE_GUARD(lock, struct s *,\n\tlock(_T), unlock(_T))\n"
                "DEFINE_GUARD_COND(lock, _try, trylock(_T))\n"
                "DEFINE_LOCK_GUARD_0(rcu, a(), b())\nDEFINE_FREE(pages, void *, drop(_T));\n"
                "static int f(void)\n{\n\tscoped_cond_guard(lock_try, return 0, &m) {\n\t}\n}\n")
        self.assertEqual(names_by_kind(text), {
            "invocation": ["class_lock", "class_lock_try", "class_rcu", "__free_pages"],
            "function": ["f"]})
        self.assertEqual((self.item(text, "class_lock").last, self.item(text, "f").first), (1, 5))
        self.assertIn("class_lock_try", self.item(text, "f").refs)
        self.assertIn("class_lock", self.item(text, "class_lock_try").refs)

    def test_what_else_a_class_has_comes_with_it(self):
        text = ("DEFINE_LOCK_GUARD_1(mutex, struct mutex, mutex_lock(_T->lock), mutex_unlock(_T->lock))\n"
                "DECLARE_LOCK_GUARD_1_ATTRS(mutex, __acquires(_T), __releases(*(struct mutex **)_T))\n"
                "#define class_mutex_constructor(_T) WITH_LOCK_GUARD_1_ATTRS(mutex, _T)\n"
                "void f(void)\n{\n\tguard(mutex)(&m);\n}\n")
        self.assertEqual(names_by_kind(text)["invocation"], ["class_mutex", "class_mutex"])

    def test_the_mask_of_a_walk_has_any_name(self):
        for text, shown in (("if (mask & ARCH_PAGE_TABLE_SYNC_MASK)", "rig_modified(mask) & ARCH_PAGE_TABLE_SYNC_MASK"),
                            ("if (it.m & ARCH_PAGE_TABLE_SYNC_MASK)", "rig_modified(it.m) &"),
                            ("(w->m& ARCH_PAGE_TABLE_SYNC_MASK)", "(rig_modified(w->m)&"),
                            ("if (*m & ARCH_PAGE_TABLE_SYNC_MASK)", "(rig_modified(*m) &"),
                            ("ARCH_PAGE_TABLE_SYNC_MASK & x.m)", "ARCH_PAGE_TABLE_SYNC_MASK & rig_modified(x.m))"),
                            ("ARCH_PAGE_TABLE_SYNC_MASK & PGTBL_PTE_MODIFIED", "MASK & PGTBL_PTE_MODIFIED"),
                            ("#define ARCH_PAGE_TABLE_SYNC_MASK 0", "#define ARCH_PAGE_TABLE_SYNC_MASK 0")):
            self.assertIn(shown, slicing.show_mask(text))

    def test_what_a_macro_pastes(self):
        for text, pastes in (("#define m(op, x) f(r##op, x)", {("r", "")}),
                             ("#define m(n) class_##n##_t n##_try", {("class_", "_t"), ("", "_try")}),
                             ("#define m(a, b) a##b", set()), ("#define m a##b", set())):
            self.assertEqual(self.item(text + "\n", "m").pastes, pastes, text)

    def test_an_attribute_with_an_argument_is_no_invocation(self):
        text = "extern __alias(other) void f(int a, int b);\n"
        self.assertEqual(names_by_kind(text), {"prototype": ["f"]})

    def test_parameters(self):
        for text, count in (("int f(void);", 0), ("int f(int a);", 1), ("int f(int a, g_t b);", 2),
                            ("int f(int (*g)(int, int), int b);", 2)):
            self.assertEqual(self.item(text, "f").parameters, count, text)

    def test_what_returns_nothing(self):
        for text, nothing in (("void f(void);", True), ("static void __init f(int a)\n{\n}\n", True),
                              ("int f(void);", False), ("void *f(void);", False)):
            self.assertEqual(self.item(text, "f").returns_nothing, nothing, text)


def names_of(source, reachable):
    return [name for item in source.items if id(item) in reachable for name in item.names]


class Kept(unittest.TestCase):
    """What is read of a file is kept, by the file's content."""

    TEXT = "int f(void)\n{\n\treturn g();\n}\n"

    def setUp(self):
        self.work = Path(tempfile.mkdtemp(prefix="vmapdiff-"))
        self.addCleanup(shutil.rmtree, self.work)

    def read(self, text=TEXT, file="a.c", folder="kept"):
        """(names in a source, whether the file was read)"""
        with unittest.mock.patch.object(parsed.source, "read_source", wraps=read_source) as reads:
            found = parsed.read_source(text, file, self.work / folder)
        return [(item.names, item.refs) for item in found.items], reads.called

    def test_the_same_file_is_read_once(self):
        first, again = self.read(), self.read()
        self.assertEqual((first[1], again[1]), (True, False))
        self.assertEqual(again[0], first[0])

    def test_another_text_or_name_is_read(self):
        self.read()
        self.assertTrue(self.read(self.TEXT + "\n")[1])
        self.assertTrue(self.read(file="b.c")[1])

    def test_what_is_damaged_is_read_again(self):
        good = self.read()[0]
        for text in (b"", b"no pickle", b"\x80\x04N."):
            for path in (self.work / "kept").iterdir():
                path.write_bytes(text)
            self.assertEqual(self.read(), (good, True), text)

    def test_a_folder_that_cannot_be_made(self):
        (self.work / "file").write_text("")
        self.assertTrue(self.read(folder="file/kept")[1])
        self.assertTrue(self.read(folder="file/kept")[1])

    def test_the_oldest_go(self):
        with unittest.mock.patch.object(parsed, "MOST", 4):
            for number in range(5):
                self.read(f"int f{number};\n")
        self.assertEqual(len(list((self.work / "kept").iterdir())), 3)


class Booting(unittest.TestCase):
    SOURCE = ("static bool split, other; static bool unread;\nint needs(void)\n{\n\treturn 1;\n}\n"
              "int f(void)\n{\n\treturn split + other;\n}\nstatic void __init map(void)\n{\n"
              "\tint mine = 1;\n\n%s}\n")

    def boot(self, body, stop=()):
        source = read(self.SOURCE % body)
        index = reach.Index([source], set(stop))
        taken, reachable = boot.of_slice([source], index, ["f"], set(stop))
        return [(one.name, one.value, one.line) for one in taken], names_of(source, reachable)

    def test_what_boot_code_sets_is_set_and_what_it_uses_is_reached(self):
        taken, reached = self.boot("\tsplit = !needs() /* ; */ &&\n\t\tcpu_has();\n", ["cpu_has"])
        self.assertEqual(taken, [("split", "!needs()         &&\n\t\tcpu_has()", 13)])
        self.assertEqual(reached, ["split", "other", "needs", "f"])

    def test_what_is_not_taken(self):
        for body in ("\tif (mine) {\n\t\tsplit = true;\n\t}\n",  # a condition
                     "\tif (mine)\n\t\tsplit = 1;\n", "\tsplit = mine;\n", "\tsplit == 1;\n",
                     "\tsplit = gone();\n", "\tmine = 2;\n", "\tunread = 1;\n"):
            self.assertEqual(self.boot(body)[0], [], body)

    def test_only_boot_code_counts(self):
        source = read("static bool a;\nint f(void)\n{\n\treturn a;\n}\n"
                      "int set(void)\n{\n\ta = 1;\n}\n")
        self.assertEqual(boot.of_slice([source], reach.Index([source], set()), ["f"], set())[0], [])

    def test_the_statement_stands_at_the_trees_own_line(self):
        source = read(self.SOURCE % "\tsplit = 1;\n")
        taken, _ = boot.of_slice([source], reach.Index([source], set()), ["f"], set())
        self.assertIn('#line 14 "/t/file.c"\n\tsplit = 1;\n', boot.header(taken, "/t/{}".format))


class Reaching(unittest.TestCase):
    SOURCE = ("int f(void)\n{\n\treturn g() + K;\n}\nint g(void)\n{\n\treturn 0;\n}\n"
              "int h(void)\n{\n}\n#define K owned(1)\n#define owned(x) x\n")

    def slice_of(self, stop, roots=("f",)):
        source = read(self.SOURCE)
        reachable = reach.Index([source], stop).reachable(roots)
        return emit.slice_lines(source, reachable, stop)

    def test_what_is_not_reached_is_blank_and_lines_stay(self):
        kept = self.slice_of(set())
        self.assertEqual(len(kept), len(self.SOURCE.split("\n")))
        self.assertEqual(kept[4], "int g(void)")
        self.assertEqual(kept[8:11], ["", "", ""])

    def test_what_the_shim_owns_is_left_out(self):
        kept = self.slice_of({"g", "owned"})
        self.assertEqual(kept[4:8], [""] * 4)
        self.assertEqual(kept[12], "")
        self.assertEqual(kept[11], "#define K owned(1)")

    def test_a_forward_declaration_of_the_shim_owns_nothing(self):
        shim = read("struct page;\nstruct folio { int x; };\n#define BUG() 0\n")
        self.assertEqual(reach.shim_names(shim), {"folio", "BUG"})

    def test_a_comment_that_is_opened_and_not_kept_to_its_end_is_left_out(self):
        source = read("#include <a.h> /* one\n two */\n#define X 1 /* three\n four */\nint f;\n")
        kept = emit.slice_lines(source, set(), set())
        self.assertEqual(kept[:4], ["#include <a.h> ", "", "#define X 1 ", ""])

    def test_what_a_macro_pastes_of_a_word_is_reached(self):
        source = read("int rflush(void)\n{\n}\nint rother(void)\n{\n}\n"
                      "#define all(op) r##op()\nint f(void)\n{\n\treturn all(flush);\n}\n"
                      "int g(void)\n{\n\treturn flush;\n}\n")
        index = reach.Index([source], set())
        self.assertEqual(names_of(source, index.reachable(["f"])), ["rflush", "all", "f"])
        self.assertEqual(names_of(source, index.reachable(["g"])), ["g"])

    def test_a_slice_names_the_trees_own_lines(self):
        self.assertEqual(emit.with_line_directive(["", "b"], "/t/f.c"), ['#line 2 "/t/f.c"', "b"])
        self.assertEqual(emit.with_line_directive(["a", "b"], "/t/f.c"),
                         ['#line 1 "/t/f.c"', "a", "b"])


class Placing(unittest.TestCase):
    """The line of an event is that of a call in a .c file: compiled and run, as a build does it."""
    # What the shim says of places, after what it needs of a host.
    SHIM = """
#include <stdio.h>
#include "mapper/machine/source_place.h"
static void rig_write(int value);
static void rig_loaded(int value);
#define WRITE_ONCE(x, v) rig_write(v)
""" + re.search(r"static struct source_place rig_place;.*?\n#define RIG_IS_ITSELF\(.*?\n",
                (HERE.parent / "shim.h").read_text(), re.DOTALL).group()
    HEADER = """
struct ops { int (*hooked)(int); };
#ifdef OTHER
#define set itself
#else
#define set set
#endif
#define alias set
static inline int set(int v)
{
	WRITE_ONCE(0, v);
	return v;
}
#define both(v) (set(v) + 1)
static inline int hooked(int v)
{
	return set(v);
}
static inline int pure(int v)
{
	return v;
}
"""
    FILE = """#include <late.h>

int caller_of(struct ops *ops)
{
	set(1);
	alias(2);
	both(3) + both(
		pure(4));
	ops->hooked(5);
	late(6);
	return other(7);
}
"""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.work = Path(self.folder.name)
        shim = read_source(self.SHIM, "shim.h")
        texts = {"a.h": self.HEADER, "late.h": "#ifndef LATE\n#define LATE\n"
                 "static inline int late(int v)\n{\n\treturn set(v);\n}\nint other(int v);\n"
                 "#endif\n", "a.c": self.FILE,
                 "b.c": "int other(int v)\n{\n\treturn set(v);\n}\n"}
        self.sources = [(read_source(text, name), name) for name, text in texts.items()]
        for source, place in self.sources:
            emit.write_if_changed(self.work / "slice" / place, "\n".join(source.lines))
        self.calls = places.Calls(self.sources, shim, {
            id(item) for source, _ in self.sources for item in source.items})
        places.write_traced(self.work, self.sources, shim, {
            id(item) for source, _ in self.sources for item in source.items})

    def tearDown(self):
        self.folder.cleanup()

    def names(self, file):
        source, = (source for source, place in self.sources if place == file)
        return self.calls.of(source)

    def test_what_is_wrapped(self):
        self.assertEqual(self.names("a.c"), ["late", "other", "rig_write", "set"])
        self.assertEqual(self.names("b.c"), ["caller_of", "late", "rig_write", "set"])

    def test_events_have_the_line_of_the_c_file(self):
        main = ('#include "shim.h"\n#include <a.h>\n#include <a.c>\n#include <b.c>\n'
                'static void told(int v, const struct source_call *at)\n'
                '{\n\tif (at) printf("%d %s %s:%u\\n", v, at->file, at->function, at->line);\n}\n'
                'static void rig_write(int v) { told(v, rig_place.at); told(v, rig_place.caller); }\n'
                'int main(void)\n{\n\tstruct ops ops = { hooked };\n\tcaller_of(&ops);\n'
                '\tset(8);\n\treturn rig_place.at != 0;\n}\n')
        (self.work / "shim.h").write_text(self.SHIM)
        (self.work / "main.c").write_text(main)
        subprocess.run(["clang", "-w", "-std=gnu11", "-I", self.work / "traced",
                        "-I", self.work / "slice", "-I", self.work, "-I", TOP,
                        self.work / "main.c",
                        "-o", self.work / "main"], check=True)
        said = subprocess.run([self.work / "main"], capture_output=True, text=True, check=True)
        self.assertEqual([line.replace(f"{self.work}/slice/", "") for line in
                          said.stdout.splitlines()], [
            "1 a.c caller_of:5", "2 a.c caller_of:6", "3 a.c caller_of:7", "4 a.c caller_of:8",
            "6 a.c caller_of:10", "7 b.c other:3", "7 a.c caller_of:11"])

    def test_nothing_of_a_macro_is_left_behind(self):
        (self.work / "shim.h").write_text(self.SHIM)
        text = '#include "shim.h"\n#include <a.h>\n#include <a.c>\nset late RIG_AT(x)\n'
        run = subprocess.run(["clang", "-E", "-P", "-I", self.work / "traced",
                              "-I", self.work / "slice", "-I", self.work, "-I", TOP, "-x", "c", "-"],
                             input=text, capture_output=True, text=True, check=True)
        self.assertEqual(run.stdout.splitlines()[-1], "set late x")


class Searching(unittest.TestCase):
    def test_what_is_no_file_is_not_read(self):
        """A lock of Emacs is a link that leads nowhere. A named pipe would be waited for."""
        with tempfile.TemporaryDirectory() as top:
            folder = Path(top) / "include/linux"
            folder.mkdir(parents=True)
            (folder / "new.h").write_text("int wanted(void);\n")
            (folder / ".#new.h").symlink_to("somebody@somewhere.1:1")
            (folder / "a_folder.h").mkdir()
            os.mkfifo(folder / "a_pipe.h")
            found = lookup.Tree(top, []).look_up({"wanted"})["wanted"]
        self.assertEqual((found.file, found.line), ("include/linux/new.h", 1))


class Narrowing(unittest.TestCase):
    """What is taken of a file that the list of a slice does not name."""
    TEXT = ("#ifndef _F_H\n#define _F_H\n#define SIZE 4\n#define OTHER 5\n#define HAS_G\nstruct s {\n\tint a[SIZE];\n};\n"
            "#if defined(HAS_G)\nstatic int g(void)\n{\n\treturn owned();\n}\n#endif\nint f(struct s *s)\n{\n\treturn g();\n}\n"
            "int h(void)\n{\n\treturn 0;\n}\nint owned(void)\n{\n\treturn 0;\n}\n#endif\n")

    def test_what_is_missed_comes_with_what_it_needs_and_what_conditions_ask(self):
        found = unlisted.narrowed(read(self.TEXT), {"f"}, {"owned"}, set())
        self.assertEqual([item.names[0] for item in found.items], ["_F_H", "SIZE", "HAS_G", "s", "g", "f"])

    def test_what_others_have_comes_only_if_it_is_missed(self):
        names = [item.names[0] for item in unlisted.narrowed(read(self.TEXT), {"owned"}, {"owned", "f"}, set()).items]
        self.assertEqual(names, ["_F_H", "HAS_G", "owned"])


class Clashing(unittest.TestCase):
    """Names that two .c files have, each for itself."""
    ONE = ("struct state {\n\tint end;\n};\nstatic int end(struct state *s)\n{\n\treturn s->end + s . end;\n}\n"
           "int f(struct state *s)\n{\n\treturn end(s) == true;\n}\nstatic bool on = true;\n")

    def others(self, *texts, roots=(), places=("mm/a.c", "mm/b.c", "mm/c.c")):
        """({file: names that are others}, {file: its lines}) of the files with these texts."""
        sources = [(read_source(text, place), place) for text, place in zip(texts, places)]
        items = {id(item) for source, _ in sources for item in source.items}
        found = clashes.of_slice(sources, items, {name: reach.Index([s for s, _ in sources], set()).definition(name, file)
                                                  for name, file in roots})
        return found, {source.file: clashes.renamed(source.lines, found.get(source.file), source.file)
                       for source, _ in sources}

    def test_the_second_file_has_others(self):
        two = self.ONE.replace("int f(", "int g(")
        found, lines = self.others(self.ONE, two)
        self.assertEqual(found, {"mm/b.c": {"state", "end", "on"}})
        self.assertEqual("\n".join(lines["mm/a.c"]), self.ONE)
        text = "\n".join(lines["mm/b.c"])
        self.assertIn("static int end__mm_b_c(struct state__mm_b_c *s)", text)
        self.assertIn("return s->end + s . end;", text)
        self.assertIn("return end__mm_b_c(s) == true;", text)
        self.assertEqual(text.count("\n"), two.count("\n"))

    def test_who_keeps_the_name(self):
        static, for_all = "static int f(void)\n{\n}\n", "int f(void)\n{\n}\n"
        self.assertEqual(self.others(static, for_all, static)[0], {"mm/a.c": {"f"}, "mm/c.c": {"f"}})
        self.assertEqual(self.others(static, static, roots=[("f", "mm/b.c")])[0], {"mm/a.c": {"f"}})
        self.assertEqual(self.others(for_all, for_all)[0], {})
        self.assertEqual(self.others(static, static, places=("mm/a.c", "mm/a.h"))[0], {"mm/a.c": {"f"}})
        self.assertEqual(self.others(static, static, places=("mm/a.h", "mm/b.h"))[0], {})
        of_letters = "static struct static_key at(void)\n{\n}\n"
        self.assertEqual(self.others(of_letters, of_letters)[0], {"mm/b.c": {"at"}})

    def test_what_a_condition_asks_for_keeps_its_name(self):
        text = "#ifndef f\nstatic int f(void)\n{\n}\n#endif\n"
        self.assertEqual(self.others(text, text)[0], {})

    def test_code_of_a_file_that_is_not_listed_has_its_own(self):
        source = read_source("static int g(void)\n{\n}\nstatic int shim(void)\n{\n}\nint f(void)\n{\n\treturn g() + shim();\n}\n",
                             "mm/new.c")
        found = unlisted.narrowed(source, {"f"}, {"g", "shim"}, {"shim"})
        self.assertEqual([item.names[0] for item in found.items], ["g", "f"])


class Unlisted(unittest.TestCase):
    """Which files a slice is made of besides those of its list."""

    def setUp(self):
        self.top = Path(tempfile.mkdtemp(prefix="vmapdiff-"))
        self.addCleanup(shutil.rmtree, self.top)

    def write(self, **files):
        """Files of a tree; `__` stands for a slash, and the last `_` for the dot."""
        for name, text in files.items():
            path = self.top / ".".join(name.replace("__", "/").rsplit("_", 1))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def found(self, *names, listed=("mm/vmalloc.c",)):
        sources = [read_source((self.top / name).read_text(), name) for name in listed]
        files = unlisted.Files(self.top, sources, lambda source, wanted: lookup.declarations_in(source, wanted, False))
        return files.of(set(names), {})

    def test_headers_that_are_included(self):
        """Of two headers with a name, the one that no file includes is not meant."""
        self.write(mm__vmalloc_c="#include <linux/a.h>\n", include__linux__a_h='# include "b.h"\n',
                   include__linux__b_h="#include <linux/a.h>\n#define MOST 1\n", include__linux__far_h="#define MOST 3\n")
        self.assertEqual(self.found("MOST", "NONE"), {"MOST": ["include/linux/b.h"]})

    def test_an_override_of_the_architecture_comes_along(self):
        self.write(mm__vmalloc_c="#include <linux/a.h>\n",
                   include__linux__a_h="#include <asm/a.h>\n#ifndef fits\nstatic inline int fits(void)\n{\n}\n#endif\n",
                   arch__arm64__include__asm__a_h="#define fits fits\nstatic inline int fits(void)\n{\n}\n")
        self.assertEqual(set(self.found("fits")["fits"]), {"include/linux/a.h", "arch/arm64/include/asm/a.h"})

    def test_headers_that_are_generic(self):
        self.write(mm__vmalloc_c="#include <asm/a.h>\n", **{"include__asm-generic__a_h": "#define A 1\n"})
        self.assertEqual(self.found("A"), {"A": ["include/asm-generic/a.h"]})

    def test_code_and_where_it_is_declared(self):
        self.write(mm__vmalloc_c='#include "vmap.h"\n', mm__vmap_h="int f(void);\n",
                   mm__vmap_c="int f(void)\n{\n}\nstatic int own(void)\n{\n}\n")
        self.assertEqual(self.found("f", "own"), {"f": ["mm/vmap.c", "mm/vmap.h"]})

    def test_a_stub_for_kernels_without_the_code_is_not_meant(self):
        self.write(mm__vmalloc_c="#include <linux/io.h>\n", mm__io_c="int f(void)\n{\n}\n",
                   include__linux__io_h="#ifdef CONFIG_MMU\nint f(void);\n#else\nstatic inline int f(void)\n{\n}\n#endif\n")
        self.assertEqual(self.found("f"), {"f": ["mm/io.c", "include/linux/io.h"]})

    def test_where_a_function_of_the_slice_is_declared_for_others(self):
        self.write(mm__vmalloc_c="#include <linux/io.h>\nint f(void)\n{\n}\n", include__linux__io_h="int f(void);\n")
        self.assertEqual(self.found("f"), {"f": ["include/linux/io.h"]})

    def test_code_of_the_architecture_goes_before_that_of_all_and_no_weak_one(self):
        self.write(mm__vmalloc_c="", mm__a_c="int __weak f(void)\n{\n}\nint g(void)\n{\n}\n",
                   arch__arm64__mm__a_c="int f(void)\n{\n}\nint g(void)\n{\n}\n")
        self.assertEqual(self.found("f", "g"), {"f": ["arch/arm64/mm/a.c"], "g": ["arch/arm64/mm/a.c"]})

    def test_of_several_files_of_code_none_is_taken(self):
        self.write(mm__vmalloc_c="", mm__a_c="int f(void)\n{\n}\n", mm__b_c="int f(void)\n{\n}\n",
                   mm__nommu_c="int h(void)\n{\n}\n", kernel__c_c="int k(void)\n{\n}\n")
        self.assertEqual(self.found("f", "h", "k"), {})

    def test_names_of_files_are_plain(self):
        for name in ("include/linux/x\n/tmp/a.h", "include/linux/v b.h", "include/linux/../../a.h", "/include/linux/a.h",
                     "mm/nommu.c", "kernel/a.c", "arch/x86/include/asm/a.h", "include/linux/a.c"):
            self.assertFalse(unlisted.can_be_taken(name), name)
        for name in ("include/linux/a-b.h", "mm/a.c", "mm/kasan/a.h", "arch/arm64/mm/a.c", "arch/arm64/include/asm/a.h"):
            self.assertTrue(unlisted.can_be_taken(name), name)

    def test_the_record(self):
        taken = {"mm/a.h": {"f", "g"}, "arch/arm64/include/asm/b.h": {"h"}}
        self.assertEqual(unlisted.read(self.top), {})
        unlisted.write(self.top, taken)
        self.assertEqual(unlisted.read(self.top), taken)
        self.write(mm__a_h="", include__asm__b_h="")
        unlisted.write(self.top, {"mm/a.h": {"f"}})
        self.assertEqual(unlisted.read(self.top), {"mm/a.h": {"f"}})
        self.assertTrue((self.top / "mm/a.h").exists())
        self.assertFalse((self.top / "include/asm/b.h").exists(), "what is not taken any more is removed")

    def test_a_record_of_somebody_else_removes_nothing(self):
        victim = self.top / "victim.h"
        victim.touch()
        (self.top / "slice").mkdir()
        (self.top / "slice/unlisted").write_text(f"{victim} a\nmm/../../victim.h a\nvictim.h a\nmm/good.h a b;c ../d\n")
        self.assertEqual(unlisted.read(self.top / "slice"), {"mm/good.h": {"a"}})
        unlisted.write(self.top / "slice", {})
        self.assertTrue(victim.exists())

    def test_what_the_tree_has_no_more_use_for(self):
        self.write(mm__vmalloc_c="#include <linux/a.h>\nint back(void)\n{\n}\n", include__linux__a_h="", include__linux__b_h="")
        listed = [read_source((self.top / "mm/vmalloc.c").read_text(), "mm/vmalloc.c")]
        self.assertEqual(unlisted.still_needed(self.top, listed, {
            "include/linux/a.h": {"A"}, "include/linux/b.h": {"B"}, "mm/vmap.c": {"back"}}), {"include/linux/a.h": {"A"}})

    def test_headers_lead_to_what_is_taken(self):
        self.write(include__linux__a_h="#include <linux/b.h>\n", include__linux__b_h='# include "c.h"\n#include "/etc/passwd"\n',
                   include__linux__c_h="#include <linux/a.h>\n#include <asm/d.h>\n#include \"../../x.h\"\n",
                   arch__arm64__include__asm__d_h="int d;\n", include__linux__e_h="int e;\n")
        includes, taken = unlisted.Includes(self.top), {"include/linux/c.h": {"c"}, "arch/arm64/include/asm/d.h": {"d"}}
        self.assertEqual(includes.lines("linux/a.h", taken), ["#include <linux/c.h>", "#include <asm/d.h>"])
        self.assertEqual(includes.lines("linux/e.h", taken) + includes.lines("linux/nowhere.h", taken), [])


class Refusing(unittest.TestCase):
    def run_slice(self, tree, roots="f a.c\n", text="int f(void)\n{\n}\n"):
        work = Path(tree)
        (work / "files").write_text("a.c\n?b.c\n")
        (work / "roots").write_text(roots)
        (work / "shim").write_text("\n")
        if text is not None:
            (work / "a.c").write_text(text)
        return subprocess.run([sys.executable, SLICE, "--tree", tree, "--out", work / "out",
                               "--files", work / "files", "--roots", work / "roots",
                               "--shim", work / "shim"], capture_output=True, text=True)

    def test_a_tree_that_is_none(self):
        with tempfile.TemporaryDirectory() as tree:
            run = self.run_slice(tree, text=None)
            self.assertEqual(run.returncode, 1)
            self.assertIn("is not an arm64 Linux tree: it has no a.c", run.stderr)

    def test_a_root_that_is_missing(self):
        with tempfile.TemporaryDirectory() as tree:
            run = self.run_slice(tree, roots="f a.c\nvmap a.c\n?pte_set_huge\n")
            self.assertEqual(run.returncode, 1)
            self.assertIn("does not define vmap() in a.c", run.stderr)

    def test_what_the_tree_declares(self):
        with tempfile.TemporaryDirectory() as tree:
            run = self.run_slice(tree, roots="f a.c\n?g a.c\n",
                                 text="#include <linux/b.h>\nint f(int a, int b)\n{\n}\n")
            self.assertEqual(run.returncode, 0, run.stderr)
            have = (Path(tree) / "out/have.h").read_text()
            self.assertIn('#define RIG_HAVE_f 1\n#define RIG_ENTRY_f { "a.c", 2 }\n#define RIG_PARAMETERS_f 2\n', have)
            self.assertIn("#define RIG_ENTRY_g { NULL, 0 }\n", have)
            self.assertNotIn("RIG_HAVE_g", have)
            self.assertTrue((Path(tree) / "out/empty/linux/b.h").exists())

    def test_a_header_outside_of_the_tree(self):
        with tempfile.TemporaryDirectory() as tree:
            victim = Path(tree) / "victim.h"
            for name in (f'"{victim}"', f"<{victim}>", '"../../victim.h"', '"../victim.h"', "<linux/../../victim.h>"):
                run = self.run_slice(tree, text=f"\n#include {name}\nint f(void)\n{{\n}}\n")
                self.assertEqual(run.returncode, 1, name)
                self.assertIn(f"a.c:2: {name[1:-1]}: a header outside of the tree", run.stderr)
                self.assertFalse(victim.exists() or (Path(tree) / "out").exists(), name)

    def test_calls_that_only_observe(self):
        text = ("#define trace_own(x) g(x)\nint f(void)\n{\n\tif (trace_new_enabled())\n\t\ttrace_new(1, 2);\n"
                "\ttrace_own(1);\n\tlockdep_assert_new();\n\tcount_vm_event(A);\n}\nint g(void)\n{\n\ttrace_far();\n}\n")
        with tempfile.TemporaryDirectory() as tree:
            run = self.run_slice(tree, text=text)
            self.assertEqual(run.returncode, 0, run.stderr)
            said = (Path(tree) / "out/stubs.h").read_text().splitlines()[2:]
            self.assertEqual(said, ["#define count_vm_event(...) ((void)0)", "#define lockdep_assert_new(...) ((void)0)",
                                    "#define trace_far(...) ((void)0)", "#define trace_new(...) ((void)0)",
                                    "#define trace_new_enabled(...) false"])

    def test_what_did_not_change_is_not_written(self):
        with tempfile.TemporaryDirectory() as tree:
            self.run_slice(tree)
            before = (Path(tree) / "out/a.c").stat().st_mtime_ns
            self.run_slice(tree)
            self.assertEqual((Path(tree) / "out/a.c").stat().st_mtime_ns, before)


class Options(unittest.TestCase):
    """Options of Kconfig that a slice asks for and the rig knows nothing of."""

    def asked(self, text, roots):
        source = read(text)
        return configs.asked([source], reach.Index([source], set()).reachable(roots), set())

    def options(self, words, kconfig, said=""):
        with tempfile.TemporaryDirectory() as tree:
            Path(tree, "mm").mkdir()
            Path(tree, "mm/Kconfig").write_text(kconfig)
            rig = configs.Rig("#define CONFIG_MMU 1\n", ["CONFIG_OFF_*"], ["mm/Kconfig", "arch/Kconfig"],
                              configs.forced(said))
            return {one.name: (one.on, one.why)
                    for one in configs.of_slice(tree, dict.fromkeys(words, "mm/vmalloc.c"), rig)}

    def of_letters(self, asked, kconfig, on):
        """The options of these letters, of which some are on."""
        found = self.options([f"CONFIG_{letter}" for letter in asked], kconfig)
        self.assertEqual({name[-1] for name, (is_on, _) in found.items() if is_on}, set(on))
        return found

    def test_asked_is_what_stands_in_or_around_what_is_kept(self):
        text = ("#ifdef CONFIG_A\nint f(void)\n{\n#if IS_ENABLED(CONFIG_B) && !defined(C)\n\treturn 1;\n"
                "#elif CONFIG_D\n#endif\n\treturn IS_ENABLED(CONFIG_E);\n}\n#endif\n"
                "#ifdef CONFIG_F\nint g(void)\n{\n\treturn CONFIG_G;\n}\n#endif\n")
        self.assertEqual(set(self.asked(text, ["f"])),
                         {"CONFIG_A", "CONFIG_B", "IS_ENABLED", "defined", "C", "CONFIG_D", "CONFIG_E"})
        self.assertEqual(self.asked(text, ["g"]), {"CONFIG_F": "file.c", "CONFIG_G": "file.c"})

    def test_what_the_rig_knows_of_is_as_it_says(self):
        self.assertEqual(self.options(["CONFIG_MMU", "CONFIG_OFF_X"], "config MMU\n\tdef_bool n\n"), {})

    def test_what_kconfig_has_on_where_nobody_chooses(self):
        kconfig = ("config ARM64\n\tdef_bool y\n\tselect A\n\tselect B if MMU && !NUMA\n\tselect C if NUMA\n"
                   "config D\n\tdef_bool y\n\tdepends on ARM64 || MMU\n"
                   "config E\n\tbool \"e\"\n\tdefault y if (MMU || X)\nconfig F\n\tdef_bool y\n\tdepends on NUMA\n"
                   "menuconfig G\n\tbool \"g\"\n\nconfig H\n\tdefault y if PAGE_SHIFT = 12\n"
                   "config I\n\tdefault \\\n\t  y\nconfig K\n\tbool \"k\"\n\thelp\n\t  default y\n")
        found = self.of_letters("ABCDEFGHIJK", kconfig, on="ABDEI")
        self.assertEqual(found["CONFIG_A"][1], "mm/Kconfig selects it")
        self.assertEqual(found["CONFIG_F"][1], "in mm/Kconfig it depends on NUMA")
        self.assertEqual(found["CONFIG_J"][1], "Kconfig files that the rig reads do not name it")

    def test_options_that_need_or_select_each_other(self):
        kconfig = ("config ARM64\n\tdef_bool y\n\tselect A if B = y\n"
                   "config B\n\tdef_bool MMU\n\tdepends on C && NUMA != y\n"
                   "config C\n\tbool\n\tdefault !NUMA\n\timply D\n\tselect E\n"
                   "config D\n\tbool \"d\"\n\tdepends on B\nconfig E\n\tbool\n"
                   "config F\n\tbool \"f\"\n\tselect G\n\tselect MMU\nconfig G\n\tbool\n"
                   "config H\n\tdef_bool y\n\tdepends on I\nconfig I\n\tdef_bool H\n\tdepends on H\n"
                   "config J\n\tdef_bool y\n\tdepends on !OFF_ALL\nconfig OFF_ALL\n\tdef_bool y\n")
        found = self.of_letters("ABCDEFGHIJ", kconfig, on="ABCDEJ")
        self.assertEqual(found["CONFIG_D"][1], "in mm/Kconfig C implies it")
        self.assertEqual(found["CONFIG_H"][1], "in mm/Kconfig it depends on I")
        found = self.options(["CONFIG_A"], kconfig, "CONFIG_NUMA=y")
        self.assertFalse(found["CONFIG_A"][0])

    def test_what_an_option_stands_in(self):
        kconfig = ("menu \"m\"\n\tdepends on MMU\nif NUMA\nconfig A\n\tdef_bool y\nendif # NUMA\n"
                   "config B\n\tdef_bool y\n\thelp\n\t  select C\n\n\t  default n\nendmenu\n"
                   "menu \"n\"\n\tdepends on NUMA\nconfig C\n\tdef_bool y\nendmenu\nendif\nconfig D\n\tdef_bool y\n")
        found = self.of_letters("ABCD", kconfig, on="BD")
        self.assertEqual(found["CONFIG_C"][1], "in mm/Kconfig it depends on NUMA")

    def test_what_cannot_be_read_is_off(self):
        for condition in ("MMU &&", "MMU $(x)", "() MMU", "__import__('os')", "((((", "MMU MMU", "\"y\"",
                          "MMU = 12", "MMU = MMU", "(" * 100000):
            self.assertFalse(self.options(["CONFIG_A"], f"config A\n\tdefault y if {condition}\n")["CONFIG_A"][0], condition)

    def test_a_chain_without_an_end_is_off(self):
        chain = "".join(f"config\tC{n}\n\tdef_bool C{n + 1}\n" for n in range(20000))
        self.assertFalse(self.options(["CONFIG_C0"], chain)["CONFIG_C0"][0])

    def test_who_runs_it_goes_before_all(self):
        found = self.options(["CONFIG_A"], "config A\n\tdef_bool y\n", "CONFIG_A=n,CONFIG_MMU=n CONFIG_Z=y")
        self.assertEqual({name: on for name, (on, _) in found.items()},
                         {"CONFIG_A": False, "CONFIG_MMU": False, "CONFIG_Z": True})
        for wrong in ("A=y", "CONFIG_A", "CONFIG_A=m", "CONFIG_A=y=n", "CONFIG_A=y;CONFIG_B=n"):
            self.assertRaisesRegex(ValueError, "must be CONFIG_NAME=y or CONFIG_NAME=n", configs.forced, wrong)

    def test_the_header_takes_options_back_too(self):
        lines = list(configs.lines_for(configs.Option("CONFIG_A", False, "why", "f.c")))
        self.assertEqual(lines, ["#undef CONFIG_A"])


if __name__ == "__main__":
    unittest.main()
