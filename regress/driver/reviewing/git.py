# SPDX-License-Identifier: GPL-2.0-only
"""git, so that a repository of the user's is read and never written: no index, no worktree, no lock."""
from __future__ import annotations

import io
import os
import pathlib
import shutil
import subprocess
import tarfile

from driver.terminal import Unusable

QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
# In a repository of ours: nothing of the user's configuration, no hook, no signature.
OURS = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "review",
        "GIT_AUTHOR_EMAIL": "review@invalid", "GIT_COMMITTER_NAME": "review",
        "GIT_COMMITTER_EMAIL": "review@invalid", "GIT_AUTHOR_DATE": "2000-01-01T00:00:00Z",
        "GIT_COMMITTER_DATE": "2000-01-01T00:00:00Z"}
PLAIN = ("-c", "core.hooksPath=/dev/null", "-c", "commit.gpgSign=false", "-c", "gc.auto=0",
         "-c", "core.autocrlf=false", "-c", "core.fsmonitor=false")


def environment(more):
    """Ours, without what a git above this process may have set: it names another repository."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return {**kept, **QUIET, **more}


def run(folder, *words, **settings):
    """Runs git in a folder: (exit code, what it printed, what it said)."""
    if not shutil.which("git"):
        raise Unusable("review: --range and --mbox need git, which is not installed")
    done = subprocess.run(["git", "-C", str(folder), *PLAIN, *map(str, words)], stdin=subprocess.DEVNULL,
                          capture_output=True, check=False, env=environment(settings.get("more", {})))
    return done.returncode, done.stdout, done.stderr.decode(errors="replace").strip()


def ask(folder, *words):
    """What git prints of a repository of the user's. Raises Unusable."""
    code, out, said = run(folder, *words)
    if code:
        raise Unusable(f"review: git {words[0]} in {folder}: {said or f'exit {code}'}")
    return out.decode(errors="replace")


def commit_of(tree, name):
    """The commit that a name stands for. Raises Unusable if there is none."""
    code, out, said = run(tree, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if code:
        raise Unusable(f"review: {tree} has no commit '{name}'" + (f": {said}" if said else ""))
    return out.decode().strip()


def is_repository(tree):
    """Whether a folder is the top of a repository of its own."""
    code, out, _ = run(tree, "rev-parse", "--show-toplevel") if shutil.which("git") else (1, b"", "")
    return not code and pathlib.Path(os.fsdecode(out.rstrip(b"\n"))).resolve() == pathlib.Path(tree).resolve()


def head_of(tree):
    """The commit at which the user's tree stands, or nothing."""
    code, out, _ = run(tree, "rev-parse", "--verify", "--quiet", "HEAD") if is_repository(tree) else (1, b"", "")
    return out.decode().strip() if not code else ""


def is_changed(tree):
    """Whether files that are tracked differ from HEAD. Files that are not tracked are not looked for."""
    return bool(ask(tree, "status", "--porcelain", "--untracked-files=no").strip())


def changed(tree, *commits):
    """The names of files that differ between two commits, or between one and the files that stand there."""
    out = ask(tree, "diff", "-z", "--no-renames", "--no-ext-diff", "--name-only", *commits, "--")
    return set(filter(None, out.split("\0")))


def untracked(tree):
    """The names of files that git knows nothing of, without those that it is to ignore."""
    return set(filter(None, ask(tree, "ls-files", "-z", "--others", "--exclude-standard").split("\0")))


def files_at(tree, commit, names):
    """Those of the named files that a commit has."""
    out = ask(tree, "ls-tree", "-r", "-z", "--name-only", "--full-tree", commit, "--", *names)
    return [name for name in out.split("\0") if name]


def includes_at(tree, commit, names):
    """The lines of files that include something, as a commit has them."""
    _, out, _ = run(tree, "--literal-pathspecs", "grep", "--no-color", "-h", "-E",
                    "^[[:space:]]*#[[:space:]]*include", commit, "--", *names)
    return out.decode(errors="replace")


def write_files(tree, commit, names, to):
    """Writes files of a commit below a folder."""
    code, out, said = run(tree, "archive", "--format=tar", commit, "--", *names)
    if code:
        raise Unusable(f"review: git archive of {commit[:12]} in {tree}: {said}")
    with tarfile.open(fileobj=io.BytesIO(out)) as archive:
        for member in archive:
            if member.isfile():  # a link of a stranger's tree may lead anywhere
                path = pathlib.Path(to) / member.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(archive.extractfile(member).read())
