#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Installs what this checkout makes and uses it from outside as a stranger would: the manual; the
# example's mapper, by CMake and by pkg-config, judged right, and judged wrong once it is.
# Usage: test_install.sh TOP
set -eu
unset SOURCE_DATE_EPOCH
top=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

fail() { echo "FAILED: $*"; exit 1; }
quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log"; fail "$*"; }; }

cd "$top"
quietly cmake --preset install
quietly cmake --build --preset install
quietly cmake --install .build/install --prefix "$work/there" --component vmapdiff
"$work/there/bin/vmapdiff" replay "$work/there/share/vmapdiff/cases"
python3 regress/test/test_manual.py "$work/there" "$top"

# The page's date is one that builders set, and never the clock's.
page=.build/install/regress/tool/vmapdiff.1
cp "$page" "$work/page"
SOURCE_DATE_EPOCH=86400 quietly cmake --preset install
quietly cmake --build --preset install --target manual
grep -q '^\.TH VMAPDIFF 1 1970-01-02 ' "$page" || fail 'the page ignores SOURCE_DATE_EPOCH'
quietly cmake --preset install
quietly cmake --build --preset install --target manual
cmp "$page" "$work/page" || fail 'the page is another one'

# Where the program that prints it cannot run, there is none, and everything else is built.
mkdir "$work/cross"
cmake -S . -B "$work/cross" -G Ninja -DCMAKE_SYSTEM_NAME=Linux -DVMAPDIFF_SANITIZE=none \
	-DVMAPDIFF_MUTANTS=OFF -DBUILD_TESTING=OFF >"$work/log" 2>&1 || { cat "$work/log"; fail cross; }
grep 'no manual page' "$work/log" || fail 'cross-compiling does not say that there is no page'
ninja -C "$work/cross" -t targets all >"$work/targets"
grep -q 'libvmapdiff\.a' "$work/targets" || fail 'cross-compiling leaves the library out'
grep -q 'vmapdiff\.1' "$work/targets" && fail 'cross-compiling runs the program all the same'

# One version, of CMakeLists.txt, wherever it is told.
version=$(sed -n 's/^project(vmapdiff VERSION \([0-9.]*\) .*/\1/p' CMakeLists.txt)
grep -q "PACKAGE_VERSION \"$version\"" \
	"$(find "$work/there" -name vmapdiffConfigVersion.cmake)" || fail 'another version for CMake'
PKG_CONFIG_PATH=$(dirname "$(find "$work/there" -name vmapdiff.pc)")
export PKG_CONFIG_PATH
[ "$(pkg-config --modversion vmapdiff)" = "$version" ] || fail 'another version for pkg-config'

# The example, elsewhere, in fewer than 60 lines that are neither empty nor comments.
cp -r mapper/example "$work/mine"
cd "$work/mine"
lines=$(cat my_mapper.c CMakeLists.txt | grep -vcE '^[[:space:]]*($|//|/\*|#)')
[ "$lines" -lt 60 ] || fail "the example has $lines lines"
quietly cmake -S . -B build -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_PREFIX_PATH="$work/there"
quietly cmake --build build
build/vmapdiff_mine replay "$work/there/share/vmapdiff/corpus" "$work/there/share/vmapdiff/cases"
for target in build/fuzz_*_mine; do
	quietly "$target" -seed=1 -runs=3000 -verbosity=0
	grep -q '^==' "$work/log" && fail "$target found something"
	echo "$(basename "$target"): 3000 runs"
done

# A page too far, in the second half of a table: seen, and said to be this mapper's.
sed -i 's/pfn << 12 | bits/(pfn + (va >> 20 \& 1)) << 12 | bits/' my_mapper.c
grep -q 'va >> 20' my_mapper.c || fail 'my_mapper.c has no such store any more'
quietly cmake --build build
build/fuzz_vmap_mine -seed=1 -runs=3000 -verbosity=0 >"$work/log" 2>&1 && fail 'a wrong mapper lives'
grep '^FAIL translation.output_address mapper=mine op=.*:vmap' "$work/log" || fail 'another verdict'

# The same by pkg-config, with another compiler.
# shellcheck disable=SC2046 # words
quietly gcc my_mapper.c $(pkg-config --cflags --libs vmapdiff) -o tool
./tool replay "$work/there/share/vmapdiff/corpus" >"$work/log" && fail 'a wrong mapper replays'
grep '^FAIL translation.output_address mapper=mine' "$work/log" | sort -u | head -n 3
