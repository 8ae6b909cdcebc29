# SPDX-License-Identifier: GPL-2.0-only
"""Sources that earlier runs have read, kept by content: most files of two trees are the same."""
import contextlib
import hashlib
import os
import pickle
import sys
from pathlib import Path

from slicer import source

MOST = 1024  # files that stay; a tree has some fifty


def key_of(text, file):
    """What a kept source depends on: its text, its name, and the code that reads it."""
    digest = hashlib.sha256(Path(source.__file__).read_bytes())
    for part in (sys.version, file, text):
        digest.update(b"\0" + part.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def load(path):
    """A kept source, or None: there is none, or it is damaged."""
    try:
        with open(path, "rb") as file:
            return pickle.load(file)
    except (OSError, EOFError, AttributeError, ImportError, IndexError, ValueError, pickle.UnpicklingError):
        return None


def when(path):
    """When a file was written; one that another run removes meanwhile counts as old."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def prune(folder):
    """Removes the older half once there are too many."""
    kept = sorted(folder.iterdir(), key=when)
    for path in kept[:len(kept) // 2] if len(kept) > MOST else ():
        path.unlink(missing_ok=True)


def save(folder, path, read):
    """Keeps a source. Where the folder cannot be written, it is read again the next time."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.write_bytes(pickle.dumps(read))
        part.rename(path)
        prune(folder)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def read_source(text, file, folder):
    """The Source that `text` is, read or as `folder` keeps it. Without a folder, nothing is kept."""
    if not folder:
        return source.read_source(text, file)
    folder = Path(folder)
    path = folder / key_of(text, file)
    found = load(path)
    if not isinstance(found, source.Source):
        found = source.read_source(text, file)
        save(folder, path, found)
    return found
