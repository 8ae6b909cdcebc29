#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Workflow files and presets say only what there is: each is read by a parser of its format, each
command of ours in it is one that ./rig has, each step of a preset workflow is a preset. A workflow
pins its actions and lists its permissions.

Usage: test_workflows.py TOP     exit: 0 good, 1 not, 77 no YAML parser
"""
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
# pylint: disable=wrong-import-position
from driver import main as driver
from driver.terminal import Unusable

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
# One that posts a stranger's report has these, and nothing of the stranger but data.
MAY_POST = {"actions": "read", "pull-requests": "write", "security-events": "write"}
OF_THE_RUN = "github.event.workflow_run.event == 'pull_request'"
SAME_HEAD = '[ "$head" = "$HEAD_SHA" ] ||'
KERNEL = "mapper/kernel"
REVIEWS, POSTS, GITLAB = (f"{KERNEL}/review-{name}.yml" for name in ("ci", "post", "gitlab"))


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
    for event in TRUSTING & events_of(workflow):
        if event != "workflow_run" or not is_posting(workflow):
            yield f"on: {event} gives secrets to what a stranger sent"


def events_of(workflow):
    events = workflow.get("on", workflow.get(True))
    return {events} if isinstance(events, str) else set(events)


def steps_of(workflow):
    return [step for job in workflow["jobs"].values() for step in job.get("steps", [])]


def is_posting(workflow):
    """Whether a workflow takes a report as data alone, of a pull request whose head it compares."""
    return (events_of(workflow) == {"workflow_run"}
            and all(job.get("permissions") == MAY_POST and job.get("if") == OF_THE_RUN
                    for job in workflow["jobs"].values())
            and not any("actions/checkout" in step.get("uses", "") or "./rig" in step.get("run", "")
                        for step in steps_of(workflow))
            and any(SAME_HEAD in step.get("run", "") for step in steps_of(workflow)))


def commands_of(script):
    """The words of each ./rig of a script; a variable of the shell may be anything."""
    for line in script.replace("\\\n", " ").splitlines():
        if line.lstrip().startswith("./rig "):
            yield [re.sub(r"\$\w+", "1", word) for word in shlex.split(line)[1:]]


def check_commands(script):
    """Each option is one that the driver has."""
    for words in commands_of(script):
        try:
            driver.find(words[0]).parse(words[1:])
        except Unusable as why:
            yield f"'./rig {' '.join(words)}': {why}"


def check_review(script):
    """What reviews a stranger's code is shut in, or refuses."""
    if not any(words[:2] == ["kernel", "review"] and " ".join(words).count("--shut-in required") == 1
               for words in commands_of(script)):
        yield "reviews without --shut-in required"


def check_reviewing(text, workflow):
    """A workflow that reviews has no secret, and no permission but to read."""
    yield from check_review("\n".join(step.get("run", "") for step in steps_of(workflow)))
    if "secrets." in text or events_of(workflow) != {"pull_request"}:
        yield "a review has no secret, and is of a pull_request"
    for name, job in workflow["jobs"].items():
        if job.get("permissions") != {"contents": "read"}:
            yield f"job {name}: a review may read the contents alone"


def check_gitlab(text):
    for name, job in yaml.safe_load(text).items():
        script = "\n".join([*job.get("before_script", []), *job["script"]])
        yield from check_commands(script)
        yield from check_review(script)
        if "timeout" not in job or not job.get("interruptible") or job.get("artifacts", {}).get("when") != "always":
            yield f"job {name}: needs timeout, interruptible: true, and artifacts when: always"


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
    yield from check_commands(script)


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
    (r"run: \./rig fuzz --seconds", "run: ./rig fuzz --second", "'--second' is not an option"),
]
# The same of those that review, and of GitLab's.
SPOILT_REVIEW = [
    (r"--shut-in required", "--shut-in auto", "without --shut-in required"),
    (r"--shut-in required", "--shut-out required", "'--shut-out' is not an option"),
    (r"contents: read", "contents: read\n      pull-requests: write", "may read the contents alone"),
    (r"  pull_request:", "  push:\n  pull_request:", "is of a pull_request"),
    (r"MINUTES: .*", "MINUTES: ${{ secrets.MINUTES }}", "has no secret"),
    (r"persist-credentials: false", "clean: true", "persist-credentials: false"),
]
SPOILT_POST = [
    (r"pull-requests: write", "pull-requests: write\n      contents: write", "gives secrets"),
    (r"    if: github.event.workflow_run.event.*\n", "", "gives secrets"),
    (r"  workflow_run:", "  pull_request_target:\n  workflow_run:", "gives secrets"),
    (r"\[ \"\$head\" = .*", "true", "gives secrets"),
    (r"(          set -eu)", r"\1\n          ./rig version", "gives secrets"),
    (r"actions/download-artifact@\S+ # \S+",
     "actions/checkout@34e114876b0b11c390a56381ad16ebd13914f8d5 # v4.3.1", "gives secrets"),
    (r"\$HEAD_SHA", "${{ github.event.workflow_run.head_branch }}", "may not contain an expression"),
]
SPOILT_GITLAB = [
    (r"--shut-in required", "--shut-in no", "without --shut-in required"),
    (r"--minutes", "--minute", "'--minute' is not an option"),
    (r"  timeout: .*\n", "", "needs timeout"),
    (r"interruptible: true", "interruptible: false", "needs timeout"),
    (r"when: always", "when: on_success", "needs timeout"),
]


def check_spoilt(text, faults, check):
    """Each fault is noticed, once it is in a text that has none."""
    for pattern, replacement, said in faults:
        spoilt, count = re.subn(pattern, replacement, text, count=1, flags=re.MULTILINE)
        wrong = list(check(spoilt))
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
    files = sorted(top.glob(".github/workflows/*.yml")) + [top / KERNEL / "kernel-ci.yml", top / REVIEWS, top / POSTS]

    def check(text):
        return [*check_workflow(top, text, commands), *check_one_commit([text])]

    def check_both(text):
        return [*check(text), *check_reviewing(text, yaml.safe_load(text))]

    wrong = list(check_presets(top))
    for path in files:
        wrong += [f"{path.relative_to(top)}: {said}" for said in check(path.read_text())]
    wrong += check_one_commit(path.read_text() for path in files)
    wrong += [f"{REVIEWS}: {said}" for said in check_both((top / REVIEWS).read_text())]
    wrong += [f"{GITLAB}: {said}" for said in check_gitlab((top / GITLAB).read_text())]
    for name, faults, how in ((".github/workflows/ci.yml", SPOILT, check), (REVIEWS, SPOILT_REVIEW, check_both),
                              (POSTS, SPOILT_POST, check), (GITLAB, SPOILT_GITLAB, check_gitlab)):
        wrong += [f"{name}: {said}" for said in check_spoilt((top / name).read_text(), faults, how)]
    project = yaml.safe_load((top / ".clusterfuzzlite/project.yaml").read_text())
    if project["language"] != "c" or set(project["sanitizers"]) != {"address", "undefined", "memory"}:
        wrong.append(".clusterfuzzlite/project.yaml: language c, and the three sanitizers")
    print("\n".join(wrong) or f"{len(files)} workflow files, {len(NEEDED)} preset workflows, "
          f"{len(SPOILT + SPOILT_REVIEW + SPOILT_POST + SPOILT_GITLAB)} faults noticed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
