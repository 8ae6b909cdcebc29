#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The kill table: for each mutant, executions until a fuzz target finds it from an empty corpus.
#   regress/mutants.sh TOP [--seeds N] [--runs N] [NAME]...
# exit 0 when every mutant dies for every seed, each by the rule its header names; else 1.
set -eu

top=$1
shift
seeds=10 runs=131072 names=
while [ $# -gt 0 ]; do
	case $1 in
	--seeds) seeds=$2; shift 2 ;;
	--runs) runs=$2; shift 2 ;;
	-*) echo "mutants: '$1' is no option; there are --seeds N and --runs N" >&2; exit 2 ;;
	*)
		[ -e "$top/regress/mutants/$1.patch" ] || {
			echo "mutants: there is no regress/mutants/$1.patch" >&2
			exit 2
		}
		names="$names $1"
		shift
		;;
	esac
done
[ -n "$names" ] || names=$(find "$top/regress/mutants" -name "*.patch" -exec basename {} .patch \; | sort)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# One seed of one mutant: prints "EXECUTIONS RULE", or nothing if it survives.
try() {
	"$top/.build/fuzz/mutants/fuzz.$1" -seed="$2" -runs="$runs" -max_len=4096 \
		-print_final_stats=1 -artifact_prefix="$work/" >"$work/log" 2>&1 || true
	rule=$(sed -n 's/^FAIL \([a-z_.-]*\) .*/\1/p' "$work/log" | head -n 1)
	executions=$(sed -n 's/^  after *\([0-9]*\) executions/\1/p' "$work/log")
	[ -n "$executions" ] || executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log")
	[ -z "$rule" ] || echo "${executions:-0} $rule"
}

status=0
printf '%-34s %9s %9s %9s  %s\n' mutant killed median worst 'rule that fired (times)'
for name in $names; do
	: >"$work/kills"
	seed=1
	while [ "$seed" -le "$seeds" ]; do
		try "$name" "$seed" >>"$work/kills"
		seed=$((seed + 1))
	done
	killed=$(wc -l <"$work/kills")
	sort -n "$work/kills" >"$work/sorted"
	median=$(awk -v n=$(((killed + 1) / 2)) 'NR == n { print $1 }' "$work/sorted")
	worst=$(sed -n '$p' "$work/sorted" | cut -d' ' -f1)
	rules=$(cut -d' ' -f2 "$work/kills" | sort | uniq -c | sort -rn |
		awk '{ printf "%s%s (%d)", (NR > 1 ? ", " : ""), $2, $1 }')
	printf '%-34s %5d/%-3d %9s %9s  %s\n' "$name" "$killed" "$seeds" "${median:--}" "${worst:--}" "$rules"
	[ "$killed" = "$seeds" ] || status=1
	expected=$(sed -n 's/^rule: //p' "$top/regress/mutants/$name.patch" | sed 's/ or /\n/g')
	printf '%s\n' "$expected" | grep -qxF "$(cut -d' ' -f2 "$work/kills" | sort | uniq -c |
		sort -rn | awk 'NR == 1 { print $2 }')" || {
		echo "mutants: $name: its header expects: $(echo "$expected" | tr '\n' ' ')" >&2
		status=1
	}
done
echo "killed: of --seeds $seeds, within $runs executions each, from an empty corpus"
exit "$status"
