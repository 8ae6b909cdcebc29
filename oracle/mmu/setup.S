/* SPDX-License-Identifier: GPL-2.0-only */
/* Turns on the MMU of EL1. x0: MAIR_EL1; x1: TCR_EL1; x2: TTBR0_EL1; x3: TTBR1_EL1. */
	.text
	.globl	mmu_setup
mmu_setup:
	msr	mair_el1, x0
	msr	tcr_el1, x1
	msr	ttbr0_el1, x2
	msr	ttbr1_el1, x3
	isb
	tlbi	vmalle1
	dsb	ish
	isb
	mrs	x4, sctlr_el1
	orr	x4, x4, #1
	msr	sctlr_el1, x4
	isb
	ret
