/* SPDX-License-Identifier: GPL-2.0-only */
/* AArch64 code as data of this host: setup.S and at.S, assembled and taken out of their objects. */
	.section .rodata
	.globl	unicorn_setup, unicorn_setup_end, unicorn_ask, unicorn_ask_end
unicorn_setup:
	.incbin	"setup.bin"
unicorn_setup_end:
unicorn_ask:
	.incbin	"at.bin"
unicorn_ask_end:
	.section .note.GNU-stack, "", @progbits
