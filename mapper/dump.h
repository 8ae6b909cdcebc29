// SPDX-License-Identifier: GPL-2.0-only
/* A dump of kernel page tables, as ptdump prints it: lines, each for entries that are alike. */
#ifndef MAPPER_DUMP_H
#define MAPPER_DUMP_H

#include <stdint.h>

/* What a line says of its entries, as bits; 0 where they are empty. An invalid entry may be in use. */
#define DUMP_IN_USE (1u << 0)
#define DUMP_VALID (1u << 1)
#define DUMP_USER (1u << 2)
#define DUMP_READ_ONLY (1u << 3)
#define DUMP_PXN (1u << 4)
#define DUMP_UXN (1u << 5)
#define DUMP_SHARED (1u << 6) /* Inner Shareable */
#define DUMP_ACCESSED (1u << 7)
#define DUMP_NOT_GLOBAL (1u << 8)
#define DUMP_CONTIGUOUS (1u << 9)
#define DUMP_BLOCK (1u << 10)
#define DUMP_GUARDED (1u << 11)
/* The memory type, by its byte of MAIR_EL1; DUMP_NO_MEMORY where none is named. */
#define DUMP_MEMORY(byte) ((uint32_t)(byte) << 16)
#define DUMP_NO_MEMORY 0xeeu

struct dump_line {
	uint64_t va, bytes;
	int level; /* of its entries, empty ones too: -1 to 3 */
	uint32_t says;
};

/* Entries that one dump is asked for at the most, and so its lines. */
#define DUMP_MAX_LINES 66

#endif
