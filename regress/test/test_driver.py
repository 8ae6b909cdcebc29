#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The driver: its help, its completion, what it says of a machine that lacks something.

Usage: test_driver.py TOP [VMAPDIFF]
"""
import contextlib
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock

TOP = TOOL = None  # set by main()
MANAGERS = {"apt-get": "apt-get install", "dnf": "dnf install", "pacman": "pacman -S",
            "zypper": "zypper install"}
KEYRING = pathlib.Path("/usr/share/keyrings/debian-archive-keyring.gpg")
BRINGS_A_COMPILER = {"dnf": "clang compiler-rt cmake ninja-build",
                     "pacman": "clang compiler-rt cmake ninja", "zypper": "clang cmake ninja"}


def run(*command, **settings):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, check=False, **settings)
    return done.returncode, done.stdout


def copy_driver(to, *more):
    """Copies what ./rig needs to start, and other files and folders of the project."""
    for name in ("rig", "regress/driver", "fuzz/targets.cmake", *more):
        if (TOP / name).is_dir():
            shutil.copytree(TOP / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(TOP / name, to / name)


class OwnPath(unittest.TestCase):
    """A PATH with next to nothing on it, and what a test puts there."""

    def setUp(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="vmapdiff-path-"))
        for name in ("sh", "dirname", "id", "env", "grep"):
            (self.path / name).symlink_to(shutil.which(name))

    def tearDown(self):
        shutil.rmtree(self.path)

    def put(self, name, text="#!/bin/sh\nexit 1\n"):
        (self.path / name).write_text(text)
        (self.path / name).chmod(0o755)

    def rig(self, *words, **more):
        environment = {"PATH": str(self.path), "HOME": os.environ.get("HOME", "/"), **more}
        return run(TOP / "rig", *words, env=environment)

    def with_python(self, *words, **more):
        return self.rig(*words, PYTHON=sys.executable, **more)


class Bare(OwnPath):
    """No compiler, no CMake, and one package manager."""

    def test_each_package_manager_is_told_its_own_names(self):
        for manager, names in BRINGS_A_COMPILER.items():
            with self.subTest(manager=manager):
                self.put(manager)
                code, said = self.with_python("fuzz")
                self.assertEqual(code, 2, said)
                self.assertIn("a clang from 14 on that builds a fuzz target", said)
                self.assertRegex(said, rf"to install it: (sudo )?{MANAGERS[manager]} {names}\n")
                (self.path / manager).unlink()

    def test_apt_is_asked_for_the_version_of_its_clang(self):
        self.put("apt-get")
        self.put("apt-cache", "#!/bin/sh\n[ $1 != depends ] || echo '  Depends: clang-17'\n"
                              "[ $1 != policy ] || printf '%s:\\n  Candidate: 1\\n' $2\n")
        code, said = self.with_python("--no-install", "fuzz")
        self.assertEqual(code, 2, said)
        self.assertRegex(said, "apt-get install clang libclang-rt-17-dev cmake ninja-build\n")

    def test_older_names_are_taken_where_apt_has_no_newer(self):
        self.put("apt-get")
        self.put("apt-cache", "#!/bin/sh\n[ $1 != depends ] || echo '  Depends: clang-14'\n"
                              "case $1$2 in policylibclang-rt*) ;;\n"
                              "policy*) printf '%s:\\n  Candidate: 1\\n' $2 ;; esac\n")
        _, said = self.with_python("--no-install", "fuzz")
        self.assertRegex(said, "apt-get install clang libclang-common-14-dev cmake ninja-build\n")

    def test_a_package_that_only_matches_as_a_pattern_is_another(self):
        self.put("apt-get")
        self.put("apt-cache", "#!/bin/sh\n[ $1 != depends ] || echo '  Depends: clang-14'\n"
                              "case $1$2 in policylibclang-rt*) set policy libclang-rt-1x4-dev ;; esac\n"
                              "[ $1 != policy ] || printf '%s:\\n  Candidate: 1\\n' $2\n")
        _, said = self.with_python("--no-install", "fuzz")
        self.assertRegex(said, "apt-get install clang libclang-common-14-dev cmake ninja-build\n")

    def test_a_failing_apt_is_quoted(self):
        self.put("apt-get", "#!/bin/sh\necho 'E: no network'\nexit 100\n")
        self.put("sudo", '#!/bin/sh\nexec "$@"\n')
        code, said = self.with_python("fuzz")
        self.assertEqual(code, 2, said)
        self.assertIn("missing: a clang from 14 on", said)
        self.assertIn("apt-get update failed:\nE: no network", said)

    def test_no_package_manager_at_all(self):
        code, said = self.with_python("fuzz")
        self.assertEqual(code, 2, said)
        self.assertIn("no package manager known here is on PATH", said)
        self.assertIn("libclang-rt-", said)

    def test_a_machine_without_python_is_told_what_to_type(self):
        self.put("python3")  # too old
        for manager, command in MANAGERS.items():
            with self.subTest(manager=manager):
                self.put(manager)
                code, said = self.rig("--no-install", "fuzz")
                self.assertEqual(code, 2, said)
                self.assertRegex(said, f"Python 3.9 or newer is missing; to install it: (sudo )?{command} .*python")
                (self.path / manager).unlink()

    def test_python_is_installed_where_apt_is_there(self):
        self.put("apt-get", f"""#!/bin/sh
            case $1 in install) printf '#!/bin/sh\nexec {sys.executable} "$@"\n' >{self.path}/python3
            {shutil.which("chmod")} +x {self.path}/python3 ;; esac
            """)
        self.put("sudo", '#!/bin/sh\nexec "$@"\n')
        code, said = self.rig("--help")
        self.assertEqual(code, 0, said)
        self.assertIn("installing: python3", said)
        self.assertIn("./rig fuzz ", said)

    def test_a_compiler_without_the_runtime_is_no_fuzz_compiler(self):
        self.put("dnf")
        self.put("clang", "#!/bin/sh\ncase \"$*\" in *-dM*) echo '#define __clang_major__ 18' ;;"
                          " *) exit 1 ;; esac\n")
        _, said = self.with_python("fuzz")
        self.assertIn("a clang from 14 on that builds a fuzz target", said)

    def test_cc_is_honoured(self):
        self.put("dnf")
        self.put("clang-18", "#!/bin/sh\ncase \"$*\" in *-dM*) echo '#define __clang_major__ 18' ;; esac\n")
        self.put("my-clang", "#!/bin/sh\ncase \"$*\" in *-dM*) echo '#define __clang_major__ 18' ;;"
                             " *fuzzer*) exit 1 ;; esac\n")
        _, said = self.with_python("fuzz")
        self.assertNotIn("a clang from 14 on", said)
        _, said = self.with_python("fuzz", CC="my-clang")
        self.assertIn("a clang from 14 on", said)

    def test_git_bisect_takes_no_missing_package_for_a_bad_commit(self):
        self.put("dnf")
        for words in (["a.scenario"], [], ["a.scenario", "--frob"]):
            for first in ([], ["--no-install"]):
                code, said = self.with_python(*first, "kernel", ".", "bisect", *words)
                self.assertEqual(code, 125, said)
        self.assertIn("'--frob' is not an option", said)
        code, said = self.with_python("kernel", ".", "test")
        self.assertEqual(code, 2, said)

    def test_replay_needs_no_clang(self):
        self.put("dnf")
        self.put("gcc", "#!/bin/sh\nexit 0\n")
        for command in ("replay", "show x", "minimize x"):
            _, said = self.with_python(*command.split())
            self.assertNotIn("clang", said)
            self.assertRegex(said, "dnf install cmake ninja-build\n")


class OwnApt(OwnPath):
    """An apt that only says what it would do."""

    RECORDS = "".join(f"Package: linux-source{name}\\nVersion: {version}\\nSize: 166780612\\n\\n"
                      for name, version in (("-7.3", "7.3.4-1"), ("-6.12", "6.12.9-1"), ("", "9")))

    def put_apt(self, targets="Debian|Debian|main|http://mirror.invalid/|bookworm-updates"):
        self.put("apt-get", f'#!/bin/sh\n[ "$1" != indextargets ] || echo "{targets}"\n')
        self.put("apt-cache", f'#!/bin/sh\ncase "$*" in *pkgnames*) ;; *) printf "{self.RECORDS}" ;; esac\n')
        self.put("apt-config", "#!/bin/sh\n")
        self.put("dpkg-deb")


class Fetch(OwnApt):
    """./rig kernel --fetch"""

    def test_without_apt_it_says_what_to_do(self):
        code, said = self.with_python("kernel", "--fetch", "5.18")
        self.assertEqual(code, 2, said)
        self.assertIn("--fetch needs apt and dpkg, which this machine lacks\n", said)
        self.assertIn("name its top: ./rig kernel ~/linux\n", said)

    def test_what_is_no_version(self):
        code, said = self.with_python("kernel", "--fetch", "7.3.4")
        self.assertEqual(code, 2, said)
        self.assertIn("'7.3.4' is not a version as Debian's packages have it, such as 7.3", said)
        self.assertIn("did you mean 7.3?", said)

    @unittest.skipUnless(KEYRING.exists(), "no keys of Debian")
    def test_an_apt_of_another_distribution(self):
        self.put_apt("Ubuntu|Ubuntu|main|http://mirror.invalid/|noble")
        code, said = self.with_python("kernel", "--fetch")
        self.assertEqual(code, 2, said)
        self.assertIn("takes the mirror from this machine's apt, which has none of Debian", said)

    @unittest.skipUnless(KEYRING.exists(), "no keys of Debian")
    def test_it_lists_what_there_is(self):
        self.put_apt()
        code, said = self.with_python("kernel", "--fetch")
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"\n6.12 +6.12.9-1 +166 MB.*\n7.3 +7.3.4-1 +166 MB.*\n")
        self.assertIn("next: ./rig kernel --fetch 7.3\n", said)
        sources = (TOP / ".build/fetch/sources.list").read_text()
        self.assertIn(f"deb [signed-by={KEYRING}] http://mirror.invalid/ bookworm-backports main\n",
                      sources)

    @unittest.skipUnless(KEYRING.exists(), "no keys of Debian")
    def test_a_kernel_that_debian_does_not_have(self):
        self.put_apt()
        code, said = self.with_python("kernel", "--fetch", "5.18")
        self.assertEqual(code, 2, said)
        self.assertIn("Debian has no source package of Linux 5.18; it has: 6.12 7.3\n", said)


@unittest.skipUnless(KEYRING.exists(), "no keys of Debian")
class FetchedTree(OwnApt):
    """The same in a copy of the driver, with packages that are made here."""

    def setUp(self):
        super().setUp()
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="vmapdiff-fetch-"))
        copy_driver(self.work)
        for name in ("tar", "cp", "mkdir", "sleep", "touch", "gzip"):
            (self.path / name).symlink_to(shutil.which(name))
        self.put_apt()
        self.put("apt-get", """#!/bin/sh
            case "$*" in
            *indextargets*) echo "Debian|Debian|main|http://mirror.invalid/|bookworm" ;;
            *download*) for name; do :; done
                echo half >"${name%%=*}_1_all.deb"
                [ -z "${STOP-}" ] || { touch "$STOP"; sleep 60; } ;;
            esac
            """)
        self.put("dpkg-deb", """#!/bin/sh
            name=${2##*/}; name=${name%%_*}; mkdir -p "$3/usr/src" "$3/$name"
            for folder in init mm include/linux include/asm-generic arch/arm64/mm arch/arm64/include \\
                arch/arm64/kernel arch/arm64/kvm arch/arm64/crypto; do mkdir -p "$3/$name/$folder"; done
            touch "$3/$name/Makefile" "$3/$name/arch/Kconfig" "$3/$name/arch/arm64/Kconfig"
            tar -czf "$3/usr/src/$name.tar.gz" -C "$3" "$name"
            """)
        self.environment = {"PATH": str(self.path), "HOME": "/", "PYTHON": sys.executable}

    def tearDown(self):
        shutil.rmtree(self.work)
        super().tearDown()

    def left(self):
        return [path for folder in ("trees", "fetch") for path in (self.work / ".build" / folder).glob("*")
                if path.suffix == ".deb" or path.name.startswith((".", "linux", "package"))]

    def test_the_newest(self):
        done = subprocess.run([self.work / "rig", "kernel", "--fetch", "newest"], env=self.environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (0, ".build/trees/linux-source-7.3\n"), done.stderr)
        self.assertIn("downloading linux-source-7.3 7.3.4-1, 166 MB\n", done.stderr)
        self.assertEqual(self.left(), [self.work / ".build/trees/linux-source-7.3"])
        code, said = run(self.work / "rig", "kernel", "--fetch", "newest", env=self.environment)
        self.assertEqual(code, 0, said)
        self.assertIn("is there already", said)

    def test_the_whole_of_it(self):
        for words, where, has_all in ((("--whole",), ".build/trees/whole/linux-source-7.3", True),
                                      ((), ".build/trees/linux-source-7.3", False)):
            done = subprocess.run([self.work / "rig", "kernel", "--fetch", "7.3", *words], env=self.environment,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
            self.assertEqual((done.returncode, done.stdout), (0, f"{where}\n"), done.stderr)
            self.assertIn(f"next: ./rig kernel {where} {'boot' if has_all else 'test'}\n", done.stderr)
            self.assertEqual((self.work / where / "init").exists(), has_all)
        code, said = run(self.work / "rig", "kernel", "--fetch", "--whole", env=self.environment)
        self.assertEqual(code, 2)
        self.assertIn("--whole goes with a version", said)

    def test_a_package_that_a_killed_run_left_is_not_in_the_way(self):
        (self.work / ".build/fetch").mkdir(parents=True)
        (self.work / ".build/fetch/linux-source-7.3_0_all.deb").write_text("half")
        code, said = run(self.work / "rig", "kernel", "--fetch", "7.3", env=self.environment)
        self.assertEqual(code, 0, said)
        self.assertEqual(self.left(), [self.work / ".build/trees/linux-source-7.3"])

    def test_nothing_is_left_of_an_interrupted_download(self):
        for group in (True, False):
            begun = self.work / "begun"
            with subprocess.Popen([self.work / "rig", "kernel", "--fetch", "7.3"], stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, start_new_session=True,
                                  env={**self.environment, "STOP": str(begun)}) as process:
                while not begun.exists():
                    time.sleep(0.1)
                (os.killpg if group else os.kill)(process.pid, signal.SIGINT)
                said = process.communicate()[0]
            self.assertEqual(process.returncode, 130, said)
            self.assertNotIn("Traceback", said)
            self.assertEqual(self.left(), [])
            begun.unlink()


class Installed(unittest.TestCase):
    """A tree of an installed package, which tests of several runs ask for."""

    def test_it_is_unpacked_once(self):
        """What another run unpacks meanwhile is in use there, and stays."""
        sys.path.insert(0, str(TOP / "regress"))
        from driver import fetch
        with tempfile.TemporaryDirectory(prefix="vmapdiff-installed-") as work:
            work = pathlib.Path(work)
            (work / "linux-source-7.3.tar.xz").touch()
            os.utime(work / "linux-source-7.3.tar.xz", (1, 1))
            unpack = unittest.mock.Mock(side_effect=lambda _, kernel, whole: fetch.tree_of(kernel, whole).mkdir())
            with unittest.mock.patch.multiple(fetch, INSTALLED=work, TREES=work / "trees", STATE=work / "state",
                                              unpack=unpack, say=lambda _: None):
                self.another_run_is_first(fetch, work)
                unpack.assert_not_called()
                os.utime(work / "linux-source-7.3.tar.xz")
                os.utime(work / "trees/linux-source-7.3.unpacked", (1, 1))
                fetch.tree_of("7.3").rmdir()
                self.assertEqual(fetch.for_tests("7.3"), fetch.tree_of("7.3"))
                unpack.assert_called_once()

    def test_a_part_of_a_whole_tree_is_copied(self):
        sys.path.insert(0, str(TOP / "regress"))
        from driver import fetch
        with tempfile.TemporaryDirectory(prefix="vmapdiff-installed-") as work:
            work, fetched = pathlib.Path(work), unittest.mock.Mock()
            with unittest.mock.patch.multiple(fetch, INSTALLED=work, TREES=work / "trees", WHOLE=work / "trees/whole",
                                              STATE=work / "state", fetch=fetched):
                fetch.for_tests("7.3")
                self.assertFalse(fetch.tree_of("7.3").exists())  # there is no whole tree
                names = {f"{folder}/x.c" for folder in fetch.FOLDERS} | {*fetch.FILES}
                for name in (*names, "net/x.c"):
                    path = fetch.tree_of("7.3", whole=True) / name
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(name)
                fetch.for_tests("7.3")
                tree = fetch.tree_of("7.3")
                self.assertEqual({str(path.relative_to(tree)) for path in tree.rglob("*") if path.is_file()}, names)
                self.assertEqual(fetched.call_args, unittest.mock.call("7.3", False))

    @staticmethod
    def another_run_is_first(fetch, work):
        @contextlib.contextmanager
        def locked(*_):
            fetch.tree_of("7.3").mkdir(parents=True)
            (work / "trees/linux-source-7.3.unpacked").touch()
            yield
        with unittest.mock.patch.object(fetch, "locked", locked):
            fetch.for_tests("7.3")


class Writing(unittest.TestCase):
    """A copy of the driver whose .build cannot be made or written."""

    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="vmapdiff-write-"))
        copy_driver(self.work, "regress/mutation", "mapper/kernel", "CMakePresets.json")

    def tearDown(self):
        (self.work / ".build").chmod(0o755)
        shutil.rmtree(self.work)

    def tree(self):
        """What passes for a tree until it is built."""
        tree = self.work / "tree"
        for line in (TOP / "mapper/kernel/files").read_text().splitlines():
            if line and not line.startswith("#"):
                path = tree / line.lstrip("?").split()[0]
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch()
        return tree

    def is_told(self, *words, code=2):
        told, said = run(self.work / "rig", "--no-install", *words)
        self.assertEqual(told, code, said)
        self.assertNotIn("Traceback", said)
        self.assertIn(f"all that ./rig makes goes into {self.work}/.build, which must be writable", said)

    def test_a_file_in_place_of_the_folder(self):
        (self.work / ".build").touch()
        self.is_told("fuzz", "fuzz_vmap")
        self.is_told("replay")
        self.is_told("kernel", self.tree(), "bisect", "a.scenario", code=125)

    def test_a_defect_of_the_driver_is_no_bad_commit(self):
        (self.work / ".build").mkdir()
        (self.work / "mapper/kernel/files").unlink()
        code, said = run(self.work / "rig", "--no-install", "kernel", self.tree(), "bisect", "a.scenario")
        self.assertEqual(code, 125, said)
        self.assertIn("Traceback", said)

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_a_folder_that_may_not_be_written(self):
        (self.work / ".build").mkdir()
        (self.work / ".build").chmod(0o555)
        self.is_told("fuzz", "fuzz_vmap")


class Bytecode(unittest.TestCase):
    """What Python makes of the driver is kept in .build, and nowhere else, whatever the environment says."""

    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="vmapdiff-bytecode-"))
        self.addCleanup(shutil.rmtree, self.work)
        copy_driver(self.work, "regress/mutation", "mapper/kernel")

    def made(self, **more):
        """Where bytecode is after a command, by the names of the files that it is of."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        code, said = run(self.work / "rig", "--help", env={**environment, **more})
        self.assertEqual(code, 0, said)
        return {path.name.split(".")[0]: path for path in self.work.rglob("*.pyc")}

    def test_nothing_is_kept_where_nothing_can_be_built(self):
        (self.work / ".build").touch()
        self.assertEqual(self.made(), {})

    def test_it_is_kept_in_the_folder_of_all_that_is_built(self):
        made = self.made(PYTHONDONTWRITEBYTECODE="1", PYTHONPYCACHEPREFIX="/dev/null")
        self.assertIn("terminal", made)
        for path in made.values():
            self.assertTrue(path.is_relative_to(self.work / ".build/bytecode"), path)


class Links(unittest.TestCase):
    def test_a_link_to_rig_works_from_anywhere(self):
        with tempfile.TemporaryDirectory(prefix="vmapdiff-link-") as folder:
            folder = pathlib.Path(folder)
            (folder / "absolute").symlink_to(TOP / "rig")
            (folder / "relative").symlink_to("absolute")
            for name in ("absolute", "relative"):
                code, said = run(folder / name, "--help", cwd="/")
                self.assertEqual(code, 0, said)
                self.assertIn("./rig fuzz ", said)


class Version(unittest.TestCase):
    @unittest.skipUnless(shutil.which("git") and os.geteuid() == 0, "needs git, and root to give a folder away")
    def test_the_commit_of_a_repository_of_another_user(self):
        with tempfile.TemporaryDirectory(prefix="vmapdiff-owner-") as folder:
            work = pathlib.Path(folder) / "a [copy]"
            copy_driver(work, "regress/mutation", "CMakeLists.txt")
            git = ("git", "-C", work, "-c", "user.name=rig", "-c", "user.email=rig@localhost")
            for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "all")):
                run(*git, *words)
            for path in (work, *work.rglob("*")):
                os.chown(path, 65534, 65534)
            environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
            code, said = run(work / "rig", "--version", env={**environment, "GIT_CONFIG_NOSYSTEM": "1",
                                                             "GIT_CONFIG_GLOBAL": "/dev/null"})
            self.assertEqual(code, 0, said)
            self.assertRegex(said, r"^vmapdiff [\d.]+, commit [0-9a-f]{7,}, ")


