#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Another compiler, sanitizer or architecture: builds a preset without a warning, and has it say of
# every checked-in and of many generated scenarios what every build says.
# Usage: test_build.sh TOP PRESET COMPILER [EMULATOR]     exit: 77 where the compiler is not installed
# An EMULATOR runs what an arm64 host runs by itself.
set -eu
top=$1 preset=$2 emulator=${4-}
case $(uname -m) in aarch64 | arm64) emulator= ;; esac
for program in "$3" $emulator; do
	command -v "$program" >/dev/null || { echo "SKIP: no $program"; exit 77; }
done
cd "$top"
build=.build/$preset
targets=$(sed -n 's/^set(fuzz_targets \(.*\))$/\1/p' fuzz/targets.cmake)
mkdir -p .build
cmake --preset "$preset" >".build/$preset.log"
# shellcheck disable=SC2086 # a list of words
cmake --build --preset "$preset" --target vmapdiff $targets >>".build/$preset.log" || {
	cat ".build/$preset.log"
	exit 1
}
! grep 'warning:' ".build/$preset.log" || { echo 'FAILED: it warns'; exit 1; }

$emulator "$build/regress/vmapdiff" replay regress/cases corpus
said=$($emulator "$build/regress/vmapdiff" soak --executions 16384)
[ "$said" = "$(grep -v '^#' regress/test/soak.digest)" ] || {
	echo "FAILED: $said"
	echo 'is not what regress/test/soak.digest says'
	exit 1
}
echo "$said"

# Hosts of this architecture have pages of 4K, 16K or 64K: an emulator up to QEMU 9 has the other two.
for page in ${emulator:+16384 65536}; do
	if ! $emulator -p "$page" "$build/regress/vmapdiff" rules >/dev/null 2>&1; then
		echo "not tested: a host with pages of $page bytes, which this $emulator cannot play"
		continue
	fi
	$emulator -p "$page" "$build/regress/vmapdiff" replay regress/cases
	said=$($emulator -p "$page" "$build/regress/vmapdiff" soak --executions 512)
	at_4k=$($emulator "$build/regress/vmapdiff" soak --executions 512)
	[ "$said" = "$at_4k" ] || {
		echo "FAILED: with host pages of $page bytes: $said; of 4096: $at_4k"
		exit 1
	}
done

# With an engine, a while of each target; without one, what the replayer says of a seed.
for target in $targets; do
	if grep -aq 'INFO: Seed:' "$build/fuzz/$target"; then
		"$build/fuzz/$target" -seed=1 -runs=1000 -max_len=4096 -verbosity=0
	else
		$emulator "$build/fuzz/$target" corpus/fuzz_vmap/dma-buf-order-8.scenario
	fi
done
