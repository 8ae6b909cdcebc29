// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property: as for vmap(), of physical ranges of any alignment, at level 1, 2
 * and 3, over tables and leaves that earlier mappings left.
 */
#include "fuzz/harness.h"

HARNESS_TARGET(PROFILE_IOREMAP)
