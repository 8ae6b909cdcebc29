# SPDX-License-Identifier: GPL-2.0-only
"""Which cause a slice has that does not compile: the tree, the shim, or one of them."""
from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from pathlib import Path

from diagnosis.compiler import Place
from diagnosis.names import (ASSEMBLY, CALL, CODE, DECLARATION, NO_MEMBER, PARSE, TAG, TYPE, UNKNOWN_CALL,
                             VALUE, Missing)
from slicer.source import KEYWORDS

NEAR = 0.75  # of difflib: how like a name one of the same function must be to be what was meant
NEAR_ELSEWHERE = 0.85
CALLED_WRONG = re.compile(r"too (few|many) arguments to function call|conflicting types for|redefinition of")


@dataclass
class Unknown:
    """A missing name, with where the tree declares it (or None), and what may have been meant."""
    missing: object
    declared: object
    nearest: str = ""

    @property
    def key(self):
        return self.missing.name or self.missing.places[0], self.missing.form, self.missing.detail


@dataclass
class Verdict:
    own: list = field(default_factory=list)      # [Diagnostic] of the tree itself
    names: list = field(default_factory=list)    # [Unknown] that the shim lacks
    either: list = field(default_factory=list)   # [Diagnostic] of the tree, or of what the shim makes
    misfits: list = field(default_factory=list)  # [Diagnostic] of the rig's own files

    def add(self, other):
        """Takes in what another configuration has that this one has not."""
        there = {one.key for one in self.names}
        self.names += [one for one in other.names if one.key not in there]
        for mine, more in ((self.own, other.own), (self.either, other.either),
                           (self.misfits, other.misfits)):
            there = {(one.place, one.text) for one in mine}
            mine += [one for one in more if (one.place, one.text) not in there]


class Judge:
    """Sorts what is missing and what is left. `own_files` are those of the rig."""

    def __init__(self, tree, texts, search):
        self.tree, self.texts, self.search = tree, texts, search
        self.macros = tree.macros()
        self.stands_for_a_type = any(one.form in (TYPE, TAG) for one in search.missing.values())

    def verdict(self, diagnostics):
        missing = self.with_makers(list(self.search.missing.values()))
        declared = self.tree.look_up({one.name for one in missing if one.form != CODE})
        names = [self.unknown(one, declared.get(one.name)) for one in missing]
        left = [one for one in diagnostics if not self.is_explained(one)]
        found = Verdict(names=names)
        for one in left:
            self.group_of(one, found).append(one)
        self.take_misspelt(found)
        return found

    def with_makers(self, missing):
        """Missing names, with the macro in place of what an invocation of it would have declared."""
        found = self.tree.look_up({one.name for one in missing if one.form != CODE})
        made = {}
        for one in missing:
            declared = found.get(one.name)
            if declared and declared.sliced and declared.maker and declared.maker not in self.search.known:
                place = Place(str(self.tree.top / declared.file), declared.line, 1)
                made.setdefault(declared.maker, Missing(declared.maker, DECLARATION, [place]))
            else:
                made.setdefault((one.name, one.form, one.detail, not one.name and one.places[0]), one)
        return list(made.values())

    def unknown(self, missing, declared):
        if declared and missing.form == CALL and declared.kind not in ("function", "macro"):
            declared = None  # another of the same name
        return Unknown(missing, declared, "" if declared else self.nearest(missing))

    def is_explained(self, diagnostic):
        """Whether a diagnostic is about a missing name, or comes of how that stands in."""
        if ASSEMBLY.match(diagnostic.text) or UNKNOWN_CALL.match(diagnostic.text):
            return True
        if self.stands_for_a_type and not PARSE.match(diagnostic.text):
            return True  # no type fits that is not there: what is left shows when it is
        member = NO_MEMBER.match(diagnostic.text)
        if member and f"{member[2]}.{member[1]}" in self.search.missing:
            return True
        words = set(re.findall(r"\w+", diagnostic.text))
        for place in diagnostic.places():
            words |= self.texts.words_of(place)
        return not self.expanded(words).isdisjoint(one.name for one in self.search.missing.values())

    def expanded(self, words):
        """Words, and all that the macros among them refer to."""
        found, new = set(), set(words)
        while new:
            found |= new
            new = set().union(*(self.macros.get(word, ()) for word in new)) - found
        return found

    def group_of(self, diagnostic, found):
        if not self.in_tree(diagnostic.place) and not (diagnostic.opened and
                                                      self.in_tree(diagnostic.opened)):
            return found.misfits
        if PARSE.match(diagnostic.text) or (CALLED_WRONG.match(diagnostic.text) and not found.names):
            return found.own
        macros = set().union(*map(self.texts.words_of, diagnostic.places())) & self.search.shim
        quoted = set(re.findall(r"'(\w+)'", diagnostic.text)) & self.search.shim
        return found.either if macros | quoted or found.names else found.own

    def in_tree(self, place):
        return Path(place.file).is_relative_to(self.tree.top)

    def take_misspelt(self, found):
        """
        A name that nothing declares is an error of the tree if the tree is whole. In a part of one,
        it is where the function has a variable of nearly the same name, or C a keyword.
        """
        nowhere = [one for one in found.names if one.declared is None and self.is_of_the_tree(one)
                   and (self.tree.whole or self.is_near_here(one))]
        found.names = [one for one in found.names if one not in nowhere]
        found.own += [Misspelt(one) for one in nowhere]

    def is_near_here(self, one):
        return one.nearest in KEYWORDS or (
            one.missing.form == VALUE and not one.missing.name.isupper()
            and one.nearest in self.words_near(one.missing.places[0]) - self.search.known)

    @staticmethod
    def is_of_the_tree(one):
        return one.missing.form not in (CODE, "member", "other form") and \
            not one.missing.name.startswith("rig_")

    def nearest(self, one):
        """The name that a name which nothing declares may stand for, or nothing."""
        if not self.is_of_the_tree(Unknown(one, None)):
            return ""
        names = {other.name for other in self.search.missing.values()}
        here = self.words_near(one.places[0]) | (set() if "_" in one.name else KEYWORDS)
        near = difflib.get_close_matches(one.name, here - names, 1, NEAR) or \
            difflib.get_close_matches(one.name, self.search.known - names, 1, NEAR_ELSEWHERE)
        return near[0] if near else ""

    def words_near(self, place):
        """The words of the function that a place stands in."""
        for source in self.tree.sources:
            if str(self.tree.top / source.file) == place.file:
                for item in source.items:
                    if item.kind == "function" and item.first < place.line <= item.last + 1:
                        return set(item.refs)
        return set()


class Misspelt:
    """As a diagnostic: a name that nothing declares."""

    def __init__(self, unknown):
        self.place, self.opened = unknown.missing.places[0], None
        meant = f"; did you mean '{unknown.nearest}'?" if unknown.nearest else ""
        self.text = f"'{unknown.missing.name}' is declared nowhere in the tree{meant}"
