// SPDX-License-Identifier: GPL-2.0-only
/* A machine's tables in the layout of the kernel's page-table dump. */
#ifndef REGRESS_TOOL_PTDUMP_H
#define REGRESS_TOOL_PTDUMP_H

#include <stdio.h>

#include "oracle/arm64/translate.h"

/*
 * Prints ranges of leaves of one level with equal attributes, as arm64's
 * /sys/kernel/debug/kernel_page_tables does (Linux arch/arm64/mm/ptdump.c):
 * address range, size, level, and a column for each attribute.
 */
void ptdump_print(const struct arm64_geometry *g, const struct machine *m, FILE *to);

#endif
