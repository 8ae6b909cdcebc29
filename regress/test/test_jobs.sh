#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What `rig fuzz --jobs` makes of a bug that every job meets: one report, kept and minimized, and no
# job that goes on. A rig of its own around a mutant, built already. Usage: test_jobs.sh BUILD TOP
set -eu
build=$1 top=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

fail() { echo "FAILED: $*"; cat "$work/out"; exit 1; }

mkdir -p "$work/bin" "$work/fuzz" "$work/.build/fuzz/fuzz" "$work/.build/fuzz/regress" "$work/regress"
ln -s "$top/fuzz/targets.cmake" "$work/fuzz"
ln -s "$top/corpus" "$work/corpus"
ln -s "$top/regress/cases" "$work/regress/cases"
cp "$top/rig" "$work/rig"
printf '#!/bin/sh\nexit 0\n' >"$work/bin/cmake"
chmod +x "$work/bin/cmake"
for target in vmap sequence; do
	cp "$build/mutants/fuzz.batch-past-block" "$work/.build/fuzz/fuzz/fuzz_$target"
done
ln -s "$build/mutants/vmapdiff.batch-past-block" "$work/.build/fuzz/regress/vmapdiff"
PATH=$work/bin:$PATH
export PATH

code=0
"$work/rig" --no-install fuzz fuzz_vmap --seconds 300 --jobs 2 -- -seed=1 >"$work/out" 2>&1 || code=$?
[ "$code" = 1 ] || fail "it returns $code"
grep -q 'FINDING' "$work/out" || fail 'it names no finding'
grep -q '^FAIL translation.output_address mapper=batched' "$work/out" || fail 'it shows no signature'
! find /proc/[0-9]*/exe -lname "$work/*" 2>/dev/null | grep -q . || fail 'a job goes on'
[ "$(grep -c '^  expected ' "$work/out")" = 1 ] || fail 'it tells the finding of every job'
found=$(find "$work/.build/findings" -name 'crash-*' ! -name '*.scenario' | head -n 1)
"$build/mutants/vmapdiff.batch-past-block" replay "$found" >/dev/null && fail 'what is kept holds'

# Every target has its share of the time. These do nothing, and say so as libFuzzer would.
count=0
targets=$(sed -n 's/^set(fuzz_targets \(.*\))$/\1/p' "$top/fuzz/targets.cmake")
for target in $targets; do
	count=$((count + 1))
	rm -f "$work/.build/fuzz/fuzz/$target"
	printf '#!/bin/sh\necho "Done 1 runs in 0 second(s)"\n' >"$work/.build/fuzz/fuzz/$target"
	chmod +x "$work/.build/fuzz/fuzz/$target"
done
"$work/rig" --no-install fuzz --seconds $((10 * count)) >"$work/out" 2>&1 || fail 'targets that find nothing have a finding'
[ "$(grep -c 'fuzzing for 10 seconds' "$work/out")" = "$count" ] || fail 'not every target has its share of the time'

code=0
"$work/rig" --no-install fuzz fuzz_vmap --jobs 0 >"$work/out" 2>&1 || code=$?
[ "$code" = 2 ] || fail "no jobs at all return $code"
grep -q 'needs a number of at least 1' "$work/out" || fail 'no jobs at all are not refused'
