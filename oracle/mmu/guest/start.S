/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a guest image begins, and where its exceptions go. An access that
 * probes may fault; any other exception ends the guest.
 */
	.section .text.start, "ax"
	.globl	start
start:
	adrp	x0, stack_top
	add	x0, x0, :lo12:stack_top
	mov	sp, x0
	adrp	x0, vectors
	add	x0, x0, :lo12:vectors
	msr	vbar_el1, x0
	msr	tpidr_el1, xzr
	isb
	bl	guest_main
	b	guest_exit

/* guest_exit(code): semihosting's SYS_EXIT of an application that ends by itself. */
	.globl	guest_exit
guest_exit:
	sub	sp, sp, #16
	mov	x1, #0x26
	movk	x1, #0x2, lsl #16
	str	x1, [sp]
	str	x0, [sp, #8]
	mov	x1, sp
	mov	w0, #0x18
	hlt	#0xf000
	b	.

/* guest_write(text): semihosting's SYS_WRITE0. */
	.globl	guest_write
guest_write:
	mov	x1, x0
	mov	w0, #0x04
	hlt	#0xf000
	ret

/*
 * Probes: 0, or 1 where the access faults. TPIDR_EL1 holds where to go on after
 * an exception, and 0 while none is expected.
 */
	.macro	expect_exception
	adr	x16, 1f
	msr	tpidr_el1, x16
	.endm

	.globl	probe_load, probe_store, probe_fetch
probe_load:
	expect_exception
	ldr	x2, [x0]
	msr	tpidr_el1, xzr
	str	x2, [x1]
	mov	x0, #0
1:	ret

probe_store:
	expect_exception
	str	x1, [x0]
	msr	tpidr_el1, xzr
	mov	x0, #0
1:	ret

/* At the address is a RET. */
probe_fetch:
	stp	x29, x30, [sp, #-16]!
	expect_exception
	blr	x0
	msr	tpidr_el1, xzr
	mov	x0, #0
1:	ldp	x29, x30, [sp], #16
	ret

/* The same from EL0, where the access, or what is fetched, is followed by an SVC or is one. */
	.macro	at_el0 address
	expect_exception
	msr	elr_el1, \address
	mov	x16, #0x3c0		/* EL0t, DAIF masked */
	msr	spsr_el1, x16
	eret
1:	ret
	.endm

	.globl	probe_el0_load, probe_el0_store, probe_el0_fetch
probe_el0_load:
	adr	x3, el0_load
	at_el0	x3
probe_el0_store:
	adr	x3, el0_store
	at_el0	x3
probe_el0_fetch:
	at_el0	x0
el0_load:
	ldr	x2, [x0]
	svc	#0
el0_store:
	str	x1, [x0]
	svc	#0

on_exception:
	mrs	x16, tpidr_el1
	cbz	x16, 2f
	msr	tpidr_el1, xzr
	mrs	x17, esr_el1
	lsr	x17, x17, #26
	mov	x0, #0
	cmp	x17, #0x15		/* SVC */
	b.eq	1f
	mov	x0, #1
	tbnz	x17, #1, 2f
	and	x17, x17, #0x38
	cmp	x17, #0x20		/* instruction or data abort, of EL0 or EL1 */
	b.ne	2f
1:	msr	elr_el1, x16
	mov	x17, #0x3c5		/* EL1h, DAIF masked */
	msr	spsr_el1, x17
	eret
2:	mrs	x0, esr_el1
	mrs	x1, far_el1
	mrs	x2, elr_el1
	msr	tpidr_el1, xzr
	bl	guest_died
	b	.

	.balign 2048
vectors:
	.rept	16
	b	on_exception
	.balign 128
	.endr
