# SPDX-License-Identifier: GPL-2.0-only
"""What is missing by what clang says, and what stands in for it until nothing more is missing."""
from __future__ import annotations

import re
from dataclasses import dataclass

from slicer.source import KEYWORDS

# What clang 14 to 21 say of a name that they do not know.
UNDECLARED = re.compile(r"use of undeclared identifier '(\w+)'")
UNKNOWN_TYPE = re.compile(r"unknown type name '(\w+)'")
UNKNOWN_CALL = re.compile(r"(?:implicit declaration of function|call to undeclared (?:library )?function"
                          r"|implicitly declaring library function) '(\w+)'")
INCOMPLETE = re.compile(r".*\bincomplete\b.*?'(?:const |volatile )*(struct|union|enum) (\w+)")
NO_MEMBER = re.compile(r"no member named '(\w+)' in '(?:struct |union )?(\w+)")
ASSEMBLY = re.compile(r"GNU-style inline assembly is disabled")
# Where a compiler loses its way: a name that is not an expression, or an error of the tree's own.
PARSE = re.compile(r"expected |extraneous |type specifier missing|a type specifier is required"
                   r"|a parameter list without types|function definition is not allowed"
                   r"|unterminated |declaration of .* shadows|cannot combine with previous")

CALL, VALUE, TYPE, TAG, ATTRIBUTE, STATEMENT, TEXT, DECLARATION, MEMBER, CODE, OTHER_FORM = (
    "call", "value", "type", "tag", "attribute", "statement", "text", "declaration", "member",
    "assembly", "other form")
# How a name stands in, by its form. A call needs none: C takes an undeclared function for one.
STAND_IN = {
    CALL: "",
    VALUE: "enum {{ {name} = {number} }};",
    TYPE: "typedef struct {{ long rig_stand_in; }} {name};",
    ATTRIBUTE: "#define {name}",
    STATEMENT: "#define {name}(...) for (;;)",
    TEXT: "#define {name}(...) 0",
    DECLARATION: "#define {name}(...) struct rig_unused",
    MEMBER: "", CODE: "", OTHER_FORM: "",
}
# Forms in which a name is not an expression: what follows it is not understood before it stands in.
STRUCTURAL = (TYPE, TAG, ATTRIBUTE, STATEMENT, TEXT, DECLARATION)
ROUNDS = 40


@dataclass
class Missing:
    """A name, its form, and each place that uses it, the first first."""
    name: str
    form: str
    places: list
    detail: str = ""  # of a tag: struct, union or enum; of a member: whose

    def stand_in(self, number):
        if self.form == TAG:
            body = f"RIG_STAND_IN_{self.name}" if self.detail == "enum" else "long rig_stand_in;"
            return f"{self.detail} {self.name} {{ {body} }};"
        return STAND_IN[self.form].format(name=self.name, number=1_000_000 + number)


def looks_like_a_type(before, after):
    """Whether a word is used as a type is: before a name that it declares, or as a cast."""
    after = re.sub(r"^\w+", "", after)
    if re.match(r"\s*\*+\s*(?:const\s+)?[A-Za-z_]\w*\s*[=;,\[)]", after) or \
            re.match(r"\s+(?!in\b|else\b)[A-Za-z_]\w*\s*[=;,\[]", after):
        return bool(re.search(r"(?:^|[;{}(,]|\b(?:const|static|volatile|struct))\s*$", before))
    cast = re.match(r"\s*\**\s*\)\s*[\w(&*~-]", after)
    head = re.search(r"(\w*)\s*\(\s*$", before)
    return bool(cast and head and (not head[1] or head[1] in ("return", "sizeof")))


def form_of_type(after):
    """A word where a type is expected: an attribute, if the type or its name is still to come."""
    rest = re.sub(r"^\w+", "", after).lstrip()
    word = re.match(r"[A-Za-z_]\w*", rest)
    if not word:
        return TYPE
    follows = rest[word.end():].lstrip()
    if word[0] in KEYWORDS - {"const", "volatile", "restrict"}:
        return ATTRIBUTE
    return ATTRIBUTE if re.match(r"[A-Za-z_*]", follows) and not follows.startswith("__") else TYPE


