# SPDX-License-Identifier: GPL-2.0-only
"""CHANGELOG.md, as "Keep a Changelog" has it: sections of versions, the most recent first.

A section begins with a line `## VERSION - YYYY-MM-DD`, and that of work not yet released with
`## Unreleased`. Lists of changes stand under `### Added` and the like.
"""
from __future__ import annotations

import dataclasses
import datetime
import re

GROUPS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
UNRELEASED = "Unreleased"


@dataclasses.dataclass(frozen=True)
class Section:
    """One version's part of the file."""

    version: str  # or UNRELEASED
    date: datetime.date | None
    text: str

    @property
    def groups(self):
        return re.findall(r"^### (.*)$", self.text, re.MULTILINE)


def _date(text):
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


def sections(text):
    """The sections of the file's text, in its order. The date is None where there is no valid one."""
    found = []
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        head, _, rest = part.partition("\n")
        version, _, date = head.partition(" - ")
        found.append(Section(version.strip(), _date(date.strip()), rest.strip()))
    return found


def _wrong_head(section):
    if section.version != UNRELEASED and not section.date:
        yield f"section '{section.version}' needs a date: '## {section.version} - YYYY-MM-DD'"
    for name in section.groups:
        if name not in GROUPS:
            yield f"section '{section.version}': '{name}' is none of {', '.join(GROUPS)}"


def _wrong_order(found):
    dated = [section for section in found if section.date]
    for newer, older in zip(dated, dated[1:]):
        if newer.date < older.date:
            yield f"section '{newer.version}' stands above '{older.version}', which is more recent"


def read(top):
    """The sections of a checkout's file; none where there is no file."""
    path = top / "CHANGELOG.md"
    return sections(path.read_text(encoding="utf-8")) if path.exists() else []


def wrong_form(found):
    """What is wrong with sections at any time, in sentences."""
    return [*_wrong_order(found), *(said for section in found for said in _wrong_head(section))]


def _wrong_release(found, version):
    released = [section for section in found if section.version != UNRELEASED]
    if any(section.text for section in found if section.version == UNRELEASED):
        yield f"'{UNRELEASED}' is not empty: move what it says to '## {version}'"
    if not any(section.version == version and section.text for section in released):
        yield f"no section '## {version} - YYYY-MM-DD' that says anything"
    elif released[0].version != version:
        yield f"section '{released[0].version}' stands above that of '{version}'"


def wrong(top, version):
    """What keeps this version from being released, in sentences."""
    found = read(top)
    return [f"CHANGELOG.md: {said}" for said in (*wrong_form(found), *_wrong_release(found, version))]
