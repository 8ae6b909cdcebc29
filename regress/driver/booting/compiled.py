# SPDX-License-Identifier: GPL-2.0-only
"""
Builds the kernel of a tree, out of the tree. What was built is used again as long as every file that
the build read has the content that it had: kbuild itself goes by times alone, and a tree at the same
path may have become an older one.
"""
from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess

from driver import install, kernel as sliced_kernel, machine, packages
from driver.booting import configuration, shadow
from driver.build import locked
from driver.places import short
from driver.terminal import Progress, Unusable, say

OBJECT = re.compile(r"^  (?:CC|AS|LD|AR|HOSTCC|GEN|UPD|WRAP|LDS|KSYMS|NM|OBJCOPY|CALL|YACC|LEX)\b")
ERROR = re.compile(r"(error:|Error \d|\*\*\*|undefined reference|fatal:)")
SHOWN_ERRORS = 12
# Read by make itself, so that no list of a compiler has them.
OF_MAKE = ("Makefile*", "Kbuild*", "*.mk")


def cross_prefix():
    """What the names of the compiler's programs begin with."""
    return machine.arm64_gcc()[:-len("gcc")]


def compiler():
    """The compiler's command; ccache keeps what is the same in several trees."""
    gcc = machine.arm64_gcc()
    return f"ccache {gcc}" if shutil.which("ccache") else gcc


