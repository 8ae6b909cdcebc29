/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asks the MMU. x0: addresses; x1: where four PAR_EL1 of each go; x2: how
 * many addresses, at least one. AT walks the tables anew each time, so no
 * TLB maintenance is needed when they change.
 */
	.macro	ask access
	at	\access, x3
	isb
	mrs	x4, par_el1
	str	x4, [x1], #8
	.endm

	.text
	.globl	mmu_ask
mmu_ask:
	ldr	x3, [x0], #8
	ask	s1e1r
	ask	s1e1w
	ask	s1e0r
	ask	s1e0w
	subs	x2, x2, #1
	b.ne	mmu_ask
	ret
