# SPDX-License-Identifier: GPL-2.0-only
"""A report in its four forms: made, written, and told to the user."""
from __future__ import annotations

import json
import pathlib
import shutil
import sys
import time

from driver.places import short
from driver.reviewing import html, markdown, pictures, report, sarif
from driver.terminal import Unusable, red, say

SUFFIXES = {"markdown": "md", "json": "json", "html": "html", "sarif": "sarif"}


def why_not(path, taken):
    """Why a report cannot be written to a path, with what to do; None if it can. `taken`: paths that stay."""
    if str(path) == "-":
        return "the page alone goes to standard output; name a file"
    wanted = path.absolute()
    if wanted.is_dir():
        return "that is a folder; name a file in it"
    if not wanted.parent.is_dir():
        return "its folder is not there"
    if any(wanted == one or wanted.exists() and one.exists() and wanted.samefile(one) for one in taken):
        return "that is read, or is another report; name another file"
    return None


def check(options):
    """Raises Unusable where a report cannot be written to where options name, before it is made."""
    taken = [pathlib.Path(options.mbox).absolute()] if options.mbox else []
    for name in SUFFIXES:
        given = getattr(options, name)
        if not given:
            continue
        path = pathlib.Path(given)
        why = why_not(path, taken)
        if why:
            raise Unusable(f"review: --{name} {given}: {why}")
        taken.append(path.absolute())


def forms_of(told, run):
    """{form: the report in it}"""
    told["exit"] = run.ended_by or report.exit_code(told)
    told["verdict"] = report.verdict(told)
    told["played"]["seconds"] = round(time.monotonic() - run.begin)
    pages = {} if run.ended_by else pictures.of_findings(told, run.tools(), run.folder)
    return {"markdown": markdown.text(told), "json": json.dumps(told, indent=1, sort_keys=True) + "\n",
            "html": html.page(told, pages), "sarif": sarif.text(told, run)}


def save(forms, folder, options=None):
    """Writes each form into the folder of the review, and to where options name. Their paths."""
    paths = {name: folder / f"report.{SUFFIXES[name]}" for name in forms}
    for name, path in paths.items():
        path.write_text(forms[name], encoding="utf-8", errors="replace")
        wanted = getattr(options, name, None)
        if wanted:
            shutil.copyfile(path, pathlib.Path(wanted))
    return paths


def tell(told, folder, rig="./rig kernel"):
    """Prints the page, and what to do next. The exit code."""
    sys.stdout.write(markdown.page(told))
    sys.stdout.flush()
    say(red(told["verdict"]) if told["exit"] == report.NEW else told["verdict"])
    say(f"details: {short(folder / 'report.md')}; for a browser: {short(folder / 'report.html')}")
    if told["findings"]["new"]:
        first = told["findings"]["new"][0]
        judge = f"VMAPDIFF_JUDGE={first['known_bug']} " if first["known_bug"] else ""
        say(f"next: {judge}{rig} {told['patched']['tree']} show {first['file']}")
    return told["exit"]
