// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenarios by the engine's own byte mutations, without generator and
 * mutator: there only to measure what those are worth.
 */
#include "fuzz/harness.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return harness_run(data, size);
}
