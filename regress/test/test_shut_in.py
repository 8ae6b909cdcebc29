#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What runs in bubblewrap reaches nothing else: no file, network, process, token. And what is said where it cannot.

Usage: test_shut_in.py TOP     exit: 0 good, 1 not, 77 bubblewrap does not work here
"""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock

TOP = pathlib.Path(sys.argv.pop(1)).resolve()
sys.path.insert(0, str(TOP / "regress"))
# pylint: disable=wrong-import-position
from driver import shut_in
from driver.places import BUILDS
from driver.reviewing import inside, needed
from driver.terminal import Unusable

SKIP = 77
TOKENS = dict.fromkeys(["GITHUB_TOKEN", "ACTIONS_RUNTIME_TOKEN", "CI_JOB_TOKEN", "AWS_ACCESS_KEY_ID", "SSH_AUTH_SOCK",
                        "VMAPDIFF_TOKEN", "PYTHONPATH"], "s3cret")


class WithBox(unittest.TestCase):
    """A folder in place of .build, and a tree that is read."""

    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="vmapdiff-shut-in-"))
        self.addCleanup(shutil.rmtree, self.work)
        self.box, self.tree = self.work / "boxes/one", self.work / "tree"
        self.box.mkdir(parents=True)
        (self.tree / ".git").mkdir(parents=True)
        (self.tree / "Makefile").write_text("VERSION = 7\n")
        (self.tree / ".git/config").write_text("extraheader = s3cret\n")
        BUILDS.mkdir(exist_ok=True)

    def python(self, text):
        """The words of a program inside that writes what it finds to .build/found."""
        return [os.path.realpath(sys.executable), "-c",
                "import os, signal, socket, subprocess, sys, time\n"
                f"found = open({str(BUILDS / 'found')!r}, 'w')\n{text}"]

    def found(self, text, environment=None):
        """What a program inside writes to `found`."""
        with unittest.mock.patch.dict(os.environ, environment or {}):
            code = shut_in.Inside(self.box, [self.tree], self.python(text)).wait()
        self.assertEqual(code, 0)
        return (self.box / "found").read_text().splitlines()


REASON = shut_in.why_not()


@unittest.skipIf(REASON, REASON)
class Inside(WithBox):
    def test_only_the_folder_and_a_private_tmp_can_be_written(self):
        places = [TOP, TOP / "regress", self.tree, self.work, pathlib.Path.home(), "/", "/usr", "/etc", "/var/tmp",
                  "/run", "/proc/sys/kernel", "/sys", "/dev/shm/..", BUILDS, "/tmp"]
        found = self.found(f"for place in {[str(one) for one in places]!r}:\n"
                           "    try:\n        os.makedirs(place, exist_ok=True)\n"
                           "        open(place + '/vmapdiff-written', 'w').close()\n"
                           "        print(place, file=found)\n    except OSError:\n        pass\n")
        there = [str(one) for one in places if pathlib.Path(one, "vmapdiff-written").exists()]
        self.assertEqual(there, [])  # of what was written, all went with the inside, but for the folder
        self.assertEqual({str(BUILDS), "/tmp"} | {one for one in (str(self.work),) if one in found}, set(found))
        self.assertTrue((self.box / "vmapdiff-written").exists())

    def test_nothing_of_the_machine_is_read_but_its_programs(self):
        secret = self.work / "secret"
        secret.write_text("s3cret")
        home = pathlib.Path.home()
        hidden = [secret, home / ".ssh", home / ".bashrc", "/etc/shadow", "/run/docker.sock", "/var/run", "/home",
                  "/sys/class"]
        found = self.found(f"hidden = {[str(one) for one in hidden]!r}\n"
                           "print([path for path in hidden if os.path.exists(path)], file=found)\n"
                           f"print(open({str(self.tree / 'Makefile')!r}).read().strip(), file=found)\n"
                           f"print(repr(open({str(self.tree / '.git/config')!r}).read()), file=found)\n")
        self.assertEqual(found, ["[]", "VERSION = 7", "''"])

    def test_no_network_and_no_socket_of_the_machine(self):
        name = f"\0vmapdiff-{os.getpid()}"
        with socket.create_server(("127.0.0.1", 0)) as server, socket.socket(socket.AF_UNIX) as abstract:
            abstract.bind(name)
            abstract.listen()
            socket.create_connection(server.getsockname()).close()  # outside, there is somebody
            found = self.found(f"for family, where in ((socket.AF_INET, {server.getsockname()!r}), "
                               f"(socket.AF_UNIX, {name!r}), (socket.AF_INET, ('192.0.2.1', 80))):\n"
                               "    try:\n        socket.socket(family).connect(where)\n"
                               "        print('reached', where, file=found)\n"
                               "    except OSError as why:\n        print(type(why).__name__, file=found)\n"
                               "print(sorted(name for _, name in socket.if_nameindex()), file=found)\n")
        self.assertEqual(found[:2], ["ConnectionRefusedError", "ConnectionRefusedError"])
        self.assertEqual(found[2:], ["OSError", "['lo']"])

    def test_no_token_is_in_the_environment(self):
        found = self.found("for name in sorted(os.environ):\n    print(name, os.environ[name], file=found)\n"
                           "print(open('/proc/1/environ').read(), file=found)\n",
                           {**TOKENS, "VMAPDIFF_GEOMETRIES": "kernel_4k_va48_pa48"})
        self.assertNotIn("s3cret", "\n".join(found))
        self.assertIn("VMAPDIFF_GEOMETRIES kernel_4k_va48_pa48", found)
        self.assertIn(f"HOME {shut_in.HOME}", found)

    def test_no_process_of_the_machine_is_seen_or_ended(self):
        with subprocess.Popen(["sleep", "600"]) as outside:
            found = self.found(f"try:\n    os.kill({outside.pid}, signal.SIGKILL)\nexcept OSError as why:\n"
                               "    print(type(why).__name__, file=found)\n"
                               "print([name for name in os.listdir('/proc') if name.isdigit()], file=found)\n")
            self.assertIsNone(outside.poll())
            outside.kill()
        self.assertEqual(found, ["ProcessLookupError", "['1', '2']"])

    def test_what_has_no_parent_is_collected(self):
        found = self.found("subprocess.run(['sh', '-c', 'true & true & true & exit'])\ntime.sleep(1)\n"
                           "print([name for name in os.listdir('/proc') if name.isdigit()], file=found)\n")
        self.assertEqual(found, ["['1', '2']"])

    def test_no_capability_and_no_more_namespaces(self):
        found = self.found("status = open('/proc/self/status')\n"
                           "print(*[line for line in status if line.startswith(('CapEff', 'CapBnd'))], "
                           "sep='', end='', file=found)\n"
                           "unshare = subprocess.run(['unshare', '--user', 'true'], capture_output=True)\n"
                           "print(unshare.returncode, file=found)\n")
        self.assertEqual([line.split()[1] for line in found[:2]], ["0" * 16] * 2)
        if "--disable-userns" in shut_in.machine.output_of(shut_in.PROGRAM, "--help"):
            self.assertNotEqual(found[2], "0")

    TRACES = ("import os\nfor name in ('mem', 'fd/0', 'environ'):\n"
              "    try:\n        open(f'/proc/{os.getppid()}/{name}', 'rb').read(1)\n"
              "        print('read', name)\n    except OSError as why:\n        print(type(why).__name__)\n")

    def test_what_the_driver_starts_does_not_reach_into_it(self):
        keeps = (f"sys.path.insert(0, {str(TOP / 'regress')!r})\nfrom driver.reviewing import inside\n"
                 "inside.keep_to_itself()\n")
        for begins, expected in (("", "read"), (keeps, "PermissionError")):
            found = self.found(f"{begins}words = [sys.executable, '-c', {self.TRACES!r}]\n"
                               "print(subprocess.run(words, capture_output=True, text=True).stdout, file=found)\n")
            self.assertIn(expected, " ".join(found), begins)
            self.assertEqual("read" in " ".join(found), not begins, found)

    def test_an_exit_code_that_the_driver_does_not_have_is_unusable(self):
        for how, code in (("sys.exit(1)", 1), ("sys.exit(77)", 2), ("os.abort()", 2), ("sys.exit(130)", 130)):
            self.assertEqual(shut_in.Inside(self.box, [], self.python(how)).wait(), code)

    def test_what_bubblewrap_cannot_start_is_no_broken_rule(self):
        self.assertEqual(shut_in.Inside(self.box, [self.work / "missing"], self.python("sys.exit(0)")).wait(), 2)
        self.assertEqual(shut_in.Inside(self.box, [], ["/usr/bin/no-such-program"]).wait(), 2)

    OUTER = """
