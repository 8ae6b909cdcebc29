#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Every fuzz target on the trees that are there, side by side, from the checked-in corpus.
# Usage: fuzz_trees.sh TOP SECONDS TREE...      exit: 0 no finding, 1 a finding, 77 no tree
set -eu

top=$1 seconds=$2
shift 2
for tree; do
	shift
	if [ -d "$tree" ]; then
		set -- "$@" "$tree"
	else
		echo "no $tree (Debian package $(basename "$tree")): it is not fuzzed"
	fi
done
[ $# != 0 ] || { echo "SKIP: no tree"; exit 77; }
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT INT TERM
targets='fuzz_vmap fuzz_vmalloc fuzz_ioremap fuzz_vm_map_ram fuzz_set_memory fuzz_vmemmap fuzz_sequence'

fuzz_tree() {
	for target in $targets; do
		"$top/rig" kernel "$1" fuzz "$target" --seconds "$seconds" || return 1
	done
}

waiting=
for tree in "$@"; do
	log=$logs/$(basename "$tree")
	fuzz_tree "$tree" >"$log" 2>&1 &
	waiting="$waiting $!"
done
status=0
for process in $waiting; do
	wait "$process" || status=1
done
for tree in "$@"; do
	echo "--- $tree"
	grep -v '^  \|^known' "$logs/$(basename "$tree")"
done
exit "$status"
