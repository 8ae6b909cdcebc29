# SPDX-License-Identifier: GPL-2.0-only
"""What is told of a tree that does not build: what is wrong, where, and what to do."""
from __future__ import annotations

import os
import re

from diagnosis import names, version

MOST_ERRORS = 6
# What says where the cause is, while others say where the compiler lost its way.
UNCLOSED = re.compile(r"expected '}'|unterminated ")
SHIM, ROOTS, FILES = (f"mapper/kernel/{name}" for name in ("shim.h", "roots", "files"))
# What a name is by its form, where the tree does not declare it.
FORMS = {names.CALL: "function or macro", names.VALUE: "constant or variable", names.TYPE: "type",
         names.ATTRIBUTE: "attribute", names.STATEMENT: "macro before a body",
         names.TEXT: "macro", names.DECLARATION: "macro that declares", names.OTHER_FORM: "other form"}
INSTRUCTIONS = {"rig_tlbi_": "TLBI", "rig_dsb_": "DSB"}


class Reporter:
    """Tells a verdict. `again` is the command that builds the tree."""

    def __init__(self, tree, texts, again):
        self.tree, self.texts, self.again = tree, texts, again
        self.release = version.release(tree.top)

    # --- places ---------------------------------------------------------------------------------

    def where(self, place):
        """FILE:LINE, of the tree's own files from its top on."""
        name = os.path.relpath(place.file, self.tree.top)
        return f"{place.file if name.startswith('..') else name}:{place.line}"

    def error(self, diagnostic):
        """An error as the compiler says it, with the line."""
        shown = diagnostic.opened if "expected '}'" in diagnostic.text and diagnostic.opened else \
            diagnostic.place
        text = diagnostic.text if shown is diagnostic.place else "'{' is never closed"
        line = self.texts.line(shown).strip()
        return [f"  {self.where(shown)}:{shown.column}: error: {text}", *([f"      {line}"] if line else [])]

    def errors(self, diagnostics):
        diagnostics = sorted(diagnostics, key=lambda one: not UNCLOSED.match(one.text))
        lines = [line for one in diagnostics[:MOST_ERRORS] for line in self.error(one)]
        more = len(diagnostics) - MOST_ERRORS
        return [*lines, *([f"  and {more} more, which may follow from these"] if more > 0 else [])]

    # --- names ----------------------------------------------------------------------------------

    def what(self, unknown):
        """(what a name is, what to do: one of ACTIONS)"""
        missing, declared = unknown.missing, unknown.declared
        if missing.form == names.CODE:
            return "inline assembly", "assembly"
        if missing.form == names.MEMBER:
            return f"member of {missing.detail}", "member"
        if missing.form == names.OTHER_FORM:
            return "used in another way", "form"
        for prefix, instruction in INSTRUCTIONS.items():
            if missing.name.startswith(prefix):
                return f"{instruction} instruction", "line"
        if not declared:
            kind = missing.detail if missing.form == names.TAG else FORMS[missing.form]
            return kind, "type" if missing.form in (names.TYPE, names.TAG) else "line"
        if declared.sliced and declared.condition:
            return f"{declared.kind}, left out", "condition"
        if declared.sliced and declared.defines and declared.kind != "macro":
            return f"{declared.kind}: a root", "root"
        return declared.kind, "type" if declared.kind in ("type", "struct", "union", "enum") else "line"

    def declared(self, unknown):
        if unknown.declared:
            condition = f" ({unknown.declared.condition})" if unknown.declared.sliced and \
                unknown.declared.condition else ""
            return f"{unknown.declared.file}:{unknown.declared.line}{condition}"
        if unknown.missing.form in (names.CODE, names.MEMBER, names.OTHER_FORM) or \
                unknown.missing.name.startswith("rig_"):
            return SHIM
        meant = f": did you mean '{unknown.nearest}'?" if unknown.nearest else ""
        return f"not found{meant}"

    def is_nowhere(self, unknown):
        return self.declared(unknown).startswith("not found")

    def headline(self, unknowns):
        count = f"{len(unknowns)} name{'s' if len(unknowns) > 1 else ''}"
        if all(map(self.is_nowhere, unknowns)):
            return f"uses {count} that neither {SHIM} nor the files that are here declare:"
        return f"uses {count} that {SHIM} lacks:"

    def row(self, unknown, only):
        missing = unknown.missing
        more = f" and {len(missing.places) - 1} more" if len(missing.places) > 1 else ""
        name = missing.name or self.function_at(missing.places[0])
        mark = "*" if unknown.key in only else ""
        return (f"{name}{mark}", self.what(unknown)[0], self.where(missing.places[0]) + more,
                self.declared(unknown))

    def function_at(self, place):
        """The function that a place stands in."""
        for source in self.tree.sources:
            if str(self.tree.top / source.file) == place.file:
                for item in source.items:
                    if item.first < place.line <= item.last + 1 and item.names:
                        return item.names[0]
        return "?"

    def table(self, unknowns, only):
        rows = [("name", "what it is", "used in", "declared in"),
                *(self.row(one, only) for one in unknowns)]
        widths = [max(len(row[i]) for row in rows) for i in range(3)]
        return ["  " + "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[3]])
                for row in rows]

    def actions(self, unknowns):
        """What to do about all of them: a line for each kind that there is."""
        kinds = [self.what(one)[1] for one in unknowns]
        lines = {
            "line": f"  {SHIM}: a line for each: what it does on one CPU that maps kernel memory,\n"
                    "      as #define NAME(...) ((void)0), a value, or what it declares. If mapping code is\n"
                    f"      behind a name, the file that has it goes into {FILES} instead",
            "type": f"  {SHIM}: a type as the tree declares it, with the members that are used",
            "root": f"  {ROOTS}: a line NAME FILE for each root: macros reach it under another name",
            "condition": "  mapper/kernel/autoconf.h.in: the option of the #if, if arm64's default has it;"
                         f" else {SHIM}",
            "member": f"  {SHIM}: the member in its struct there",
            "form": f"  {SHIM}: its parameters, as the tree passes them",
            "assembly": f"  {SHIM}: the function that the assembly stands in: assembly is never run",
        }
        return [text for kind, text in lines.items() if kind in kinds]

    def names(self, unknowns, only=(), what=""):
        """The table of names, and what to do about them. `what` alone needs those that are in `only`."""
        lines = self.table(unknowns, only)
        if only:
            lines.append(f"  * only {what} needs it")
        if any(map(self.is_nowhere, unknowns)):
            lines += ["not found: it is misspelt, or stands in a file that is not here, since this is a part "
                      "of a tree"]
        return [*lines, "add to", *self.actions(unknowns)]

    # --- messages -------------------------------------------------------------------------------

    def message(self, verdict, only=(), what=""):
        """Why a tree cannot be tested."""
        old = version.too_old(self.tree.top)
        if verdict.own and not old:
            return self.text([f"{self.release} does not compile by itself:", *self.errors(verdict.own)],
                             f"correct it, then {self.again}")
        lines = [old] if old else []
        if verdict.names:
            lines += [f"{self.release} {self.headline(verdict.names)}", *self.names(verdict.names, only, what)]
        rest = [*verdict.either, *verdict.misfits, *(verdict.own if old else [])]
        if rest:
            lines += [("the compiler says as well:" if verdict.names else f"{self.release} does not build:"),
                      *self.errors(rest),
                      f"either the tree is wrong there, or what {SHIM} or mapper/kernel/runtime.c says"]
        return self.text(lines, "" if old else self.again)

    def left_out(self, verdict, what):
        """What is told of a tree that is tested without groups of roots, such as set_memory."""
        lines = [f"LEFT OUT: {what}. {self.release} uses for it what {SHIM} lacks; "
                 "all else is tested:"]
        if verdict.names:
            lines += self.names(verdict.names)
        return self.text([*lines, *self.errors([*verdict.either, *verdict.misfits])], self.again)

    @staticmethod
    def text(lines, command):
        return "\n".join(["rig: " + lines[0], *lines[1:], *([f"next: {command}"] if command else [])]) + "\n"
