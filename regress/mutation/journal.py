# SPDX-License-Identifier: GPL-2.0-only
"""What a long run has found so far: one line each, so that who ends it in the middle loses nothing."""
from __future__ import annotations

import json
import pathlib
import threading

from run import Run


class Journal:
    """Runs by key, in a file that is of one state of the sources: of another, it begins anew."""

    def __init__(self, path, stamp, fresh=False):
        self.path = pathlib.Path(path)
        self._lock = threading.Lock()
        self._found = {} if fresh else self._read(stamp)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        rows = (self._line(json.loads(key), run) for key, run in self._found.items())
        self.path.write_text("".join((f"{json.dumps(stamp)}\n", *rows)), encoding="utf-8")

    def _read(self, stamp):
        found = {}
        lines = self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []
        if not lines or lines[0] != json.dumps(stamp):
            return found
        for line in lines[1:]:
            try:
                key, run = json.loads(line)
            except ValueError:  # cut short where the machine stopped
                continue
            found[json.dumps(key)] = Run(*run) if run else None
        return found

    @staticmethod
    def _line(key, run):
        row = [run.mutant, run.start, run.seed, run.executions, run.rule] if run else None
        return f"{json.dumps([key, row])}\n"

    @property
    def count(self):
        return len(self._found)

    def find(self, key):
        """(whether the key is there, its run): the run is None of what did not compile."""
        key = json.dumps(key)
        return key in self._found, self._found.get(key)

    def add(self, key, run):
        with self._lock, open(self.path, "a", encoding="utf-8") as file:
            self._found[json.dumps(key)] = run
            file.write(self._line(key, run))
