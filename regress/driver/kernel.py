# SPDX-License-Identifier: GPL-2.0-only
"""A Linux tree's own code: a build for each tree, so that several stand side by side."""
from __future__ import annotations

import functools
import glob
import hashlib
import os
import pathlib
import re
import sys
import zlib

from driver import scripts
from driver.build import Failed, build, fits, hold, hold_as_it_is, stamp_of
from driver.fuzzing.rig import Rig
from driver.places import BUILDS, TOP
from driver.terminal import Unusable, say


GEOMETRIES = "VMAPDIFF_GEOMETRIES"  # a list with commas: the builds of mapper/kernel/CMakeLists.txt
# Of a build that counts how often each line is executed.
COVERAGE = "-coverage"
COVERAGE_OPTIONS = ("-DVMAPDIFF_COVERAGE=ON", "-DVMAPDIFF_SANITIZE=none", "-DCMAKE_BUILD_TYPE=Debug")
# Without optimization, which takes a third of the time to compile, and plays more slowly.
QUICK_OPTIONS = ("-DVMAPDIFF_KERNEL_QUICK=ON",)
# For a first verdict, which no fuzzer takes part in: in less time still.
UNGUIDED_OPTIONS = (*QUICK_OPTIONS, "-DVMAPDIFF_KERNEL_UNGUIDED=ON")
OBJECTS, OBJECTS_LIST = "kernel-objects", "tree_objects.cmake"
SLICER, CHECK = "../mapper/kernel/slice.py", "../mapper/kernel/check.py"
LEFT_OUT = "kernel-left-out"  # what a build says of a tree that it is made without a part of
SLICE = pathlib.Path("mapper/kernel/slice")  # in a build
NOT_IN_PATHS = ';"#,:\\'
# What linkers say of a function that a header declares and no file of the slice defines.
UNDEFINED = re.compile(r"undefined (?:reference to|symbol:?) [`']?(\w+)")


def top_of(path):
    """The top of the tree at `path`. Raises Unusable if no arm64 Linux tree is there."""
    tree = pathlib.Path(path)
    odd = [letter for letter in str(tree.absolute()) if letter in NOT_IN_PATHS or not letter.isprintable()]
    if odd:
        raise Unusable(f"kernel: the path of the tree, {str(tree.absolute())!a}, has {odd[0]!a}, which CMake or Ninja "
                       "would take for something else; move or copy the tree to a path without it")
    if not tree.exists():
        raise Unusable(f"kernel: there is no '{path}'; name the top of a Linux tree, or fetch one: "
                       "./rig kernel --fetch")
    if not tree.is_dir():
        raise Unusable(f"kernel: '{path}' is a file; name the top of a Linux tree, unpacked")
    slicing = scripts.load(SLICER)
    try:
        slicing.check_files(tree.resolve(), slicing.FILES)
    except slicing.Unusable as why:
        raise Unusable(f"kernel: {why}") from why
    return tree.resolve()


def folder_of(tree, suffix):
    return BUILDS / "kernel" / f"{tree.name}-{zlib.crc32(os.fsencode(tree)):08x}{suffix}"


def kconfigs():
    """The files of a tree in which options of Kconfig are looked up."""
    return [name for _, name, _ in scripts.load(SLICER).read_list(TOP / "mapper/kernel/kconfigs")]


def said_of_kconfig():
    """The options of Kconfig that whoever runs the rig asks for: CONFIG_A=y,CONFIG_B=n"""
    return ",".join(os.environ.get("VMAPDIFF_CONFIG", "").replace(",", " ").split())


def listed_files():
    """{name in the tree: place in the slice} of the files that each tree's slice is made of."""
    return {name: rest[0] if rest else name
            for _, name, rest in scripts.load(SLICER).read_list(TOP / "mapper/kernel/files")}


def unlisted_of(folder):
    """{name of a file that is not listed: the names that a build takes from it}"""
    return scripts.load(SLICER).unlisted.read(folder / SLICE)


def options_of_kconfig(folder):
    """What is to be said of options that the tree's code asks for and the rig has nothing of."""
    return scripts.load(SLICER).configs.read(folder / SLICE)


def folders_of_unlisted():
    """Those of a tree from whose files a build may take something that is not listed."""
    unlisted = scripts.load(SLICER).unlisted
    return sorted({*unlisted.HEADERS, *unlisted.CODE})


def files_of_slices(tree):
    """The same as listed_files(), and the files that builds of this tree took something from, or were to."""
    unlisted = scripts.load(SLICER).unlisted
    builds = folder_of(tree, "").parent.glob(f"{glob.escape(folder_of(tree, '').name)}*")
    slices = [folder / SLICE for folder in sorted(builds) if folder.is_dir()]
    return listed_files() | {name: unlisted.place_of(name) for folder in slices
                             for name in (*unlisted.read(folder), *unlisted.asked(folder))}


def files_of(folder):
    """What a build reads of a folder of ours: not what Python and editors leave there."""
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder).parts
        if path.is_file() and "__pycache__" not in inside and not any(part.startswith(".") for part in inside):
            yield path


def sources_of(tree, options):
    """A digest of what a build is made of: it changes with any file of ours or of the tree's, if there is one."""
    paths = [tree / name for name in ((*files_of_slices(tree), *kconfigs()) if tree else ())]
    paths += [TOP / "CMakeLists.txt", TOP / "CMakePresets.json"]
    for folder in ("mapper", "oracle", "fuzz", "regress/tool"):
        paths += files_of(TOP / folder)
    digest = hashlib.sha256(repr(options).encode())
    for path in paths:
        if path.exists():
            stat = path.stat()
            digest.update(f"{path} {stat.st_mtime_ns} {stat.st_size}\n".encode())
    return digest.hexdigest()


