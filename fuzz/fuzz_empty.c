// SPDX-License-Identifier: GPL-2.0-only
/*
 * No property: a target that does nothing, built with the flags of the
 * others. Its executions a second are what the engine leaves to them.
 */
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	(void)data;
	(void)size;
	return 0;
}
