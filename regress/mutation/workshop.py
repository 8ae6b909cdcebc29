# SPDX-License-Identifier: GPL-2.0-only
"""Builds programs with one file of a library replaced, as the build folder builds them."""
import functools
import pathlib
import shlex
import shutil
import subprocess

import pool


class Workshop:
    """`archive` is the library, as ninja names it; `flags` come after those that it is compiled with."""

    def __init__(self, top, build, archive="mapper/libbatched.a", flags=()):
        self.top = pathlib.Path(top)
        self.build = pathlib.Path(build)
        self.quick_linker = shutil.which("ld.lld") is not None  # takes a sixth of the other's time
        self.archive = archive
        self.flags = flags

    @functools.lru_cache(maxsize=None)
    def _commands(self, target):
        """The commands that make `target`, split into words, the last one being its link."""
        text = subprocess.run(["ninja", "-t", "commands", target], cwd=self.build, check=True,
                              capture_output=True, text=True).stdout
        return [shlex.split(line.replace(": && ", "").replace(" && :", ""))
                for line in text.splitlines()]

    def compile(self, file, text, folder):
        """Compiles `text` in the place of `file`; the object, or None if it does not compile."""
        source = folder / pathlib.Path(file).name
        source.write_text(text, encoding="utf-8")
        command = next(c for c in self._commands(self.archive)
                       if c[-1] == str(self.top / file))
        compiled = folder / "mutant.o"
        words, skip = [], False
        for word in command[:-1]:
            if skip:
                skip = False
            elif word in ("-o", "-MF", "-MT", "-MQ"):
                skip = True
            elif word not in ("-MD", "-c"):
                words.append(word)
        done = subprocess.run([*words, *self.flags, "-w", "-c", source, "-o", compiled],
                              cwd=self.build, capture_output=True, check=False)
        if done.returncode not in (0, 1):  # ended by a signal: nothing is known of the mutant
            raise pool.Stopped(f"the compiler ended with {done.returncode}")
        return compiled if done.returncode == 0 else None

    def relink(self, target, output, replaced):
        """Links `target` again to `output`, with the input that ends in a key replaced by its value, for each key."""
        words = list(self._commands(target)[-1])
        for end, other in replaced.items():
            (at,) = (i for i, word in enumerate(words) if word.endswith(end))
            words[at] = other
        return self._run_link(words, output)

    def link(self, compiled, target, output, flags=()):
        """Links `target` with the object before all archives, so that theirs is not taken."""
        compiler, *words = self._commands(target)[-1]
        return self._run_link([compiler, str(compiled), *words, *flags], output)

    def _run_link(self, words, output):
        words[words.index("-o") + 1] = str(output)
        if self.quick_linker:
            words.append("-fuse-ld=lld")
        subprocess.run(words, cwd=self.build, check=True, capture_output=True)
        return output
