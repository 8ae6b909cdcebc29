# SPDX-License-Identifier: GPL-2.0-only
"""
The trees of a review. Two are named, or a range of commits, or a tree and a series of mails. Of the last
two, each step is written into a folder of ours below .build: the files that the slice is made of, and
those that the series changes.
"""
from __future__ import annotations

import dataclasses
import hashlib
import os
import pathlib
import shutil

from driver import kept, kernel
from driver.places import BUILDS
from driver.reviewing import git, mails, needed
from driver.terminal import Unusable, printable

REVIEWS = BUILDS / "review"
PRIVATE = REVIEWS / "trees"
REPORT = "report.json"  # a folder with one is of a review
MOST_TREES, MOST_REPORTS = 12, 8  # of other reviews, that stay


@dataclasses.dataclass
class Step:
    """A tree, and the patch that made it."""
    tree: pathlib.Path
    subject: str = ""
    commit: str = ""


@dataclasses.dataclass
class Trees:
    """What is compared: the first step is BASE, the last PATCHED."""
    steps: list
    how: str  # in which way they were named
    changed: object = None  # {files that differ}, or None where that is not known before
    notes: list = dataclasses.field(default_factory=list)

    @property
    def base(self):
        return self.steps[0]

    @property
    def patched(self):
        return self.steps[-1]


def named(tree):
    """A Step of a tree that the user names."""
    top = kernel.top_of(tree)
    commit = git.head_of(top)
    return Step(top, commit=commit + "+" * bool(commit and git.is_changed(top)))


def of_two(base, patched):
    """Raises Unusable where one is not a tree, or both are the same."""
    steps = [named(base), named(patched)]
    if steps[0].tree == steps[1].tree:
        raise Unusable(f"review: BASE and PATCHED are one tree, {steps[0].tree}; for commits of it: "
                       f"./rig kernel review {base} --range A..B")
    return Trees(steps, "two trees")


# --- folders of ours --------------------------------------------------------------------------------


def digest_of(folder):
    """Of the names and contents of all files."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts):
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode("utf-8", "surrogateescape"))
        digest.update(path.read_bytes())
    return digest.hexdigest()


def keep(folder, name):
    """
    Moves a folder to where a tree with its content is kept. One that is there already stays as it is, so
    that what was built of it is used again.
    """
    to = PRIVATE / f"{name}-{digest_of(folder)[:12]}"
    kept.hold(to)
    if to.exists():
        shutil.rmtree(folder)
        os.utime(to)
        return to
    PRIVATE.mkdir(parents=True, exist_ok=True)
    folder.rename(to)
    return to


def fresh(name):
    """An empty folder for what is being made; nobody else's, since the process is in its name."""
    folder = BUILDS / "review" / "work" / f"{os.getpid()}-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def checked(folder, what):
    """A folder of ours, if the slice can be made of it. Raises Unusable."""
    try:
        return kernel.top_of(folder)
    except Unusable as why:
        shutil.rmtree(folder, ignore_errors=True)
        raise Unusable(f"review: {what}: {why}") from why


def built_of(tree):
    """What was built of a tree of ours: of no use without it."""
    return sorted((BUILDS / "kernel").glob(f"{tree.name}-*"))


def prune(folder):
    """Removes trees and reports of earlier reviews but the newest, and none that a run uses. `folder`: of this one."""
    kept.hold(folder)
    if PRIVATE.is_dir():
        kept.prune(PRIVATE.iterdir(), MOST_TREES, built_of)
    kept.prune([path for path in REVIEWS.iterdir() if (path / REPORT).exists() and path != folder], MOST_REPORTS)


# --- a range of commits -----------------------------------------------------------------------------


def ends_of(tree, text):
    """(base, end) of A..B; of A alone the end is nothing: the files as they stand. Raises Unusable."""
    first, dots, last = text.partition("..")
    if not text or last.startswith("."):
        raise Unusable(f"review: --range '{text}' is neither a range of commits, A..B, nor a commit")
    base = git.commit_of(tree, first or "HEAD")
    return base, git.commit_of(tree, last or "HEAD") if dots else ""


def of_range(tree, text, notes=()):
    """The Trees of a range: BASE is where the series begins, which need not be A itself."""
    top = pathlib.Path(tree)
    if not top.is_dir() or not git.is_repository(top):
        said = git.run(top, "rev-parse", "--show-toplevel")[2] if top.is_dir() else ""
        raise Unusable(f"review: --range needs a git repository, and '{tree}' is not the top of one"
                       + (f": {said}" if said else ""))
    first, end = ends_of(top, text)
    last = end or git.commit_of(top, "HEAD")
    code, out, _ = git.run(top, "merge-base", first, last)
    if code:
        raise Unusable(f"review: --range {text}: the two have no commit in common")
    base, notes = out.decode().strip(), list(notes)
    if base != first:
        notes.append(f"{text}: the series begins at {base[:12]}, where its branch left that of "
                     f"{first[:12]}; that is BASE")
    commits = git.ask(top, "rev-list", "--reverse", "--first-parent", f"{base}..{last}").split()
    standing = set() if end else changed_since(top, last)
    if not commits and not standing:
        raise Unusable(f"review: --range {text} has no commit in it"
                       + ("" if end else f", and no file of {top} that is read differs from HEAD"))
    changed = git.changed(top, base, last) | standing
    names = sorted({*needed.BESIDE, *needed_at(top, base, changed), *needed_at(top, last, changed)})
    steps = [written(top, commit, names) for commit in [base, *commits]]
    if standing:
        steps.append(Step(as_it_stands(top, changed), "what is not committed", f"{last}+"))
    return Trees(steps, f"the range {text} of {top.resolve()}", changed, notes)


