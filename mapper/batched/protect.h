// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attributes of what is mapped already: update_range_prot() and
 * split_kernel_leaf_mapping() of arch/arm64/mm (Linux 6.18 and the facts of
 * set_memory in the series' discussion).
 */
#ifndef MAPPER_BATCHED_PROTECT_H
#define MAPPER_BATCHED_PROTECT_H

#include "mapper/mapper.h"
#include "mapper/pgtable/geometry.h"

/* Entries that are stored by one list: no contiguous group has more. */
#define GATHER 128

struct protect {
	struct address_space *space;
	struct machine *machine;
	struct geometry g;
	uint64_t clear, set; /* bits of each leaf; cleared first */
	bool keeps_tlb;      /* what was not valid becomes valid: no TLB holds it */
};

/*
 * Changes the leaves of offsets [start, end), holes allowed. 0; -EINVAL, with
 * a warning and nothing stored, where an end lies inside of a leaf or group
 * that may not be split; -ENOMEM, with nothing changed, when a split gets no
 * table page.
 */
int protect_range(struct protect *p, uint64_t start, uint64_t end);

/*
 * split.c: whether `at` lies inside of a leaf or contiguous group; and makes
 * it lie at the start of one, by ever smaller leaves. 0 or -ENOMEM.
 */
bool boundary_in_leaf(struct protect *p, uint64_t at);
int split_at(struct protect *p, uint64_t at);

/*
 * Makes offsets [start, end) begin and end between leaves, or be of single
 * pages, where leaves are split while they are live. 0 or -ENOMEM.
 */
int split_range(struct protect *p, bool to_pages, uint64_t start, uint64_t end);

/* split_pages.c: the same of single pages, wherever that is allowed. */
int split_to_pages(struct protect *p, uint64_t start, uint64_t end);

#endif
