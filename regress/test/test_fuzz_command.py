#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What `rig fuzz` makes of what targets do, in a copy of the driver around binaries that are built.

Usage: test_fuzz_command.py BUILD TOP
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

BUILD = TOP = None  # set by main()
QUIET = '#!/bin/sh\necho "Done 1 runs in 0 second(s)" >&2\n'
# Words of an engine, which are for its log alone.
ENGINES_WORDS = re.compile(r"INFO:|NEW_FUNC|Recommended dictionary|symbolizer|^#\d|MS: \d|\b0x7f[0-9a-f]{10}\b",
                           re.MULTILINE)


def write_program(path, text):
    path.unlink(missing_ok=True)
    path.write_text(text)
    path.chmod(0o755)


class Fuzz(unittest.TestCase):
    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="vmapdiff-fuzz-"))
        shutil.copytree(TOP / "regress/driver", self.work / "regress/driver")
        shutil.copy(TOP / "rig", self.work / "rig")
        shutil.copy(TOP / "CMakePresets.json", self.work)
        for name in ("fuzz/targets.cmake", "corpus", "regress/cases"):
            (self.work / name).parent.mkdir(exist_ok=True)
            (self.work / name).symlink_to(TOP / name)
        self.binaries = self.work / ".build/fuzz/fuzz"
        self.binaries.mkdir(parents=True)
        (self.work / ".build/fuzz/regress").mkdir()
        self.use_tool("mutants/vmapdiff.batch-past-block")
        (self.work / "bin").mkdir()
        write_program(self.work / "bin/cmake", "#!/bin/sh\necho cmake version 9.9\n")

    def tearDown(self):
        shutil.rmtree(self.work)

    def use_tool(self, binary):
        link = self.work / ".build/fuzz/regress/vmapdiff"
        link.unlink(missing_ok=True)
        link.symlink_to(BUILD / binary)

    def use_target(self, name, binary):
        shutil.copy(BUILD / binary, self.binaries / name)

    def rig(self, *words):
        environment = dict(os.environ, PATH=f"{self.work / 'bin'}:{os.environ['PATH']}")
        done = subprocess.run([self.work / "rig", "--no-install", "fuzz", *words], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment,
                              errors="replace", check=False)
        return done.returncode, done.stdout

    def no_job_goes_on(self):
        for link in pathlib.Path("/proc").glob("[0-9]*/exe"):
            try:
                self.assertNotIn(str(self.work), os.readlink(link))
            except OSError:
                continue

    def test_a_finding_is_told_once_minimized_and_kept(self):
        self.use_target("fuzz_vmap", "mutants/fuzz.batch-past-block")
        for jobs in ("1", "2"):
            with self.subTest(jobs=jobs):
                shutil.rmtree(self.work / ".build/findings", ignore_errors=True)
                code, said = self.rig("fuzz_vmap", "--seconds", "300", "--jobs", jobs, "--", "-seed=1")
                self.assertEqual(code, 1, said)
                self.assertRegex(said, r"fuzz_vmap: A FINDING after \d+ executions")
                self.assertRegex(said, r"(?m)^FAIL translation.output_address mapper=batched op=0:vmap")
                self.assertEqual(said.count("\n  expected "), 1, said)
                self.assertNotRegex(said, ENGINES_WORDS)
                self.no_job_goes_on()
        self.finding_can_be_used(said)

    def finding_can_be_used(self, said):
        kept = [path for path in (self.work / ".build/findings").iterdir()
                if not path.name.endswith(".scenario")]
        tool = BUILD / "mutants/vmapdiff.batch-past-block"
        for path in kept:
            self.assertEqual(subprocess.run([tool, "replay", path], stdout=subprocess.DEVNULL,
                                            check=False).returncode, 1, said)

    def test_the_command_that_is_named_next_shows_it(self):
        self.use_target("fuzz_vmap", "mutants/fuzz.batch-past-block")
        _, said = self.rig("fuzz_vmap", "--seconds", "300", "--jobs", "1", "--", "-seed=1")
        small = re.search(r"next: \./rig show (\S+)", said).group(1)
        shown = subprocess.run([BUILD / "mutants/vmapdiff.batch-past-block", "show", self.work / small],
                               stdout=subprocess.PIPE, text=True, check=False).stdout
        self.assertIn("FAIL translation.output_address", shown)

    def test_keep_going_finds_more_than_one_signature(self):
        self.use_target("fuzz_vmap", "mutants/fuzz.batch-past-block")
        code, said = self.rig("fuzz_vmap", "--seconds", "4", "--jobs", "1", "--keep-going", "--",
                              "-seed=1")
        self.assertEqual(code, 1, said)
        self.assertIn("going on, with 1 signatures waived", said)
        waived = (self.work / ".build/waived").read_text().splitlines()
        self.assertEqual(len(set(waived)), len(waived), said)

    def test_nothing_found(self):
        self.use_tool("regress/vmapdiff")
        self.use_target("fuzz_vmap", "fuzz/fuzz_vmap")
        code, said = self.rig("fuzz_vmap", "--seconds", "2", "--jobs", "1")
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"(?m)^fuzz_vmap +[\d,]+ .* none$")
        self.assertIn("nothing found by 1 target\n", said)
        self.assertNotRegex(said, ENGINES_WORDS)
        lines = said.splitlines()
        self.assertEqual(len(set(lines)), len(lines), said)
        self.assertIn("INFO:", (self.work / ".build/logs/fuzz_vmap.log").read_text())

    def test_a_table_has_what_the_targets_counted(self):
        self.use_tool("regress/vmapdiff")
        self.use_target("fuzz_vmap", "fuzz/fuzz_vmap")
        _, said = self.rig("fuzz_vmap", "--seconds", "2", "--jobs", "2")
        row = re.search(r"(?m)^fuzz_vmap +([\d,]+) +([\d,]+) +(\d+) of (\d+) +(\d+) % +(\d+) %", said)
        self.assertTrue(row, said)
        executions, calls, exercised, rules = (int(word.replace(",", "")) for word in row.groups()[:4])
        self.assertGreater(calls, 0)
        self.assertGreater(executions, 0)
        self.assertTrue(10 < exercised <= rules, said)

    def test_each_target_has_its_share_of_the_time(self):
        text = (TOP / "fuzz/targets.cmake").read_text()
        targets = re.search(r"^set\(fuzz_targets (.*)\)$", text, re.MULTILINE).group(1).split()
        for target in targets:
            write_program(self.binaries / target, QUIET)
        self.use_tool("regress/vmapdiff")
        code, said = self.rig("--seconds", str(10 * len(targets)))
        self.assertEqual(code, 0, said)
        for target in targets:
            self.assertIn(f"rig: {target}: 10 s, from ", said)

    def test_an_assertion_of_the_rig_is_no_finding(self):
        self.use_tool("regress/vmapdiff")
        write_program(self.binaries / "fuzz_vmap", "#!/bin/sh\n"
                      "echo 'fuzz/player.c:12: assertion failed: i < n (0x2 and 0x1)' >&2\n"
                      "for word; do case $word in -artifact_prefix=*) echo > ${word#*=}crash-1;; esac; "
                      "done\nexit 77\n")
        code, said = self.rig("fuzz_vmap", "--seconds", "5")
        self.assertEqual(code, 2, said)
        self.assertIn("the rig itself failed, which is no finding:\n"
                      "  fuzz/player.c:12: assertion failed: i < n (0x2 and 0x1)\n", said)
        self.assertIn(".build/findings/crash-1", said)
        self.assertNotIn("A FINDING", said)

    def test_a_target_that_does_not_run_is_no_success(self):
        write_program(self.binaries / "fuzz_vmap", "#!/bin/sh\necho broken\n")
        code, said = self.rig("fuzz_vmap", "--seconds", "5")
        self.assertEqual(code, 2, said)
        self.assertIn("fuzz_vmap did not finish; its last words are:\nbroken", said)

    def test_a_signal_ends_the_jobs_too(self):
        self.use_tool("regress/vmapdiff")
        self.use_target("fuzz_vmap", "fuzz/fuzz_vmap")
        environment = dict(os.environ, PATH=f"{self.work / 'bin'}:{os.environ['PATH']}")
        for number, code in ((signal.SIGTERM, 143), (signal.SIGINT, 130)):
            with subprocess.Popen([self.work / "rig", "fuzz", "fuzz_vmap", "--seconds", "300", "--jobs", "2"],
                                  stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                                  env=environment) as process:
                log = self.work / ".build/logs/fuzz_vmap-1.log"
                while not log.exists():
                    time.sleep(0.1)
                process.send_signal(number)
                process.communicate()
            self.assertEqual(process.returncode, code)
            self.no_job_goes_on()
            log.unlink()

    def test_an_interrupt_tells_what_was_done(self):
        """The target before, what the interrupted one made so far, and no target after it."""
        self.use_tool("regress/vmapdiff")
        write_program(self.binaries / "fuzz_vmap", QUIET)
        write_program(self.binaries / "fuzz_vmalloc", "#!/bin/sh\n"
                      "echo '#4711 NEW    cov: 10 ft: 20 corp: 3/30b exec/s: 100 rss: 30Mb' >&2\n"
                      "exec sleep 600\n")
        write_program(self.binaries / "fuzz_ioremap", QUIET)
        environment = dict(os.environ, PATH=f"{self.work / 'bin'}:{os.environ['PATH']}")
        for number, group in ((signal.SIGINT, True), (signal.SIGINT, False), (signal.SIGTERM, False)):
            with subprocess.Popen([self.work / "rig", "fuzz", "fuzz_vmap", "fuzz_vmalloc", "fuzz_ioremap",
                                   "--seconds", "300", "--jobs", "1"], stdout=subprocess.PIPE, text=True,
                                  stderr=subprocess.STDOUT, env=environment, start_new_session=True) as process:
                log = self.work / ".build/logs/fuzz_vmalloc.log"
                while not log.exists() or not log.stat().st_size:
                    time.sleep(0.1)
                (os.killpg if group else os.kill)(process.pid, number)
                said = process.communicate()[0]
            self.assertEqual(process.returncode, 128 + number, said)
            self.assertNotIn("Traceback", said)
            self.assertRegex(said, r"(?m)^fuzz_vmap +1 .* none$")
            self.assertRegex(said, r"(?m)^fuzz_vmalloc +4,711 .* none$")
            self.assertIn("interrupted at fuzz_vmalloc, target 2 of 3; nothing was found so far\n", said)
            log.unlink()

    def test_seeds_alone_are_no_fuzzing(self):
        self.use_tool("regress/vmapdiff")
        write_program(self.binaries / "fuzz_vmap", "#!/bin/sh\necho '#5 INITED cov: 10 ft: 20 corp: 3/30b "
                      "exec/s: 0 rss: 30Mb' >&2\necho 'Done 5 runs in 1 second(s)' >&2\n")
        code, said = self.rig("fuzz_vmap", "--seconds", "1", "--jobs", "2")
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"(?m)^fuzz_vmap +10 .* none \(seeds only\)$")
        self.assertIn("nothing was generated by fuzz_vmap; take more --seconds", said)
        self.assertNotIn("nothing found by", said)

    def test_what_is_not_understood(self):
        for words, why in ((["fuzz_vmap", "--jobs", "0"], "'0' is not a number of at least 1"),
                           (["--seconds", "x"], "'x' is not a number of at least 1"),
                           (["fuzz_vmpa"], "'fuzz_vmpa' is not a target; did you mean 'fuzz_vmap'?"),
                           (["--keep-gong"], "'--keep-gong' is not an option; did you mean '--keep-going'?")):
            code, said = self.rig(*words)
            self.assertEqual(code, 2, said)
            self.assertIn(why, said)


if __name__ == "__main__":
    BUILD, TOP = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
    unittest.main(argv=sys.argv[:1])
