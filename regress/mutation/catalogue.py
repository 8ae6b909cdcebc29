# SPDX-License-Identifier: GPL-2.0-only
"""The catalogue: patches with a header that says what they inject and what must catch it."""
import dataclasses
import pathlib
import re

from unusable import unusable


@dataclasses.dataclass(frozen=True)
class Mutant:
    name: str
    injects: str
    happened: str
    rules: tuple  # one of these must be what fires most often
    target: str
    file: str  # the first that the patch changes
    line: int
    last_line: int
    replacement: str


def _hunk(text):
    """File, first and last changed line, and the new text, of a patch's first hunk."""
    file = re.search(r"^\+\+\+ b/(\S+)", text, re.MULTILINE).group(1)
    start = int(re.search(r"^@@ -(\d+)", text, re.MULTILINE).group(1))
    body = text.split("@@", 2)[2].split("\n", 1)[1]
    body = re.split(r"^(?:@@|diff )", body, maxsplit=1, flags=re.MULTILINE)[0]
    line, changed, added = start, [], []
    for row in body.splitlines():
        if row.startswith("+"):
            added.append(row[1:])
            changed.append(line)
        else:
            if row.startswith("-"):
                changed.append(line)
            line += 1
    return file, min(changed), max(changed), "\n".join(added)


def read(path):
    text = pathlib.Path(path).read_text()
    header = dict(re.findall(r"^(injects|happened|rule|target): (.*)$", text, re.MULTILINE))
    missing = {"injects", "happened", "rule"} - header.keys()
    if missing:
        unusable(f"{path}: its header lacks {', '.join(sorted(missing))}")
    return Mutant(pathlib.Path(path).stem, header["injects"], header["happened"],
                  tuple(header["rule"].split(" or ")), header.get("target", "fuzz_vmap"),
                  *_hunk(text))


def read_all(top, names):
    """Mutants by name, or all; an unknown name ends the program with what there is."""
    folder = pathlib.Path(top) / "regress" / "mutants"
    for name in names:
        if not (folder / f"{name}.patch").exists():
            unusable(f"there is no regress/mutants/{name}.patch")
    paths = [folder / f"{name}.patch" for name in names] or sorted(folder.glob("*.patch"))
    return [read(path) for path in paths]
