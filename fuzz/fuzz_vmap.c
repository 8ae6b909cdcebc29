// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property: for any page array, at any address, on any machine and under any
 * policy, vmap() by every mapper gives each page the translation that mapping
 * page by page gives, puts every block and contiguous group where Arm allows
 * it, touches nothing outside its range, fails as the kernel fails, and leaves
 * nothing behind once it is unmapped.
 */
#include "fuzz/harness.h"

HARNESS_TARGET(PROFILE_VMAP)