class Interrupts(unittest.TestCase):
    """Ctrl-C: what was found so far, no traceback, exit 130."""

    def script(self, text):
        """A program that uses regress/mutation/pool.py."""
        path = pathlib.Path(self.folder.name) / "script.py"
        path.write_text(f"import sys\nsys.path.insert(0, {str(TOP / 'regress/mutation')!r})\n"
                        f"sys.path.insert(0, {str(TOP / 'regress')!r})\n{text}")
        return [sys.executable, "-B", path]

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="vmapdiff-interrupt-")

    def tearDown(self):
        self.folder.cleanup()

    def interrupt(self, command, group):
        """
        (exit code, what was said) of a program that is interrupted once it says "begun": its group,
        or it alone; with None, it interrupts itself.
        """
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              start_new_session=True) as process:
            first = process.stdout.readline()
            if group is not None:
                (os.killpg if group else os.kill)(process.pid, signal.SIGINT)
            rest = process.communicate()[0]
        self.assertNotIn("Traceback", first + rest)
        return process.returncode, first + rest

    POOL = ("import functools, pool\ndef quick():\n    return 1\ndef main():\n"
            "    jobs = [quick, quick] + [functools.partial(pool.play, ['sh', '-c', 'echo begun >&3; exec sleep 600'])] * 9\n"
            "    pool.run(jobs, 'runs', 2)\n"
            "import os\nos.dup2(1, 3)\nos.set_inheritable(3, True)\n"
            "import subprocess\nplain = subprocess.Popen\n"
            "pool.subprocess.Popen = lambda *words, **more: plain(*words, pass_fds=(3,), **more)\n"
            "sys.exit(pool.call(main))\n")

    def test_work_on_all_cores(self):
        for group in (True, False):
            code, said = self.interrupt(self.script(self.POOL), group)
            self.assertEqual(code, 130, said)
            self.assertIn("mutants: interrupted: 2 of 11 runs were done; nothing is written\n", said)

    def test_another_thread_may_get_the_signal(self):
        """The system chooses the thread; that one does not end the wait of the first."""
        code, said = self.interrupt(self.script(self.POOL.replace(
            "def main():\n",
            "def struck():\n    import signal, threading, time\n    time.sleep(1)\n"
            "    signal.pthread_kill(threading.get_ident(), signal.SIGINT)\n"
            "    return pool.play(['sleep', '600'])\n"
            "def main():\n").replace("    pool.run(", "    jobs.insert(3, struck)\n    pool.run(")), None)
        self.assertEqual(code, 130, said)
        self.assertIn("mutants: interrupted: 2 of 12 runs were done; nothing is written\n", said)

    def test_the_driver_waits_for_the_last_words(self):
        """Of a program that gets the signal of the terminal, and of one that does not."""
        inner = ("import time\ntry:\n    print('begun', flush=True)\n    time.sleep(600)\n"
                 "except KeyboardInterrupt:\n    time.sleep(1)\n    print('the last words', flush=True)\n")
        for group in (True, False):
            code, said = self.interrupt(self.script(
                f"from driver import tool\nsys.exit(tool.run(sys.executable, '-c', {inner!r}))\n"), group)
            self.assertEqual(code, 130, said)
            self.assertIn("the last words\n", said)


