# SPDX-License-Identifier: GPL-2.0-only
"""The mail of a find: what a person wrote, what was measured, and what `vmapdiff export` says.

Plain text, of lines of at most 75 columns where the words are a person's.
"""
import re
import textwrap

import find as parts

COLUMNS = 75
LICENCE = "Comments: SPDX-License-Identifier: GPL-2.0-only"
KERNEL_WORDS = ("With each tree's own code, cut out of it and run in userspace on simulated page "
                "tables by vmapdiff:")
EDITED_WORDS = ("The rows that name an edit are of copies of that release with an edit of vmapdiff's own. They "
                "are no released kernels.")
BOOTED_WORDS = "Played on booted kernels, under QEMU, by the calls that a kernel's own code makes:"
GUEST_WORDS = "With each program as a distribution packs it:"


def wrapped(text):
    """Paragraphs filled anew. What is indented, a list or a table stays as it is."""
    blocks = []
    for block in re.split(r"\n{2,}", parts.plain(text)):
        keeps = any(line.startswith((" ", "|", "-")) for line in block.splitlines())
        blocks.append(block if keeps else textwrap.fill(" ".join(block.split()), COLUMNS,
                                                        break_on_hyphens=False))
    return "\n\n".join(blocks)


def section(title, text):
    return f"{title}\n{'-' * len(title)}\n\n{text}\n"


def name_of(verdict):
    plain = verdict.added == parts.AS_RELEASED
    return verdict.release if plain else f"{verdict.release}, {verdict.added}"


def table(verdicts):
    rows = [(name_of(one), one.said) for one in sorted(verdicts, key=lambda one: one.order)]
    width = max(len(left) for left, _ in rows)
    return "\n".join(f"  {left:{width}}  {right}" for left, right in rows)


def confirmed(find):
    """Who confirmed it, and what booted kernels show of it."""
    text = wrapped(find.sections["Confirmed elsewhere"])
    if find.is_guest:
        return text
    rows = "\n".join(textwrap.fill(f"{name_of(one)}: {one.said}", COLUMNS, initial_indent="  ",
                                   subsequent_indent="    ", break_on_hyphens=False)
                     for one in sorted(find.booted, key=lambda one: one.order))
    return f"{text}\n\n{wrapped(BOOTED_WORDS)}\n\n{rows}"


def compose(find, report):
    """The whole mail. `report` is what the command says of the tree that find.shown names."""
    edited = any(one.added != parts.AS_RELEASED for one in find.verdicts) and not find.is_guest
    words = [wrapped(GUEST_WORDS if find.is_guest else KERNEL_WORDS), table(find.verdicts)]
    measured = "\n\n".join([*words, *[wrapped(EDITED_WORDS)] * edited, wrapped(find.sections["Where"])])
    return "\n".join([
        f"Subject: {parts.plain(find.title)}\n{LICENCE}\n",
        wrapped(find.sections["What happens"]) + "\n",
        section("Affected", measured),
        section("Confirmed elsewhere", confirmed(find)),
        section("Direction of a fix", wrapped(find.sections["Direction of a fix"])),
        section(f"Report of {name_of(find.shown)}", report.strip()),
    ])
