# SPDX-License-Identifier: GPL-2.0-only
"""A find: a fault in real code, in a folder of regress/finds.

README.md   what a person wrote: the title, which is the subject of the mail, two lines of facts,
            and four sections
find.scenario, or guest.S, unless README.md names a known bug, whose scenario is in oracle/waiver.c
verdicts    what was measured, by ./rig finds --record: a line for each tree
booted      what booted kernels show of it, by ./rig finds --booted --record
mail        the report that is ready to be sent, by ./rig finds --record
"""
from __future__ import annotations

import dataclasses
import re
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
FINDS = TOP / "regress/finds"
SECTIONS = ("What happens", "Where", "Confirmed elsewhere", "Direction of a fix")
AS_RELEASED = "as released"
HOLDS = "holds"
HEAD = ("# SPDX-License-Identifier: GPL-2.0-only\n"
        "# Written by ./rig finds --record: a release, what was added to it, the verdict.\n")
BOOTED_HEAD = ("# SPDX-License-Identifier: GPL-2.0-only\n"
               "# Written by ./rig finds --booted --record: a release, what was added to it, what its booted kernel "
               "shows.\n")


class Incomplete(Exception):
    """A folder that is not a find: what it lacks."""


@dataclasses.dataclass(frozen=True)
class Verdict:
    """What one tree, or one version of a program, makes of a find."""
    release: str  # Linux 6.12.117
    added: str    # AS_RELEASED, or the name of a stand-in
    said: str     # HOLDS, a signature, or why nothing was judged

    @property
    def key(self):
        """A later release of the same series takes the place of an earlier one."""
        return re.sub(r"^(\w+ \d+\.\d+).*", r"\1", self.release), self.added

    @property
    def series(self):
        """6.12, of Linux 6.12.117."""
        return self.key[0].split()[-1]

    @property
    def fails(self):
        return self.said.startswith(("FAIL ", "aborts"))

    @property
    def order(self):
        numbers = [int(number) for number in re.findall(r"\d+", self.release)]
        return self.added != AS_RELEASED, numbers, self.added

    def __str__(self):
        return f"{self.release} | {self.added} | {self.said}"


def read_verdicts(path):
    lines = [line for line in path.read_text().splitlines() if line and line[0] != "#"]
    for line in lines:
        if line.count(" | ") != 2:
            raise Incomplete(f"{path.name}: '{line}' is not 'RELEASE | ADDED | VERDICT'")
    return [Verdict(*line.split(" | ")) for line in lines]


def write_verdicts(path, verdicts, head=HEAD):
    path.write_text(head + "".join(f"{one}\n" for one in sorted(verdicts, key=lambda v: v.order)))


def merged(old, new):
    """The new verdicts, and the old ones of what was not measured now."""
    return list({one.key: one for one in [*old, *new]}.values())


@dataclasses.dataclass(frozen=True)
class Find:
    folder: Path
    title: str
    facts: dict     # Scenario, and Stand-ins
    sections: dict  # by SECTIONS

    @property
    def name(self):
        return self.folder.name

    @property
    def judged(self):
        """The known bugs that must be judged for it to be seen; the first is the find itself."""
        how, _, names = self.facts["Scenario"].partition(" ")
        return names.replace(" ", "").split(",") if how == "waiver" else []

    @property
    def is_guest(self):
        return self.facts["Scenario"] == "guest.S"

    @property
    def standins(self):
        """(series of a tree, what is added to it), as README.md names them."""
        text = self.facts["Stand-ins"]
        return [] if text == "none" else [tuple(one.split()) for one in text.split(", ")]

    @property
    def verdicts(self):
        return read_verdicts(self.folder / "verdicts")

    @property
    def booted(self):
        """What booted kernels show of it: CONFIRMED, or another verdict, with numbers and the reason."""
        path = self.folder / "booted"
        return read_verdicts(path) if path.is_file() else []

    @property
    def shown(self):
        """The verdict of which the mail has the report: of the newest release that fails."""
        failing = [one for one in self.verdicts if one.fails]
        released = [one for one in failing if one.added == AS_RELEASED]
        return max(released or failing, key=lambda one: one.order, default=None)


def plain(text):
    """As mail has it: no marks of Markdown."""
    return text.replace("`", "").replace("**", "")


def read_readme(folder):
    text = (folder / "README.md").read_text()
    title = re.search(r"^# (.+)$", text, re.M)
    facts = dict(re.findall(r"^- (Scenario|Stand-ins): (.+)$", text, re.M))
    parts = re.split(r"^## (.+)$", text, flags=re.M)
    sections = {name: body.strip() for name, body in zip(parts[1::2], parts[2::2])}
    if not title:
        raise Incomplete("README.md: no title")
    for fact in ("Scenario", "Stand-ins"):
        if fact not in facts:
            raise Incomplete(f"README.md: no line '- {fact}: ...'")
    if tuple(sections) != SECTIONS:
        raise Incomplete(f"README.md: its sections are not {', '.join(SECTIONS)}")
    for name, body in sections.items():
        if not body:
            raise Incomplete(f"README.md: nothing under {name}")
    return title.group(1), {key: plain(value) for key, value in facts.items()}, sections


def read_draft(folder):
    """A find as a person writes it. Raises Incomplete."""
    if not (folder / "README.md").is_file():
        raise Incomplete("no README.md")
    title, facts, sections = read_readme(folder)
    scenario = facts["Scenario"]
    if scenario in ("find.scenario", "guest.S"):
        if not (folder / scenario).is_file():
            raise Incomplete(f"no {scenario}")
    elif not re.fullmatch(r"waiver [\w-]+(, [\w-]+)*", scenario):
        raise Incomplete("README.md: Scenario is not find.scenario, guest.S or 'waiver NAME'")
    find = Find(folder, title, facts, sections)
    if any(len(one) != 2 for one in find.standins):
        raise Incomplete("README.md: Stand-ins is not 'none' or a list of 'SERIES ADDED'")
    return find


def read(folder):
    """A find with all its parts, recorded ones too. Raises Incomplete."""
    find = read_draft(folder)
    for part in ("verdicts", "mail"):
        if not (folder / part).is_file():
            raise Incomplete(f"no {part}: ./rig finds --record writes it")
    if not find.shown:
        raise Incomplete("verdicts: no tree has it")
    if not find.booted:
        raise Incomplete("no booted, or nothing in it: ./rig finds --booted --record writes it")
    return find


def folders(finds=FINDS):
    return sorted(path for path in finds.iterdir() if path.is_dir())