class Readers(unittest.TestCase):
    """A reader that has seen enough, as `head` has, ends a command without a word."""

    def said_to_nobody(self, *words):
        """(exit code, standard error)"""
        ours, theirs = os.pipe()
        os.close(ours)
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
        done = subprocess.run(words, stdout=theirs, stderr=subprocess.PIPE, text=True, check=False,
                              env=environment)
        os.close(theirs)
        return done.returncode, done.stderr

    def test_of_the_driver_and_of_its_scripts(self):
        for words in ("--help", "fuzz --help", "completion", "packages", "finds", "mutants --stale"):
            with self.subTest(words=words):
                self.assertEqual(self.said_to_nobody(TOP / "rig", *words.split()), (2, ""))

    def test_a_script_has_its_own_name_arguments_and_exit_code(self):
        code, said = run(TOP / "rig", "finds", "--only", "no-such-find")
        self.assertEqual(code, 2, said)
        self.assertIn("finds: no find 'no-such-find'", said)

    def test_output_that_is_closed_or_full(self):
        for words in ("finds", "--help", "corpus cover"):
            for to in ("&-", "/dev/full"):
                with self.subTest(words=words, to=to):
                    code, said = run("sh", "-c", f"'{TOP}/rig' {words} >{to}")
                    self.assertEqual(code, 2)
                    self.assertIn("rig: standard output cannot be written: No space left on device", said)

    def test_help_of_help(self):
        for words in (["-h", "-h"], ["help", "--help"]):
            code, said = run(TOP / "rig", *words)
            self.assertEqual(code, 0, said)

    def test_a_directory_that_is_gone(self):
        gone = tempfile.mkdtemp(prefix="vmapdiff-")
        code, said = run("sh", "-c", f"cd {gone} && rmdir {gone} && '{TOP}/rig' version")
        self.assertEqual(code, 2)
        self.assertIn("the working directory is not there any more", said)


