#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# What is exported of a finding: the KUnit body compiles and runs against stand-ins, and sees a wrong
# page; a mail has all that its reader needs. Usage: test_export.sh VMAPDIFF MUTANT TOP
set -eu
vmapdiff=$1 mutant=$2 top=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
cd "$work"

fail() { echo "FAILED: $*"; exit 1; }

for case in d1-two-order-7-blocks d1-three-order-6-blocks d1-two-long-runs; do
	"$vmapdiff" export "$top/regress/cases/$case.scenario" --as kunit -o kunit.inc
	for wrong in '' -DWRONG_PAGE; do
		# shellcheck disable=SC2086 # a flag, or none
		clang -std=gnu11 -Wall -Wextra -Werror -Wno-pointer-arith $wrong -DEXPORTED='"kunit.inc"' -I. \
			"$top/regress/test/kunit_standins.c" -o kunit || fail "$case does not compile"
		code=0
		./kunit >said || code=$?
		[ "$code" = "${wrong:+1}" ] || [ "$code$wrong" = 0 ] || fail "$case $wrong: $(cat said)"
	done
	"$vmapdiff" export "$top/regress/cases/$case.scenario" --as c -o array.inc
	printf '%s\n' '#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))' 'struct page { int x; };' \
		'static struct page *pfn_to_page(unsigned long pfn) { return (struct page *)pfn; }' \
		'#include "array.inc"' 'struct page *page[VMAPDIFF_PAGES];' \
		'int main(void) { vmapdiff_fill(page); return 0; }' >array.c
	clang -std=gnu11 -Wall -Werror -Wno-int-to-pointer-cast array.c -o array ||
		fail "the array of $case does not compile"
	./array || fail "the array of $case"
done

"$mutant" export "$top/regress/cases/d1-two-order-7-blocks.scenario" >mail
for text in 'Subject: vmap() breaks translation.output_address' \
	'FAIL translation.output_address mapper=batched op=0:vmap granule=4k level=3' \
	'index 128: page 0 of run 2' '  vmap va=0xffff8000801f0000 pages=0x10000+128,0x20000+128' \
	"Tested: the mapper 'batched' of $mutant" 'With:   vmapdiff ' "  $mutant replay a.scenario"; do
	grep -qF -- "$text" mail || fail "the mail lacks: $text"
done
! grep -qF './rig replay' mail || fail 'the mail names a program in which the scenario holds'
# A program of that name is not the tool itself, if its mapper is another.
mkdir renamed
cp "$mutant" renamed/vmapdiff
code=0
renamed/vmapdiff export "$top/regress/cases/d1-two-order-7-blocks.scenario" >said || code=$?
grep -qF '  renamed/vmapdiff replay a.scenario' said || fail "renamed: $(tail -n 5 said)"
# The path of the program is as long as it is.
awk -v program="$mutant" 'length($0) > 79 && !index($0, program) { print; bad = 1 } END { exit bad }' mail || fail 'a line is longer than 79'
sed -n '/^  vmapdiff 2/,/^$/p' mail | sed 's/^  //' >a.scenario
code=0
"$mutant" replay a.scenario >said || code=$?
[ "$code" = 1 ] || fail "the mail's own scenario: $(cat said)"

code=0
"$vmapdiff" export "$top/regress/cases/vunmap-part-of-a-1g-block.scenario" --as kunit 2>said || code=$?
{ [ "$code" = 2 ] && grep -q 'needs a mapping call' said; } || fail "refusal: $(cat said)"
code=0
"$vmapdiff" export "$top/regress/cases/d1-two-long-runs.scenario" --as fax 2>said || code=$?
[ "$code" = 2 ] || fail 'a form that there is none of'
echo 'exports are as they must be'
