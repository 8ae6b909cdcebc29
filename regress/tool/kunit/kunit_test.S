/* SPDX-License-Identifier: GPL-2.0-only */
/* The test of export_kunit.c, as data. */
	.section .rodata
	.globl	kunit_test, kunit_test_end
kunit_test:
	.incbin	"kunit/kunit_test.c.in"
kunit_test_end:
	.byte	0
	.section .note.GNU-stack, "", @progbits
