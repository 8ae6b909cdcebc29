// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property: up to 16 calls of all kinds on one address space, which overlap and
 * use addresses again, each leave it as the calls so far must have made it.
 */
#include "fuzz/harness.h"

HARNESS_TARGET(PROFILE_SEQUENCE)
