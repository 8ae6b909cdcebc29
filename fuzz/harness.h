// SPDX-License-Identifier: GPL-2.0-only
/* What fuzz targets that play scenarios have in common. */
#ifndef FUZZ_HARNESS_H
#define FUZZ_HARNESS_H

#include <stddef.h>
#include <stdint.h>

#include "fuzz/generate.h"

/* Pages that the page arrays of one generated scenario may have together. */
#define HARNESS_MAX_PAGES 25600

/*
 * Plays one input; prints the finding and aborts when a rule is broken. The
 * entry point's return value: -1 for bytes that are no scenario.
 */
int harness_run(const uint8_t *data, size_t size);

/* The same, but every mapper plays, whatever the scenario's size: see player_play_all(). */
int harness_run_all(const uint8_t *data, size_t size);

/* LLVMFuzzerCustomMutator and LLVMFuzzerCustomCrossOver, on scenarios of a profile. */
size_t harness_mutate(enum profile_id id, uint8_t *data, size_t size, size_t max_size,
		      unsigned seed);
size_t harness_cross_over(enum profile_id id, const uint8_t *a, size_t a_size, const uint8_t *b,
			  size_t b_size, uint8_t *out, size_t max_size, unsigned seed);

/* libFuzzer's entry points, of a target whose new scenarios are of one profile. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
				 uint8_t *out, size_t max_size, unsigned int seed);

#define HARNESS_TARGET(profile) HARNESS_TARGET_THAT(harness_run, profile)

#define HARNESS_TARGET_THAT(run, profile)                                                          \
	int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)                               \
	{                                                                                          \
		return run(data, size);                                                            \
	}                                                                                          \
                                                                                                   \
	size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size,                \
				       unsigned int seed)                                          \
	{                                                                                          \
		return harness_mutate(profile, data, size, max_size, seed);                        \
	}                                                                                          \
                                                                                                   \
	size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b,        \
					 size_t b_size, uint8_t *out, size_t max_size,             \
					 unsigned int seed)                                        \
	{                                                                                          \
		return harness_cross_over(profile, a, a_size, b, b_size, out, max_size, seed);     \
	}

#endif
