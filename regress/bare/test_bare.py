#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What bare.py makes of this machine's apt, when it skips, and that it leaves no mount and no process.

exit: 0 good, 1 not
"""
import contextlib
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

import bare
import mirror
import tree
from skip import Skip

# Stand-ins: what apt-get lists, what is served where, the settings of apt.
LISTED = """http://mirror.example/debian/ stable-updates
http://third.example/debian/ bookworm
cdrom:[Debian]/ bookworm
http://mirror.example/debian/ stable
http://mirror.example/debian/ stable
https://safe.example/debian-security/ stable-security
"""
SERVED = {
    "http://mirror.example/debian/dists/trixie/InRelease": "Origin: Debian\nCodename: trixie\n",
    "http://mirror.example/debian/dists/trixie-updates/InRelease":
        "Origin: Debian\nCodename: trixie-updates\n",
    "http://third.example/debian/dists/trixie/InRelease": "Origin: Third\nCodename: trixie\n",
    "https://safe.example/debian-security/dists/trixie-security/InRelease":
        "Origin: Debian\nCodename: trixie-security\n",
}
SETTINGS = """APT::Architecture "amd64";
Acquire::http::Proxy "http://proxy.example:3128";
Acquire::https::Proxy "DIRECT";
Acquire::http::Proxy-Auto-Detect "/usr/local/bin/ask";
Acquire::Check-Date "false";
Acquire::Retries "3";
Acquire::Languages "";
"""


class StandIns(unittest.TestCase):
    """A folder in front of PATH, with programs that print what a test says."""

    def setUp(self):
        self.folder = Path(self.enter(tempfile.TemporaryDirectory()))
        self.enter(mock.patch.dict(os.environ, PATH=f"{self.folder}:{os.environ['PATH']}"))

    def enter(self, context):  # unittest has this from Python 3.11 on
        entered = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return entered

    def program(self, name, text):
        path = self.folder / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def prints(self, name, text):
        (self.folder / f"{name}.out").write_text(text)
        self.program(name, f"cat '{self.folder}/{name}.out'")

    def serves(self, served):
        cases = "".join(f"'{uri}') printf '{text}' >\"$3\" ;;\n" for uri, text in served.items())
        self.program("apt-helper", f'case $2 in\n{cases}*) exit 100 ;;\nesac')


class Mirror(StandIns):
    def test_takes_what_debian_serves(self):
        self.prints("apt-get", LISTED)
        self.serves(SERVED)
        self.assertEqual([source.line() for source in mirror.sources("trixie")], [
            "deb http://mirror.example/debian trixie main",
            "deb http://mirror.example/debian trixie-updates main",
            "deb https://safe.example/debian-security trixie-security main"])

    def test_skips_without_the_suite(self):
        self.prints("apt-get", LISTED)
        self.serves(SERVED)
        with self.assertRaisesRegex(Skip, "Debian's bookworm"):
            mirror.sources("bookworm")

    def test_skips_with_its_updates_alone(self):
        self.prints("apt-get", LISTED)
        self.serves({uri: text for uri, text in SERVED.items() if "trixie-" in uri})
        with self.assertRaises(Skip):
            mirror.sources("trixie")

    def test_skips_if_apt_fails(self):
        self.program("apt-get", "exit 100")
        with self.assertRaisesRegex(Skip, "apt-get indextargets"):
            mirror.sources("trixie")

    def test_passes_on_how_to_reach_it(self):
        self.prints("apt-config", SETTINGS)
        self.assertEqual(mirror.settings(), [
            'Acquire::http::Proxy "http://proxy.example:3128";', 'Acquire::https::Proxy "DIRECT";',
            'Acquire::Check-Date "false";', 'Acquire::Retries "3";'])
        self.assertEqual(mirror.proxies(mirror.settings()),
                         {"http_proxy": "http://proxy.example:3128"})


class Requirements(StandIns):
    def skips(self, reason, **more):
        with mock.patch("os.geteuid", return_value=more.get("user", 0)), \
                self.assertRaisesRegex(Skip, reason):
            tree.require("trixie", self.folder, more.get("bytes_needed", 1))

    def setUp(self):
        super().setUp()
        for program in tree.PROGRAMS:
            self.program(program, "")
        self.enter(mock.patch.object(tree, "KEYRING", self.folder / "apt-get"))
        self.enter(mock.patch.object(tree, "SCRIPTS", self.folder))
        self.enter(mock.patch.object(tree, "MARK", self.folder / "mark"))
        self.program("trixie", "")

    def test_has_all(self):
        with mock.patch("os.geteuid", return_value=0):
            tree.require("trixie", self.folder, 1)

    def test_not_root(self):
        self.skips("need root", user=1000)

    def test_no_debootstrap(self):
        (self.folder / "debootstrap").unlink()
        with mock.patch.dict(os.environ, PATH=str(self.folder)):
            self.skips("no debootstrap .Debian package debootstrap.")

    def test_no_keyring(self):
        tree.KEYRING.unlink()
        with mock.patch.dict(tree.PROGRAMS, clear=True):
            self.skips("debian-archive-keyring")

    def test_an_unknown_suite(self):
        (self.folder / "trixie").unlink()
        self.skips("does not know trixie")

    def test_no_namespace(self):
        self.program("setpriv", "echo 'unshare failed' >&2; exit 1")
        self.skips("no namespace for mounts: unshare failed")

    def test_no_space(self):
        self.skips("are needed", bytes_needed=1 << 60)

    def test_inside_of_a_bare_tree(self):
        tree.MARK.touch()
        self.skips("a bare tree itself")

    def test_says_why_and_exits_with_77(self):
        said = io.StringIO()
        with mock.patch.object(sys, "argv", ["bare.py", "trixie"]), \
                mock.patch.object(bare, "PLACE", self.folder / "place"), \
                mock.patch("os.geteuid", return_value=1000), contextlib.redirect_stdout(said):
            self.assertEqual(bare.main(), 77)
        self.assertRegex(said.getvalue(), "^SKIP: .* need root\n$")


class Failure(StandIns):
    def test_a_failing_command_ends_the_run(self):
        self.enter(mock.patch.object(bare, "PLACE", self.folder / "place"))
        run = bare.Run(mock.Mock(suite="trixie", all=False, seconds=1))
        codes = iter([0, 3, 0])

        def command(_tree, _archives, text, log):
            print(f"output of {text}", file=log, flush=True)
            return next(codes)

        said = io.StringIO()
        with mock.patch.object(run, "prepare", return_value=True), \
                mock.patch.object(tree, "run", command), contextlib.redirect_stderr(said):
            self.assertFalse(run.all_steps())
        self.assertIn("./rig fuzz --seconds 1, from nothing, with -Werror: FAILED", said.getvalue())
        self.assertIn("output of CFLAGS=-Werror ./rig fuzz --seconds 1", said.getvalue())
        self.assertEqual(next(codes), 0)  # the third command was not run


@unittest.skipIf(os.geteuid() or subprocess.run([*tree.OWN_NAMESPACE, "true"], stderr=-3).returncode,
                 "needs root and mount namespaces")
class Mounts(StandIns):
    MOUNT = 'mount -t tmpfs tmpfs "$0"; echo ready; '

    def mounted(self):
        return str(self.folder) in Path("/proc/self/mountinfo").read_text()

    def test_nothing_stays_when_the_parent_is_killed(self):
        parent = subprocess.Popen(
            [sys.executable, "-c", "import subprocess, sys; subprocess.run(sys.argv[1:])",
             *tree.OWN_NAMESPACE, "sh", "-c", self.MOUNT + "sleep 1000", self.folder],
            stdout=subprocess.PIPE)
        self.assertEqual(parent.stdout.readline(), b"ready\n")
        self.assertFalse(self.mounted())  # not even before
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        start = time.monotonic()
        self.assertEqual(parent.stdout.read(), b"")  # ends when the last process that could write does
        parent.stdout.close()
        self.assertLess(time.monotonic() - start, 60)
        self.assertFalse(self.mounted())

    def test_a_tree_with_a_mount_is_not_removed(self):
        remove = ("import pathlib, sys; import tree; tree.remove(pathlib.Path(sys.argv[1]))")
        inside = self.folder / "tree/inside"
        inside.mkdir(parents=True)
        done = subprocess.run(
            [*tree.OWN_NAMESPACE, "sh", "-c", self.MOUNT + 'touch "$0/kept"; "$@"; ls "$0"', inside,
             sys.executable, "-c", remove, inside.parent], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parent, check=True)
        self.assertEqual(done.stdout, "ready\nkept\n")
        self.assertIn("is mounted: unmount it first", done.stderr)

    def test_a_tree_is_removed(self):
        (self.folder / "tree/inside").mkdir(parents=True)
        tree.remove(self.folder / "tree")
        self.assertFalse((self.folder / "tree").exists())


if __name__ == "__main__":
    unittest.main()
