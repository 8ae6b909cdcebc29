# SPDX-License-Identifier: GPL-2.0-only
"""What a table was made from, as hashes: its stamp.

The hash of a C file is one of its tokens, so that a comment or an indent does
not make a table old. Tests are left out. So are the corpus and the cases: they
grow often, and what they add makes no mutant survive.
"""
import dataclasses
import functools
import hashlib
import pathlib
import re

from unusable import unusable

SUFFIXES = {".c", ".h", ".def", ".inc"}
# The folder of each group, and what in it has no part in killing a mutant of the tables: files and
# folders directly below, without a suffix.
GROUPS = {
    "mapper": ("mapper", {"test", "example", "kernel", "prior"}),
    "generator": ("fuzz", {"test", "exhaustive", "afl_mutator", "replay_main", "fuzz_text", "fuzz_walk",
                           "libfuzzer_options", "arbitrary_tables", "find_waivers", "fuzz_empty", "fuzz_crosscheck",
                           "scenario_parse", "scenario_print", "scenario_text", "text_line", "words",
                           "nearest", "mail", "mail_line", "mail_span", "quoted_printable", "tracked"}),
    "oracle": ("oracle", {"test", "mmu"}),
}
OF_MUTANTS = ("mapper", "generator", "oracle")
# Files of regress/mutation by which mutants are made.
MADE_BY = {"operators": ("operators.py", "equivalent"),
           "weakenings": ("operators.py", "weakenings.py", "harmless")}
MINIMIZE = ("minimize", "reductions", "child_run")  # of regress/tool
HASH_DIGITS, ID_DIGITS = 12, 8

_COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|[A-Za-z_]\w*|\.?\d(?:[eEpP][+-]|[\w.])*|'
                    r"<<=|>>=|\.\.\.|->|\+\+|--|<<|>>|[<>=!*/%+&^|-]=|&&|\|\||##|\S")


@functools.lru_cache(maxsize=None)  # each table is about the same files
def tokens_of_c(text):
    """The tokens of C, one a line, without comments; a directive is one token."""
    text = _COMMENT.sub(lambda m: " " if m.group().startswith("/") else m.group(),
                        text.replace("\\\n", " "))
    tokens = []
    for line in text.splitlines():
        if line.lstrip().startswith("#"):
            tokens.append(" ".join(line.split()))
        else:
            tokens += _TOKEN.findall(line)
    return "\n".join(tokens)


def tokens_of(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix in SUFFIXES:
        return tokens_of_c(text)
    lines = (line.strip() for line in text.splitlines())  # Python's tokens differ by its version
    return "\n".join(line for line in lines if line and not line.startswith("#"))


def _hash(text, digits=HASH_DIGITS):
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


def _hash_files(paths):
    """Of what the files contain, in any order: a file that only moves changes nothing."""
    hashes = sorted(_hash(tokens_of(path)) for path in paths)
    if not hashes:
        unusable("a group of sources has no files: regress/mutation/sources.py names it wrongly")
    return _hash("\n".join(hashes))


def _is_of_group(path, but):
    return path.suffix in SUFFIXES and path.parts[0].split(".")[0] not in but


def files_of(top, group):
    """The files of a group, sorted."""
    top = pathlib.Path(top)
    if group in MADE_BY:
        return [top / "regress" / "mutation" / name for name in MADE_BY[group]]
    if group == "minimize":
        return sorted(path for path in (top / "regress" / "tool").iterdir()
                      if path.suffix in SUFFIXES and path.stem in MINIMIZE)
    folder, but = GROUPS[group]
    return sorted(path for path in (top / folder).rglob("*")
                  if _is_of_group(path.relative_to(top / folder), but))


def patch_hash(top, name):
    """Of what the mutant's patch changes, and of the target that looks for it; None without one."""
    path = pathlib.Path(top) / "regress" / "mutants" / f"{name}.patch"
    if not path.exists():
        return None
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.startswith(("target: ", "+", "-"))]
    return _hash("\n".join(kept), ID_DIGITS)


def version(top):
    text = (pathlib.Path(top) / "CMakeLists.txt").read_text(encoding="utf-8")
    return re.search(r"project\(vmapdiff VERSION ([\d.]+)", text).group(1)


@dataclasses.dataclass(frozen=True)
class Stamp:
    """The version of the project and the hashes of its sources, by group."""

    version: str
    groups: tuple  # (name, hash)
    confirmed: str = ""  # PLAYED/ROWS, of rows that other sources made: see confirm.py

    @property
    def words(self):
        words = " ".join(f"{name}={value}" for name, value in self.groups)
        return f"{words} confirmed={self.confirmed}" if self.confirmed else words

    @property
    def id(self):
        return _hash(self.words, ID_DIGITS)

    def __str__(self):
        return f"sources {self.id} version={self.version} {self.words}"

    def changed(self, now):
        """The groups of which `now`, a stamp of the same groups, has other sources."""
        then = dict(self.groups)
        return [name for name, value in now.groups if then.get(name) != value]


def stamp(top, groups=OF_MUTANTS):
    """The stamp of the sources as they are."""
    return Stamp(version(top), tuple((g, _hash_files(files_of(top, g))) for g in groups))


def stamp_of_minimized(top, mutants):
    """That of a table without rows of runs, which these mutants are in."""
    patches = " ".join(patch_hash(top, name) or "none" for name in mutants)
    plain = stamp(top, (*OF_MUTANTS, "minimize"))
    return Stamp(plain.version, (*plain.groups, ("mutants", _hash(patches))))


def read_stamp(line):
    """The stamp that a line is, or None; one that does not fit its own hashes ends the program."""
    found = re.fullmatch(r"(?:# |<!-- )sources ([0-9a-f]+) version=([\d.]+) (.+?)(?: -->)?",
                         line.strip())
    if not found:
        return None
    words = dict(word.split("=") for word in found.group(3).split())
    confirmed = words.pop("confirmed", "")
    read = Stamp(found.group(2), tuple(words.items()), confirmed)
    if read.id != found.group(1):
        unusable(f"not a stamp, since its hash is {read.id}: {line.strip()}")
    return read
