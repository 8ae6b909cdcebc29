# SPDX-License-Identifier: GPL-2.0-only
"""A minimal tree of a Debian release, and commands that run in it.

Whatever is mounted for a command is mounted in a namespace of its own. It vanishes with the command's
processes, which end when this process does, whatever ended it. So no mount is left behind, and the
removal of a tree meets none.
"""
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from skip import Skip

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "ci"))
# pylint: disable=wrong-import-position
import tracked

SCRIPTS = Path("/usr/share/debootstrap/scripts")
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
PROGRAMS = {"debootstrap": "debootstrap", "apt-get": "apt", "apt-config": "apt",
            "unshare": "util-linux", "setpriv": "util-linux", "mount": "mount"}
MARK = "etc/vmapdiff-bare"  # a bare tree's own tests do not start another one
OWN_NAMESPACE = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private",
                 "--pid", "--fork", "--kill-child"]
# As in a container that has just been started: no locale, no terminal, nothing of this machine.
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
               "TERM": "dumb"}
PROJECT = "root/vmapdiff"
ATTEMPTS = 50
ENTER = f"""
mount -t proc proc "$1/proc"
mount -t tmpfs tmpfs "$1/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$1/dev/pts"
ln -sf pts/ptmx "$1/dev/ptmx"
mount --bind "$2" "$1/var/cache/apt/archives"
exec chroot "$1" sh -c 'cd /{PROJECT} && eval "$0"' "$3"
"""


def require(suite, folder, bytes_needed):
    """Raises Skip unless this machine can make a tree of the suite in this folder."""
    if Path("/", MARK).exists():
        raise Skip("this is a bare tree itself")
    if os.geteuid() != 0:
        raise Skip("debootstrap, mount and chroot need root")
    for program, package in PROGRAMS.items():
        if not shutil.which(program):
            raise Skip(f"no {program} (Debian package {package})")
    if not KEYRING.exists():
        raise Skip(f"no {KEYRING} (Debian package debian-archive-keyring)")
    if not (SCRIPTS / suite).exists():
        raise Skip(f"debootstrap does not know {suite}: it has no {SCRIPTS / suite}")
    namespace = subprocess.run([*OWN_NAMESPACE, "true"], stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, text=True, check=False)
    if namespace.returncode:
        raise Skip(f"no namespace for mounts: {namespace.stderr.strip()} (a container needs --privileged)")
    free = shutil.disk_usage(folder).free
    if free < bytes_needed:
        raise Skip(f"{folder} has {free >> 20} MiB left; {bytes_needed >> 20} are needed")


def remove(folder):
    """Removes a tree, unless something of this machine is mounted in it."""
    mounted = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    inside = [place for place in mounted if Path(folder) in (Path(place), *Path(place).parents)]
    if inside:
        raise SystemExit(f"bare: {inside[0]} is mounted: unmount it first")
    for _ in range(ATTEMPTS):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)  # a command that was killed is still ending
    raise SystemExit(f"bare: {folder} cannot be removed")


def make_base(base, suite, mirror, proxies, log):
    """A tree of the suite's smallest set of packages; False if debootstrap fails."""
    unfinished = base.with_name(base.name + ".unfinished")
    for folder in (base, unfinished):
        remove(folder)
    done = subprocess.run([*OWN_NAMESPACE, "debootstrap", "--variant=minbase", "--force-check-gpg",
                           f"--keyring={KEYRING}", suite, unfinished, mirror.uri],
                          env={**os.environ, **proxies}, stdin=subprocess.DEVNULL, stdout=log,
                          stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        return False
    for package in (unfinished / "var/cache/apt/archives").glob("*.deb"):
        package.unlink()
    unfinished.rename(base)
    return True


def copy(base, tree):
    """A fresh tree, with what the base has and nothing else."""
    remove(tree)
    subprocess.run(["cp", "-a", "--reflink=auto", base, tree], check=True)


def furnish(tree, sources, settings):
    """How to reach the network and the mirror, as on this machine; and no fsync(), as in Debian's images
    for containers."""
    for name in ("resolv.conf", "hosts"):
        shutil.copy(Path("/etc", name), tree / "etc" / name)
    (tree / "etc/apt/sources.list").write_text("".join(f"{source.line()}\n" for source in sources))
    (tree / "etc/apt/apt.conf.d/90machine").write_text(
        "".join(f"{line}\n" for line in [*settings, 'Acquire::Languages "none";']))
    (tree / "etc/dpkg/dpkg.cfg.d/speed").write_text("force-unsafe-io\n")
    (tree / MARK).touch()


def copy_project(top, tree):
    """What git tracks, as it stands here."""
    for name in tracked.files(top):
        to = tree / PROJECT / name
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(top / name, to)


def run(tree, archives, command, log):
    """Runs a shell command in the project inside of the tree; its exit code."""
    arguments = [*OWN_NAMESPACE, "sh", "-euc", ENTER, "sh", tree, archives, command]
    return subprocess.run(arguments, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=log,
                          stderr=subprocess.STDOUT, check=False).returncode