def changed_since(tree, commit):
    """The names of files that stand there in another way than in a commit; of new ones, those a slice may need."""
    return git.changed(tree, commit) | set(needed.near(git.untracked(tree)))


def as_it_stands(tree, changed):
    """The files of a tree, committed or not, kept as a tree."""
    folder = fresh("as-it-stands")
    copy_files(tree, needed_here(tree, needed.near(changed), ()), folder)
    return keep(checked(folder, f"the files of {tree}"), "as-it-stands")


def needed_at(tree, commit, changed):
    """The names of the files of a commit that a slice may need."""
    return needed.closure([*needed.listed(), *needed.near(changed)], lambda names: git.files_at(tree, commit, names),
                          lambda names: git.includes_at(tree, commit, names))


def written(tree, commit, names):
    """The Step of a commit."""
    folder = fresh(commit[:12])
    subject = printable(git.ask(tree, "log", "-1", "--format=%s", commit).strip())
    there = git.files_at(tree, commit, names)
    git.write_files(tree, commit, there, folder)
    checked(folder, f"{commit[:12]} (\"{subject}\")")
    return Step(keep(folder, commit[:12]), subject, commit)


# --- a series of mails ------------------------------------------------------------------------------


def copy_files(tree, names, to):
    """Copies files of a tree that are there. A name that leads out of the tree is left out."""
    for name in names:
        path = tree / name
        if ".." in pathlib.PurePath(name).parts or pathlib.PurePath(name).is_absolute() or not path.is_file():
            continue
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, to / name)


def ours(folder, *words):
    code, out, said = git.run(folder, *words, more=git.OURS)
    return code, f"{out.decode(errors='replace')}\n{said}".strip()


def begin_repository(folder):
    for words in (("init", "--quiet"), ("add", "--force", "--all"), ("commit", "--quiet", "-m", "base")):
        code, said = ours(folder, *words)
        if code:
            raise Unusable(f"review: git {words[0]} in {folder}: {said}")


def apply(folder, mail, number, count):
    """Applies a patch in a repository of ours. Raises Unusable with what does not fit."""
    path = folder.parent / f"{folder.name}.mail"
    path.write_bytes(mail.raw)
    code, said = ours(folder, "am", "--quiet", "--keep-non-patch", path)
    path.unlink()
    if not code:
        return
    why = "\n".join(f"  {line}" for line in said.splitlines()
                    if not line.startswith(("hint:", "When you have", "If you prefer", "To restore")))
    raise Unusable(f"review: patch {number} of {count} does not apply: {mail.subject}\n{why}")


def not_copied(folder, names):
    """The repository itself, and links: a stranger's may lead anywhere."""
    return [name for name in names if name == ".git" or os.path.islink(os.path.join(folder, name))]


def copy_step(folder, number):
    """The state of a repository of ours, kept as a tree."""
    to = fresh(f"step-{number}")
    shutil.copytree(folder, to, ignore=not_copied, dirs_exist_ok=True)
    checked(to, f"after patch {number}")
    return keep(to, f"patch-{number}" if number else "base")


def needed_here(tree, more, touched):
    """The names of the files of a tree that slices may need: `more`, those of a change, with what they include."""
    def there(names):
        return [name for name in names if (tree / name).is_file()]

    def text_of(names):
        return "\n".join((tree / name).read_text(errors="replace") for name in names)

    beside = {str(path.relative_to(tree)) for folder in needed.BESIDE for path in (tree / folder).glob("*.[ch]")}
    return sorted({*touched, *beside, *needed.closure([*needed.listed(), *more], there, text_of)})


def of_mails(tree, path):
    """The Trees of a series that is applied to the files of a tree as they stand there."""
    top, series = kernel.top_of(tree), mails.read(path)
    touched = {name for mail in series for name in mail.files if name != "/dev/null"}
    of_series = needed.headers("\n".join(mail.text for mail in series))
    folder = fresh("repository")
    try:
        copy_files(top, needed_here(top, of_series, touched), folder)
        begin_repository(folder)
        steps = [Step(copy_step(folder, 0), commit=named(top).commit)]
        for number, mail in enumerate(series, 1):
            apply(folder, mail, number, len(series))
            steps.append(Step(copy_step(folder, number), mail.subject))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Trees(steps, f"{top} and the {len(series)} patch{'es' * (len(series) > 1)} of {path}", touched)
