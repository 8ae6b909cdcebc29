// SPDX-License-Identifier: GPL-2.0-only
/* How a property that does not hold is reported. */
#include <inttypes.h>
#include <stdio.h>

#include "oracle/properties/properties.h"

const char *call_name(enum call_kind kind)
{
	static const char *const names[] = { "vmap", "vmalloc", "ioremap", "vunmap", "set_memory" };
	return names[kind];
}

struct verdict property_verdict(const struct oracle *o, enum rule rule, int level, uint64_t page)
{
	return (struct verdict){
		.rule = rule,
		.mapper = o->mapper->name,
		.call = call_name(o->call->kind),
		.op = o->call->op,
		.page_shift = o->g.granule,
		.level = level,
		.va = arm64_va_base(&o->g) + (page << o->g.granule),
	};
}

bool property_failed(struct oracle *o, enum rule rule, int level, uint64_t page)
{
	if (property_excused(rule))
		return true;
	o->verdict = property_verdict(o, rule, level, page);
	return false;
}

void oracle_describe(const struct oracle *o, int level, uint64_t desc, char *text)
{
	const char *contiguous = desc & ARM64_CONTIGUOUS ? ", Contiguous" : "";
	switch (arm64_kind(&o->g, level, desc)) {
	case ARM64_TABLE:
		snprintf(text, VERDICT_DETAIL_SIZE, "a table below level %d: 0x%016" PRIx64, level,
			 desc);
		return;
	case ARM64_LEAF:
		snprintf(text, VERDICT_DETAIL_SIZE, "level %d %s%s: 0x%016" PRIx64, level,
			 level == ARM64_LAST_LEVEL ? "page" : "block", contiguous, desc);
		return;
	case ARM64_INVALID:
		snprintf(text, VERDICT_DETAIL_SIZE, "a fault at level %d: 0x%016" PRIx64, level,
			 desc);
		return;
	}
}
