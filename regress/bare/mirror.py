# SPDX-License-Identifier: GPL-2.0-only
"""Where this machine's apt gets Debian from, for a tree of another release."""
import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from skip import Skip

DEBOOTSTRAP_READS = ("http://", "https://", "file:")
# Settings of apt without which a mirror may be out of reach. Names of hosts stay on this machine.
REACH = re.compile(r"Acquire::(?:https?::|ftp::|Retries|ForceIPv|Check-Valid-Until|Check-Date"
                   r"|Max-ValidTime).* \".+\";")
NEEDS_THE_HOST = re.compile(r"Proxy-Auto-Detect|ProxyAutoDetect|::CaInfo|::SslCert|::SslKey", re.I)
PROXY = re.compile(r'Acquire::(https?)::Proxy "(.+)";', re.I)


@dataclass(frozen=True)
class Source:
    """A line of sources.list."""
    uri: str
    suite: str

    def line(self):
        return f"deb {self.uri} {self.suite} main"


def output_of(*command):
    try:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                              check=True).stdout
    except (OSError, subprocess.CalledProcessError) as why:
        raise Skip(f"apt does not answer '{' '.join(command)}': {why}") from why


def candidates(suite):
    """This machine's sources, with the suite in place of its own: its `-updates` gives SUITE-updates."""
    listed = output_of("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE)",
                       "Created-By: Packages")
    for line in dict.fromkeys(listed.splitlines()):
        uri, _, release = line.partition(" ")
        _, dash, rest = release.partition("-")
        if uri.startswith(DEBOOTSTRAP_READS):
            yield Source(uri.rstrip("/"), suite + dash + rest)


def serves(source):
    """Whether the repository has this suite, and it is Debian's; fetched by apt's own means."""
    helper = shutil.which("apt-helper", path=os.environ["PATH"] + ":/usr/lib/apt")
    if not helper:
        raise Skip("no apt-helper (Debian package apt)")
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # apt fetches as another user
        to = Path(folder) / "InRelease"
        done = subprocess.run([helper, "download-file", f"{source.uri}/dists/{source.suite}/InRelease",
                               to], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        text = to.read_text(errors="replace") if done.returncode == 0 and to.exists() else ""
    named = dict(re.findall(r"^(Origin|Codename): *(.*?) *$", text, re.MULTILINE))
    return named == {"Origin": "Debian", "Codename": source.suite}


def sources(suite):
    """Sources of a machine with this release, the first of them the main one."""
    found = [source for source in dict.fromkeys(candidates(suite)) if serves(source)]
    found.sort(key=lambda source: source.suite != suite)
    if not found or found[0].suite != suite:
        raise Skip(f"no source of this machine's apt has Debian's {suite}: it would have to be reachable "
                   "by http, https or file, and known by 'apt-get indextargets'")
    return found


def settings():
    """Lines for apt.conf in the tree: this machine's way to the mirror."""
    return [line for line in output_of("apt-config", "dump").splitlines()
            if REACH.match(line) and not NEEDS_THE_HOST.search(line)]


def proxies(lines):
    """The proxies among the settings, as variables for debootstrap's wget."""
    return {f"{scheme.lower()}_proxy": uri for line in lines
            for scheme, uri in PROXY.findall(line) if uri != "DIRECT"}