class Tried(unittest.TestCase):
    """A clang is tried once, and again when a package has changed what it finds."""

    def setUp(self):
        sys.path.insert(0, str(TOP / "regress"))
        from driver import machine
        self.machine, self.tries, self.works = machine, 0, True
        work = tempfile.TemporaryDirectory(prefix="vmapdiff-tried-")
        self.addCleanup(work.cleanup)
        self.top = pathlib.Path(work.name)
        self.clang, self.runtime = self.top / "bin/clang", self.top / "lib/clang/14/lib/linux"
        for folder in (self.clang.parent, self.runtime):
            folder.mkdir(parents=True)
        self.clang.touch()

    def links(self, *_):
        self.tries += 1
        return self.works

    def is_good(self):
        with unittest.mock.patch.object(self.machine, "links", self.links), \
                unittest.mock.patch.object(self.machine, "BUILDS", self.top / "builds"):
            return self.machine.links_a_fuzz_target(self.clang)

    def test_once(self):
        self.assertTrue(self.is_good() and self.is_good())
        self.assertEqual(self.tries, 1)

    def test_again_when_a_library_goes(self):
        library = self.runtime / "libclang_rt.fuzzer.a"
        library.touch()
        self.assertTrue(self.is_good())
        library.unlink()
        self.works = False
        self.assertFalse(self.is_good())

    def test_again_where_it_failed_or_another_variable_is_set(self):
        self.works = False
        self.assertFalse(self.is_good() or self.is_good())
        self.works, self.tries = True, 0
        self.assertTrue(self.is_good())
        with unittest.mock.patch.dict(os.environ, LIBRARY_PATH="/elsewhere"):
            self.assertTrue(self.is_good())
        self.assertEqual(self.tries, 2)

    def test_each_time_where_nothing_shows_its_libraries(self):
        shutil.rmtree(self.top / "lib")
        self.assertTrue(self.is_good() and self.is_good())
        self.assertEqual(self.tries, 2)


