# SPDX-License-Identifier: GPL-2.0-only
"""Folders below .build that are kept for a while: the newest stay, and those that a run uses."""
from __future__ import annotations

import fcntl
import hashlib
import shutil

from driver.places import BUILDS

HELD = {}  # {folder: lock} of this process


def lock_of(folder):
    """An open file that stands for the use of a folder; it lies apart, and stays."""
    digest = hashlib.sha256(str(folder).encode("utf-8", "surrogateescape")).hexdigest()[:8]
    path = BUILDS / "in-use" / f"{folder.name}-{digest}"
    path.parent.mkdir(parents=True, exist_ok=True)
    return open(path, "w", encoding="utf-8")


def hold(folder):
    """Holds a folder, which need not be there yet, against its removal until this process ends."""
    if folder not in HELD:
        HELD[folder] = lock_of(folder)
        fcntl.flock(HELD[folder], fcntl.LOCK_SH)


def let_go():
    """Ends the use of all folders, as the end of this process does."""
    for lock in HELD.values():
        lock.close()
    HELD.clear()


def remove(folder, more):
    """Removes a folder, and before it the paths of `more(folder)`, unless a run uses it."""
    with lock_of(folder) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        for path in [*more(folder), folder]:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
    return True


def when(path):
    """When a folder was used last; one that another run removes meanwhile counts as old."""
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def prune(folders, count, more=lambda _: ()):
    """Removes all but the newest folders that nobody uses. `more`: what goes with a folder."""
    newest_first = sorted(folders, key=lambda path: (-when(path), path.name))
    return [folder for folder in newest_first[count:] if remove(folder, more)]
