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
    subprocess.run([str(run.rigs[1].tool), "replay", *map(str, paths or [nothing]), "--sarif", str(to)], cwd=TOP,
                   stdin=subprocess.DEVNULL, capture_output=True, check=False,
                   env=tool.environment(**({"VMAPDIFF_JUDGE": judged} if judged else {})))
    return json.loads(to.read_text(encoding="utf-8"))


def ended_process(one):
    return one["rule"].startswith(OF_THE_PROCESS)


def result(one):
    """A finding that ended the process which played it: it points at its scenario."""
    return {"ruleId": one["rule"], "level": "error", "message": {"text": one["signature"]},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": one["file"]},
                                                "region": {"startLine": 1}}}],
            "partialFingerprints": {"signature/v1": one["signature"]}}


def text(told, run):
    """The report as text."""
    new = told["findings"]["new"]
    found = of_tool(run, [TOP / one["file"] for one in new if not one["known_bug"] and not ended_process(one)])
    results = found["runs"][0]["results"]
    for name in dict.fromkeys(one["known_bug"] for one in new if one["known_bug"]):
        more = of_tool(run, [TOP / one["file"] for one in new if one["known_bug"] == name], name)
        results += more["runs"][0]["results"]
    results += [result(one) for one in new if ended_process(one)]
    return json.dumps(found, indent=1) + "\n"
