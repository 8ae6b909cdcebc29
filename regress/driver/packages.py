# SPDX-License-Identifier: GPL-2.0-only
"""
What commands need, how it is tried, and which packages of which distribution bring it.

In a name, {clang} stands for the major version of the clang that the package belongs to, and "|"
for "or, where there is no such package".
"""
from __future__ import annotations

import dataclasses
from typing import Callable, Optional

from driver import machine

MANAGERS = ("apt", "dnf", "pacman", "zypper")


@dataclasses.dataclass(frozen=True)
class Need:
    what: str  # as a message says it
    is_there: Callable[[], object]
    apt: str  # of Debian and Ubuntu
    dnf: str = ""  # of Fedora; empty: there is no package
    pacman: str = ""  # of Arch
    zypper: str = ""  # of openSUSE

    def packages(self, manager):
        return getattr(self, manager).split()


NEEDS = {
    "fuzz compiler": Need(
        f"a clang from {machine.OLDEST_CLANG} on that builds a fuzz target with ASan, UBSan and libFuzzer",
        machine.fuzz_compiler, "clang libclang-rt-{clang}-dev|libclang-common-{clang}-dev",
        "clang compiler-rt", "clang compiler-rt", "clang"),
    "compiler": Need("a C compiler that links a program", machine.c_compiler, "gcc libc6-dev",
                     "gcc glibc-devel", "gcc", "gcc glibc-devel"),
    "gcc": Need("gcc", machine.gcc, "gcc libc6-dev", "gcc glibc-devel", "gcc", "gcc glibc-devel"),
    "cmake": Need("CMake from {}.{} on".format(*machine.OLDEST_CMAKE), machine.cmake, "cmake", "cmake",
                  "cmake", "cmake"),
    "ninja": Need("ninja", machine.has("ninja", "ninja-build"), "ninja-build", "ninja-build", "ninja",
                  "ninja"),
    "patch": Need("patch", machine.has("patch"), "patch", "patch", "patch", "patch"),
    "git": Need("git", machine.has("git"), "git", "git", "git", "git"),
    "pkg-config": Need("pkg-config", machine.has("pkg-config"), "pkg-config", "pkgconf-pkg-config",
                       "pkgconf", "pkgconf-pkg-config"),
    "cmocka": Need("the library cmocka", machine.cmocka, "libcmocka-dev", "libcmocka-devel", "cmocka",
                   "libcmocka-devel"),
    "python-clang": Need("libclang for Python", machine.module("clang.cindex"),
                         "python3-clang-{clang}|python3-clang", "python3-clang", "clang",
                         "python3-clang"),
    "gnuplot": Need("gnuplot", machine.has("gnuplot"), "gnuplot-nox", "gnuplot", "gnuplot", "gnuplot"),
    "valgrind": Need("valgrind", machine.has("valgrind"), "valgrind", "valgrind", "valgrind",
                     "valgrind"),
    "shellcheck": Need("shellcheck", machine.has("shellcheck"), "shellcheck", "ShellCheck",
                       "shellcheck", "ShellCheck"),
    "clang-format": Need("clang-format", machine.has("clang-format"), "clang-format",
                         "clang-tools-extra", "clang", "clang-tools"),
    "clang-tidy": Need("clang-tidy", machine.has("clang-tidy"), "clang-tidy", "clang-tools-extra",
                       "clang", "clang-tools"),
    "llvm": Need("llvm-cov and llvm-profdata", machine.llvm_tools, "llvm", "llvm", "llvm", "llvm"),
    "binutils": Need("objdump", machine.has("objdump"), "binutils", "binutils", "binutils",
                     "binutils"),
    "afl": Need("AFL++", machine.has("afl-fuzz"), "afl++", "american-fuzzy-lop-clang", "afl++", "afl"),
    "unicorn": Need("the library unicorn", machine.unicorn, "libunicorn-dev", "unicorn-devel",
                    "unicorn", "unicorn-devel"),
    "qemu": Need("qemu-system-aarch64", machine.has("qemu-system-aarch64"), "qemu-system-arm",
                 "qemu-system-aarch64", "qemu-system-aarch64", "qemu-arm"),
    "lld": Need("lld", machine.has("ld.lld"), "lld", "lld", "lld", "lld"),
    "cross compiler": Need("a C compiler for arm64, with a C library", machine.cross_compiler,
                           "gcc-aarch64-linux-gnu libc6-dev-arm64-cross", "", "aarch64-linux-gnu-gcc",
                           ""),
    "kernel compiler": Need("a gcc for arm64", machine.kernel_compiler, "gcc-aarch64-linux-gnu",
                            "gcc-aarch64-linux-gnu", "aarch64-linux-gnu-gcc"),
    "make": Need("make", machine.has("make"), "make", "make", "make", "make"),
    "flex": Need("flex", machine.has("flex"), "flex", "flex", "flex", "flex"),
    "bison": Need("bison", machine.has("bison"), "bison", "bison", "bison", "bison"),
    "bc": Need("bc", machine.has("bc"), "bc", "bc", "bc", "bc"),
    "qemu-user": Need("qemu-aarch64", machine.has("qemu-aarch64"), "qemu-user", "qemu-user",
                      "qemu-user", "qemu-linux-user"),
    "ctags": Need("ctags", machine.has("ctags"), "universal-ctags", "ctags", "ctags", "ctags"),
    "browser": Need("chromium", machine.has("chromium", "chromium-browser"), "chromium", "chromium",
                    "chromium", "chromium"),
    "jsonschema": Need("jsonschema for Python", machine.module("jsonschema"), "python3-jsonschema",
                       "python3-jsonschema", "python-jsonschema", "python3-jsonschema"),
    "sarif": Need("sarif-om for Python", machine.module("sarif_om"), "python3-sarif-python-om"),
    "yaml": Need("PyYAML", machine.module("yaml"), "python3-yaml", "python3-pyyaml", "python-yaml",
                 "python3-PyYAML"),
    "ccache": Need("ccache", machine.has("ccache"), "ccache", "ccache", "ccache", "ccache"),
    "mandoc": Need("mandoc", machine.has("mandoc"), "mandoc", "mandoc", "mandoc", "mandoc"),
    "groff": Need("groff", machine.has("groff"), "groff-base", "groff-base", "groff", "groff"),
    "debootstrap": Need("debootstrap", machine.has("debootstrap"), "debootstrap", "debootstrap",
                        "debootstrap", "debootstrap"),
    "bubblewrap": Need("bubblewrap", machine.has("bwrap"), "bubblewrap", "bubblewrap", "bubblewrap", "bubblewrap"),
    "linux 6.1": Need("the source of Linux 6.1, as Debian packs it",
                      machine.file("/usr/src/linux-source-6.1.tar.xz"), "linux-source-6.1"),
    "linux 6.12": Need("the source of Linux 6.12, as Debian packs it",
                       machine.file("/usr/src/linux-source-6.12.tar.xz"), "linux-source-6.12"),
    "clang 19": Need("clang 19", machine.has("clang-19"), "clang-19 libclang-rt-19-dev"),
}