class Held(unittest.TestCase):
    """A build that several runs use at once: each has what it asked for until it ends."""

    def setUp(self):
        sys.path.insert(0, str(TOP / "regress"))
        from driver import build
        self.build, self.work = build, tempfile.TemporaryDirectory(prefix="vmapdiff-held-")
        self.folder = pathlib.Path(self.work.name) / "tree"
        self.stamp = self.folder.parent / "tree.made-of"
        self.made = 0

    def tearDown(self):
        self.build.let_go()
        self.work.cleanup()

    def make(self):
        self.made += 1

    def hold(self, *targets):
        self.build.hold(self.folder, "mine", targets, self.make)
        return self.build.made_of(self.stamp)

    def between(self, how, act):
        """Has `act` called once, just before a lock is asked for in a way."""
        plain, left = self.build.fcntl.flock, [act]

        def flock(lock, asked):
            if asked & how and left:
                left.pop()(plain, lock)
            return plain(lock, asked)
        return unittest.mock.patch.object(self.build.fcntl, "flock", flock)

    def test_a_stamp_that_another_run_removes_is_none(self):
        gone = unittest.mock.Mock(**{"exists.return_value": True, "read_text.side_effect": FileNotFoundError})
        self.assertEqual(self.build.made_of(gone), ("", set()))

    def test_targets_of_the_same_sources_add_up(self):
        self.assertEqual(self.hold("one"), ("mine", {"one"}))
        self.build.let_go()
        self.assertEqual(self.hold("two"), ("mine", {"one", "two"}))
        self.assertEqual(self.made, 2)

    def test_targets_of_other_sources_are_not_recorded(self):
        """Another run builds after this one has looked, and before it has the lock."""
        self.stamp.write_text("mine\nold")
        with self.between(self.build.fcntl.LOCK_EX, lambda *_: self.stamp.write_text("theirs\nold")):
            self.assertEqual(self.hold("new"), ("mine", {"new"}))

    def test_a_build_that_comes_before_the_lock_is_shared(self):
        def other(plain, lock):
            plain(lock, self.build.fcntl.LOCK_UN)
            self.stamp.write_text("theirs\nnew")
        with self.between(self.build.fcntl.LOCK_SH, other):
            self.assertEqual(self.hold("new"), ("mine", {"new"}))
        self.assertEqual(self.made, 2)

    def again(self, sources, *targets):
        """Another request of the same process; it may not wait for itself."""
        def stuck(_):
            raise AssertionError("the process waits for its own lock")
        with unittest.mock.patch.object(self.build.time, "sleep", stuck), \
                unittest.mock.patch.object(self.build, "say", lambda _: None):
            self.build.hold(self.folder, sources, targets, self.make)

    def test_sources_that_change_meanwhile_are_not_waited_for(self):
        self.hold("one")
        self.again("changed since", "one")
        self.assertEqual(self.made, 1)
        self.assertEqual(self.build.made_of(self.stamp), ("mine", {"one"}))

    def test_one_process_asks_for_more_targets(self):
        self.hold("one")
        self.again("mine", "two")
        self.assertEqual(self.build.made_of(self.stamp), ("mine", {"one", "two"}))
        self.again("mine", "one", "two")
        self.assertEqual(self.made, 2)

    def test_what_is_built_is_held_by_its_record(self):
        def is_held(sources, *targets):
            self.build.let_go()
            return self.build.hold_as_it_is(self.folder, sources, targets)
        self.assertFalse(is_held("mine", "one"))
        self.hold("one")
        self.assertTrue(is_held("mine", "one"))
        self.assertTrue(self.build.hold_as_it_is(self.folder, "mine", ["one"]))
        self.assertFalse(self.build.hold_as_it_is(self.folder, "mine", ["two"]))
        self.assertFalse(is_held("mine", "two"))
        self.assertFalse(is_held("changed since", "one"))
        with open(self.folder.parent / "tree.use", "w", encoding="utf-8") as lock:
            self.build.fcntl.flock(lock, self.build.fcntl.LOCK_EX)
            self.assertFalse(is_held("mine", "one"))
        self.assertEqual(self.made, 1)

    WORKER = """
import pathlib, sys
sys.path.insert(0, sys.argv[1])
from driver import build
folder, mine = pathlib.Path(sys.argv[2]), sys.argv[3]
build.POLL_SECONDS, build.say = 0.001, lambda _: None
for _ in range(100):
    build.hold(folder, mine, [mine], lambda: folder.with_suffix(".built").write_text(mine))
    for _ in range(20):
        assert folder.with_suffix(".built").read_text() == mine
    build.let_go()
"""

    def test_many_at_once(self):
        running = [subprocess.Popen([sys.executable, "-B", "-c", self.WORKER, TOP / "regress", self.folder, mine],
                                    stderr=subprocess.PIPE, text=True) for mine in ("one", "one", "two", "three")]
        for process in running:
            _, said = process.communicate()
            self.assertEqual((process.returncode, said), (0, ""))


