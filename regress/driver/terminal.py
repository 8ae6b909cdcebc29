# SPDX-License-Identifier: GPL-2.0-only
"""What the driver says, and how: lines on standard error, and one line that changes in place."""
from __future__ import annotations

import errno
import functools
import os
import sys
import time

PLAIN_SECONDS = 20  # until the first line of progress where a line cannot change in place


class Unusable(Exception):
    """What was asked cannot be done; the text says why, and what to do. The exit code is 2."""


def ends_with_its_reader(main):
    """
    A main() that ends without a word, with 2, where the reader of what it prints has seen enough, as
    `head` has; and with one where standard output cannot be written: a full disk, or a closed one.
    """
    def flush():
        if sys.stdout:
            sys.stdout.flush()

    def be_silent(streams):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in streams:  # Python flushes them once more
            os.dup2(nowhere, stream)

    @functools.wraps(main)
    def ending(*arguments):
        if sys.stdout is None:  # it is closed: what is printed is an error, and goes to no file
            sys.stdout = open("/dev/full", "w", encoding="utf-8")  # pylint: disable=consider-using-with
        try:
            try:
                return main(*arguments)
            finally:
                flush()
        except BrokenPipeError:
            be_silent((1, 2))
            return 2
        except OSError as why:
            if why.errno != errno.ENOSPC or why.filename is not None:
                raise
            say(f"standard output cannot be written: {why.strerror}")
            be_silent({1, sys.stdout.fileno()})
            return 2
    return ending


def printable(text):
    """A stranger's words in one line, without what a terminal or a mail would take for more than words."""
    return "".join(one if one.isprintable() else " " if one.isspace() else "?" for one in text)


def say(text):
    print(f"rig: {text}", file=sys.stderr, flush=True)


def colours(stream):
    """Whether a stream takes colours: a terminal does, unless NO_COLOR is set (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def coloured(text, code, stream):
    return f"\033[{code}m{text}\033[0m" if colours(stream) else text


def red(text, stream=sys.stderr):
    return coloured(text, "31;1", stream)


def green(text, stream=sys.stderr):
    return coloured(text, "32", stream)


class Progress:
    """
    A line on standard error that says how far something long has come. On a terminal it changes in
    place. Elsewhere it is printed anew: after PLAIN_SECONDS, and then each time it has taken twice as
    long, so that a log has few of them.
    """

    def __init__(self):
        self.in_place = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self.width = 0
        self.wait = PLAIN_SECONDS
        self.due = time.monotonic() + self.wait

    def show(self, text):
        if self.in_place:
            text = f"rig: {text}"[:self._columns()]
            print(f"\r{text:<{self.width}}", end="", file=sys.stderr, flush=True)
            self.width = len(text)
        elif time.monotonic() >= self.due:
            self.due, self.wait = time.monotonic() + self.wait, 2 * self.wait
            say(text)

    def clear(self):
        """Removes the line, so that others can be printed."""
        if self.width:
            print(f"\r{'':<{self.width}}\r", end="", file=sys.stderr, flush=True)
            self.width = 0

    @staticmethod
    def _columns():
        try:
            return os.get_terminal_size(sys.stderr.fileno()).columns - 1
        except OSError:
            return 79
