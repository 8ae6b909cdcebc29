/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Asks the MMU, by AT S1E1R, for an address whose walk ends at level -1 in a
 * block descriptor with AF clear: 4K granule, 52-bit addresses, LPA2 (DS=1).
 * The granule has no block at that level, so the walk has a translation fault.
 * Prints PAR_EL1 and ends by semihosting.
 */
#define TCR_T0SZ	(64 - 39)
#define TCR_T1SZ	((64 - 52) << 16)
#define TCR_SH		((3 << 12) | (3 << 28))
#define TCR_TG1_4K	(2 << 30)
#define TCR_IPS_52	(6 << 32)
#define TCR_DS		(1 << 59)
#define BLOCK_AT_1G	0x40000401	/* the image itself: valid, AF */
#define CLOSED_BLOCK	0x41		/* valid, a block, AF clear */
#define ADDRESS		0xfff0000000000000

	.text
	.globl	start
start:
	adrp	x2, low_table		/* TTBR0: maps the image to itself */
	ldr	x0, =BLOCK_AT_1G
	str	x0, [x2, #8]
	adrp	x3, top_table		/* TTBR1: a table of level -1 */
	mov	x0, #CLOSED_BLOCK
	str	x0, [x3]
	dsb	sy
	mov	x0, #0xff		/* MAIR_EL1: Normal memory */
	msr	mair_el1, x0
	ldr	x1, =(TCR_T0SZ | TCR_T1SZ | TCR_SH | TCR_TG1_4K | TCR_IPS_52 | TCR_DS)
	msr	tcr_el1, x1
	msr	ttbr0_el1, x2
	msr	ttbr1_el1, x3
	isb
	tlbi	vmalle1
	dsb	sy
	mrs	x4, sctlr_el1
	orr	x4, x4, #1
	msr	sctlr_el1, x4
	isb

	ldr	x5, =ADDRESS
	at	s1e1r, x5
	isb
	mrs	x6, par_el1

	adr	x1, digits		/* PAR_EL1 as text: 16 digits */
	mov	x7, #16
1:	ror	x6, x6, #60
	and	x8, x6, #15
	cmp	x8, #10
	add	x9, x8, #'0'
	add	x10, x8, #'a' - 10
	csel	x9, x9, x10, lo
	strb	w9, [x1], #1
	subs	x7, x7, #1
	b.ne	1b
	adr	x1, text
	mov	w0, #0x04		/* SYS_WRITE0 */
	hlt	#0xf000
	adr	x1, ended
	mov	w0, #0x18		/* SYS_EXIT */
	hlt	#0xf000
	b	.
	.ltorg

	.balign	8
ended:	.quad	0x20026, 0		/* the application ended, with 0 */
text:	.ascii	"PAR_EL1 0x"
digits:	.ascii	"0000000000000000"
	.asciz	"\n"

	.balign	4096
low_table:
	.space	4096
top_table:
	.space	4096
