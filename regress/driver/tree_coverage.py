# SPDX-License-Identifier: GPL-2.0-only
"""./rig kernel TREE coverage: which lines of a tree's mapping code scenarios reach, and why they do not reach the others."""
from __future__ import annotations

import pathlib
import subprocess
import sys

from driver import install, kernel, packages, tool
from driver.build import locked
from driver.counters import data_of, failing
from driver.places import CASES, CORPUS, TOP
from driver.slice_counts import not_reached, sum_of
from driver.terminal import Unusable, say

EXECUTIONS = "8192"
REASONS = TOP / "mapper/kernel/unreached"
NO_REASON = "NOT SAID"
WIDTH = 40
# What a document has functions of: all else is read along with them.
FILES = ("mm/vmalloc.c", "mm/memory.c", "mm/sparse-vmemmap.c", "arch/arm64/mm/mmu.c", "arch/arm64/mm/pageattr.c",
         "arch/arm64/mm/trans_pgd.c", "arch/arm64/mm/ptdump.c", "mm/ptdump.c", "arch/arm64/include/asm/tlbflush.h")
HEAD = "<!-- SPDX-License-Identifier: GPL-2.0-only -->\n# What scenarios reach of a tree\n"


def reasons():
    """{(file, function): why no scenario reaches all of it}. Raises Unusable where a line is not understood."""
    words, found = {}, {}
    for number, line in enumerate(REASONS.read_text().splitlines(), 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        name, separator, why = text.partition(": ")
        if separator:
            words[name] = why.strip()
            continue
        parts = text.split()
        unknown = [word for word in parts[2:] if word not in words]
        if len(parts) < 3 or unknown:
            raise Unusable(f"{REASONS.relative_to(TOP)}:{number}: 'NAME: REASON', or 'FILE FUNCTION NAME...' with names "
                           f"of reasons above{f'; there is no {unknown[0]}' if unknown else ''}")
        found[parts[0], parts[1]] = "; ".join(words[word] for word in parts[2:])
    return found


def play(rig):
    """
    Plays generated and checked-in scenarios with counters, and returns the data. What fails counts as well; a
    process that a scenario ends writes what it has counted.
    """
    for old in rig.built.glob("*.profraw"):
        old.unlink()
    environment = tool.environment(LLVM_PROFILE_FILE=f"{rig.built}/%p-%m.profraw")
    played = subprocess.run([rig.tool, "kernel", "test", "--executions", EXECUTIONS, CASES, CORPUS],
                            stdout=subprocess.PIPE, text=True, errors="replace", check=False, env=environment)
    sys.stderr.write(played.stdout)
    return data_of(rig.built.glob("*.profraw"), rig.built / "kernel.profdata", failing(played.stdout))


def measure(tree, may_install):
    """({name: Counts}, [Function], a library, its data)"""
    install.ensure(packages.COVERAGE, may_install)
    rig = kernel.build_tree(tree, ["vmapdiff"], kernel.COVERAGE, kernel.COVERAGE_OPTIONS)
    with locked(rig.state / "measuring", "measures coverage"):
        data = play(rig)
        libraries = sorted((rig.built / "mapper/kernel").glob("libkernel_*.so"))
        sliced = rig.built / "mapper/kernel/slice"
        counts = sum_of(libraries, data, kernel.top_of(tree), sliced)
    if not any(one.lines for one in counts.values()):
        raise Unusable(f"kernel: the counters name no file of the slice; clang and llvm-cov may be of two versions "
                       f"(see {libraries[0]} and {data})")
    return counts, not_reached(counts, sliced), libraries[0], data


def cells(counts):
    """Lines, those missed, branches, those missed."""
    return (len(counts.lines), counts.missed(counts.lines), len(counts.branches), counts.missed(counts.branches))


def table(counts):
    """Lines and branches of each file."""
    yield f"{'':{WIDTH}} {'lines':>6} {'missed':>7} {'branches':>9} {'missed':>7}"
    sums = [0, 0, 0, 0]
    for name, one in sorted(counts.items()):
        if one.lines:
            row = cells(one)
            sums = [before + more for before, more in zip(sums, row)]
            yield f"{name:{WIDTH}} {row[0]:>6} {row[1]:>7} {row[2]:>9} {row[3]:>7}"
    yield f"{'TOTAL':{WIDTH}} {sums[0]:>6} {sums[1]:>7} {sums[2]:>9} {sums[3]:>7}"


def rows_of_functions(functions, why):
    """(file, function, lines that no scenario reaches, lines, reason) of the files that a document is about."""
    for one in functions:
        if one.file in FILES:
            yield one.file, one.name, len(one.missed), one.lines, why.get((one.file, one.name), NO_REASON)


def document(release, counts, functions, why):
    """The Markdown of what was measured."""
    lines = [HEAD, f"Of Linux {release}, with all geometries, {EXECUTIONS} generated scenarios, `regress/cases` and",
             "`corpus`. `./rig kernel TREE coverage --document FILE` makes this of any tree. Reasons are kept in",
             "`mapper/kernel/unreached`. A test holds that each function below has one, that no other has, and that",
             "no fewer lines are reached.\n", "| file | lines in the slice | reached |", "|---|---|---|"]
    for name in FILES:
        if name in counts and counts[name].lines:
            all_lines, missed, *_ = cells(counts[name])
            lines.append(f"| {name} | {all_lines} | {all_lines - missed} |")
    lines += ["", "| function | not reached | why |", "|---|---|---|"]
    lines += [f"| `{name}()`, {file} | {missed} of {count} lines | {reason} |"
              for file, name, missed, count, reason in rows_of_functions(functions, why)]
    return "\n".join(lines) + "\n"


def release_of(tree):
    """As the tree's Makefile says it, to be shown."""
    words = dict(line.split(" = ", 1) for line in (pathlib.Path(tree) / "Makefile").read_text().splitlines()[:12]
                 if " = " in line)
    return ".".join(words.get(part, "?").strip() for part in ("VERSION", "PATCHLEVEL", "SUBLEVEL"))


def add_options(parser):
    parser.add_argument("--document", type=pathlib.Path, metavar="FILE",
                        help="write what is reached of the mapping code, and why the rest is not, as Markdown")


def run(options):
    why = reasons()
    counts, functions, library, data = measure(options.tree, options.may_install)
    print("\n".join(table(counts)))
    print("\nlines that no scenario reaches, by function:")
    for file, name, missed, count, reason in rows_of_functions(functions, why):
        print(f"  {missed:>3} of {count:>3}  {name}(), {file}: {reason}")
    if options.document:
        options.document.write_text(document(release_of(options.tree), counts, functions, why))
    say(f"line by line: llvm-cov show {library} -instr-profile={data} {kernel.top_of(options.tree)}/mm/vmalloc.c")
    return 0
