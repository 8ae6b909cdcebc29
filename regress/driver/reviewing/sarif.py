# SPDX-License-Identifier: GPL-2.0-only
"""New findings as SARIF: the tool of PATCHED writes it; what ends the tool is added here."""
from __future__ import annotations

import json
import subprocess

from driver import tool
from driver.fuzzing.findings import OF_THE_PROCESS
from driver.places import TOP


def of_tool(run, paths, judged=""):
    """The report of the tool on scenarios in files, as JSON; `judged`: a known bug that is judged all the same."""
    to, nothing = run.folder / "tool.sarif", run.folder / "nothing"
    nothing.mkdir(exist_ok=True)
    to.unlink(missing_ok=True)
    subprocess.run([str(run.rigs[1].tool), "replay", *map(str, paths or [nothing]), "--sarif", str(to)], cwd=TOP,
                   stdin=subprocess.DEVNULL, capture_output=True, check=False,
                   env=tool.environment(**({"VMAPDIFF_JUDGE": judged} if judged else {})))
    try:
        return json.loads(to.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # a scenario ended the tool in the middle
        return None


def ended_process(one):
    return one["rule"].startswith(OF_THE_PROCESS)


def result(one):
    """A finding that ended the process which played it: it points at its scenario."""
    name = one["signature"] or f"{one['rule']}, the known bug {one['known_bug']}"
    return {"ruleId": one["rule"], "level": "error", "message": {"text": f"{name}: {one['sentence']}"},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": one["file"]},
                                                "region": {"startLine": 1}}}],
            "partialFingerprints": {"signature/v1": name}}


def results_of(run, ones, judged=""):
    """Results of the tool where it can play the scenarios together, else of this module."""
    found = of_tool(run, [TOP / one["file"] for one in ones], judged) if ones else None
    return found["runs"][0]["results"] if found else [result(one) for one in ones]


def text(told, run):
    """The report as text."""
    new, found = told["findings"]["new"], of_tool(run, [])
    plain = [one for one in new if not one["known_bug"] and not ended_process(one)]
    results = results_of(run, plain) + [result(one) for one in new if ended_process(one)]
    for name in dict.fromkeys(one["known_bug"] for one in new if one["known_bug"]):
        results += results_of(run, [one for one in new if one["known_bug"] == name and not ended_process(one)], name)
    found["runs"][0]["results"] = results
    return json.dumps(found, indent=1) + "\n"
