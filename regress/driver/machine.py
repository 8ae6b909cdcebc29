# SPDX-License-Identifier: GPL-2.0-only
"""What this machine has, found out by trying. No path and no version of a distribution is in here."""
from __future__ import annotations

import contextlib
import functools
import hashlib
import itertools
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from driver.places import BUILDS

OLDEST_CLANG, NEWEST_CLANG = 14, 29
OLDEST_CMAKE = (3, 25)
FUZZ_TARGET = """#include <stddef.h>
#include <stdint.h>
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return data && size > 3 ? 0 : 0; }
"""
# What changes what a compiler finds.
OF_COMPILERS = ("CC", "PATH", "CCC_OVERRIDE_OPTIONS", "COMPILER_PATH", "LIBRARY_PATH", "CPATH", "C_INCLUDE_PATH")
PROGRAM = "#include <stdio.h>\nint main(void) { return puts(\"\") < 0; }\n"


def runs(*command):
    """Whether a command can be run and succeeds."""
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, check=False).returncode == 0
    except OSError:
        return False


def output_of(*command):
    """What a command prints, or nothing if it cannot be run."""
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, errors="replace",
                              check=False).stdout
    except OSError:
        return ""


def links(compiler, source, *flags):
    """Whether a compiler builds and links a program."""
    with tempfile.TemporaryDirectory(prefix="vmapdiff-try-") as folder:
        path = pathlib.Path(folder) / "try.c"
        path.write_text(source)
        return runs(compiler, path, "-o", path.with_suffix(".out"), *flags)


def named_by_user():
    """The compiler that $CC names, without flags, or None."""
    words = os.environ.get("CC", "").split()
    return words[0] if words else None


def clang_major(compiler):
    """The major version of a clang, or None if it is another compiler."""
    macros = output_of(compiler, "-dM", "-E", "-x", "c", os.devnull)
    major = re.search(r"__clang_major__ (\d+)", macros)
    return int(major.group(1)) if major else None


def clangs():
    """
    Clangs of this machine: what $CC names, then the usual one, then the newest first. An iterator, for
    each is run, and most callers want the first.
    """
    names = [named_by_user(), "clang",
             *(f"clang-{major}" for major in range(NEWEST_CLANG, OLDEST_CLANG - 1, -1))]
    return (path for path in map(shutil.which, filter(None, names))
            if path and (clang_major(path) or 0) >= OLDEST_CLANG)


def links_a_fuzz_target(compiler):
    """Whether a clang does, with lld first: it takes half of the time of the usual linker, where it is installed."""
    flags = "-fsanitize=fuzzer,address,undefined"

    def test():
        return links(compiler, FUZZ_TARGET, flags, "-fuse-ld=lld") or links(compiler, FUZZ_TARGET, flags)
    # Packages that come or go change the folders of its libraries.
    real = pathlib.Path(compiler).resolve()
    folders = sorted(real.parent.parent.glob("lib*/clang/*/lib/*/"))
    if not folders:  # nothing shows that they are the same still
        return test()
    names = [f"{name}={os.environ.get(name)}" for name in OF_COMPILERS]
    return tried([real, *folders], [shutil.which("ld.lld"), *names], test)


def tried(paths, words, test):
    """Whether a test succeeds, or did while these files, folders and words were the same: not each command tries it."""
    seen = [f"{path} {stat.st_mtime_ns} {stat.st_size}" for path in paths for stat in (path.stat(),)]
    seen += map(str, words)
    record = BUILDS / "tried" / hashlib.sha256("\n".join(seen).encode("utf-8", "surrogateescape")).hexdigest()
    if record.exists():
        return True
    if not test():
        return False
    with contextlib.suppress(OSError):
        record.parent.mkdir(parents=True, exist_ok=True)
        record.touch()
    return True


@functools.lru_cache(maxsize=None)
def fuzz_compiler():
    """
    The first clang that builds and links a fuzz target with ASan, UBSan and libFuzzer, or None.
    Where $CC names a clang, no other is taken.
    """
    found = clangs()
    user = named_by_user()
    if user and clang_major(user):
        found = itertools.islice(found, 1)
    return next(filter(links_a_fuzz_target, found), None)


