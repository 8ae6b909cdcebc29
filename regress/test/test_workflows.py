#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Workflow files and presets say only what there is: each is read by a parser of its format, each
command of ours in it is one that ./rig has, each step of a preset workflow is a preset.

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


def check_workflow(top, path, commands):
    workflow = yaml.safe_load(path.read_text())
    if not {"name", "jobs"} <= workflow.keys() or not ({"on", True} & workflow.keys()):
        yield f"{path}: is no workflow: name, on and jobs are needed"
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            if ("run" in step) == ("uses" in step):
                yield f"{path}: a step has either run or uses: {step}"
            for line in step.get("run", "").splitlines():
                ours = re.match(r"\./rig (\w+)", line)
                if ours and ours.group(1) not in commands:
                    yield f"{path}: ./rig has no command {ours.group(1)}"
                if line.startswith(".ci/run") and not (top / ".ci/run").exists():
                    yield f"{path}: there is no .ci/run"


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
        wrong += check_workflow(top, path, commands)
    project = yaml.safe_load((top / ".clusterfuzzlite/project.yaml").read_text())
    if project["language"] != "c" or set(project["sanitizers"]) != {"address", "undefined", "memory"}:
        wrong.append(".clusterfuzzlite/project.yaml: language c, and the three sanitizers")
    print("\n".join(wrong) or f"{len(files)} workflow files, {len(NEEDED)} preset workflows")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
