# SPDX-License-Identifier: GPL-2.0-only
"""
Runs the driver in bubblewrap, for trees of strangers: their code is compiled and executed. Inside there is
no network, no other process, no home, and nothing of the machine but its programs, this project and the
trees, all read-only. What is built goes to a folder that stands where .build is; nothing outside of
bubblewrap executes what lies there.
"""
from __future__ import annotations

import functools
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys

from driver import kept, kernel, machine
from driver.places import BUILDS, TOP, short
from driver.terminal import Unusable, say

PROGRAM = "bwrap"
HOW = ("auto", "required", "no")
FOLDERS = BUILDS / "shut-in"
MOST_FOLDERS = 4  # of other trees, that stay
LAST_WORDS_SECONDS = 60  # a report is written after an interrupt

# The programs of a machine. No /home, /run, /var, /sys and /mnt: sockets, keys and tokens lie there.
PROGRAMS = ("/usr", "/opt", "/nix", "/gnu")
OFTEN_LINKS = ("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
OF_ETC = ("alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "os-release", "lsb-release", "debian_version",
          "redhat-release", "SuSE-release", "arch-release", "gentoo-release", "passwd", "group", "localtime")
# Of the environment. A CI's has tokens, and their names are not known to us.
KEPT = re.compile(r"PATH|LANG|LC_\w+|TERM|NO_COLOR|TZ|CC|SOURCE_DATE_EPOCH|CMAKE_BUILD_PARALLEL_LEVEL"
                  r"|CMAKE_C_COMPILER_LAUNCHER|(ASAN|UBSAN|LSAN)_OPTIONS|VMAPDIFF_\w+")
SECRET = re.compile(r"TOKEN|SECRET|PASSW|CREDENTIAL|(^|_)KEY($|_)")
HOME = "/tmp/home"
ENDS = (0, 1, 2, 125, 130, 143)  # what the driver exits with

FLAGS = ("--unshare-all", "--unshare-user", "--cap-drop", "ALL", "--die-with-parent", "--new-session",
         "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--dir", HOME)
WHAT_TO_DO = """\
to shut it in, install bubblewrap and let it make a user namespace:
  sysctl kernel.unprivileged_userns_clone=1                  where Debian forbids it
  sysctl kernel.apparmor_restrict_unprivileged_userns=0      where Ubuntu does
  docker run --cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined \\
      --security-opt systempaths=unconfined                  in a container
or, where you trust who wrote the tree: --shut-in no"""


# --- whether it works ----------------------------------------------------------------------------------


def system():
    """The options of bubblewrap for the machine's programs."""
    for path in PROGRAMS:
        yield from ("--ro-bind-try", path, path)
    for path in OFTEN_LINKS:
        yield from ("--symlink", os.readlink(path), path) if os.path.islink(path) else ("--ro-bind-try", path, path)
    for name in OF_ETC:
        yield from ("--ro-bind-try", f"/etc/{name}", f"/etc/{name}")


@functools.lru_cache(maxsize=None)
def flags():
    """FLAGS, and that no more namespaces are made inside, where this bubblewrap knows how (0.8)."""
    more = ("--disable-userns",) if "--disable-userns" in machine.output_of(PROGRAM, "--help") else ()
    return (*FLAGS, *more)


@functools.lru_cache(maxsize=None)
def why_not():
    """Why nothing can be shut in on this machine, in words; nothing where it can be."""
    if not shutil.which(PROGRAM):
        return "bubblewrap is not installed"
    done = subprocess.run([PROGRAM, *flags(), *system(), "--", "true"], stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, errors="replace", check=False, env=environment())
    said = done.stderr.strip().splitlines()
    if not done.returncode:
        return ""
    return f"bubblewrap does not work here: {said[-1] if said else f'exit {done.returncode}'}"


def is_chosen(how):
    """Whether to shut in, of `auto`, `required` and `no`. Raises Unusable where it must be and cannot."""
    if how == "no":
        return False
    why = why_not()
    if why and how == "required":
        raise Unusable(f"--shut-in: {why}; nothing was built\n{WHAT_TO_DO}")
    if why:
        say(f"NOT SHUT IN: {why}. The trees' code is compiled and executed with all rights of yours")
    return not why


# --- what is there inside ---------------------------------------------------------------------------------


def environment():
    """What is known to be needed of this process's environment."""
    found = {name: value for name, value in os.environ.items() if KEPT.fullmatch(name) and not SECRET.search(name)}
    return {**found, "HOME": HOME, "PYTHONDONTWRITEBYTECODE": "1"}


def prefix_of(program):
    """The folder that a program needs, where it is installed apart from the others; or None."""
    path = pathlib.Path(os.path.realpath(program))
    if any(str(path).startswith(f"{top}/") for top in (*PROGRAMS, *OFTEN_LINKS)):
        return None
    whole = path.parent.parent if path.parent.name == "bin" else path.parent
    home = pathlib.Path.home()
    return path.parent if whole == home or whole in home.parents else whole


def tools():
    """Folders of compilers and the like that are installed apart."""
    names = [sys.executable, machine.fuzz_compiler(), machine.symbolizer(), machine.llvm_tool("llvm-cov"),
             *map(shutil.which, ("cmake", "ninja", "ninja-build", "ccache"))]
    return sorted({prefix for prefix in map(prefix_of, filter(None, names)) if prefix})


def without_git(path, empty):
    """Options for a folder that is only read, without what its repository is configured with: credentials."""
    yield from ("--ro-bind", str(path), str(path))
    if (path / ".git/config").is_file():
        yield from ("--ro-bind", str(empty), str(path / ".git/config"))


def driver(argv):
    """The words that run this driver; what it lacks is installed before, outside."""
    return [os.path.realpath(sys.executable), str(TOP / "regress/driver"), "--no-install", *map(str, argv)]


def command_line(folder, readable, program, status):
    """
    The words that run a program inside. `folder` stands for .build, and what is `readable` of that stays where it
    is; `status`: what bubblewrap writes to.
    """
    empty = folder.parent / "empty"
    empty.touch()
    words = [PROGRAM, *flags(), *system()]
    for path in tools():
        words += ["--ro-bind", str(path), str(path)]
    words += [*without_git(TOP, empty), "--bind", str(folder), str(BUILDS)]
    for path in map(pathlib.Path, readable):
        words += without_git(path, empty)
    # Folders of their own. What is mounted on them stays as it is.
    words += ["--remount-ro", "/", "--remount-ro", "/dev"]
    return [*words, "--chdir", str(TOP), "--json-status-fd", str(status), "--", *program]


def files_of(tree):
    """The names of all files that a slice of a tree may be made of."""
    taken = kernel.folders_of_unlisted()
    return sorted({*kernel.listed_files(), *kernel.kconfigs(), *(str(path.relative_to(tree)) for folder in taken
                                             for path in (tree / folder).rglob("*.[ch]"))})


def folder_for(trees):
    """
    The folder for what is built of trees, held against its removal. Other contents have another folder: what a
    tree's code has left there is used for this tree alone.
    """
    digest = hashlib.sha256()
    for path in (pathlib.Path(tree) / name for tree in trees for name in files_of(pathlib.Path(tree))):
        digest.update(f"{path}\0".encode("utf-8", "surrogateescape"))
        digest.update(hashlib.sha256(path.read_bytes() if path.is_file() else b"").digest())
    folder = FOLDERS / f"{pathlib.Path(trees[-1]).name}-{digest.hexdigest()[:12]}"
    kept.hold(folder)
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(folder)
    kept.prune((path for path in FOLDERS.iterdir() if path.is_dir() and path != folder), MOST_FOLDERS)
    return folder


# --- running it ---------------------------------------------------------------------------------------


class Inside:
    """A program that runs inside."""

    def __init__(self, folder, readable, program, fds=(), stdin=subprocess.DEVNULL):
        ours, theirs = os.pipe()
        # A session of its own: an interrupt of the terminal would end bubblewrap, and with it what is inside.
        self.process = subprocess.Popen(command_line(folder, readable, program, theirs), stdin=stdin, env=environment(),
                                        pass_fds=(theirs, *fds), start_new_session=True)
        os.close(theirs)
        self.status = open(ours, encoding="utf-8")
        line = self.status.readline()
        self.first = json.loads(line)["child-pid"] if line else 0  # as it is numbered outside: bubblewrap's own

    def tell(self, number):
        """Hands a signal to the program, which is the first process's child. That one collects what others leave."""
        try:
            children = pathlib.Path(f"/proc/{self.first}/task/{self.first}/children").read_text(encoding="ascii")
            os.kill(int(children.split()[0]), number)
        except (OSError, IndexError):  # it has ended, or not begun
            self.process.kill()

    def wait(self):
        """The exit code; an interrupt is handed on, and its last words are waited for."""
        limit = None
        while True:
            try:
                return self.ended(self.process.wait(limit))
            except subprocess.TimeoutExpired:
                self.process.kill()
                limit = None
            except KeyboardInterrupt:
                self.tell(signal.SIGINT)
                limit = LAST_WORDS_SECONDS
            except SystemExit:
                self.tell(signal.SIGTERM)
                limit = LAST_WORDS_SECONDS


    def ended(self, code):
        """The exit code of the program; 2 where it did not run to an end of its own: bubblewrap's failure is 1."""
        with self.status as told:
            begun = "exit-code" in told.read()
        if not begun and code in (0, 1):
            say("bubblewrap could not start what it was to run")
        return code if begun and code in ENDS else 2


def absolute(argv):
    """Words of which those that name something from the current folder name it from everywhere."""
    return [os.path.abspath(word) if not word.startswith("-") and os.path.exists(word) else word for word in argv]


def run(trees, objects, argv):
    """
    Runs ./rig kernel and these words inside; the exit code. What they name is there to be read, and `objects`,
    folders below .build.
    """
    folder, words = folder_for(trees), absolute(argv)
    readable = dict.fromkeys([*map(str, [*trees, *objects]), *(word for word in words if word.startswith("/"))])
    say(f"shut in: what it makes lies in {short(folder)}, in place of .build")
    return Inside(folder, readable, driver(["kernel", *words]), stdin=None).wait()
