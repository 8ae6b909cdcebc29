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

mkdir kunit linux
for header in kunit/test linux/gfp linux/mm linux/module linux/nodemask linux/vmalloc; do
	: >"$header.h"
done

# A scenario as a KUnit test, compiled with stand-ins for the kernel.
build_kunit() {
	"$vmapdiff" export "$1" --as kunit -o kunit.inc || fail "$1 is not exported"
	clang -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -Wno-pointer-arith -Wno-missing-field-initializers \
		-DEXPORTED='"kunit.inc"' -I. "$top/regress/test/kunit_standins.c" -o standin || fail "$1 does not compile"
}

# What the test says on a kernel with a bug: 0 it passes, 1 it fails, 2 it is skipped, 3 it leaves something.
kunit_says() {
	code=0
	BUG=$1 ./standin >said || code=$?
	[ "$code" = "$2" ] || fail "on a kernel with the bug '$1', exit code $code: $(cat said)"
}

for case in d1-two-order-7-blocks d1-three-order-6-blocks d1-two-long-runs; do
	build_kunit "$top/regress/cases/$case.scenario"
	kunit_says '' 0
	kunit_says wrong-page 1
	kunit_says wrong-memory 1
	kunit_says missing-page 1
	kunit_says fails 1
	kunit_says no-memory 2
	"$vmapdiff" export "$top/regress/cases/$case.scenario" --as c -o array.inc
	printf '%s\n' '#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))' 'struct page { int x; };' \
		'static struct page *pfn_to_page(unsigned long pfn) { return (struct page *)pfn; }' \
		'#include "array.inc"' 'struct page *page[VMAPDIFF_PAGES];' \
		'int main(void) { vmapdiff_fill(page); return 0; }' >array.c
	clang -std=gnu11 -Wall -Werror -Wno-int-to-pointer-cast array.c -o array ||
		fail "the array of $case does not compile"
	./array || fail "the array of $case"
done

# An area that the kernel aligns never lies as in the finding; a block before the array would be needed.
printf 'vmapdiff 2\nvmap va=0xffff800000013000 pages=0x410+32,0x10411,0x10413+3 prot=kernel-ro flags=huge\n' >skewed.scenario
build_kunit skewed.scenario
kunit_says '' 0
kunit_says aligned 2
grep -q 'past a boundary' said || fail "why it is skipped: $(cat said)"
for line in '	{ 0, 16, 32 },' '	{ 1, 17, 1 },' '	{ 1, 19, 3 },' '#define VMAPDIFF_RESIDUE 19UL' \
	'#define VMAPDIFF_MAP vmap(pages, count, VM_MAP | VM_ALLOW_HUGE_VMAP, PAGE_KERNEL_RO)'; do
	grep -qxF -- "$line" kunit.inc || fail "the test of a skewed array lacks: $line"
done
printf 'vmapdiff 2\nvm_map_ram va=0xffff800000013000 pages=0x410+3,0x810\n' >ram.scenario
build_kunit ram.scenario
kunit_says '' 0
kunit_says aligned 0
kunit_says wrong-memory 1
sed -i 's/PAGE_SHIFT 12/PAGE_SHIFT 14/' kunit.inc
clang -D_GNU_SOURCE -DEXPORTED='"kunit.inc"' -I. -Wno-pointer-arith "$top/regress/test/kunit_standins.c" -o standin
kunit_says '' 2

# What is apart stays apart, though the allocator gives one block after another; and what is not does not.
printf 'vmapdiff 2\nvmap va=0xffff800000000000 pages=0x400+512,0xc00+512\n' >apart.scenario
build_kunit apart.scenario
kunit_says '' 0
grep -q ' 1022 pages follow' said || fail "two blocks: $(cat said)"
printf 'vmapdiff 2\nvmap va=0xffff800000000000 pages=0x400+512,0x600+512,0xa07,0xa09+2\n' >together.scenario
build_kunit together.scenario
kunit_says '' 0
grep -q ' 1024 pages follow' said || fail "one block: $(cat said)"
pages=$(seq 200 | awk '{ printf "%s%d+3", (NR > 1 ? "," : ""), ($1 + 1) * 2048 }')
printf 'vmapdiff 2\nvmap va=0xffff800000000000 pages=%s\n' "$pages" >many.scenario
build_kunit many.scenario
kunit_says '' 0
grep -q ' 400 pages follow' said || fail "many blocks: $(cat said)"

# What no caller can do is refused.
refuse() {
	printf 'vmapdiff 2\n%b\n' "$1" >refused.scenario
	code=0
	"$vmapdiff" export refused.scenario --as kunit 2>said || code=$?
	{ [ "$code" = 2 ] && grep -q -- "$2" said; } || fail "refusal of '$1': $code $(cat said)"
}
refuse 'machine va=28 entries=16 group=4\nvmap va=0xfffffffff8000000 pages=0x10' 'a scaled-down machine'
refuse 'vmap va=0xffff800000010000 pages=0x10 prot=user' 'none has such a protection'
refuse 'fail alloc=1\nvmap va=0xffff800000010000 pages=0x10' 'an allocation or a lock'
refuse 'vmap va=0xffff800000010000 pages=0x10,null' 'with a null or bad page'
printf 'vmapdiff 2\nvmap va=0xffff800000010000 pages=0x10\nvmap va=0xffff800000110000 pages=0x10\n' >two.scenario
"$vmapdiff" export two.scenario --as kunit 2>said >kunit.inc
grep -q 'makes the call of op 1, and no other' said || fail "two ops: $(cat said)"

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