TOOL = ("compiler", "cmake", "ninja")
FUZZ = ("fuzz compiler", "cmake", "ninja")
UNIT = (*FUZZ, "pkg-config", "cmocka")
MUTANTS = (*FUZZ, "patch")
GENERATED = (*MUTANTS, "python-clang")
WEAKENED = (*UNIT, "patch", "python-clang")
COVERAGE = (*FUZZ, "llvm")
BENCH = (*FUZZ, "valgrind", "gnuplot")
AFL = (*FUZZ, "gcc", "patch", "afl")
BUILDER = (*FUZZ, "gcc", "git", "binutils", "llvm")
BOOT = ("gcc", "make", "flex", "bison", "bc", "kernel compiler", "qemu")
SHUT_IN = ("bubblewrap",)
EMULATORS = (*MUTANTS, "pkg-config", "unicorn", "qemu", "lld")
TEST = (*UNIT, "gcc", "patch", "git", "python-clang", "gnuplot", "valgrind", "shellcheck",
        "clang-format", "clang-tidy", "llvm")
# Without these their tests report SKIP. What a distribution does not have is left out.
OPTIONAL = ("linux 6.1", "linux 6.12", "ctags", "browser", "unicorn", "qemu", "lld", "afl",
            "clang 19", "cross compiler", "kernel compiler", "make", "flex", "bison", "bc", "qemu-user", "jsonschema", "sarif", "yaml", "binutils",
            "debootstrap", "bubblewrap", "ccache", "mandoc", "groff")


def missing(names):
    """Those of the needs that this machine lacks, in their order."""
    return [NEEDS[name] for name in dict.fromkeys(names) if not NEEDS[name].is_there()]
