// SPDX-License-Identifier: GPL-2.0-only
/* vm_map_ram() and vm_unmap_ram(): single pages, whatever the policy, and lazily invalidated. */
#include "oracle/expect/expect.h"

static void place(const struct oracle *o, struct placement *p)
{
	(void)o;
	p->blocks = false;
}

const struct call_expectation expect_vm_map_ram = {
	.expect = expect_mapping,
	.apply = apply_mapping,
	.place = place,
};

const struct call_expectation expect_vm_unmap_ram = {
	.expect = expect_unmapping,
	.apply = apply_unmapping,
};
