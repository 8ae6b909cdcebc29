# SPDX-License-Identifier: GPL-2.0-only
"""
Linux trees from Debian's source packages, of any release of Debian. apt gets them with a state of
its own below .build: nothing is installed, and the system's lists and sources stay as they are.
"""
from __future__ import annotations

import contextlib
import dataclasses
import os
import pathlib
import re
import shutil
import subprocess

from driver.build import locked
from driver.places import BUILDS, TOP, short
from driver.terminal import Unusable, say

NEWEST = "newest"
STATE = BUILDS / "fetch"
TREES = BUILDS / "trees"
KEYRING = pathlib.Path("/usr/share/keyrings/debian-archive-keyring.gpg")
INSTALLED = pathlib.Path("/usr/src")
# After the machine's own release and its backports: where newer kernels are. By their own names: a
# mirror may have "stable-backports" and its like from another day.
SUITES = ("trixie", "trixie-backports", "sid")
# What is unpacked of a tree: where the files stand that the rig slices, and what its tests read.
FOLDERS = ("mm", "include/linux", "include/asm-generic", "arch/arm64/mm", "arch/arm64/include",
           "arch/arm64/kernel", "arch/arm64/kvm", "arch/arm64/crypto")
FILES = ("Makefile", "arch/Kconfig", "arch/arm64/Kconfig")
WHOLE = TREES / "whole"  # trees of which all is unpacked: to boot one, its makefiles need all parts
WHOLE_GIGABYTES = 1.8
BY_HAND = ("without it: unpack a kernel's source, of any kind, and name its top: "
           "./rig kernel ~/linux")


@dataclasses.dataclass(frozen=True)
class Package:
    """A source package that a suite has."""
    kernel: str  # 7.3
    version: str
    megabytes: int

    @property
    def name(self):
        return f"linux-source-{self.kernel}"


# --- apt ------------------------------------------------------------------------------------------


def run(*command, **settings):
    """What a command prints, both streams; Unusable if it fails."""
    done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", check=False, **settings)
    if done.returncode:
        raise Unusable(f"{command[0]} failed:\n{done.stdout[-2000:].rstrip()}")
    return done.stdout


def mirror():
    """(URI, release) of Debian's main archive, as this machine's own apt has it."""
    if not all(map(shutil.which, ("apt-get", "apt-cache", "dpkg-deb"))):
        raise Unusable(f"--fetch needs apt and dpkg, which this machine lacks\n{BY_HAND}")
    if not KEYRING.exists():
        raise Unusable(f"--fetch needs Debian's keys, {KEYRING}: install the package "
                       f"debian-archive-keyring\n{BY_HAND}")
    targets = run("apt-get", "indextargets", "--format",
                  "$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)|$(CODENAME)", "Created-By: Packages")
    for line in targets.splitlines():
        origin, label, component, uri, release = line.split("|")
        if (origin, label, component) == ("Debian", "Debian", "main"):
            return uri, re.sub("-(updates|backports)$", "", release)
    raise Unusable("--fetch takes the mirror from this machine's apt, which has none of Debian; "
                   f"if it has one, run apt-get update once\n{BY_HAND}")


def write_state(uri, own):
    """
    An apt configuration that reads and writes nothing of the system's. Of the system's own, only
    how a mirror is reached and believed is kept, such as a proxy.
    """
    for folder in ("lists/partial", "cache/archives/partial"):
        (STATE / folder).mkdir(parents=True, exist_ok=True)
    suites = dict.fromkeys([own, f"{own}-backports", *SUITES])
    (STATE / "sources.list").write_text("".join(f"deb [signed-by={KEYRING}] {uri} {suite} main\n"
                                                for suite in suites))
    reach = run("apt-config", "dump", "--format", '%f "%v";%n', "Acquire")
    (STATE / "apt.conf").write_text(
        f'{reach}Dir::Etc::Main "/dev/null";\nDir::Etc::Parts "/dev/null";\n'
        f'Dir::Etc::SourceList "{STATE}/sources.list";\nDir::Etc::SourceParts "/dev/null";\n'
        f'Dir::Etc::Preferences "/dev/null";\nDir::Etc::PreferencesParts "/dev/null";\n'
        f'Dir::State::Lists "{STATE}/lists";\nDir::Cache "{STATE}/cache";\n'
        'Dir::State::Status "/dev/null";\n'  # what is installed has no size, and is of no interest
        'APT::Sandbox::User "root";\n#clear Acquire::Languages;\nAcquire::Languages "none";\n')