import sys
sys.path.insert(0, {regress!r})
from driver import main, shut_in
import pathlib, signal
signal.signal(signal.SIGTERM, main.end_by_signal)
running = shut_in.Inside(pathlib.Path({box!r}), [], {program!r})
sys.exit(running.wait())
"""

    def outer(self, program):
        """A process that runs a program inside, once that has begun."""
        (self.box / "begun").unlink(missing_ok=True)
        process = subprocess.Popen([sys.executable, "-B", "-c", self.OUTER.format(
            regress=str(TOP / "regress"), box=str(self.box), program=self.python(program))], start_new_session=True)
        while not (self.box / "begun").exists():
            time.sleep(0.05)
        return process

    BEGUN = f"open({str(BUILDS / 'begun')!r}, 'w').close()\n"

    def test_a_signal_is_handed_on_and_last_words_are_waited_for(self):
        program = ("def end(number, _):\n    time.sleep(0.5)\n    print('last words', file=found, flush=True)\n"
                   "    sys.exit(128 + number)\nsignal.signal(signal.SIGINT, end)\nsignal.signal(signal.SIGTERM, end)\n"
                   f"{self.BEGUN}time.sleep(600)\n")
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.outer(program)
            process.send_signal(number)
            self.assertEqual(process.wait(), 128 + number)
            self.assertEqual((self.box / "found").read_text(), "last words\n")

    def test_it_ends_with_the_process_outside(self):
        process = self.outer(f"{self.BEGUN}while True:\n    time.sleep(0.05)\n"
                             f"    open({str(BUILDS / 'alive')!r}, 'a').write('x')\n")
        process.kill()
        process.wait()
        for _ in range(200):
            before = (self.box / "alive").stat().st_size if (self.box / "alive").exists() else 0
            time.sleep(0.3)
            after = (self.box / "alive").stat().st_size if (self.box / "alive").exists() else 0
            if before == after:
                break
        self.assertEqual(before, after)


class Refused(WithBox):
    """A machine on which bubblewrap is not there, or does not work."""

    def with_program(self, text):
        """An environment in which bwrap is a script, or is missing."""
        path = self.work / "bin"
        path.mkdir()
        if text:
            (path / "bwrap").write_text(f"#!/bin/sh\n{text}\n")
            (path / "bwrap").chmod(0o755)
        shut_in.why_not.cache_clear()
        shut_in.flags.cache_clear()
        self.addCleanup(shut_in.why_not.cache_clear)
        self.addCleanup(shut_in.flags.cache_clear)
        patch = unittest.mock.patch.dict(os.environ, {"PATH": str(path)})
        patch.start()
        self.addCleanup(patch.stop)

    NOT_ALLOWED = "echo 'bwrap: No permissions to create new namespace' >&2; exit 1"

    def test_it_says_why(self):
        self.with_program(self.NOT_ALLOWED)
        with self.assertRaises(Unusable) as caught:
            shut_in.is_chosen("required")
        for words in ("bubblewrap does not work here: bwrap: No permissions to create new namespace",
                      "nothing was built", "--shut-in no", "sysctl"):
            self.assertIn(words, str(caught.exception))

    def test_one_that_says_nothing(self):
        self.with_program("exit 3")
        self.assertEqual(shut_in.why_not(), "bubblewrap does not work here: exit 3")

    def test_it_is_missing(self):
        self.with_program("")
        with self.assertRaises(Unusable) as caught:
            shut_in.is_chosen("required")
        self.assertIn("bubblewrap is not installed", str(caught.exception))

    def test_auto_says_plainly_that_it_is_not(self):
        self.with_program(self.NOT_ALLOWED)
        with unittest.mock.patch.object(shut_in, "say") as say:
            self.assertFalse(shut_in.is_chosen("auto"))
        self.assertIn("NOT SHUT IN: bubblewrap does not work here: bwrap: No permissions", say.call_args.args[0])
        self.assertIn("with all rights of yours", say.call_args.args[0])

    def test_no_asks_nothing(self):
        self.with_program(self.NOT_ALLOWED)
        self.assertFalse(shut_in.is_chosen("no"))

    def test_the_commands_refuse(self):
        fake = self.work / "path"
        fake.mkdir()
        (fake / "bwrap").write_text(f"#!/bin/sh\n{self.NOT_ALLOWED}\n")
        (fake / "bwrap").chmod(0o755)
        for name in needed.listed():
            (self.tree / name).parent.mkdir(parents=True, exist_ok=True)
            (self.tree / name).touch()
        environment = {**os.environ, "PATH": f"{fake}:{os.environ['PATH']}"}
        for words in (("review", self.tree, self.work, "--shut-in", "required"), ("--shut-in", self.tree, "known")):
            self.refused(words, 2, environment)
        self.refused(("--shut-in", self.tree, "bisect", "a"), 125, environment)

    def refused(self, words, code, environment):
        done = subprocess.run([TOP / "rig", "--no-install", "kernel", *words], capture_output=True, text=True,
                              check=False, env=environment)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertIn("No permissions to create new namespace", done.stderr)


def main():
    good = unittest.main(exit=False).result.wasSuccessful()
    if good and REASON:
        print(f"SKIP: {REASON}")
        return SKIP
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
