# SPDX-License-Identifier: GPL-2.0-only
"""Mutants by rule: every place of the batched mapper where a small edit could be a bug.

The places come from Clang's syntax tree, so that a mutant compiles, most often,
and stands in code, not in a comment or a macro.
"""
import dataclasses
import hashlib
import pathlib

from unusable import unusable

PATTERNS = ("mapper/batched/*.c", "mapper/pgtable/*.c")

# What may stand in an operator's place, by the kind of mutant.
BOUNDARY = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
RELATIONAL = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "!=", "!=": "=="}
ARITHMETIC = {"+": "-", "-": "+", "<<": ">>", ">>": "<<", "&": "|", "|": "&", "&&": "||",
              "||": "&&", "+=": "-=", "|=": "&=", "&=": "|="}


def position(text, offset):
    """Line and column of an offset into a text, both from 1 on."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


@dataclasses.dataclass(frozen=True, order=True)
class GeneratedMutant:
    file: str
    start: int  # offsets into the file's text
    end: int
    replacement: str
    kind: str
    function: str
    line: int
    column: int

    def apply(self, text):
        return text[:self.start] + self.replacement + text[self.end:]

    def lines(self, text):
        """The lines that change, before and after, each on one line."""
        first = text.rfind("\n", 0, self.start) + 1
        last = text.find("\n", self.end)
        before = text[first:last]
        after = text[first:self.start] + self.replacement + text[self.end:last]
        return " ".join(before.split()), " ".join(after.split())

    def key(self, text):
        before, after = self.lines(text)
        return self.file, self.function, before, after


class Finder:
    """Collects the mutants of one file."""

    def __init__(self, cindex, top, file):
        self.kinds = cindex.CursorKind
        self.file = file
        self.path = str(pathlib.Path(top) / file)
        self.text = pathlib.Path(self.path).read_text(encoding="utf-8")
        self.mutants = []
        arguments = ["-std=gnu11", "-D_GNU_SOURCE", f"-I{top}"]
        unit = cindex.Index.create().parse(self.path, args=arguments)
        errors = [d for d in unit.diagnostics if d.severity >= d.Error]
        if errors:
            unusable(f"{file} does not parse: {errors[0].spelling}")
        for cursor in unit.cursor.get_children():
            if cursor.kind == self.kinds.FUNCTION_DECL and self.is_here(cursor):
                self.function = cursor.spelling
                self.visit(cursor, None)

    def is_here(self, cursor):
        return cursor.extent.start.file and cursor.extent.start.file.name == self.path

    def add(self, start, end, replacement, kind):
        line, column = position(self.text, start)
        self.mutants.append(
            GeneratedMutant(self.file, start, end, replacement, kind, self.function, line, column))

    def operator(self, cursor):
        left, right = list(cursor.get_children())[:2]
        start, end = left.extent.end.offset, right.extent.start.offset
        between = self.text[start:end]
        operator = between.strip()
        at = start + between.find(operator) if operator else start
        for table, kind in ((BOUNDARY, "boundary"), (RELATIONAL, "relational"),
                            (ARITHMETIC, "arithmetic")):
            if operator in table:
                self.add(at, at + len(operator), table[operator], kind)

    def literal(self, cursor):
        start, end = cursor.extent.start.offset, cursor.extent.end.offset
        if not self.text[start:end].isdigit():
            return  # comes from a macro
        value = int(self.text[start:end])
        self.add(start, end, str(value + 1), "constant")
        if value:
            self.add(start, end, str(value - 1), "constant")

    def condition(self, cursor):
        start, end = cursor.extent.start.offset, cursor.extent.end.offset
        self.add(start, end, f"!({self.text[start:end]})", "negated condition")

    def swap(self, cursor):
        arguments = list(cursor.get_arguments())
        for a, b in zip(arguments, arguments[1:]):
            kinds = {x.type.get_canonical().kind.name for x in (a, b)}
            first = self.text[a.extent.start.offset:a.extent.end.offset]
            second = self.text[b.extent.start.offset:b.extent.end.offset]
            if first == second or not kinds <= {"UINT", "ULONG", "INT", "BOOL", "ENUM", "UCHAR"}:
                continue
            gap = self.text[a.extent.end.offset:b.extent.start.offset]
            self.add(a.extent.start.offset, b.extent.end.offset, second + gap + first,
                     "swapped arguments")

    def drop(self, cursor):
        start, end = cursor.extent.start.offset, cursor.extent.end.offset
        if self.text[end:end + 1] == ";":
            self.add(start, end, "(void)0", "dropped statement")

    def visit(self, cursor, parent):
        k = self.kinds
        children = list(cursor.get_children())
        if cursor.kind in (k.BINARY_OPERATOR, k.COMPOUND_ASSIGNMENT_OPERATOR):
            self.operator(cursor)
        elif cursor.kind == k.INTEGER_LITERAL:
            self.literal(cursor)
        elif cursor.kind in (k.IF_STMT, k.WHILE_STMT, k.CONDITIONAL_OPERATOR):
            self.condition(children[0])
        elif cursor.kind == k.CALL_EXPR:
            self.swap(cursor)
        statements = (k.COMPOUND_STMT, k.IF_STMT, k.FOR_STMT, k.WHILE_STMT)
        expressions = (k.CALL_EXPR, k.BINARY_OPERATOR, k.COMPOUND_ASSIGNMENT_OPERATOR,
                       k.UNARY_OPERATOR, k.BREAK_STMT, k.CONTINUE_STMT)
        is_body = parent and parent.kind in statements and cursor.kind in expressions
        if is_body and (parent.kind == k.COMPOUND_STMT or cursor == parent_body(parent)):
            self.drop(cursor)
        for child in children:
            self.visit(child, cursor)


def parent_body(statement):
    return list(statement.get_children())[-1]


def load_cindex():
    """Clang's bindings; where they are missing the program ends."""
    try:
        from clang import cindex  # pylint: disable=import-outside-toplevel
    except ImportError:
        unusable("generated mutants need Debian's python3-clang-14, and its /usr/bin/python3")
    return cindex


