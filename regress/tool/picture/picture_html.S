/* SPDX-License-Identifier: GPL-2.0-only */
/* The page of picture.c, as data. */
	.section .rodata
	.globl	picture_html, picture_html_end
picture_html:
	.incbin	"picture/picture.html"
picture_html_end:
	.byte	0
	.section .note.GNU-stack, "", @progbits