class Interpreter(OwnPath):
    """Which Python scripts and tests are started by."""

    def asked(self):
        """The first folder of PATH, once the driver looked for `python3` on it."""
        sys.path.insert(0, str(TOP / "regress"))
        from driver import interpreter
        with unittest.mock.patch.dict(os.environ, PATH=str(self.path)), \
                unittest.mock.patch.object(interpreter.sys, "executable", str(self.path / "own/python3.9")):
            interpreter.use()
            return os.environ["PATH"].split(os.pathsep)[0]

    def test_a_script_that_looks_for_one_is_passed_by(self):
        (self.path / "own").mkdir()
        (self.path / "own/python3").symlink_to(sys.executable)
        self.put("python3")
        self.assertEqual(self.asked(), str(self.path / "own"))

    def test_all_else_stays(self):
        self.assertEqual(self.asked(), str(self.path))  # no python3
        (self.path / "python3").symlink_to(sys.executable)
        (self.path / "own").mkdir()
        (self.path / "own/python3").symlink_to(sys.executable)
        self.assertEqual(self.asked(), str(self.path))  # a program
        self.put_script_in_both()
        self.assertEqual(self.asked(), str(self.path))

    def put_script_in_both(self):
        for name in ("python3", "own/python3"):
            (self.path / name).unlink()
            self.put(name)


