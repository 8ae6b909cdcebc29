// SPDX-License-Identifier: GPL-2.0-only
/* What a leaf or group around a page means to a range that begins or ends there. */
#include "oracle/expect/expect.h"

uint64_t pages_together(const struct oracle *o, uint64_t page)
{
	if (page >> (o->g.ia_size - o->g.granule))
		return 1; /* the end of the space, which is no page of it */
	struct arm64_translation t = arm64_translate(&o->g, o->machine, oracle_va(o, page));
	if (!t.desc)
		return 1;
	unsigned order = arm64_leaf_order(&o->g, t.level);
	if (t.desc & ARM64_CONTIGUOUS)
		order += arm64_contiguous_size(&o->g, t.level);
	return UINT64_C(1) << order;
}

bool is_cut(const struct oracle *o, uint64_t page)
{
	return page & (pages_together(o, page) - 1);
}
