# SPDX-License-Identifier: GPL-2.0-only
"""`vmapdiff observe`: a process that plays the scenarios it is told, and says what came of each."""
from __future__ import annotations

import collections
import os
import subprocess
import threading

from driver import tool
from driver.reviewing import credible
from driver.terminal import Unusable

LAST_WORDS = 2000


class Observer:
    """The tool of a tree, as a process that lives until close()."""

    def __init__(self, binary, name, log, **environment):
        self.name, self.log = name, log
        self.errors = open(log, "ab")
        self.asked = collections.deque()  # what is not answered yet
        # A group of its own: an interrupt is this process's to handle, and it ends those it started.
        self.process = subprocess.Popen([str(binary), "observe"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=self.errors,
                                        env=tool.environment(**environment), start_new_session=True)

    def ask(self, path):
        """Asks for a scenario; the answers come in the order of what was asked."""
        self.asked.append(path)
        try:
            self.process.stdin.write(f"{path}\n".encode("utf-8", "surrogateescape"))
            self.process.stdin.flush()
        except BrokenPipeError:
            self.fail()

    def answer(self):
        """
        What came of the scenario that was asked for first. Raises Unusable where the tool ended, and NotTrusted
        where it says what cannot be.
        """
        line = self.process.stdout.readline(credible.LONGEST_LINE)
        if not line.endswith(b"\n") and len(line) < credible.LONGEST_LINE:
            self.fail()
        if not self.asked:
            raise credible.NotTrusted(self.name, "answers without being asked")
        return credible.answer(line, self.asked.popleft(), self.name)

    def play(self, path):
        self.ask(path)
        return self.answer()

    def fail(self):
        self.process.kill()
        self.process.wait()
        with open(self.log, encoding="utf-8", errors="replace") as log:
            said = log.read()[-LAST_WORDS:]
        raise Unusable(f"review: the process that plays {self.name} ended:\n{said}")

    def close(self):
        """
        Lets the process end, so that it writes what it has counted; one that does not is ended. Whether it said
        more than it was asked.
        """
        try:
            self.process.stdin.close()
        except (BrokenPipeError, ValueError):
            pass
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.set_blocking(self.process.stdout.fileno(), False)
        more = self.process.stdout.read(1)
        self.process.stdout.close()
        self.errors.close()
        return bool(more)

    def __enter__(self):
        return self

    def __exit__(self, why, *_):
        if why:  # whoever asks may be in the middle of a question: the process goes first
            self.process.kill()
        if self.close() and not why:
            raise credible.NotTrusted(self.name, "gives more answers than scenarios were asked for")


def feed(observers, paths, stop):
    """Asks all of all, which play at the same time; ends early where the reader does not go on."""
    try:
        for path in paths:
            if stop.is_set():
                return
            for observer in observers:
                observer.ask(path)
    except (Unusable, ValueError, OSError):
        pass  # the reader meets the same end, and tells it


def play_all(observers, paths):
    """Plays scenarios on each, and yields (path, [answer of each]) in order."""
    stop = threading.Event()
    feeder = threading.Thread(target=feed, args=(observers, paths, stop), daemon=True)
    feeder.start()
    try:
        for path in paths:
            yield path, [observer.answer() for observer in observers]
    finally:
        stop.set()
