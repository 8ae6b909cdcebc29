# SPDX-License-Identifier: GPL-2.0-only
"""The text that diagnostics are about: words before and after a place."""
from __future__ import annotations

import re
from pathlib import Path

from slicer.source import IDENTIFIER, blank_comments

WINDOW = 2000  # characters that are looked at on each side of a place


class Texts:
    """Files without comments, by name, read once."""

    def __init__(self):
        self.files = {}

    def file(self, name):
        """(text, offset of each line)"""
        if name not in self.files:
            path = Path(name)
            text = blank_comments(path.read_text(errors="surrogateescape")) if path.is_file() else ""
            starts = [0, *(match.end() for match in re.finditer("\n", text))]
            self.files[name] = text, starts
        return self.files[name]

    def around(self, place):
        """(what stands before a place, what stands from it on)"""
        text, starts = self.file(place.file)
        if place.line > len(starts):
            return "", ""
        at = min(len(text), starts[place.line - 1] + place.column - 1)
        return text[max(0, at - WINDOW):at], text[at:at + WINDOW]

    def line(self, place):
        text, starts = self.file(place.file)
        if place.line > len(starts):
            return ""
        start = starts[place.line - 1]
        end = text.find("\n", start)
        return text[start:end if end >= 0 else len(text)]

    def words_of(self, place):
        return set(IDENTIFIER.findall(self.line(place)))

    def where(self, diagnostic, name):
        """The place that writes a name: that of the innermost macro with it, or the diagnostic's own."""
        return next((place for place in diagnostic.places() if name in self.words_of(place)),
                    diagnostic.place)

    def invoked(self, place):
        """Names of the invocations that enclose a place or end just before it, nearest first."""
        before, _ = self.around(place)
        found, depth = [], 0
        text = re.sub(r"\s+$", "", before)
        for at in range(len(text) - 1, -1, -1):
            character = text[at]
            depth += (character == ")") - (character == "(")
            if character in ";{}" and depth <= 0:
                break
            closes_one = character == "(" and (depth < 0 or (not depth and at < len(text) - 1))
            name = re.search(r"([A-Za-z_]\w*)\s*$", text[:at]) if closes_one else None
            if name:
                found.append(name[1])
            depth = max(depth, 0)
        return found

    def around_words(self, place):
        """The words just before and just after a place, which a parse error may be about."""
        before, after = self.around(place)
        words = [re.search(r"([A-Za-z_]\w*)\W*$", before), re.match(r"\W{0,3}([A-Za-z_]\w*)", after)]
        first = re.match(r"\w+", after)
        start = re.search(r"\w+$", before) if first else None
        whole = [(start[0] if start else "") + first[0]] if first else []
        return [*whole, *(word[1] for word in reversed(words) if word)]