@functools.lru_cache(maxsize=None)
def c_compiler():
    """Any C compiler that links a program: what $CC names, gcc, cc, a clang; or None."""
    for name in filter(None, itertools.chain([named_by_user(), "gcc", "cc"], clangs())):
        path = shutil.which(name)
        if path and links(path, PROGRAM):
            return path
    return None


@functools.lru_cache(maxsize=None)
def gcc():
    """A gcc that links a program, or None."""
    for name in filter(None, [named_by_user(), "gcc"]):
        path = shutil.which(name)
        if path and not clang_major(path) and links(path, PROGRAM):
            return path
    return None


def sanitizes(compiler):
    return links(compiler, PROGRAM, "-fsanitize=address,undefined")


def cmake():
    def test():
        version = re.search(r"version (\d+)\.(\d+)", output_of("cmake", "--version"))
        return bool(version) and tuple(map(int, version.groups())) >= OLDEST_CMAKE
    path = shutil.which("cmake")
    return bool(path) and tried([pathlib.Path(path).resolve()], ["cmake", OLDEST_CMAKE], test)


def has(*names):
    """A test whether one of these programs is there."""
    return lambda: any(map(shutil.which, names))


def cmocka():
    flags = output_of("pkg-config", "--cflags", "--libs", "cmocka").split()
    source = ("#include <stdarg.h>\n#include <stddef.h>\n#include <stdint.h>\n#include <setjmp.h>\n"
              "#include <cmocka.h>\nint main(void) { return !_cmocka_run_group_tests; }\n")
    return bool(flags and c_compiler()) and links(c_compiler(), source, *flags)


def unicorn():
    flags = output_of("pkg-config", "--cflags", "--libs", "unicorn").split()
    source = ("#include <unicorn/unicorn.h>\n"
              "int main(void) { return !uc_arch_supported(UC_ARCH_ARM64); }\n")
    return bool(flags and c_compiler()) and links(c_compiler(), source, *flags)


def cross_compiler():
    return links("aarch64-linux-gnu-gcc", PROGRAM, "-static")


def arm64_gcc():
    """The name of a gcc that compiles for arm64: on arm64, the machine's own."""
    return "gcc" if os.uname().machine == "aarch64" else "aarch64-linux-gnu-gcc"


def kernel_compiler():
    """Whether that gcc compiles, for what links with no C library."""
    return runs(arm64_gcc(), "-ffreestanding", "-x", "c", "-c", os.devnull, "-o", os.devnull)


def module(name):
    """A test whether this Python, or the system's, has a module."""
    return lambda: python_with(name) is not None


@functools.lru_cache(maxsize=None)
def python_with(name):
    """A Python that has a module, which distributions install for theirs alone; or None."""
    loads = {"clang.cindex": "import clang.cindex; clang.cindex.Index.create()"}
    for python in (sys.executable, "/usr/bin/python3"):
        if runs(python, "-c", loads.get(name, f"import {name}")):
            return python
    return None


@functools.lru_cache(maxsize=None)
def llvm_tool(name):
    """A tool of LLVM, such as llvm-cov, of the version that the compiler is of; or None."""
    compiler = fuzz_compiler()
    beside = compiler and os.path.join(os.path.dirname(os.path.realpath(compiler)), name)
    if beside and os.access(beside, os.X_OK):  # to ask the compiler takes a process
        return beside
    of_compiler = output_of(compiler, f"-print-prog-name={name}").strip() if compiler else ""
    major = clang_major(compiler) if compiler else None
    for candidate in (of_compiler, f"{name}-{major}", name):
        path = shutil.which(candidate) if candidate else None
        if path:
            return path
    return None


@functools.lru_cache(maxsize=None)
def symbolizer():
    """What turns an address into a function and a line for a sanitizer; or None."""
    return llvm_tool("llvm-symbolizer") or shutil.which("addr2line")


def llvm_tools():
    return bool(llvm_tool("llvm-cov") and llvm_tool("llvm-profdata"))


def file(path):
    """A test whether a file is there, for what is no program."""
    return lambda: pathlib.Path(path).exists()


def cores():
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0))
