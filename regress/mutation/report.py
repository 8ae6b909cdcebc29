# SPDX-License-Identifier: GPL-2.0-only
"""The kill table as Markdown, mutation-testing-elements JSON and survival curves."""
import json
import pathlib
import shutil
import subprocess

import survival
from records import LICENCE

STARTS = ("empty", "corpus")


def group(runs):
    """Runs by (mutant, start), in the order in which they come."""
    groups = {}
    for run in runs:
        groups.setdefault((run.mutant, run.start), []).append(run)
    return groups


def _number(value):
    return "-" if value is None else f"{value:,.0f}"


# --- Markdown: what a reader wants to know ---------------------------------------------


def _overall(groups, start, bound):
    summaries = [survival.summary(g) for (_, s), g in groups.items() if s == start]
    if not summaries:
        return None
    medians = sorted(bound if s.median is None else s.median for s in summaries)
    worst = max(bound if s.worst is None else s.worst for s in summaries)
    killed = sum(s.killed == s.runs for s in summaries)
    seeds = summaries[0].runs
    return (f"* from {'an empty corpus' if start == 'empty' else 'the checked-in corpus'}: "
            f"{killed} of {len(summaries)} mutants are killed for every one of {seeds} seeds; median over "
            f"mutants of the median {_number(medians[(len(medians) - 1) // 2])} executions, "
            f"largest median {_number(medians[-1])}, worst single run {_number(worst)}")


def _row(mutant, groups):
    cells = [f"`{mutant}`"]
    first = ""
    for start in STARTS:
        if (mutant, start) not in groups:
            continue
        s = survival.summary(groups[mutant, start])
        cells += [f"{s.killed}/{s.runs}", _number(s.median), _number(s.p90),
                  _number(s.restricted_mean)]
        first = first or ", ".join(f"`{rule}` {times}" for rule, times in s.rules[:3])
    if (mutant, "cases") in groups:
        run = groups[mutant, "cases"][0]
        cells.append(str(run.executions) if run.rule else "0")
    if (mutant, "exhaustive") in groups:
        cells.append("yes" if groups[mutant, "exhaustive"][0].rule else "no")
    return "| " + " | ".join(cells + [first]) + " |"


def held(stamp):
    """In words, that rows are of earlier sources and were confirmed."""
    played, _, rows = stamp.confirmed.partition("/")
    return (f": made from earlier ones; of their {rows} runs {played} were played again, and are the same"
            if rows else "")


def head(table, title):
    """Licence, stamps and title of a table's Markdown, and a sentence of what it was made from."""
    mutants = {row.run.mutant: row.sources for row in table.rows}
    counts = [sum(one == stamp.id for one in mutants.values()) for stamp in table.stamps]
    origins = ", ".join(f"{count} mutants of version {stamp.version} (sources `{stamp.id}`{held(stamp)})"
                        for count, stamp in zip(counts, table.stamps))
    return [f"<!-- {LICENCE} -->", *(f"<!-- {stamp} -->" for stamp in table.stamps), f"# {title}",
            "", f"Made by `{table.command}`: {origins}."]


def markdown(table, bound, title):
    runs = table.runs
    groups = group(runs)
    mutants = table.mutants
    starts = [s for s in STARTS if any(key[1] == s for key in groups)]
    columns = ["mutant"]
    for start in starts:
        columns += [f"killed, {start}", "median", "90 %", "restricted mean"]
    if any(key[1] == "cases" for key in groups):
        columns.append("cases that fail")
    if any(key[1] == "exhaustive" for key in groups):
        columns.append("exhaustive")
    columns.append("rule that fired first (times)")
    lines = head(table, title)
    lines += [f"Numbers are executions, right-censored at {bound:,}.", ""]
    lines += [text for text in (_overall(groups, start, bound) for start in starts) if text]
    for start, what in (("cases", "the checked-in cases"), ("exhaustive", "`./rig exhaustive`")):
        caught = sum(bool(g[0].rule) for (_, s), g in groups.items() if s == start)
        if any(key[1] == start for key in groups):
            lines.append(f"* by {what} alone: {caught} of {len(mutants)}")
    lines += ["", "| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += [_row(mutant, groups) for mutant in mutants]
    return "\n".join(lines) + "\n"


# --- the schema of mutation-testing-elements, version 2 ----------------------------------


def elements(top, entries):
    """`entries`: (name, file, (line, column), (line, column), replacement, kind, status, rules, why)."""
    files = {}
    rules = {}
    for name, file, start, end, replacement, kind, status, killers, why in entries:
        source = files.setdefault(file, {
            "language": "c", "mutants": [],
            "source": (pathlib.Path(top) / file).read_text(encoding="utf-8")})
        for rule in killers:
            rules.setdefault(rule, {"id": rule, "name": rule})
        source["mutants"].append({
            "id": name, "mutatorName": kind, "replacement": replacement, "description": why,
            "location": {"start": {"line": start[0], "column": start[1]},
                         "end": {"line": end[0], "column": end[1]}},
            "status": status, "killedBy": list(killers), "statusReason": why})
    return {"$schema": "https://git.io/mutation-testing-schema", "schemaVersion": "2",
            "thresholds": {"high": 97, "low": 90}, "framework": {"name": "vmapdiff"},
            "testFiles": {"oracle/rules.h": {"tests": [rules[r] for r in sorted(rules)]}},
            "files": {file: files[file] for file in sorted(files)}}


def write_json(path, document):
    text = json.dumps(document, indent=1, sort_keys=True)
    head = json.dumps({"config": {"licence": LICENCE}})[:-1]
    pathlib.Path(path).write_text(f"{head},{text[1:]}\n", encoding="utf-8")


# --- survival curves ----------------------------------------------------------------------


def _steps(points, bound):
    """The corners of a step function that ends at the bound."""
    corners = []
    for (x, y), (next_x, _) in zip(points, points[1:] + [(bound, 0)]):
        corners += [(x, y), (next_x, y)]
    return "\n".join(f"{x} {y:.4f}" for x, y in corners) + "\n"


def write_curves(path, runs, bound):
    """An SVG by gnuplot: thin lines for each mutant, thick ones for all. False without gnuplot."""
    if not shutil.which("gnuplot"):
        return False
    groups = group(runs)
    starts = [s for s in STARTS if any(key[1] == s for key in groups)]
    data, plots = [], []
    for (_, start), runs_here in groups.items():
        if start == starts[0]:
            data.append(_steps(survival.curve(runs_here), bound))
            plots.append("'-' with lines lc rgb '#d0d0d0' notitle")
    for colour, start in zip(("#c03020", "#2050a0"), starts):
        data.append(_steps(survival.curve([r for r in runs if r.start == start]), bound))
        plots.append(f"'-' with lines lw 3 lc rgb '{colour}' title 'all mutants, from {start}'")
    script = f"""set terminal svg size 900,560 font 'sans,13' background '#ffffff'
set output '{path}'
set title 'Mutants not yet killed after so many executions (grey: each, from {starts[0]})'
set xlabel 'executions'
set ylabel 'share of runs in which the mutant is not yet killed'
set logscale x
set xrange [1:{bound}]
set yrange [0:1]
set grid
plot {', '.join(plots)}
"""
    script += "".join(f"{block}e\n" for block in data)
    subprocess.run(["gnuplot"], input=script, text=True, check=True)
    drawn = pathlib.Path(path).read_text(encoding="utf-8")
    body = drawn[drawn.index("<svg"):]
    pathlib.Path(path).write_text(f"<!-- {LICENCE} -->\n{body}", encoding="utf-8")
    return True
