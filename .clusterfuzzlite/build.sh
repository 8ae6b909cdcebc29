#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Builds every fuzz target, with its seeds, options and dictionary, into $OUT: for ClusterFuzzLite and
# OSS-Fuzz, which set all variables used here. Engine and sanitizer are theirs: CMake takes $CC, $CXX,
# $CFLAGS, $CXXFLAGS and $LIB_FUZZING_ENGINE from the environment, and VMAPDIFF_OPTIMIZE is empty so
# that no flag of ours is behind theirs. `./rig builder` plays their part on any Debian 12.
set -eu
: "${SRC:?}" "${OUT:?}" "${CC:?}" "${CXX:?}" "${LIB_FUZZING_ENGINE:?}"
echo "vmapdiff: building for engine ${FUZZING_ENGINE:-?}, sanitizer ${SANITIZER:-?}, into $OUT"

# The tool that converts seeds is run at build time: what a coverage build of it writes is nobody's.
export LLVM_PROFILE_FILE=/dev/null

build=${WORK:-$SRC}/vmapdiff-build
rm -rf "$build" # another engine or sanitizer may have been here
cmake -S "$SRC/vmapdiff" -B "$build" -G Ninja -DVMAPDIFF_OPTIMIZE= -DVMAPDIFF_MUTANTS=OFF \
	-DBUILD_TESTING=OFF
cmake --build "$build" --target fuzz_targets
cmake --install "$build" --prefix "$OUT" --component fuzz
