# SPDX-License-Identifier: GPL-2.0-only
"""Completion for bash, made from the commands' own parsers."""
from __future__ import annotations

from driver import commands
from driver.commands.kernel import REVIEW, SHUT_IN, WHAT

HEAD = """\
# SPDX-License-Identifier: GPL-2.0-only
_rig_of_tree() { # the command for a tree that is typed, after one tree or several
	local word
	if [ "${COMP_WORDS[2]}" = review ]; then echo 'kernel review'; return; fi
	for word in "${COMP_WORDS[@]:3:COMP_CWORD-3}"; do
		case $word in
		VERBS) echo "kernel $word"; return ;;
		SHUT_IN) ;;
		-*) break ;;
		esac
	done
	echo 'kernel WHAT'
}
_rig() {
	local cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words= files=-f
	local before=${COMP_WORDS[COMP_CWORD-1]}
	if [ "$cur" = = ]; then cur=; elif [ "$before" = = ]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi
	[ "$command" != kernel ] || [ "$COMP_CWORD" -lt 3 ] || command=$(_rig_of_tree)
	[ "$COMP_CWORD" -gt 1 ] || command=
	case $command in
"""
TAIL = """\
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" $files -- "$cur")
}
complete -o filenames -F _rig ./rig rig
"""


def case(pattern, words, files, values=()):
    """A command's words; after an option that takes a value, those of the value alone, or files."""
    after = "".join(f" {option}) words='{' '.join(known or ())}'{' files=' if known else ''} ;;"
                    for option, known in dict(values).items())
    after = f" case $before in{after} esac" if after else ""
    return f"\t{pattern}) words='{' '.join(words)}'{'' if files else ' files='};{after} ;;\n"


def case_of(pattern, command):
    """Every option of a command, and the words that its operands and options' values may be."""
    parser = command.parser()
    return case(pattern, [*parser.words(), *parser.options()], True, parser.values())


def script():
    """What bash is to evaluate."""
    head = HEAD.replace("VERBS", "|".join(what.name for what in WHAT)).replace("SHUT_IN", SHUT_IN)
    lines = [head, case("''", [*(one.name for one in commands.ALL), "--help", "--no-install", "--version"], False)]
    lines += [case_of(f"'kernel {what.name}'", what) for what in WHAT]
    lines.append(case("'kernel WHAT'", [what.name for what in WHAT], True))
    lines.append(case_of("'kernel review'", REVIEW))
    lines += [case_of(command.name, command) for command in commands.ALL if command.name != "kernel"]
    kernel = next(command for command in commands.ALL if command.name == "kernel").parser()
    lines.append(case("kernel", [*kernel.words(), *kernel.options(), REVIEW.name], True, kernel.values()))
    return "".join([*lines, TAIL])