def apt(program, *words, **settings):
    return run(program, "-q", *words, env={**os.environ, "APT_CONFIG": str(STATE / "apt.conf")},
               **settings)


def update():
    """Gets the lists of all suites. A suite that cannot be had is left out, if another is there."""
    say("reading which kernels Debian's releases have (30 MB)")
    try:
        apt("apt-get", "update")
    except Unusable as why:
        if not any((STATE / "lists").glob("*_Packages*")):
            raise Unusable(f"{why}\n{BY_HAND}") from why
        for line in re.findall(r"^E: (.*)", str(why), re.MULTILINE):
            say(f"left out: {line}")


def available():
    """[Package] of all suites, the newest version of each kernel, oldest kernel first."""
    write_state(*mirror())
    update()
    found = {}
    for text in apt("apt-cache", "show", "--no-all-versions",
                    *apt("apt-cache", "pkgnames", "linux-source-").split()).split("\n\n"):
        fields = dict(re.findall(r"^(Package|Version|Size): (.*)$", text, re.MULTILINE))
        kernel = re.fullmatch(r"linux-source-(\d+\.\d+)", fields.get("Package", ""))
        if kernel:
            found[kernel.group(1)] = Package(kernel.group(1), fields["Version"],
                                             int(fields["Size"]) // 1_000_000)
    return sorted(found.values(), key=lambda package: order_of(package.kernel))


def order_of(kernel):
    return [int(number) for number in kernel.split(".")]


# --- a tree ---------------------------------------------------------------------------------------


def tree_of(kernel, whole=False):
    return (WHOLE if whole else TREES) / f"linux-source-{kernel}"


def unpack(archive, kernel, whole=False):
    """Unpacks an archive, or what the rig slices of it: in whole, or not at all."""
    tree = tree_of(kernel, whole)
    name = tree.name
    part = tree.parent / f".{name}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    sliced = [f"{name}/{one}" for one in (*FILES, *FOLDERS)]
    try:
        run("tar", "-xf", archive, "-C", part, *(() if whole else sliced))
        shutil.rmtree(tree, ignore_errors=True)
        (part / name).rename(tree)
    finally:
        shutil.rmtree(part)


def remove_packages():
    for deb in STATE.glob("linux-source-*.deb"):
        deb.unlink()


def what_is_unpacked(whole):
    return f"all of it, {WHOLE_GIGABYTES} GB," if whole else "what the rig reads of it"


def download(package, whole=False):
    """Downloads and unpacks a package, and keeps neither it nor the archive in it."""
    say(f"downloading {package.name} {package.version}, {package.megabytes} MB")
    inside = STATE / "package"
    remove_packages()  # one of a run that was killed
    try:
        apt("apt-get", "download", f"{package.name}={package.version}", cwd=STATE)
        deb, = STATE.glob(f"{package.name}_*.deb")
        run("dpkg-deb", "-x", deb, inside)
        archive, = inside.rglob(f"{package.name}.tar.*")
        say(f"unpacking {what_is_unpacked(whole)} into {short(tree_of(package.kernel, whole))}")
        unpack(archive, package.kernel, whole)
    finally:
        shutil.rmtree(inside, ignore_errors=True)
        remove_packages()


def find(kernel, packages):
    """The package of a kernel, or of the newest. Raises Unusable."""
    for package in reversed(packages):
        if kernel in (package.kernel, NEWEST):
            return package
    if not packages:
        raise Unusable(f"Debian's lists have no source package of a kernel\n{BY_HAND}")
    raise Unusable(f"Debian has no source package of Linux {kernel}; it has: "
                   f"{' '.join(package.kernel for package in packages)}")


def fetch(kernel, whole=False):
    """
    The tree of a kernel such as "7.3", or of the newest, fetched if it is not there: the part of it that is
    sliced, or the whole. Raises Unusable with the reason and what to do.
    """
    if kernel != NEWEST and not re.fullmatch(r"\d+\.\d+", kernel):
        release = re.match(r"\d+\.\d+(?=\.\d)", kernel)
        meant = f"; did you mean {release[0]}?" if release else ""
        raise Unusable(f"--fetch: '{kernel}' is not a version as Debian's packages have it, such as 7.3, "
                       f"nor '{NEWEST}'{meant}")
    with locked(STATE, "fetches"):
        if kernel == NEWEST or not tree_of(kernel, whole).exists():
            package = find(kernel, available())
            kernel = package.kernel
            if not tree_of(kernel, whole).exists():
                download(package, whole)
    return tree_of(kernel, whole)


def is_unpacked(archive, tree, stamp):
    """Whether a tree is there, and of the archive as it is now."""
    with contextlib.suppress(FileNotFoundError):
        return tree.exists() and stamp.stat().st_mtime > archive.stat().st_mtime
    return False


def copy_of_whole(kernel):
    """Copies what the rig slices of a whole tree that is there, unless that is there too."""
    tree, of = tree_of(kernel), tree_of(kernel, whole=True)
    with locked(STATE, "fetches"):
        if tree.exists() or not of.exists():
            return
        part = tree.parent / f".{tree.name}.part"
        shutil.rmtree(part, ignore_errors=True)
        for folder in FOLDERS:
            shutil.copytree(of / folder, part / folder, symlinks=True)
        for file in FILES:
            shutil.copy2(of / file, part / file)
        part.rename(tree)


def for_tests(kernel, whole=False):
    """
    As fetch(), but an installed package is unpacked where it is newer than the tree; and where the whole tree is
    there, a part of it is not downloaded.
    """
    archive = next(iter(INSTALLED.glob(f"linux-source-{kernel}.tar.*")), None)
    if not archive:
        if not whole:
            copy_of_whole(kernel)
        return fetch(kernel, whole)
    tree = tree_of(kernel, whole)
    stamp = pathlib.Path(f"{tree}.unpacked")
    if is_unpacked(archive, tree, stamp):
        return tree
    with locked(STATE, "fetches"):
        if is_unpacked(archive, tree, stamp):  # by the run that this one waited for, which may use it
            return tree
        say(f"unpacking {archive}")
        unpack(archive, kernel, whole)
        stamp.touch()
    return tree


# --- the command ----------------------------------------------------------------------------------


def print_list():
    with locked(STATE, "fetches"):
        packages = available()
    for package in packages:
        there = f"  {short(tree_of(package.kernel))}" if tree_of(package.kernel).exists() else ""
        print(f"{package.kernel:<6} {package.version:<24} {package.megabytes:>4} MB{there}")
    if packages:
        say(f"next: ./rig kernel --fetch {packages[-1].kernel}")


def command(kernel, whole=False):
    """./rig kernel --fetch [VERSION]; an empty version lists what there is. The tree's path is printed."""
    if not kernel:
        print_list()
        return 0
    before = {*TREES.glob("*"), *WHOLE.glob("*")}
    tree = fetch(kernel, whole)
    print(short(tree), flush=True)
    if tree in before:
        say(f"{short(tree)} is there already; to fetch it anew, remove it first")
    say(f"next: ./rig kernel {short(tree)} {'boot' if whole else 'test'}")
    return 0