def all_mutants(top, finder=Finder, patterns=PATTERNS):
    """Every mutant that `finder` finds in the files that fit the patterns, in order."""
    cindex = load_cindex()
    mutants = set()
    for pattern in patterns:
        for path in sorted(pathlib.Path(top).glob(pattern)):
            mutants.update(finder(cindex, top, str(path.relative_to(top))).mutants)
    return sorted(mutants)


def ranked(top, mutants, seed):
    """The mutants by a hash of what they change: the order of two does not depend on the others."""
    texts = {s.file: (pathlib.Path(top) / s.file).read_text(encoding="utf-8") for s in mutants}

    def rank(mutant):
        key = "\n".join((str(seed), str(mutant.column), *mutant.key(texts[mutant.file])))
        return hashlib.sha256(key.encode()).hexdigest()

    return sorted(mutants, key=rank)


def sample(top, mutants, count, seed):
    """`count` of them by a hash of what they change: a mutant stays in when others come and go."""
    return sorted(ranked(top, mutants, seed)[:count])


def read_equivalents(path):
    """Slips that change nothing that matters: {key: why}."""
    known, stanza = {}, {}
    for number, line in enumerate(pathlib.Path(path).read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        word, _, rest = line.partition(" ")
        if word not in ("in", "-", "+", "because"):
            unusable(f"{path}:{number}: a line begins with in, -, + or because")
        stanza[word] = rest.strip()
        if word == "because":
            if len(stanza) != 4:
                unusable(f"{path}:{number}: in, -, + and because make one entry")
            file, function = stanza["in"].split()
            known[file, function, stanza["-"], stanza["+"]] = rest.strip()
            stanza = {}
    return known
