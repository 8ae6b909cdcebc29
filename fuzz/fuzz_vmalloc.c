// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property: as for vmap(), of arrays that an allocator was asked for in blocks
 * of one size, and of those for which it fell back to single pages.
 */
#include "fuzz/harness.h"

HARNESS_TARGET(PROFILE_VMALLOC)
