#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Workflow files and presets say only what there is: each is read by a parser of its format, each
command of ours in it is one that ./rig has, each step of a preset workflow is a preset. A workflow
pins its actions and lists its permissions.

Usage: test_workflows.py TOP     exit: 0 good, 1 not, 77 no YAML parser
"""
import json
import re
import subprocess
import sys
from pathlib import Path

try:
    import yaml
except ImportError:
    print("SKIP: no module yaml (Debian package python3-yaml)")
    sys.exit(77)

NEEDED = {"dev", "asan", "ubsan", "msan", "coverage", "bench", "replay"}
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
USES = re.compile(r"^ *(?:- )?uses: +(\S+)(.*)$", re.MULTILINE)
# These run with the secrets of the repository on what a stranger sent.
TRUSTING = {"pull_request_target", "workflow_run"}


def check_actions(text, workflow):
    """Each action is a commit, with its version as a comment."""
    written = USES.findall(text)
    parsed = [step["uses"] for job in workflow["jobs"].values()
              for step in (job, *job.get("steps", [])) if "uses" in step]
    if [action for action, _ in written] != parsed:
        yield f"write each as 'uses: NAME@COMMIT # vN', on a line of its own: {parsed}"
    for action, rest in written:
        if not action.startswith("./") and not PINNED.fullmatch(action):
            yield f"{action}: pin it to a commit: NAME@40 hex digits # vN.N.N"
        elif not action.startswith("./") and not re.fullmatch(r" # v\d+(\.\d+)*", rest):
            yield f"{action}: name its version after it: # vN.N.N"


def check_one_commit(texts):
    """The same action has the same commit and version wherever it is used."""
    found = {}
    for action, rest in USES.findall("\n".join(texts)):
        name, _, commit = action.partition("@")
        name = "/".join(name.split("/")[:2])
        if PINNED.fullmatch(action) and found.setdefault(name, (commit, rest)) != (commit, rest):
            yield f"{name}: two commits or versions of it"


def check_permissions(workflow):
    """The workflow may write nothing; a job has a list of its own, which names each permission."""
    top = workflow.get("permissions")
    if not isinstance(top, dict) or set(top.values()) - {"read", "none"}:
        yield "permissions: {}, or a list without write, is needed above jobs"
    for name, job in workflow["jobs"].items():
        if not isinstance(job.get("permissions"), dict):
            yield f"job {name}: needs permissions: with a list of what it uses"


def check_limits(workflow):
    concurrency = workflow.get("concurrency")
    if not isinstance(concurrency, dict) or not concurrency.get("cancel-in-progress"):
        yield "concurrency: a group with cancel-in-progress is needed, to end what is superseded"
    for name, job in workflow["jobs"].items():
        if "timeout-minutes" not in job:
            yield f"job {name}: needs timeout-minutes"
    events = workflow.get("on", workflow.get(True))
    for event in TRUSTING & set([events] if isinstance(events, str) else events):
        yield f"on: {event} gives secrets to what a stranger sent"


def check_step(top, step, commands):
    if ("run" in step) == ("uses" in step):
        yield f"a step has either run or uses: {step}"
    if step.get("uses", "").startswith("actions/checkout@") \
            and step.get("with", {}).get("persist-credentials") is not False:
        yield "actions/checkout: needs persist-credentials: false"
    script = step.get("run", "")
    if "${{" in script:
        yield f"a script may not contain an expression, which can bring code; use env: {script!r}"
    for line in script.splitlines():
        ours = re.match(r"\./rig (\w+)", line)
        if ours and ours.group(1) not in commands:
            yield f"./rig has no command {ours.group(1)}"
        if line.startswith(".ci/run") and not (top / ".ci/run").exists():
            yield "there is no .ci/run"


def check_workflow(top, text, commands):
    workflow = yaml.safe_load(text)
    if not {"name", "jobs"} <= workflow.keys() or not ({"on", True} & workflow.keys()):
        yield "is no workflow: name, on and jobs are needed"
    yield from check_actions(text, workflow)
    yield from check_permissions(workflow)
    yield from check_limits(workflow)
    for job in workflow["jobs"].values():
        for step in job.get("steps", []):
            yield from check_step(top, step, commands)


# What is changed in a good workflow, and what must be said of it then.
SPOILT = [
    (r"(checkout@)[0-9a-f]{40}", r"\1v4", "pin it to a commit"),
    (r"(checkout@[0-9a-f]{39})[0-9a-f]", r"\1", "pin it to a commit"),
    (r"(checkout@[0-9a-f]{40}) # v.*", r"\1", "name its version"),
    (r"(checkout@[0-9a-f]{40}) # v.*", r"\1 # the newest", "name its version"),
    (r"(checkout@)[0-9a-f]", r"\1g", "pin it to a commit"),
    (r"(checkout@)([0-9a-f])([0-9a-f])", r"\1\3\2", "two commits or versions of it"),
    (r"uses: (actions/checkout@[0-9a-f]{40}) # v.*", r"uses : \1", "on a line of its own"),
    (r"^permissions: \{\}\n", "", "is needed above jobs"),
    (r"^permissions: \{\}", "permissions: write-all", "is needed above jobs"),
    (r"^permissions: \{\}", "permissions: {contents: write}", "is needed above jobs"),
    (r"    permissions:\n      contents: read.*\n", "", "job test: needs permissions"),
    (r"    permissions:\n      contents: read.*", "    permissions: read-all",
     "job test: needs permissions"),
    (r"persist-credentials: false", "fetch-depth: 1", "needs persist-credentials: false"),
    (r"        with:\n          persist-credentials: false\n", "", "persist-credentials: false"),
    (r"cancel-in-progress: true", "cancel-in-progress: false", "concurrency: "),
    (r"    timeout-minutes: \d+\n", "", "job test: needs timeout-minutes"),
    (r"  pull_request:", "  pull_request_target:", "gives secrets"),
    (r"run: \.ci/run", "run: .ci/run ${{ github.head_ref }}", "may not contain an expression"),
    (r"run: \./rig fuzz", "run: ./rig fuss", "no command fuss"),
]


def check_spoilt(top, text, commands):
    """Each fault of SPOILT is noticed, once it is in a workflow that has none."""
    for pattern, replacement, said in SPOILT:
        spoilt, count = re.subn(pattern, replacement, text, count=1, flags=re.MULTILINE)
        wrong = [*check_workflow(top, spoilt, commands), *check_one_commit([spoilt])]
        if not count or not any(said in one for one in wrong):
            yield f"with '{replacement}' for '{pattern}' this is said: {wrong}"


def check_presets(top):
    presets = json.loads((top / "CMakePresets.json").read_text())
    have = {kind: {preset["name"] for preset in presets[f"{kind}Presets"]}
            for kind in ("configure", "build", "test", "workflow")}
    for name in NEEDED - have["workflow"]:
        yield f"CMakePresets.json: no workflow {name}"
    for workflow in presets["workflowPresets"]:
        for step in workflow["steps"]:
            if step["name"] not in have[step["type"]]:
                yield f"CMakePresets.json: {workflow['name']}: no {step['type']} preset {step['name']}"
    listed = subprocess.run(["cmake", "--list-presets=all"], cwd=top, stdout=subprocess.PIPE,
                            text=True, check=True).stdout
    if "Available workflow presets" not in listed:
        yield "cmake sees no workflow presets"


def main():
    top = Path(sys.argv[1]).resolve()
    help_text = subprocess.run([top / "rig", "--help"], stdout=subprocess.PIPE, text=True,
                               check=True).stdout
    commands = set(re.findall(r"^  \./rig (\w+)", help_text, re.MULTILINE))
    files = sorted(top.glob(".github/workflows/*.yml")) + [top / "mapper/kernel/kernel-ci.yml"]
    wrong = list(check_presets(top))
    for path in files:
        wrong += [f"{path.relative_to(top)}: {said}"
                  for said in check_workflow(top, path.read_text(), commands)]
    wrong += check_one_commit(path.read_text() for path in files)
    wrong += check_spoilt(top, (top / ".github/workflows/ci.yml").read_text(), commands)
    project = yaml.safe_load((top / ".clusterfuzzlite/project.yaml").read_text())
    if project["language"] != "c" or set(project["sanitizers"]) != {"address", "undefined", "memory"}:
        wrong.append(".clusterfuzzlite/project.yaml: language c, and the three sanitizers")
    print("\n".join(wrong) or f"{len(files)} workflow files, {len(NEEDED)} preset workflows, "
          f"{len(SPOILT)} faults noticed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
