// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property: what the oracle expects, without a table, is what the reference
 * mapper makes, page by page: every mapper plays every scenario of any size.
 * The other targets let the mappers that are not under test play a sample.
 */
#include "fuzz/harness.h"

HARNESS_TARGET_THAT(harness_run_all, PROFILE_SEQUENCE)