def take_undefined(tree, folder, error, names, *options):
    """Whether other files of the tree define what the linker misses: the slice has it then. `error` says why not."""
    return not scripts.run(CHECK, ["--tree", tree, "--out", folder / SLICE, "--error", error,
                                   "--kconfig", said_of_kconfig(), *options,
                                   "--undefined", *names])


def make(tree, folder, targets, options):
    """Builds targets. Raises Unusable with the tree's own error, where it has one."""
    error, before = folder / "kernel-error", []
    error.unlink(missing_ok=True)
    while True:
        try:
            build("kernel", *targets, folder=folder, what=f"building {tree}",
                  options=(f"-DVMAPDIFF_KERNEL_TREE={tree}", f"-DPython3_EXECUTABLE={sys.executable}", *options))
            return
        except Failed as failed:
            names = list(dict.fromkeys(UNDEFINED.findall(failed.log)))
            again = names in before  # what was taken did not compile, and was given up
            before.append(names)
            if names and not error.exists() and take_undefined(tree, folder, error, names, *["--tell"] * again):
                continue
            if not error.exists() or not error.read_text():
                raise
            why = "\n".join([error.read_text().rstrip(), *options_of_kconfig(folder)])
            raise Unusable(why[len("rig: "):] if why.startswith("rig: ") else why) from failed


def are_there(listed):
    """Whether all files that the CMake script `listed` names are there, and it is."""
    return listed.exists() and all(os.path.exists(name) for names in re.findall(r'"(/[^"]*)"', listed.read_text())
                                   for name in names.split(";"))


def objects(suffix="", options=()):
    """
    The folder of what trees are tested by and is the same for each, built with these options and held until this
    process ends. In bubblewrap it is given, and cannot be written.
    """
    folder = BUILDS / f"{OBJECTS}{suffix}"
    if (folder / OBJECTS_LIST).exists() and not os.access(folder, os.W_OK):
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    sources, targets = sources_of(None, options), ["tree_objects"]
    if are_there(folder / OBJECTS_LIST) and hold_as_it_is(folder, sources, targets):
        return folder
    hold(folder, sources, targets,
         lambda: build("kernel", "tree_objects", folder=folder, what="building what trees are tested by",
                       options=("-DVMAPDIFF_TREE_OBJECTS=ON", "-DBUILD_TESTING=OFF", *options)))
    return folder


def all_objects():
    """Builds and holds the objects of each kind of build that has some; their folders."""
    return [objects(), objects(COVERAGE, COVERAGE_OPTIONS)]


def chosen_geometries():
    """Those that the user has named, separated by commas; nothing for all."""
    return os.environ.get(GEOMETRIES, "")


def is_built(path, targets):
    """Whether a build of all geometries has these targets, of the sources as they are."""
    tree = top_of(path)
    return fits(stamp_of(folder_of(tree, "")), sources_of(tree, options_of(objects(), "")), targets)


def options_of(objects_folder, geometries, options=()):
    """The -D options of a tree's build, but for those that name the tree."""
    given = [f"-DVMAPDIFF_OBJECTS_FROM={objects_folder}"] if objects_folder else []
    return (*given, *options, f"-DVMAPDIFF_KERNEL_GEOMETRIES={geometries.replace(',', ';')}",
            f"-DVMAPDIFF_CONFIG={said_of_kconfig()}")


def build_tree(path, targets, suffix="", options=(), whole=False):
    """
    Builds targets with the code of the tree at `path`, of the geometries that the user has named, or all, and holds
    them against other builds until this process ends. `whole`: targets that other trees have no use for, of which
    nothing is there yet. Raises Unusable with the tree's own error, where it has one.
    """
    tree = top_of(path)
    chosen = chosen_geometries()
    options = options_of(None if whole else objects(suffix, options), chosen, options)
    return build_in(folder_of(tree, suffix + "-some" * bool(chosen)), tree, targets, options)


def build_quickly(path, targets, geometry):
    """
    The same for one geometry, compiled in a third of the time: what it says is the same, and it plays more slowly.
    Raises Failed also where only an optimizing compiler takes the tree.
    """
    tree = top_of(path)
    return build_in(folder_of(tree, "-quick"), tree, targets, options_of(objects(), geometry, UNGUIDED_OPTIONS))


@functools.lru_cache(maxsize=None)
def say_once(line):
    """A tree may be built in several ways, of which each would say the same."""
    say(line)


def build_in(folder, tree, targets, options):
    """Builds targets in a folder, and says what of the tree they are without."""
    folder.mkdir(parents=True, exist_ok=True)
    hold(folder, sources_of(tree, options), targets,
         lambda: make(tree, folder, targets, options))
    if (folder / LEFT_OUT).exists():
        sys.stderr.write((folder / LEFT_OUT).read_text())
    some = scripts.load(SLICER).some
    for file, names in sorted(unlisted_of(folder).items()):
        say_once(f"the slice has code of {file} as well, which mapper/kernel/files does not list: "
                 f"{some(sorted(names), 6)}")
    for line in options_of_kconfig(folder):
        say_once(line)
    return Rig(folder, folder, f"./rig kernel {tree}")


def left_out(folder):
    """What of a tree the build in `folder` is without, in words; what is only not told of events does not count."""
    path = folder / LEFT_OUT
    found = re.findall(r"^rig: LEFT OUT: ([^.:]*)", path.read_text(), re.MULTILINE) if path.exists() else []
    return [what for what in found if not what.startswith("the lines of events")]
