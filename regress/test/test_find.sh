#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# The find that the README tells: hazard D1 is found from an empty corpus, minimized to two runs by
# steps that all keep the failure, and shown. Usage: test_find.sh BUILD TOP
set -eu
build=$1 top=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
cd "$work"
fuzz=$build/mutants/fuzz.batch-past-block
vmapdiff=$build/mutants/vmapdiff.batch-past-block

fail() { echo "FAILED: $*"; exit 1; }

for seed in 1 2 3; do
	mkdir "$seed"
	if "$fuzz" -seed=$seed -runs=100000 -max_len=4096 -artifact_prefix="$seed/" >log 2>&1; then
		fail "seed $seed finds nothing"
	fi
	"$vmapdiff" minimize "$seed"/crash-* -o "$seed/small.scenario" 2>progress || fail "minimize $seed"
	grep -q 'no step makes it smaller' progress || fail 'minimize does not say that it is done'
	runs=$(grep '^vmap ' "$seed/small.scenario" | tr ',' '\n' | wc -l)
	[ "$(grep -c '^vmap ' "$seed/small.scenario")" = 1 ] || fail "more than one op: $(cat "$seed/small.scenario")"
	[ "$runs" -le 2 ] || fail "$runs runs: $(cat "$seed/small.scenario")"
	"$vmapdiff" minimize "$seed/small.scenario" -o again.scenario 2>/dev/null
	diff "$seed/small.scenario" again.scenario >/dev/null || fail 'minimizing again changes it'
	code=0
	"$vmapdiff" replay "$seed/small.scenario" >out || code=$?
	[ "$code" = 1 ] || fail "replay returns $code"
	grep -q '^FAIL translation.output_address mapper=batched op=0:vmap ' out || fail "$(cat out)"
	"$build/regress/vmapdiff" replay "$seed/small.scenario" >/dev/null || fail 'it fails without the bug too'
done

# An area that some kernels would align: --reachable finds one at a boundary, and does not go back.
cat >skewed.scenario <<'END'
vmapdiff 2
preset va=0xffff800000000000 level=2 table
fail trylock=5
vmap va=0xffff800000010000 pages=0x400+512,0xa00+512
vunmap va=0xffff800000000000 size=0x800000
END
"$vmapdiff" minimize --reachable skewed.scenario -o reachable.scenario 2>said || fail "reachable: $(cat said)"
grep -q '^reachable: ' said || fail "it is not said: $(cat said)"
! grep -q '^not' said || fail "some of it is not reachable: $(cat said)"
grep -q '^vmap va=0xffff8000[0-9a-f]\{3\}00000 pages=' reachable.scenario || fail "it is at no boundary: $(cat reachable.scenario)"
[ "$(grep -c '^[a-z]* va=' reachable.scenario)" = 1 ] || fail "more than one op: $(cat reachable.scenario)"
"$vmapdiff" minimize --reachable reachable.scenario -o again.scenario 2>/dev/null
diff reachable.scenario again.scenario >/dev/null || fail 'making it reachable again changes it'

# The case as the README shows it, byte for byte.
"$vmapdiff" show "$top/regress/cases/d1-two-order-7-blocks.scenario" >shown || true
sed "s#$top/##g" shown >shown.short
sed -n '/^<!-- show -->/,/^<!-- end -->/p' "$top/README.md" | sed '1d;2d;$d' | sed '$d' >told
diff told shown.short || fail 'the README shows something else'
