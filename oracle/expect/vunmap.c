// SPDX-License-Identifier: GPL-2.0-only
/* vunmap(): any range. */
#include "oracle/expect/expect.h"

const struct call_expectation expect_vunmap = {
	.expect = expect_unmapping,
	.apply = apply_unmapping,
};
