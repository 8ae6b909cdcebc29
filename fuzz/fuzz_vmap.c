// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property: for any page array, at any address, on any machine and under any
 * policy, vmap() by the batched mapper gives each page the translation that
 * mapping page by page gives, puts every block and contiguous group where Arm
 * allows it, touches nothing outside its range, fails as the kernel fails,
 * and leaves nothing behind once it is unmapped.
 */
#include "fuzz/harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
				 uint8_t *out, size_t max_size, unsigned int seed);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return harness_run(data, size);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	return harness_mutate(data, size, max_size, seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size,
				 uint8_t *out, size_t max_size, unsigned int seed)
{
	return harness_cross_over(a, a_size, b, b_size, out, max_size, seed);
}
