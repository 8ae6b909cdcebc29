# SPDX-License-Identifier: GPL-2.0-only
"""A review as a dictionary, which regress/test/review.schema.json describes, and its exit code."""
from __future__ import annotations

import os
import re
import subprocess
import time

from driver import kernel, tool
from driver.places import TOP, short
from driver.reviewing import difference, examples, first_event, known, worth
from driver.reviewing.collect import kind_of
from driver.reviewing.fuzz_both import TARGETS
from driver.reviewing.scenarios import SEED

FORMAT = "vmapdiff-review"
VERSION = 1
NOTHING_NEW, NEW, UNUSABLE = 0, 1, 2
SIGNALS = {130: "an interrupt", 143: "SIGTERM"}


def rule_sentences(binary):
    """{rule: its sentence}"""
    done = subprocess.run([str(binary), "rules"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False, env=tool.environment())
    return dict(re.findall(r"^(\S+\.\S+)\n    (.*)$", done.stdout, re.MULTILINE))


def tool_version(binary):
    done = subprocess.run([str(binary), "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          check=False, env=tool.environment())
    return done.stdout.splitlines()[0] if done.stdout else ""


def side(step, of_it):
    """A tree, by what names it."""
    return {"tree": str(step.tree), "release": of_it.release, "commit": step.commit,
            "not_understood": of_it.not_understood(), "left_out": of_it.left_out}


# --- findings ------------------------------------------------------------------------------------------


def finding(run, maker, one, what, number, sentences):
    """A finding with its smallest scenario: of `what` in collect.Finding.smallest."""
    where = 0 if what in ("base", "gone") else 1
    _, source, signature = one.smallest[what]
    rule, call = one.kind
    path, scenario = maker.of_finding(where, run.rigs[where].tool, source, signature,
                                      f"{'new' if what == 'new' else what}-finding-{number:02d}")
    return {"rule": rule, "call": call, "signature": signature, "sentence": sentences.get(rule, ""),
            "scenarios": {"base": one.in_base, "patched": one.in_patched, "new": one.new, "gone": one.gone},
            "machines": sorted(machine for machine in one.machines if machine), "file": short(path),
            "scenario": scenario, "known_bug": ""}


def known_finding(bug, path):
    """A known bug that one tree alone has: it is waived there, and nothing of it is seen in scenarios."""
    return {"rule": bug.rule, "call": "", "signature": "", "sentence": bug.sentence,
            "scenarios": {"base": 0, "patched": 0, "new": 0, "gone": 0}, "machines": [], "file": short(path),
            "scenario": bug.scenario, "known_bug": bug.name}


# --- what a waiver hides -------------------------------------------------------------------------------


def bug_in_the_way(run, one):
    """The name of the known bug for which PATCHED does not make a call that BASE makes, or nothing."""
    if one["aspect"] != "made" or one["follows"]:
        return ""
    why = one["aspects"][0]["patched"].partition(difference.NOT_MADE)[2]
    return next((bug.name for bug in run.known[1].bugs.values() if bug.sentence == why), "")


def spread_bugs(run, differences, sentences):
    """
    Known bugs that PATCHED has at calls at which BASE has not: the calls are not made there, so nothing is
    seen of them. Each is made once, and judged, on both.
    """
    for one in differences:
        name = bug_in_the_way(run, one)
        if not name:
            continue
        base, patched = known.play_judged(run.tools(), name, TOP / one["file"], run.log("observe-known"))
        rule, call = kind_of(patched.get("signature"))
        if rule and not base.get("signature"):
            yield {"rule": rule, "call": call, "signature": patched["signature"], "sentence": sentences.get(rule, ""),
                   "scenarios": {"base": 0, "patched": one["scenarios"], "new": one["scenarios"], "gone": 0},
                   "machines": one["machines"], "file": one["file"], "scenario": one["scenario"], "known_bug": name}


def findings(run, maker, sentences):
    """{new, gone, both: [finding]}"""
    bugs = known.sorted_out(run.tools(), *run.known, run.folder)
    found = {what: [known_finding(*one) for one in ones] for what, ones in bugs.items()}
    sorted_out = (("new", run.collected.new_findings()), ("gone", run.collected.gone_findings()),
                  ("both", run.collected.findings_in_both()))
    for what, ones in sorted_out:
        for number, one in enumerate(sorted(ones, key=lambda one: one.kind), 1):
            smallest = {"new": "new" if one.new else "patched", "gone": "base", "both": "patched"}[what]
            made = finding(run, maker, one, smallest, number, sentences)
            found["both" if what == "new" and was_waived(run, made) else what].append(made)
    return found


def was_waived(run, one):
    """
    Whether BASE breaks the same rule in a new finding's scenario, and did not only since it is a known bug
    there: what PATCHED does in the scenario of that bug may hide that it has it too.
    """
    for bug in run.known[0].bugs.values():
        if bug.rule == one["rule"] and bug.name not in run.known[1].bugs:
            base, _ = known.play_judged(run.tools(), bug.name, TOP / one["file"], run.log("observe-known"))
            if kind_of(base.get("signature")) == (one["rule"], one["call"]):
                return True
    return False


# --- differences -----------------------------------------------------------------------------------------


TOLD_BY_ITS_EVENT = ("order", "mapping")  # aspects of which a sentence alone says too little


def told_difference(run, maker, kind, number):
    path, lines, found = maker.of_difference(kind, number)
    call, step, aspect, _, follows = kind.key
    sentence = examples.sentence_of(lines, found)
    event = None
    if not follows and not run.ended_by:
        event = first_event.of_difference(run.tools(), path, found, run.folder / "first-event.events")
    if event and aspect in TOLD_BY_ITS_EVENT:
        sentence += f"; event {event['number']} is {event['base']} in BASE, {event['patched']} in PATCHED"
    return {"call": call, "step": step, "aspect": aspect, "sentence": sentence,
            **({"first_event": event} if event else {}),
            "scenarios": kind.scenarios, "machines": sorted(kind.machines), "op": found.op, "follows": follows,
            "aspects": [{"name": name, "base": values[0], "patched": values[1]}
                        for name, values in found.aspects.items()],
            "file": short(path), "scenario": path.read_text()}


def policy(run):
    """What the rig measures of the trees' policies, where it is not the same."""
    base, patched = (one.policy for one in run.known)
    return [{"knob": knob, "base": base.get(knob, ""), "patched": patched.get(knob, "")}
            for knob in dict.fromkeys([*base, *patched]) if base.get(knob) != patched.get(knob)]


# --- what was played, and what that says ---------------------------------------------------------------------


def lines(found):
    return [{"line": number, "text": text} for number, text in found]


def reached(run):
    found = run.reached
    return {"measured": found.measured, "same_code": found.same_code, "scenarios": found.scenarios,
            "geometries": found.geometries, "not_tested": found.not_tested, "only_base": found.only_base,
            "only_patched": found.only_patched,
            "files": [{"name": one.name, "reached": [{"line": number, "geometries": one.geometries[number]}
                                                     for number, _ in one.reached],
                       "not_reached": lines(one.not_reached), "not_held": lines(one.not_held),
                       "uncounted": lines(one.uncounted), "gone": one.gone} for one in found.files]}


def played(run):
    collected = run.collected
    return {"scenarios": collected.scenarios, "calls": collected.calls, "alike": collected.alike,
            "checked_in": run.checked_in, "generated": run.generated, "seed": SEED, "fuzzed": run.fuzzed,
            "executions": run.executions, "targets": list(run.targets) if run.executions else [],
            "minutes": run.minutes, "seconds": round(time.monotonic() - run.begin),
            "machines": dict(sorted(collected.machines.items())),
            "not_compared": dict(sorted(collected.not_compared.items())),
            "not_made": [{reason: count for reason, count in sorted(one.items()) if reason}
                         for one in collected.not_made]}


def partial(run):
    """What ended the review early, in a sentence, or nothing."""
    if not run.ended_by:
        return ""
    planned = run.checked_in + run.generated + run.fuzzed
    by, seconds = SIGNALS.get(run.ended_by, "a signal"), round(time.monotonic() - run.begin)
    return (f"The review was ended by {by} after {seconds} s, before it was done: {run.collected.scenarios} scenarios "
            f"were played on both, of {planned} that it had by then")


def not_concluded(run):
    """What the review does not say, in sentences."""
    if run.ended_by:
        yield "What would have been played after the review was ended is not known."
    yield "Other processors, weak memory ordering beyond barriers, and the allocators are not modelled."
    found = run.reached
    if found.not_tested:
        yield f"Changes in {len(found.not_tested)} files that the rig does not run were not tested."
    missed = found.count("not_reached") + found.count("not_held")
    if missed:
        yield f"No scenario executed {missed} of the changed lines."
    for name, one in zip(("BASE", "PATCHED"), run.known):
        if one.not_understood():
            yield f"{name}: not understood, and not judged: {', '.join(one.not_understood())}."
        if one.left_out:
            yield f"{name}: left out: {one.left_out}."
    if any(run.known[1].bugs):
        yield f"{len(run.known[1].bugs)} known bugs of PATCHED are waived, and may hide others."
    more = list(more_time_needed(run))
    if more:
        yield f"More minutes: {'; '.join(more)}."


def more_time_needed(run):
    """What --minutes gives time for, in words that begin with what was not done."""
    if os.environ.get(kernel.GEOMETRIES):
        yield "not all geometries that Linux builds were played"
    if not run.executions:
        yield "nothing was fuzzed"
    elif set(run.targets) != set(TARGETS):
        yield f"not fuzzed: {', '.join(sorted(set(TARGETS) - set(run.targets)))}"


def of(run, maker):
    """The review. Examples are made on the way: findings first."""
    sentences = rule_sentences(run.rigs[1].tool)
    found = findings(run, maker, sentences)
    kinds = run.collected.sorted_kinds()
    differences = [told_difference(run, maker, kind, number) for number, kind in enumerate(kinds, 1)]
    found["new"] += spread_bugs(run, differences, sentences)
    return {"format": FORMAT, "version": VERSION, "tool": tool_version(run.rigs[1].tool), "how": run.trees.how,
            "base": side(run.trees.base, run.known[0]), "patched": side(run.trees.patched, run.known[1]),
            "partial": partial(run), "notes": [*run.trees.notes, *run.notes],
            "subjects": [step.subject for step in run.trees.steps[1:] if step.subject],
            "findings": found, "known_in_both": sorted(set(run.known[0].bugs) & set(run.known[1].bugs)),
            "policy": policy(run), "worth": worth.told(run.counted), "differences": differences,
            "bounded": maker.bounded,
            "reached": reached(run), "played": played(run), "not_concluded": list(not_concluded(run)),
            "patches": []}


def exit_code(told):
    """1 for what is new in PATCHED, or in a tree between; 2 where a patch between does not build."""
    if told["findings"]["new"] or any(patch["new"] for patch in told["patches"]):
        return NEW
    return UNUSABLE if any(patch["error"] for patch in told["patches"]) else NOTHING_NEW


def verdict(told):
    """A line."""
    new, differences = told["findings"]["new"], [one for one in told["differences"] if not one["follows"]]
    what = f"{len(differences)} kind{'s' * (len(differences) != 1)} of difference" if differences else "no difference"
    if told["partial"]:
        return f"PARTIAL: {len(new) or 'no'} new finding{'s' * (len(new) != 1)} so far in PATCHED; {what}"
    if new:
        return f"{len(new)} new finding{'s' * (len(new) > 1)} in PATCHED"
    return f"nothing new: no rule is broken that holds in BASE; {what}"
