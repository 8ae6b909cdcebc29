// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property: struct pages that are in use are mapped, each to memory of its own, also
 * while those of other memory next to them come and go; and all that memory is given
 * back once, after its TLBI.
 */
#include "fuzz/harness.h"

HARNESS_TARGET(PROFILE_VMEMMAP)
