#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# ./rig corpus: what a machine found becomes text that reaches as much; what is superfluous goes, and
# only if a machine wrote it; the report for a browser. Usage: test_corpus.sh TOP
set -eu
top=$1
tool=$top/.build/fuzz/regress/vmapdiff
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
fail() { echo "FAILED: $*"; exit 1; }

# One seed made by hand; the machine has found its like, a hole, a split and an unmapped part of a block.
mkdir -p "$work/corpus/fuzz_vmap" "$work/machine/fuzz_sequence"
cp "$top/corpus/fuzz_vmap/dma-buf-order-8.scenario" "$work/corpus/fuzz_vmap"
for name in hole-behind-a-block set-memory-splits-at-bbm-2 vunmap-part-of-a-block; do
	"$tool" convert --to-bytes "$top/regress/cases/$name.scenario" -o "$work/machine/fuzz_sequence/$name" 2>/dev/null
done
"$tool" convert --to-bytes "$work/corpus" -o "$work/machine/fuzz_sequence" 2>/dev/null

"$top/rig" corpus merge --corpus "$work/corpus" --from "$work/machine" 2>&1
written=$(find "$work/corpus/fuzz_sequence" -name 'covers-*.scenario' | wc -l)
[ "$written" = 3 ] || fail "$written scenarios were written, not 3"
grep -l 'split.c split_block(): line' "$work"/corpus/fuzz_sequence/* >/dev/null || fail 'no comment names the split'
"$tool" replay "$work/corpus" || fail 'what was written does not hold'
"$top/rig" corpus merge --corpus "$work/corpus" --from "$work/machine" 2>&1 | grep '0 scenarios written' ||
	fail 'a second merge finds more'

# A twin of each kind: only what a machine wrote may go.
one=$(find "$work/corpus/fuzz_sequence" -name 'covers-*' | head -n 1)
cp "$one" "$work/corpus/fuzz_sequence/covers-twin-1.scenario"
cp "$work/corpus/fuzz_vmap/dma-buf-order-8.scenario" "$work/corpus/fuzz_vmap/by-hand.scenario"
"$top/rig" corpus minimize --corpus "$work/corpus" 2>&1 | tee "$work/said"
grep -q '6 scenarios: 1 removed; 2 made by hand' "$work/said" ||
	fail 'it does not say what it removed'
[ "$(find "$work/corpus" -name '*.scenario' | wc -l)" = 5 ] || fail 'more than one went'

"$top/rig" corpus cover >"$work/said" 2>&1 || { cat "$work/said"; fail 'no report'; }
grep -q 'TOTAL' "$work/said" || fail 'no table'
[ -s "$top/.build/coverage/html/index.html" ] || fail 'no report for a browser'
"$top/rig" corpus frob >"$work/said" 2>&1 && fail 'an unknown word is accepted'
grep 'the values are: merge minimize cover' "$work/said"
