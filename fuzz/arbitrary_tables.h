// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables of arbitrary descriptors, which no mapper would make, to hold walks
 * against each other.
 */
#ifndef FUZZ_ARBITRARY_TABLES_H
#define FUZZ_ARBITRARY_TABLES_H

#include <stddef.h>

#include "fuzz/rng.h"
#include "mapper/machine/machine.h"

#define WALK_MOST_ADDRESSES 1024

/* Where the descriptors come from: a fuzzer's bytes as long as there are some, then a seed. */
struct walk_source {
	const uint8_t *byte;
	size_t bytes;
	struct rng rng;
};

/*
 * Fills the machine with a few tables at each level and arbitrary entries:
 * links to tables of the next level, leaves, and what faults. Returns how
 * many addresses it wrote to va[WALK_MOST_ADDRESSES]: all that reach an entry.
 */
size_t walk_fill(struct machine *m, const struct machine_config *config, struct walk_source *from,
		 uint64_t *va);

#endif
