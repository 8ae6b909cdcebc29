#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Executions a second of fuzz_vmap by size of the page arrays, beside the empty target's, built with
# the same flags, in turn and in one run. Reports; judges nothing. Usage: regress/throughput.sh TOP
set -eu

top=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

# rate TARGET MAX_PAGES RUNS
rate() {
	VMAPDIFF_MAX_PAGES=$2 "$top/.build/fuzz/fuzz/$1" -seed=1 -runs="$3" -max_len=4096 \
		-print_final_stats=1 -artifact_prefix="$work/" 2>&1 |
		sed -n 's/^stat::average_exec_per_sec: *//p'
}

printf '%-28s %12s %12s %7s\n' 'fuzz_vmap, pages a scenario' 'a second' 'empty target' ratio
for size in '64 800000' '1024 300000' '25600 120000'; do
	pages=${size% *} runs=${size#* }
	empty=$(rate fuzz_empty "$pages" 4000000)
	vmap=$(rate fuzz_vmap "$pages" "$runs")
	ratio=$(awk "BEGIN { printf \"%.3f\", $vmap / $empty }")
	printf 'up to %-22s %12s %12s %7s\n' "$pages" "$vmap" "$empty" "$ratio"
done