def environment(folder):
    """Of make: nothing that the caller's own make, or shell, says of a kernel build."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("KBUILD_", "KCONFIG_", "MAKE", "MFLAGS", "GNUMAKE", "LLVM", "KCFLAGS"))
            and name not in ("ARCH", "CROSS_COMPILE", "CC", "O", "W", "V", "C")}
    return {**kept, "LC_ALL": "C", "KBUILD_BUILD_TIMESTAMP": "1970-01-01", "KBUILD_BUILD_USER": "rig",
            "KBUILD_BUILD_HOST": "rig", "CCACHE_BASEDIR": str(folder), "CCACHE_NOHASHDIR": "1",
            "CCACHE_DEPEND": "1"}


class Kernel:
    """
    A kernel of a tree with one page size: where it is built, and what was built last. Kernels with an
    exported test and without have an image each, and are built in one folder.
    """

    def __init__(self, tree, granule, with_test=False):
        self.tree, self.granule = tree, granule
        self.folder = shadow.folder_of(tree)
        self.out = self.folder / f"out-{granule}"
        self.log = self.folder / f"build-{granule}.log"
        name = f"{granule}-kunit" if with_test else granule
        self.image = self.folder / f"Image-{name}"
        self.record = self.folder / f"built-{name}.json"
        self.records = [self.folder / f"built-{granule}{end}.json" for end in ("", "-kunit")]
        self.is_whole = self.out / "built-whole"  # there unless a build was not finished
        self.shadow = self.folder / "shadow"

    # --- what a build was made of ---------------------------------------------------------------

    def settings(self):
        """What else than files decides about a build."""
        version = machine.output_of(machine.arm64_gcc(), "--version")
        return [version, compiler(), configuration.fragment(self.granule), [str(name) for name in shadow.sources()]]

    def files_read(self):
        """Every file of the shadow that a build read, as paths from its top."""
        found, start = set(), f"{self.shadow}/"
        to_shadow = os.path.relpath(self.shadow, self.out) + "/"
        for command in self.out.rglob(".*.cmd"):
            for word in command.read_text(errors="replace").split():
                for prefix in (start, to_shadow):
                    if word.startswith(prefix):
                        found.add(word[len(prefix):].rstrip(")"))
            part = command.parent.relative_to(self.out)
            found.update(str(path.relative_to(self.shadow)) for pattern in OF_MAKE
                         for path in (self.shadow / part).glob(pattern))
        found.update(kconfigs(self.out / "include/config/auto.conf.cmd"))
        found.update(str(path.relative_to(self.shadow)) for path in (self.shadow / "scripts").iterdir())
        return sorted(name for name in found if (self.shadow / name).is_file())

    def is_current(self):
        """Whether the image is what a build would make."""
        before = recorded(self.record)
        return (before is not None and self.image.exists() and before["settings"] == self.settings()
                and all(digest_of(self.shadow / name) == was for name, was in before["files"].items()))

    def missed_since(self, record):
        """Whether a file has changed since a build, and is not newer than what was built of it, or is gone."""
        before = recorded(record)
        if before is None:
            return False
        built = record.stat().st_mtime
        for name, was in before["files"].items():
            path = self.shadow / name
            if digest_of(path) != was and (not path.exists() or path.stat().st_mtime <= built):
                return True
        return before["settings"] != self.settings()

    def make_misses_a_change(self):
        """Whether what was built before must go: make goes by times alone."""
        if not self.is_whole.exists():
            return (self.out / "vmlinux").exists()
        return any(map(self.missed_since, self.records))

    # --- building ---------------------------------------------------------------------------------

    def make(self, log, what, *targets):
        """Runs make with its output in a log. Raises Unusable with what went wrong."""
        command = ["make", "-C", str(self.shadow), f"O={self.out}", "ARCH=arm64",
                   f"CROSS_COMPILE={cross_prefix()}", f"CC={compiler()}", f"-j{machine.cores()}", *targets]
        progress, done = Progress(), 0
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors="replace",
                              env=environment(self.folder)) as process:
            try:
                for line in process.stdout:
                    log.write(line)
                    done += bool(OBJECT.match(line))
                    progress.show(f"{what}: {done} files")
            except BaseException:
                process.terminate()
                raise
        progress.clear()
        log.flush()
        if process.returncode:
            raise Unusable(self.what_went_wrong())

    def what_went_wrong(self):
        lines = self.log.read_text(errors="replace").splitlines()
        errors = [line.replace(f"{self.shadow}/", "") for line in lines if ERROR.search(line)]
        shown = "\n".join(f"  {line}" for line in (errors or lines)[:SHOWN_ERRORS])
        return (f"kernel: {self.tree} does not build as a kernel:\n{shown}\n"
                f"all that make said is in {short(self.log)}")

    def configure(self, log, what):
        """tinyconfig and our options, unless that is what is there."""
        config = self.out / ".config"
        self.make(log, what, "tinyconfig")
        with open(config, "a", encoding="utf-8") as file:
            file.write(configuration.fragment(self.granule))
        self.make(log, what, "olddefconfig")
        configuration.check(self.granule, config.read_text(errors="replace"), short(config))

    def build(self, fresh):
        what = f"building the kernel of {self.tree}, {self.granule} pages"
        say(f"{what} (some minutes from nothing)")
        if fresh or self.make_misses_a_change():
            shutil.rmtree(self.out, ignore_errors=True)
        self.record.unlink(missing_ok=True)
        self.is_whole.unlink(missing_ok=True)
        self.out.mkdir(parents=True, exist_ok=True)
        with open(self.log, "w", encoding="utf-8") as log:
            if not (self.out / ".config").exists() or not (self.out / "vmlinux").exists():
                self.configure(log, what)
            self.make(log, what, "Image")
        part = self.image.with_suffix(".part")
        shutil.copy(self.out / "arch/arm64/boot/Image", part)
        part.replace(self.image)
        files = {name: digest_of(self.shadow / name) for name in self.files_read()}
        self.record.write_text(json.dumps({"settings": self.settings(), "files": files}))
        self.is_whole.touch()


def recorded(record):
    """What a record of a build says, or None."""
    try:
        return json.loads(record.read_text())
    except (OSError, ValueError):
        return None


def digest_of(path):
    try:
        return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""


def kconfigs(command):
    """Files that Kconfig read, of the list that it writes."""
    text = command.read_text(errors="replace") if command.exists() else ""
    return re.findall(r"^\t([\w./-]+) ?\\?$", text, re.MULTILINE)


HOLDS = []  # folders that this process holds


@contextlib.contextmanager
def held(tree):
    """
    Holds the folder of a tree's booted kernels. What is built, the plan, the console and what is made of them
    stand there, so runs at the same time wait for each other.
    """
    folder = shadow.folder_of(tree)
    with locked(folder, "builds or boots a kernel"):
        HOLDS.append(folder)
        try:
            yield
        finally:
            HOLDS.remove(folder)


@contextlib.contextmanager
def held_with_slice(options):
    """(tree, Kernel of the slice): the tree that is named, held, once all is there that its boot and its slice need."""
    tree = shadow.top_of(options.tree)
    install.ensure(packages.BOOT, options.may_install)
    rig = sliced_kernel.build_tree(options.tree, ["vmapdiff"])
    with held(tree):
        yield tree, rig


def build(tree, granule, fresh=False, test=""):
    """
    The kernel of a whole tree, built if it is not there as the tree is now; with C of a test in it. The caller
    holds the tree (held()), for as long as it uses the kernel. Raises Unusable with the reason.
    """
    kernel = Kernel(tree, granule, bool(test))
    assert kernel.folder in HOLDS, f"{kernel.folder} is not held"
    shadow.make(tree, kernel.folder, test)
    if fresh or not kernel.is_current():
        kernel.build(fresh)
    return kernel