class Sources(unittest.TestCase):
    """What builds of a tree anew."""

    def test_what_python_and_editors_leave_is_none_of_them(self):
        sys.path.insert(0, str(TOP / "regress"))
        from driver import kernel
        with tempfile.TemporaryDirectory(prefix="vmapdiff-sources-") as folder:
            top = pathlib.Path(folder) / ".hidden above"
            for name in ("CMakeLists.txt", "CMakePresets.json", "mapper/kernel/files", "mapper/kernel/kconfigs", "oracle/a.c"):
                (top / name).parent.mkdir(parents=True, exist_ok=True)
                (top / name).touch()
            with unittest.mock.patch.object(kernel, "TOP", top):
                before = kernel.sources_of(top / "tree", ())
                for name in ("mapper/kernel/__pycache__/slice.cpython-39.pyc", "oracle/.a.c.swp", "oracle/.git/x"):
                    (top / name).parent.mkdir(parents=True, exist_ok=True)
                    (top / name).touch()
                (top / "oracle/.#a.c").symlink_to("nowhere")
                self.assertEqual(kernel.sources_of(top / "tree", ()), before)
                (top / "oracle/b.c").touch()
                self.assertNotEqual(kernel.sources_of(top / "tree", ()), before)


class Help(unittest.TestCase):
    def commands(self):
        _, said = run(TOP / "rig", "--help")
        return re.findall(r"^  \./rig (\S+) ", said, re.MULTILINE)

    def test_each_command_has_help_with_an_example_that_parses(self):
        sys.path.insert(0, str(TOP / "regress"))
        from driver import commands
        from driver.commands.kernel import WHAT
        self.assertEqual(self.commands(), [command.name for command in commands.ALL])
        for command in [*commands.ALL, *WHAT]:
            with self.subTest(command=command.name):
                self.assertIn(command.example, command.parser().format_help())
                words = shlex.split(command.example)
                words = words[words.index("./rig") + 1:]
                if words[0] == "kernel":
                    commands.kernel.COMMAND.parse(words[1:])
                else:
                    self.assertEqual(words[0], command.name)
                    command.parse(words[1:])

    def test_help_is_asked_for_in_each_way(self):
        for words in (["fuzz", "--help"], ["help", "fuzz"], ["fuzz", "-h"]):
            code, said = run(TOP / "rig", *words)
            self.assertEqual(code, 0)
            self.assertIn("--keep-going", said)
            self.assertIn("FLAGS of the engine", said)

    def test_what_is_misspelt_is_told_with_what_is_nearest(self):
        for words, why in ((["replya"], "'replya' is not a command; did you mean 'replay'?"),
                           (["kernel", str(TOP), "relpay"], "'relpay' is not a command for a tree; did you mean"),
                           (["soak", "--sed", "1"], "'--sed' is not an option; did you mean '--seed'?"),
                           (["mutants", "batch-past-blok"], "did you mean 'batch-past-block'?"),
                           (["kernel", "fuzz"], "kernel: the TREE is missing: ./rig kernel TREE fuzz\n"),
                           (["kernel", "fuzz", "fuzz_vmap"], "./rig kernel TREE fuzz fuzz_vmap\n"),
                           (["kernel", str(TOP), "fuzz", "--engine", "afl"], "'--engine' is not an option"),
                           (["kernel"], "kernel needs the top of a Linux tree"),
                           (["kernel", "--shut-in"], "kernel needs the top of a Linux tree"),
                           (["kernel", "--shut-in", "review", "a"], "BASE PATCHED --shut-in required"),
                           (["kernel", "review", "--shut-in", "maybe"], "the values are: auto required no"),
                           (["kernel", "review", "--inside", "x"], "--inside is for the driver's own use"),
                           (["kernel", str(TOP), "/", "known"], "'known' takes one tree, not 2: "),
                           (["kernel", str(TOP), "/", "--seed", "1"], "'test' takes one tree, not 2: "),
                           (["kernel", str(TOP), "/", "relpay"], "'relpay' is not a command for a tree; did you mean"),
                           (["kernel", str(TOP), "nothing-here", "known"], "'nothing-here' is not a command for a tree"),
                           (["kernel", "nothing-here", str(TOP), "cost"], "kernel: there is no 'nothing-here'"),
                           (["corpus", "frob"], "'frob' is not a value of what; the values are: merge")):
            code, said = run(TOP / "rig", *words)
            self.assertEqual(code, 2, said)
            self.assertIn(why, said)

    def test_help_of_a_tree_has_what_applies_to_it(self):
        _, said = run(TOP / "rig", "kernel", ".", "fuzz", "--help")
        for word in ("fuzz_walk", "AFL", "fuzz_text", "--engine"):
            self.assertNotIn(word, said)

    def test_packages_are_listed_without_a_word(self):
        code, said = run(TOP / "rig", "packages")
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"(?m)^(there  |missing)  cmake +CMake")

    def test_the_tool_has_the_options_that_the_driver_names(self):
        if not TOOL:
            self.skipTest("no tool is named")
        from driver.commands.forwarded import ALL
        for row in ALL:
            code, said = run(TOOL, row.name, "--help")
            self.assertEqual(code, 0, said)
            ours = {name for name, _ in row.arguments if name.startswith("-")}
            theirs = set(re.findall(r"(?<![\w-])(--?[a-z][\w-]*)", said)) - {"--help", "-h"}
            self.assertEqual(ours, theirs & ours, row.name)
            self.assertEqual(theirs - ours, set(), row.name)


