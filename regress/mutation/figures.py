# SPDX-License-Identifier: GPL-2.0-only
"""The figures about mutants that README names, and the same from the tables.

README has them in the paragraph after the line `<!-- figures of regress/mutation/tables -->`, in any
order and between any words, in these forms:

    version 0.1                    that of the table; of both, if they are of different versions
    79 of 79 injected bugs         of the kill table: killed for every seed, and all
    each of 20 seeds
    median of 79 executions        over injected bugs, of the median over seeds, from an empty corpus
    269 of 272 generated mutants   of the table of generated mutants: killed, and all
    190 of 200 weakened oracles    of the table of these: noticed by a test, and all; may be left out
"""
import re

import records
import report
import survival

MARKER = "<!-- figures of regress/mutation/tables -->"
NUMBER = r"(\d[\d,]*)"
FORMS = {
    "injected bugs": f"{NUMBER} of {NUMBER} injected bugs",
    "seeds": f"each of {NUMBER} seeds",
    "executions": f"median of {NUMBER} executions",
    "generated mutants": f"{NUMBER} of {NUMBER} generated mutants",
    "weakened oracles": f"{NUMBER} of {NUMBER} weakened oracles",
}
MAY_LACK = {"weakened oracles"}


def in_tables(top):
    """{name: numbers, "versions": a set}"""
    kills = records.read(top / records.TABLES / "kills.csv")
    generated = records.read(top / records.TABLES / "generated.csv")
    weakened = records.read(top / records.TABLES / "weakened.csv")
    found = [survival.summary(g) for (_, start), g in report.group(kills.runs).items()
             if start == "empty"]
    medians = sorted(s.median or s.worst or 0 for s in found)
    return {
        "injected bugs": (sum(s.killed == s.runs for s in found), len(found)),
        "seeds": (min(s.runs for s in found),),
        "executions": (medians[(len(medians) - 1) // 2],),
        "generated mutants": (sum(bool(r.rule) for r in generated.runs), len(generated.runs)),
        "weakened oracles": (sum(bool(r.rule) for r in weakened.runs), len(weakened.runs)),
        "versions": {kills.version, generated.version},
    }


def paragraph(readme):
    """What stands after the marker, on one line; None without a marker."""
    _, marker, after = readme.partition(MARKER)
    return " ".join(after.strip().split("\n\n", 1)[0].split()) if marker else None


def wrong(top):
    """What README says otherwise than the tables, in sentences."""
    text = paragraph((top / "README.md").read_text(encoding="utf-8"))
    if text is None:
        yield f"README.md: no line '{MARKER}'"
        return
    figures = in_tables(top)
    for name, form in FORMS.items():
        found = re.findall(form, text)
        if not found and name in MAY_LACK:
            continue
        if len(found) != 1:
            yield f"README.md: {len(found)} places have the form '{form}', and one must"
            continue
        numbers = found[0] if isinstance(found[0], tuple) else found
        said = tuple(int(number.replace(",", "")) for number in numbers)
        if said != figures[name]:
            yield f"README.md: {name}: it says {said}, the tables say {figures[name]}"
    versions = set(re.findall(r"[Vv]ersion (\d+(?:\.\d+)*)", text))
    if versions != figures["versions"]:
        yield (f"README.md: its figures are of version {', '.join(sorted(versions)) or 'none'}, the "
               f"tables of {', '.join(sorted(figures['versions']))}")
