# SPDX-License-Identifier: GPL-2.0-only
"""Which command, and what comes of it: 0 passed, 1 a rule is broken, 2 unusable."""
from __future__ import annotations

import errno
import pathlib
import signal
import sys
import traceback

from driver import cache, commands, completion, interpreter
from driver.build import Failed
from driver.command import nearest
from driver.places import BUILDS
from driver.terminal import Unusable, ends_with_its_reader, say

CANNOT_WRITE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.ENOTDIR)
NO_VERDICT = 125  # git bisect run takes it for neither good nor bad
ABOUT = "vmapdiff: a differential fuzzing and checking rig for arm64 kernel page-table mapping"
ENDS = """\
./rig COMMAND --help has the options and an example.
Missing packages are installed by apt, as root or with sudo, after saying which. With another package
manager, or by ./rig --no-install COMMAND, the command to type is printed.
For completion in bash: eval "$(./rig completion)"
exit: 0 passed, 1 a rule is broken, 2 unusable input or a missing package"""


def usage():
    lines = [ABOUT]
    for title, members in commands.GROUPS:
        lines += ["", f"{title}:"]
        lines += [f"  ./rig {command.name:<14} {command.summary}" for command in members]
    return "\n".join([*lines, "", ENDS])


def find(name):
    name = commands.OLD_NAMES.get(name, name)
    for command in commands.ALL:
        if command.name == name:
            return command
    known = [command.name for command in commands.ALL]
    raise Unusable(f"'{name}' is not a command{nearest(name, known)}; ./rig --help lists them")


def run(argv):
    may_install = argv[:1] != ["--no-install"]
    argv = argv[0 if may_install else 1:]
    if argv[:1] == ["completion"]:
        print(completion.script())
        return 0
    if not argv or argv[0] in ("-h", "--help", "help"):
        if len(argv) > 1 and argv[1] not in ("-h", "--help", "help"):
            return run([argv[1], "--help"])
        print(usage())
        return 0
    if argv[0] == "--version":
        argv = ["version"]
    command = find(argv[0])
    options = command.parse(argv[1:])
    options.may_install = may_install
    cache.use()
    interpreter.use()
    return command.run(options)


def end_by_signal(number, _):
    """Leaves by way of every `finally`, so that no fuzzer goes on alone."""
    raise SystemExit(128 + number)


def cannot_write(why):
    """What is told of a file that may not be written: .build of another user, a read-only disk."""
    inside = why.filename and BUILDS in (path := pathlib.Path(why.filename), *path.parents)
    return f"{why.filename}: {why.strerror}" + (
        f"; all that ./rig makes goes into {BUILDS}, which must be writable: change its owner, or copy "
        "the project to a folder of yours" if inside else "")


@ends_with_its_reader
def outcome(argv):
    """The exit code of a command, after saying why it is not 0."""
    try:
        return run(argv)
    except Failed as failed:
        sys.stderr.write(failed.log)
        say(failed)
        return 2
    except Unusable as why:
        say(why)
        return 2
    except KeyboardInterrupt:
        return 130
    except OSError as why:
        if why.errno not in CANNOT_WRITE or why.filename is None:
            raise
        say(cannot_write(why))
        return 2


def is_bisect(argv):
    """Whether the exit code is read by git bisect run."""
    words = argv[argv[:1] == ["--no-install"]:]
    return words[:1] == ["kernel"] and commands.kernel.word_of(words[1:]) == "bisect"


def verdict(argv):
    """
    The exit code for git bisect run, which takes 1 to 127 but NO_VERDICT for bad: so a missing package,
    a full disk, and a defect of the driver itself must have NO_VERDICT. From 128 on, git stops.
    """
    try:
        code = outcome(argv)
    except Exception:  # pylint: disable=broad-except
        traceback.print_exc()
        return NO_VERDICT
    return code if code in (0, 1) or code >= 128 else NO_VERDICT


def main(argv):
    signal.signal(signal.SIGTERM, end_by_signal)
    return verdict(argv) if is_bisect(argv) else outcome(argv)
