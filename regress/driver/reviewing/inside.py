# SPDX-License-Identifier: GPL-2.0-only
"""
A review in two processes: one in bubblewrap, which builds, plays and writes the report, and one outside of
it, which takes the report. The trees' code runs next to the first, as the same user. It cannot read or write
that process (it is not dumpable), nor the pipe on which that says what it wrote.
"""
from __future__ import annotations

import argparse
import ctypes
import hashlib
import json
import os
import pathlib
import re
import stat
import tempfile
import time

from driver import kernel, shut_in
from driver.places import BUILDS, short
from driver.reviewing import deliver, trees
from driver.reviewing.credible import NotTrusted
from driver.terminal import Unusable, say

PR_SET_DUMPABLE = 4  # of <sys/prctl.h>
LARGEST_REPORT = 256 << 20
SCENARIO = re.compile(r"[\w-]+\.scenario")
WHO = "the run in bubblewrap"


# --- what is handed in, and what comes back -------------------------------------------------------------


def request_of(found, options, folder, begin):
    """The trees and options of a review, as JSON."""
    return json.dumps({"steps": [[str(step.tree), step.subject, step.commit] for step in found.steps], "how": found.how,
                       "changed": None if found.changed is None else sorted(found.changed), "notes": found.notes,
                       "folder": str(folder), "minutes": options.minutes, "most": options.executions,
                       "each": options.each, "instructions": options.instructions, "spent": time.monotonic() - begin})


def trees_of(request):
    """The Trees of a request."""
    steps = [trees.Step(pathlib.Path(tree), subject, commit) for tree, subject, commit in request["steps"]]
    changed = request["changed"]
    return trees.Trees(steps, request["how"], None if changed is None else set(changed), request["notes"])


def digest_of(text):
    return hashlib.sha256(text).hexdigest()


# --- inside ---------------------------------------------------------------------------------------------


def keep_to_itself():
    """No other process of this user may trace this one, or open its memory and files."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0):
        raise Unusable(f"review: prctl(PR_SET_DUMPABLE): {os.strerror(ctypes.get_errno())}")


def ends_of(text):
    """The two files of --inside. Raises Unusable."""
    if not re.fullmatch(r"\d+,\d+", text):
        raise Unusable("review: --inside is for the driver's own use; ./rig kernel review --help has the options")
    return map(int, text.split(","))


def serve(text, make_run, play):
    """Reviews what is handed in, and hands over the digests of the report; the exit code."""
    keep_to_itself()
    given, answer = ends_of(text)
    with open(given, encoding="utf-8") as file:
        request = json.load(file)
    folder = pathlib.Path(request["folder"])
    folder.mkdir(parents=True, exist_ok=True)
    run = make_run(trees_of(request), folder, request["minutes"], time.monotonic() - request["spent"],
                   request["most"])
    told, code = play(run, argparse.Namespace(each=request["each"], instructions=request["instructions"]))
    if not told:
        return code
    forms = deliver.forms_of(told, run)
    paths = deliver.save(forms, folder)
    with open(answer, "w", encoding="utf-8") as file:
        digests = {name: digest_of(path.read_bytes()) for name, path in paths.items()}
        json.dump({"exit": told["exit"], "digests": digests}, file)
    return told["exit"]


# --- outside ----------------------------------------------------------------------------------------------


def read_plain(path):
    """The bytes of a file that a stranger may have put there: no link is followed, and no device read."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            there = os.fstat(file.fileno())
            if not stat.S_ISREG(there.st_mode) or there.st_size > LARGEST_REPORT:
                raise NotTrusted(WHO, f"{path.name} is not a report")
            return file.read(LARGEST_REPORT)
    except OSError as why:
        raise NotTrusted(WHO, f"{path.name} cannot be read: {why.strerror}") from why


def forms_of(code, said, folder):
    """{form: the report in it} as the run inside wrote it. Raises NotTrusted where it is not that."""
    try:
        answer = json.loads(said)
    except ValueError as why:
        raise NotTrusted(WHO, f"it ended with exit code {code} and handed over no report") from why
    if answer["exit"] != code:
        raise NotTrusted(WHO, f"it ended with exit code {code}, and its report says {answer['exit']}")
    forms = {}
    for name, suffix in deliver.SUFFIXES.items():
        found = read_plain(folder / f"report.{suffix}")
        if digest_of(found) != answer["digests"][name]:
            raise NotTrusted(WHO, f"report.{suffix} was changed after it was written")
        forms[name] = found.decode("utf-8")
    return forms


def save_scenarios(told, folder):
    """Writes the scenarios that the report has to where it says."""
    for one in [*told["differences"], *(one for ones in told["findings"].values() for one in ones)]:
        name = pathlib.PurePath(one["file"]).name
        if one["file"] == short(folder / name) and SCENARIO.fullmatch(name):
            (folder / name).write_text(one["scenario"], encoding="utf-8", errors="replace")


def played(found, options, folder, begin, box):
    """(exit code, what was handed over) of the run inside."""
    ours, theirs = os.pipe()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as given:
        given.write(request_of(found, options, folder, begin))
        given.flush()
        given.seek(0)
        fds = (given.fileno(), theirs)
        running = shut_in.Inside(box, [*(step.tree for step in found.steps), *kernel.all_objects()],
                                 shut_in.driver(["kernel", "review", "--inside", ",".join(map(str, fds))]), fds)
        os.close(theirs)
        code = running.wait()
    with open(ours, "rb") as file:
        return code, file.read()


def review(found, options, folder, begin):
    """Reviews trees in bubblewrap; the exit code. Raises NotTrusted."""
    box = shut_in.folder_for([step.tree for step in found.steps])
    say(f"shut in: no network, and what is built lies in {short(box)}")
    code, said = played(found, options, folder, begin, box)
    if code not in (0, 1) and not said:
        return code  # it said why: nothing was played, a tree does not build, an answer is not credible
    forms = forms_of(code, said, box / folder.relative_to(BUILDS))
    told = json.loads(forms["json"])
    deliver.save(forms, folder, options)
    save_scenarios(told, folder)
    return deliver.tell(told, folder, "./rig kernel --shut-in")
