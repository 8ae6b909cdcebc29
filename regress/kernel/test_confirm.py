#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A finding is confirmed on the booted kernel of a tree that has the bug, and not on that of one without it.
The same as a KUnit test, which is exported and built into that kernel: it fails, and passes.

The trees are copies of a whole one, made of links, with the series in the rig's own words: with hazard D1,
and with the bound that it lacks. --injected: other bugs, each found by fuzzing the slice of its copy.
Usage: test_confirm.py TREE [--injected [NAME]...]     exit: 0 good, 1 not, 77 no tree, or a package is missing
"""
import argparse
import re
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import copies  # noqa: E402
import test_boot  # noqa: E402
import confirm_injected  # noqa: E402

FIND = copies.TOP / "regress/finds/pages-past-the-block/find.scenario"
WRONG = r"op 0: 240 of 1040 pages wrong, the first at index 528: "


# The same bug, in a way that no caller comes to.
UNREACHABLE = """vmapdiff 2
preset va=0xffff800000000000 level=2 table
fail trylock=5
vmap va=0xffff800000010000 pages=0x400+512,0xa00+512
"""


def on_kernel(tree, *words):
    """(exit code, what is printed) of ./rig kernel TREE and these words; of the find, where no file is named."""
    code, said = confirm_injected.on_kernel(tree, *(words if len(words) > 1 else (*words, FIND)))
    print(said, flush=True)
    return code, said


def check_kunit(copy, code, result):
    """The exported test compiles, and ends so."""
    got, said = on_kernel(copy, "kunit")
    assert got == code, f"exit code {got}"
    assert re.search(rf"^ +{result} 1 (- )?vmapdiff_test$", said, re.M), said
    if code:
        assert "index 528 of the area at " in said, said
        assert "240 of 1040 pages are not mapped as the array says" in said, said


def check_reachable(copy):
    """A finding that no caller comes to names the command that makes one of it that is confirmed."""
    with tempfile.TemporaryDirectory(prefix="vmapdiff-") as folder:
        file = Path(folder) / "found.scenario"
        file.write_text(UNREACHABLE)
        code, said = on_kernel(copy, "confirm", file)
        assert code == 2 and "NOT REACHABLE: op 0 is 'preset'" in said, said
        words = shlex.split(re.search(r"^next: \./rig kernel (.*)$", said, re.M).group(1))
        assert words[:4] == [str(copy), "minimize", "--reachable", str(file)], words
        to = Path(folder) / words[-1]
        code, said = on_kernel(copy, *words[1:-1], to)
        assert code == 0 and re.search(r"^reachable: ", said, re.M), said
        code, said = on_kernel(copy, "confirm", to)
        assert code == 1 and "\nCONFIRMED on a booted kernel" in said, said


def check_bug(tree, copy):
    copies.link_tree(tree, copy)
    copies.add_series(copy, batch_bound=False)
    code, said = on_kernel(copy, "confirm")
    assert code == 1, f"exit code {code}"
    assert re.search(rf"^kernel +{WRONG}", said, re.M) and re.search(rf"^memory +{WRONG}", said, re.M), said
    assert re.search(r"^words +[1-9]\d* compared, 0 of them different$", said, re.M), said
    assert "\nCONFIRMED on a booted kernel" in said, said
    check_kunit(copy, 1, "not ok")
    check_reachable(copy)


def check_fixed(tree, copy):
    copies.link_tree(tree, copy)
    copies.add_series(copy)
    code, said = on_kernel(copy, "confirm")
    assert code == 0, f"exit code {code}"
    assert re.search(r"^words +[1-9]\d* compared, 0 of them different$", said, re.M), said
    assert "\nNOT CONFIRMED on a booted kernel" in said, said
    check_kunit(copy, 0, "ok")


def check_series(tree, copy):
    check_bug(tree, copy)
    check_fixed(tree, copy)
    return True


def check_injected(tree, copy, names):
    with tempfile.TemporaryDirectory(prefix="vmapdiff-") as work:
        return confirm_injected.play_all(tree, Path(work), copy, names)


def parsed():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--injected", nargs="*", metavar="NAME", choices=list(confirm_injected.BUGS),
                        help="these bugs, or all; in some minutes each")
    return parser.parse_args()


def main():
    options = parsed()
    tree = options.tree.resolve()
    if test_boot.is_skipped(tree):
        return test_boot.SKIP
    copy = copies.TOP / ".build/boot/copy-of-test_confirm"  # at one path, so that little is built twice
    try:
        good = (check_series(tree, copy) if options.injected is None
                else check_injected(tree, copy, options.injected))
    finally:
        shutil.rmtree(copy, ignore_errors=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