class Search:
    """Gives each missing name a stand-in of its form until the compiler misses no more."""

    def __init__(self, texts, shim, sliced):
        self.texts = texts
        self.shim, self.known = shim, shim | sliced  # names that the shim has, and the sliced files
        self.missing = {}  # {name: Missing}

    def stand_ins(self):
        return "\n".join(one.stand_in(i) for i, one in enumerate(self.missing.values())) + "\n"

    def add(self, found, name, form, diagnostic, detail=""):
        place = diagnostic.mentioned or self.texts.where(diagnostic, name)
        if name in self.shim and form in (CALL, VALUE):
            form = OTHER_FORM  # a macro that is invoked otherwise than the shim has it
        key = f"{detail}.{name}" if form == MEMBER else name or place
        one = self.missing.get(key) or found.setdefault(key, Missing(name, form, [], detail))
        if place not in one.places:
            one.places.append(place)

    def read(self, diagnostic, found):
        """Adds the name that a diagnostic says is missing, if it says so."""
        text = diagnostic.text
        before, after = self.texts.around(diagnostic.place)
        if match := UNKNOWN_TYPE.match(text):
            self.add(found, match[1], form_of_type(after) if after.startswith(match[1]) else TYPE,
                     diagnostic)
        elif match := UNDECLARED.match(text):
            of_type = match[1].endswith("_t") or \
                (after.startswith(match[1]) and looks_like_a_type(before, after))
            self.add(found, match[1], TYPE if of_type else VALUE, diagnostic)
        elif match := UNKNOWN_CALL.match(text):
            self.add(found, match[1], CALL, diagnostic)
        elif match := INCOMPLETE.match(text):
            self.add(found, match[2], TAG, diagnostic, match[1])
        elif match := NO_MEMBER.match(text):
            if match[2] in self.shim:
                self.add(found, match[1], MEMBER, diagnostic, match[2])
        elif ASSEMBLY.match(text):
            self.add(found, "", CODE, diagnostic)

    def culprit(self, diagnostic, found):
        """A missing name that a parse error is about, or None: then the error is the tree's own."""
        place = diagnostic.place
        for name in [*self.texts.around_words(place), *self.texts.invoked(place)]:
            if name in found or (name in self.missing):
                return name
        for name in [*self.texts.around_words(place)[:2], *self.texts.invoked(place)]:
            if name not in self.known and name not in KEYWORDS and self.stands_alone(place, name):
                return name
        return None

    def stands_alone(self, place, name):
        """Whether a word that nobody knows may be a macro: no name of a variable or a parameter is."""
        around = "".join(self.texts.around(place))
        return not re.search(rf"[\w*]\s+\**{name}\s*[,)=;\[]", around) and \
            not re.search(rf"(->|\.)\s*{name}\b", around)

    def form_by_error(self, diagnostic, name):
        """The form of a name that an error shows to be no expression."""
        before, after = self.texts.around(diagnostic.place)
        call = re.search(rf"\b{name}\s*\([^;{{}}]*$", before + after[:1]) or \
            re.match(rf"{name}\s*\(", after)
        if not call:
            return ATTRIBUTE
        indented = re.search(r"(?:^|\n)([ \t]*)[^\n]*$", before)
        if not (indented and indented[1]) and not re.search(r"[{;]\s*[^;{}]*$", before.split("\n}")[-1]):
            return DECLARATION
        if re.match(r"\s*(?:\{|[A-Za-z_])", after) and before.rstrip().endswith(")"):
            return STATEMENT
        return TEXT

    def step(self, diagnostics):
        """Takes up what is new in a compilation. False if nothing is."""
        found = {}
        for diagnostic in diagnostics:
            self.read(diagnostic, found)
        changed = False
        # Where a type is not known the compiler loses its way: what else it says waits for a stand-in.
        waits = any(one.form == TYPE for one in found.values())
        for diagnostic in [] if waits else diagnostics:
            name = self.culprit(diagnostic, found) if PARSE.match(diagnostic.text) else None
            if name:
                changed |= self.reform(found, name, diagnostic)
        structural = {name: one for name, one in found.items() if one.form in STRUCTURAL}
        new = structural or found  # a variable of a type that is not known is not missing
        self.missing.update(new)
        return changed or bool(new)

    def reform(self, found, name, diagnostic):
        """Gives a name the form that a parse error shows. Each name changes its form once."""
        one = self.missing.get(name) or found.get(name)
        form = self.form_by_error(diagnostic, name)
        if one is None:
            self.add(found, name, form, diagnostic)
        elif one.form in (CALL, VALUE) or (one.form == TYPE and form == ATTRIBUTE
                                           and not name.endswith("_t")):
            one.form = form
            return True
        return False


def find_missing(compile_with, search):
    """
    Compiles with more and more stand-ins, and returns the diagnostics that are left when nothing more
    is missing. `search` has the names then.
    """
    for _ in range(ROUNDS):
        diagnostics = compile_with(search.stand_ins())
        if not search.step(diagnostics):
            break
    return diagnostics
