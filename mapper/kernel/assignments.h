// SPDX-License-Identifier: GPL-2.0-only
/* Stores to tables that bypass WRITE_ONCE(), and so the record. */
#ifndef MAPPER_KERNEL_ASSIGNMENTS_H
#define MAPPER_KERNEL_ASSIGNMENTS_H

#include "mapper/mapper.h"

/*
 * Linux 6.1 assigns the entries of vmap_pfn(), which nothing records. If this
 * call did so far, they are told as stores now: when it flushes the caches, and
 * when it returned. No barrier is between. Nothing is done of any other call.
 */
void tell_assignments(struct machine *m, const struct call *call);

#endif
