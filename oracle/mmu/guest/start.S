/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a guest image begins, and where its exceptions go. A load or store
 * that probes may fault; any other exception ends the guest.
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

/* probe_load(va, *value), probe_store(va, value): 0, or 1 where the address faults. */
	.globl	probe_load, probe_store
probe_load:
probe_load_at:
	ldr	x2, [x0]
	str	x2, [x1]
	mov	x0, #0
	ret
probe_store:
probe_store_at:
	str	x1, [x0]
	mov	x0, #0
	ret
probe_failed:
	mov	x0, #1
	ret

on_exception:
	mrs	x16, elr_el1
	adr	x17, probe_load_at
	cmp	x16, x17
	b.eq	1f
	adr	x17, probe_store_at
	cmp	x16, x17
	b.ne	2f
1:	adr	x17, probe_failed
	msr	elr_el1, x17
	eret
2:	mrs	x0, esr_el1
	mrs	x1, far_el1
	mov	x2, x16
	bl	guest_died
	b	.

	.balign 2048
vectors:
	.rept	16
	b	on_exception
	.balign 128
	.endr
