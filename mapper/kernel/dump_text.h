// SPDX-License-Identifier: GPL-2.0-only
/* The text that a tree's ptdump_walk() prints, as what mapper/dump.h says. */
#ifndef MAPPER_KERNEL_DUMP_TEXT_H
#define MAPPER_KERNEL_DUMP_TEXT_H

#include "mapper/dump.h"

/*
 * Reads lines of `text`, which ends with a NUL, up to `room`, and returns how many. Names of areas
 * are skipped. A line whose size is not that of its range has no bytes. The last line's end is `end`
 * where it says 0 (Linux 6.1). `start_level` is the root's, which the kernel calls PGD. Words that are
 * unknown count for nothing.
 */
unsigned dump_text_read(const char *text, int start_level, uint64_t end, struct dump_line *line,
			unsigned room);

#endif
