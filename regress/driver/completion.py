# SPDX-License-Identifier: GPL-2.0-only
"""Completion for bash, made from the commands' own parsers."""
from __future__ import annotations

from driver import commands
from driver.commands.kernel import WHAT

HEAD = """\
# SPDX-License-Identifier: GPL-2.0-only
_rig() {
	local cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words= files=-f
	[ "$command" != kernel ] || [ "$COMP_CWORD" -lt 3 ] || command="kernel ${COMP_WORDS[3]}"
	[ "$COMP_CWORD" -gt 1 ] || command=
	[ "$command" != "kernel $cur" ] || command='kernel WHAT'
	case $command in
"""
TAIL = """\
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" $files -- "$cur")
}
complete -o filenames -F _rig ./rig rig
"""


def case(pattern, words, files):
    return (f"\t{pattern}) words='{' '.join(words)}'{'' if files else ' files='} ;;\n")


def words_of(command):
    """Every option of a command, and the words that its arguments may be."""
    parser = command.parser()
    return [*parser.words(), *parser.options()]


def script():
    """What bash is to evaluate."""
    lines = [HEAD, case("''", [*(one.name for one in commands.ALL), "--help", "--no-install", "--version"],
                        False)]
    lines += [case(f"'kernel {what.name}'", words_of(what), True) for what in WHAT]
    lines.append(case("'kernel WHAT'", [what.name for what in WHAT], False))
    lines += [case(command.name, words_of(command), True) for command in commands.ALL]
    return "".join([*lines, TAIL])
