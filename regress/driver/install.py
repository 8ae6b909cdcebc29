# SPDX-License-Identifier: GPL-2.0-only
"""Installs what a command needs where apt is there, or says what to type."""
from __future__ import annotations

import os
import re
import shutil
import subprocess

from driver import machine, packages
from driver.terminal import Unusable, say

INSTALL = {"apt": "apt-get install", "dnf": "dnf install", "pacman": "pacman -S",
           "zypper": "zypper install"}
PROGRAM = {"apt": "apt-get"}  # where it is not the manager's own name


def manager():
    """The package manager of this machine, or None."""
    return next((name for name in packages.MANAGERS if shutil.which(PROGRAM.get(name, name))), None)


def clang_of_packages(who):
    """The major version of the clang that packages are to fit: this machine's, or apt's usual one."""
    compiler = next(machine.clangs(), None)
    if compiler:
        return str(machine.clang_major(compiler))
    depends = machine.output_of("apt-cache", "depends", "clang") if who == "apt" else ""
    major = re.search(r"Depends: clang-(\d+)$", depends, re.MULTILINE)
    return major.group(1) if major else ""


def exists(name):
    """Whether apt can install a package: this one, and not one that the name matches as a pattern."""
    policy = machine.output_of("apt-cache", "policy", name)
    return policy.startswith(f"{name}:") and "Candidate: (none)" not in policy


def choose(who, alternatives, clang):
    """The package to install of "A|B"; None if apt has none of them."""
    names = [name.format(clang=clang) for name in alternatives.split("|")]
    if who != "apt":
        return names[0]
    return next(filter(exists, names), None)


def resolve(who, needs):
    """(packages to install, needs for which there is none)"""
    clang = clang_of_packages(who)
    found, without = {}, []
    for need in needs:
        chosen = [choose(who, name, clang) for name in need.packages(who)]
        if not chosen or None in chosen:
            without.append(need)
        else:
            found.update(dict.fromkeys(chosen))
    return list(found), without


def command_line(who, names):
    as_root = "" if os.geteuid() == 0 else "sudo "
    return f"{as_root}{INSTALL[who]} {' '.join(names)}"


def refuse(needs, who):
    """Says what is missing and what to type."""
    lines = ["this machine lacks:", *(f"  {need.what}" for need in needs)]
    if not who:
        names = names_of_debian(needs)
        lines += ["no package manager known here is on PATH (apt-get, dnf, pacman, zypper).",
                  f"Debian's names of the packages: {' '.join(names)}"]
    else:
        names, without = resolve(who, needs)
        if names:
            lines.append(f"to install it: {command_line(who, names)}")
        lines += [f"no package of {PROGRAM.get(who, who)} is known for: {need.what}"
                  for need in without]
    raise Unusable("\n".join(lines))


def names_of_debian(needs):
    """Debian's names without asking apt, for a machine that has none."""
    clang = clang_of_packages(None) or "NN"
    return [name.split("|")[0].format(clang=clang) for need in needs for name in need.packages("apt")]


def apt_get(*words):
    as_root = [] if os.geteuid() == 0 else ["sudo"]
    done = subprocess.run([*as_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", *words],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", check=False)
    return done.returncode == 0, done.stdout


def apt_install(needs, optional):
    for need in needs:
        say(f"missing: {need.what}")
    good, said = apt_get("update")
    if not good:
        raise Unusable(f"apt-get update failed:\n{said[-2000:]}")
    names, without = resolve("apt", needs)
    for need in without:
        if not optional:
            raise Unusable(f"apt has no package for: {need.what}")
        say(f"left out, since apt has no package for it: {need.what}")
    if not names:
        return
    say(f"installing: {' '.join(names)}")
    good, said = apt_get("install", "-y", "--no-install-recommends", *names)
    if not good:
        raise Unusable(f"apt-get install failed:\n{said[-2000:]}\n"
                       f"by hand: {command_line('apt', names)}")


def forget():
    """What was tried before something was installed is tried anew."""
    for tried in vars(machine).values():
        if hasattr(tried, "cache_clear"):
            tried.cache_clear()


def ensure(names, may_install, optional=False):
    """
    Sees to it that this machine has what is named, by the keys of packages.NEEDS.
    Raises Unusable with the command to type where nothing may be installed.
    """
    needs = packages.missing(names)
    if not needs:
        return
    who = manager()
    may_become_root = os.geteuid() == 0 or shutil.which("sudo")
    if who != "apt" or not may_install or not may_become_root:
        refuse(needs, who)
    apt_install(needs, optional)
    forget()
    left = packages.missing(names)
    if left and not optional:
        raise Unusable("installed, but still missing: " + "; ".join(need.what for need in left)
                       + (f" ($CC is {os.environ['CC']})" if os.environ.get("CC") else ""))
