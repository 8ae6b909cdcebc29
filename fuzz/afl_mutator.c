// SPDX-License-Identifier: GPL-2.0-only
/*
 * A target's mutator and cross-over, which it has for libFuzzer, as a custom
 * mutator of AFL++ (docs/custom_mutators.md there): a module for each target,
 * to be named in AFL_CUSTOM_MUTATOR_LIBRARY. The target itself stays as it is.
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz/harness.h"
#include "fuzz/scenario_bytes.h"

#define CROSS_OVER_PERCENT 15 /* of the times that AFL++ hands a second input */

struct afl_mutator {
	struct rng rng;
	uint8_t bytes[SCENARIO_MAX_BYTES];
};

/* What AFL++ looks up by name. */
void *afl_custom_init(void *afl, unsigned int seed);
size_t afl_custom_fuzz(struct afl_mutator *m, uint8_t *data, size_t size, uint8_t **out,
		       uint8_t *other, size_t other_size, size_t max_size);
void afl_custom_deinit(struct afl_mutator *m);

void *afl_custom_init(void *afl, unsigned int seed)
{
	struct afl_mutator *m = malloc(sizeof(*m));
	(void)afl;
	if (m)
		m->rng.state = seed;
	return m;
}

void afl_custom_deinit(struct afl_mutator *m)
{
	free(m);
}

/* The new input's size; *out is ours until the next call. */
size_t afl_custom_fuzz(struct afl_mutator *m, uint8_t *data, size_t size, uint8_t **out,
		       uint8_t *other, size_t other_size, size_t max_size)
{
	unsigned seed = (unsigned)rng_next(&m->rng);
	size_t capacity = max_size < sizeof(m->bytes) ? max_size : sizeof(m->bytes);
	*out = m->bytes;
	if (other && rng_chance(&m->rng, CROSS_OVER_PERCENT)) {
		size_t crossed = LLVMFuzzerCustomCrossOver(data, size, other, other_size, m->bytes,
							   capacity, seed);
		if (crossed)
			return crossed;
	}
	if (size > capacity)
		size = capacity;
	memcpy(m->bytes, data, size);
	return LLVMFuzzerCustomMutator(m->bytes, size, capacity, seed);
}
