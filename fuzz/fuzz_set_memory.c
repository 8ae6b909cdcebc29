// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property: set_memory changes exactly the pages that it is for and their
 * aliases in the linear map, splits only what may be split, and is refused
 * without a store where it must be.
 */
#include "fuzz/harness.h"

HARNESS_TARGET(PROFILE_SET_MEMORY)
