# SPDX-License-Identifier: GPL-2.0-only
"""The smallest scenario of each difference and finding: made smaller, kept in a file, and put in words."""
from __future__ import annotations

import subprocess
import time

from driver import tool
from driver.reviewing import describe, geometry, shrink, text
from driver.reviewing.collect import kind_of
from driver.reviewing.difference import differences

TRIALS = 400  # scenarios that are tried to make one smaller
MINIMIZE_SECONDS = 20


def text_of(binary, path, to):
    """[Line] of a scenario in text or bytes; nothing where it cannot be read."""
    done = subprocess.run([str(binary), "convert", str(path), "-o", str(to)], stdin=subprocess.DEVNULL,
                          capture_output=True, check=False, env=tool.environment())
    return text.parse(to.read_text()) if not done.returncode else []


class Examples:
    """
    Makes examples with the tools of both trees until a deadline; later ones are kept as they are. Without a
    deadline, 0, all are.
    """

    def __init__(self, binary, observers, folder, deadline):
        self.binary, self.observers, self.folder, self.deadline = binary, observers, folder, deadline
        self.bounded = 0  # examples that were not made as small as they get
        self.trial = folder / "trial.scenario"

    def answers(self, lines):
        self.trial.write_text(text.text_of(lines))
        for observer in self.observers:
            observer.ask(self.trial)
        return [observer.answer() for observer in self.observers]

    def shown(self, lines, key):
        """The difference of a kind that a scenario shows, or None."""
        base, patched = self.answers(lines)
        if not (base.get("played") and patched.get("played")):
            return None
        return next((one for one in differences(base, patched) if one.key == key), None)

    def shows(self, key):
        return lambda lines: time.monotonic() < self.deadline and self.shown(lines, key) is not None

    def of_difference(self, kind, number):
        """(path, [Line], Difference) of a kind."""
        _, source, found = kind.smallest
        lines = text_of(self.binary, source, self.folder / "source.scenario")
        lines = [line for line in lines if line.word != "expect"]
        page = geometry.PAGE[geometry.granule_of(found.machine)]
        if self.shown(lines, kind.key) is not None:
            lines = shrink.shrink(lines, page, self.shows(kind.key), TRIALS)
            found = self.shown(lines, kind.key) or found
        self.bounded += time.monotonic() >= self.deadline
        path = self.folder / f"difference-{number:02d}.scenario"
        path.write_text(text.text_of(lines))
        return path, lines, found

    def of_finding(self, side, binary, source, signature, name):
        """(path, text) of a finding, minimized by the tool of the tree that has it: 0 BASE, 1 PATCHED."""
        path = self.folder / f"{name}.scenario"
        path.unlink(missing_ok=True)
        if self.deadline:
            self.minimize(binary, source, path)
        if not path.exists() or not self.breaks(side, path, signature):
            lines = text_of(self.binary, source, path)
            path.write_text(text.text_of([line for line in lines if line.word != "expect"]))
        return path, path.read_text()

    def minimize(self, binary, source, path):
        """What the tool makes of a scenario in some seconds, if it does."""
        seconds = max(2, min(MINIMIZE_SECONDS, self.deadline - time.monotonic()))
        try:
            subprocess.run([str(binary), "minimize", str(source), "-o", str(path)], stdin=subprocess.DEVNULL,
                           capture_output=True, check=False, timeout=seconds, env=tool.environment())
        except subprocess.TimeoutExpired:
            self.bounded += 1

    def breaks(self, side, path, signature):
        """Whether what was minimized still breaks the rule, on the tree that it is about."""
        answer = self.observers[side].play(path)
        return kind_of(answer.get("signature")) == kind_of(signature)


def sentence_of(lines, found):
    """The sentence of a difference; plain words where its scenario cannot be told line by line."""
    try:
        return describe.sentence(lines, found)
    except (IndexError, ValueError):
        return f"{found.call}: {describe.lead_words(found)}"