class Completion(unittest.TestCase):
    def complete(self, *words):
        line = " ".join(map(shlex.quote, words))
        script = (f'eval "$("{TOP}/rig" completion)"; COMP_WORDS=({line}); '
                  f'COMP_CWORD={len(words) - 1}; _rig; printf "%s\\n" "${{COMPREPLY[@]}}"')
        code, said = run("bash", "-c", script, cwd=TOP)
        self.assertEqual(code, 0, said)
        return said.split()

    def test_commands_targets_and_options(self):
        self.assertEqual(self.complete("./rig", "rep"), ["replay"])
        self.assertEqual(self.complete("./rig", "fuzz", "--keep"), ["--keep-going"])
        self.assertEqual(self.complete("./rig", "fuzz", "--engine", "af"), ["afl"])
        self.assertEqual(self.complete("./rig", "fuzz", "--engine", ""), ["libfuzzer", "afl"])
        self.assertEqual(self.complete("./rig", "fuzz", "--engine", "=", "a"), ["afl"])
        self.assertEqual(self.complete("./rig", "fuzz", "--engine", "="), ["libfuzzer", "afl"])

    def test_values_are_those_of_their_option_alone(self):
        self.assertEqual(self.complete("./rig", "fuzz", "af"), [])
        self.assertNotIn("afl", self.complete("./rig", "fuzz", ""))
        self.assertEqual(self.complete("./rig", "fuzz", "--seconds", "fuzz_vm"), [])

    def test_operands(self):
        self.assertEqual(self.complete("./rig", "fuzz", "fuzz_set"), ["fuzz_set_memory"])
        self.assertEqual(self.complete("./rig", "fuzz", "fuzz_vmap", "fuzz_wa"), ["fuzz_walk"])
        self.assertEqual(self.complete("./rig", "mutants", "batch-past"), ["batch-past-block"])
        self.assertEqual(self.complete("./rig", "kernel", ".", "fuzz", "fuzz_io"), ["fuzz_ioremap"])
        self.assertEqual(self.complete("./rig", "packages", "opt"), ["optional"])

    def test_of_a_tree(self):
        self.assertEqual(self.complete("./rig", "kernel", ".", "kno"), ["known"])
        self.assertEqual(self.complete("./rig", "kernel", ".", "replay", "--kt"), ["--ktap"])
        self.assertEqual(self.complete("./rig", "kernel", "regress/dri"), ["regress/driver"])
        self.assertEqual(self.complete("./rig", "kernel", ".", "regress/dri"), ["regress/driver"])
        self.assertEqual(self.complete("./rig", "kernel", ".", "..", "cos"), ["cost"])
        self.assertEqual(self.complete("./rig", "kernel", ".", "..", "cost", "--pl"), ["--plot"])
        self.assertEqual(self.complete("./rig", "kernel", "--shut-in", ".", "kno"), ["known"])
        self.assertEqual(self.complete("./rig", "kernel", ".", "bisect", "a", "--only", "barr"), ["barriers"])

    def test_of_a_review(self):
        self.assertEqual(self.complete("./rig", "kernel", "revi"), ["review"])
        self.assertEqual(self.complete("./rig", "kernel", "--shut"), ["--shut-in"])
        self.assertEqual(self.complete("./rig", "kernel", "review", "--m"), ["--mbox", "--minutes", "--markdown"])
        self.assertEqual(self.complete("./rig", "kernel", "review", "regress/dri"), ["regress/driver"])
        self.assertEqual(self.complete("./rig", "kernel", "review", ".", "regress/dri"), ["regress/driver"])
        self.assertEqual(self.complete("./rig", "kernel", "review", ".", "..", "--ea"), ["--each"])
        self.assertEqual(self.complete("./rig", "kernel", "review", ".", "--mbox", "regress/dri"), ["regress/driver"])
        self.assertEqual(self.complete("./rig", "kernel", "review", ".", "--shut-in", "re"), ["required"])
        self.assertEqual(self.complete("./rig", "kernel", "review", "--insid"), [])


if __name__ == "__main__":
    TOP = pathlib.Path(sys.argv[1]).resolve()
    TOOL = pathlib.Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else None
    unittest.main(argv=sys.argv[:1])
