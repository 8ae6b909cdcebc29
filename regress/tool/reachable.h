// SPDX-License-Identifier: GPL-2.0-only
/*
 * What callers of a booted kernel can do. They are given areas by the kernel:
 * each call has its own, aligned as the kernel aligns it. No allocation of
 * theirs fails, and they leave no entries but those of their calls.
 * regress/driver/booting/reach.py plans what is reachable.
 */
#ifndef REGRESS_TOOL_REACHABLE_H
#define REGRESS_TOOL_REACHABLE_H

#include <stdbool.h>
#include <stdio.h>

#include "fuzz/scenario.h"

/*
 * How far a scenario is from what callers can do: 0 if they can make all of
 * it. What no caller of any kernel can do weighs more than what only some
 * kernels let them do.
 */
uint64_t reachable_cost(const struct scenario *s);

/* Whether callers of some kernel can make all of it. */
bool is_reachable(const struct scenario *s);

/* Prints whether callers can make it, and a line for each thing that they cannot, or not on each kernel. */
void reachable_print(const struct scenario *s, FILE *to);

/* In bytes, at least a page: what the area of a mapping op is aligned to on each kernel. A power of two. */
uint64_t reachable_alignment(const struct scenario *s, const struct op *op);

/* The mapping op before op `i` that has all of its range, with its guard page; -1 if there is none. */
int reachable_area_of(const struct scenario *s, uint32_t i);

/* A mapping op before op `i` whose area meets that of op `i`, with guard pages; -1 if there is none. */
int reachable_overlap(const struct scenario *s, uint32_t i);

#endif
