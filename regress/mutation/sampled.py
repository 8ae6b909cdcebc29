# SPDX-License-Identifier: GPL-2.0-only
"""What generated mutants and weakened oracles have in common: edits made by rule, of which a sample,
or those of one place, are tried, and whose table is checked in."""
import functools
import os
import pathlib
import sys

import records
from mutants import TOP
from unusable import unusable


def add_options(parser, what, table, part):
    """`what`: the edits' name, in the plural; `part`: what one of a file's is in, LINE or FUNCTION."""
    parser.add_argument("--sample", type=int, default=1, metavar="SEED",
                        help=f"which {what}: the seed of the sample (1)")
    parser.add_argument("--only", metavar=f"FILE[:{part}]",
                        help=f"all {what} of one file, or of one {part.lower()} of it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N",
                        help=f"{what} at a time (one a core)")
    parser.add_argument("-o", "--output", type=pathlib.Path, metavar="DIR",
                        help=f"also write {table}.csv and {table}.md there")
    parser.add_argument("--record", action="store_true",
                        help="make the checked-in table again; with -o: the one there")


def check_record(parser, options, recorded, words):
    """With --record, the options are those of the checked-in table, `recorded`; `words` say them."""
    if options.record and not options.output:
        if any(getattr(options, option) != value for option, value in recorded.items()):
            parser.error(f"--record is of {words}; others need -o DIR")
        options.output = TOP / records.TABLES


def only(edits, place, part_of, what, side):
    """Those of `edits` that --only names; part_of() gives the part of one of them, as text."""
    file, _, part = place.partition(":")
    found = [edit for edit in edits if edit.file == file and part in ("", part_of(edit))]
    if not found:
        unusable(f"no {what} is in {place}; a file of the {side} is one of "
                 f"{', '.join(sorted({edit.file for edit in edits}))}")
    return found


@functools.lru_cache(maxsize=None)
def text_of(file):
    return (TOP / file).read_text(encoding="utf-8")


def key_of(edit):
    return edit.key(text_of(edit.file))


def check_entries(path, known, edits, what, recording):
    """An argument in `path` that fits none of the edits any more, since the code around it changed, leaves
    its edit without one: it must follow the code before a table is recorded."""
    unfit = sorted(known.keys() - {key_of(edit) for edit in edits})
    for file, function, before, after in unfit:
        print(f"mutants: {path.name}: fits no {what}: in {file} {function}\n"
              f"- {before}\n+ {after}", file=sys.stderr)
    if unfit and recording:
        unusable(f"{len(unfit)} entries of {path.relative_to(TOP)} fit no {what}: the code changed")
