# SPDX-License-Identifier: GPL-2.0-only
"""The table of regress/finds/README.md: each find, and what trees were found to have it."""
import re

import find as parts

README = parts.FINDS / "README.md"
TABLE = re.compile(r"(<!-- table -->\n).*?(<!-- end -->)", re.S)
CELLS = {True: "yes", False: ""}


def series_of(finds):
    """The releases that finds are played on as they were released, in order."""
    found = {one.key[0]: one.order for find in finds if not find.is_guest for one in find.verdicts
             if one.added == parts.AS_RELEASED}
    return sorted(found, key=found.get)


def cell(find, series):
    for one in find.verdicts:
        if one.key == (series, parts.AS_RELEASED):
            return "-" if one.said.startswith("not played") else CELLS[one.fails]
    return "-"


def elsewhere(find):
    """Stand-ins, and versions of programs, that fail."""
    return ", ".join(f"{one.key[0]}" if find.is_guest else f"{one.key[0]} with `{one.added}`"
                     for one in sorted(find.verdicts, key=lambda one: one.order)
                     if one.fails and one.added != parts.AS_RELEASED)


def booted(find):
    """What booted kernels show: the releases that confirmed it, or that none can show it."""
    confirmed = [one for one in sorted(find.booted, key=lambda one: one.order) if one.said.startswith("CONFIRMED")]
    if confirmed:
        return "confirmed: " + ", ".join(one.series + ("" if one.added == parts.AS_RELEASED else f" with `{one.added}`")
                                         for one in confirmed)
    return "-" if find.is_guest else "not confirmed" if any(
        one.said.startswith("NOT CONFIRMED") for one in find.booted) else "not reachable"


def row(find, series):
    cells = "".join(f" {cell(find, one)} |" for one in series)
    return f"| [{find.name}]({find.name}/README.md): {find.title} |{cells} {elsewhere(find)} | {booted(find)} |\n"


def table(finds):
    series = series_of(finds)
    return (f"| find |{''.join(f' {one} |' for one in series)} elsewhere | booted kernel |\n"
            f"|---|{'---|' * len(series)}---|---|\n" + "".join(row(find, series) for find in finds))


def text(folders):
    """README.md as it must be, with the finds of these folders."""
    made = table([parts.read(folder) for folder in folders])
    return TABLE.sub(lambda match: match.group(1) + made + match.group(2), README.read_text())


def write():
    """Finds that were never recorded are left out."""
    README.write_text(text([one for one in parts.folders() if (one / "mail").exists()]))
