# SPDX-License-Identifier: GPL-2.0-only
"""What boot code sets: variables of a slice that only code outside of it assigns.

No boot code is in a slice, so that a switch which it sets would be false for
ever. Of the __init functions, those assignments are taken that stand outside
of any condition and use nothing of the function's own.
"""
import re
from dataclasses import dataclass

from slicer.source import IDENTIFIER, KEYWORDS, TOKEN, blank_comments


@dataclass
class Assignment:
    """A statement `name = value;` of an __init function."""
    name: str
    value: str  # C text, without comments
    file: str
    line: int  # counted from 0

    def refs(self):
        return set(IDENTIFIER.findall(self.value)) - KEYWORDS


def statements(text):
    """(statement, offset) of each statement of a function that no brace and no condition contains."""
    depth, first = 0, None
    for token in TOKEN.finditer(text):
        word = token.group()
        depth += word == "{"
        if depth == 1 and word == ";" and first is not None:
            yield text[first:token.start()], first
        if word in "{};":
            first = None
        elif first is None:
            first = token.start()
        depth -= word == "}"


def body_of(source, item):
    """The text of an item, in which comments, strings and directives are blank."""
    text = blank_comments(source.text_of(item))
    return re.sub(r"^[ \t]*#.*$", "", text, flags=re.MULTILINE)


def assignments(source):
    """What the __init functions of a file assign to variables of that file."""
    variables = {name for item in source.items if item.kind == "variable" for name in item.names}
    for item in source.items:
        if item.kind != "function" or "__init" not in item.refs:
            continue
        body = body_of(source, item)
        for statement, offset in statements(body):
            words = re.match(r"(\w+)\s*=(?!=)\s*(.+)", statement, re.DOTALL)
            if words and words.group(1) in variables:
                yield Assignment(words.group(1), words.group(2), source.file,
                                 item.first + body.count("\n", 0, offset))


def of_slice(sources, index, roots, stop):
    """
    ([Assignment] to variables that the slice reads, ids of all reachable items). What cannot be
    taken out of its function is left out. An assigned expression is reachable too.
    """
    found = [one for source in sources for one in assignments(source)
             if all(ref in index.items or ref in stop for ref in one.refs())]
    wanted, taken = set(roots), []
    while True:
        reachable = index.reachable(wanted)
        more = [one for one in found if one not in taken and is_reached(index, one, reachable)]
        if not more:
            return taken, reachable
        taken += more
        wanted.update(ref for one in more for ref in one.refs())


def is_reached(index, one, reachable):
    return any(item.kind == "variable" and item.file == one.file and id(item) in reachable
               for item in index.items.get(one.name, ()))


def header(taken, path_of):
    """The text of boot.h: a function that does what boot code does."""
    lines = ["// SPDX-License-Identifier: GPL-2.0-only",
             "/* What the tree's boot code sets, for the machine of the call. */",
             "static void tree_boot(void)", "{"]
    for one in taken:
        lines += [f'#line {one.line + 1} "{path_of(one.file)}"', f"\t{one.name} = {one.value};"]
    return "\n".join([*lines, "}"]) + "\n"
