// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property: two calls, of which one is made as a whole by another CPU or an
 * interrupt while the other is about to make its n-th event, each end as they
 * would alone: what each maps, unmaps or changes is so, no table is lost or
 * linked twice, and neither waits for ever.
 */
#include "fuzz/harness.h"

HARNESS_TARGET(PROFILE_INTERRUPTED)
