// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/oracle.h"

#include <string.h>

#include "oracle/attributes.h"
#include "oracle/properties/properties.h"
#include "oracle/reference/reference.h"

void oracle_begin(struct oracle *o, struct machine *machine, const char *mapper)
{
	o->g = arm64_geometry(&machine->config);
	o->machine = machine;
	o->mapper = mapper;
	o->space.segments = 0;
	o->verdict.rule = RULE_NONE;
}

static uint64_t page_of(const struct oracle *o, uint64_t va)
{
	return (va - arm64_va_base(&o->g)) >> o->g.granule;
}

bool oracle_plant(struct oracle *o, uint64_t va, uint64_t pfn)
{
	uint64_t page = page_of(o, va);
	const struct arm64_attributes *a = attributes_of(PROT_KERNEL);
	uint64_t desc = arm64_address_bits(&o->g, pfn << o->g.granule) |
			arm64_leaf_bits_of(&o->g, ARM64_LAST_LEVEL, a);
	unsigned at = space_find(&o->space, page);
	if (at < o->space.segments && o->space.segment[at].start <= page)
		return false;
	if (!reference_plant(&o->g, o->machine, va, ARM64_LAST_LEVEL, desc))
		return false;
	space_add(&o->space,
		  (struct segment){
			  .start = page, .end = page + 1, .pfn = pfn, .prot = PROT_KERNEL });
	return true;
}

/* Legality before meaning: an illegal leaf has no translation to speak of. */
static bool judge_span(void *context, const struct arm64_span *span)
{
	struct oracle *o = context;
	return leaf_span(o, span) && translation_span(o, span) && contiguous_span(o, span);
}

static bool judge_link(void *context, const struct arm64_link *link)
{
	return tables_link(context, link);
}

static bool judge_reserved(void *context, const struct arm64_reserved *reserved)
{
	return leaf_reserved(context, reserved);
}

/* Starts a new sweep; tables reached in earlier ones do not count in it. */
static void begin_sweep(struct oracle *o)
{
	if (++o->sweep == 0) {
		memset(o->reached_in, 0, sizeof(o->reached_in));
		o->sweep = 1;
	}
	o->reached_in[MACHINE_ROOT] = o->sweep;
	o->reached = 1;
	o->seen_page = 0;
	o->segment = 0;
}

static bool judge_tables(struct oracle *o)
{
	struct arm64_visitor visitor = { judge_span, judge_link, judge_reserved, o };
	uint64_t all_pages = UINT64_C(1) << (o->g.ia_size - o->g.granule);
	begin_sweep(o);
	return arm64_sweep(&o->g, o->machine, &visitor) && translation_gap(o, all_pages);
}

bool oracle_judge(struct oracle *o, const struct call *call)
{
	o->call = call;
	o->first_page = page_of(o, call->va);
	o->end_page = o->first_page + (call->bytes >> o->g.granule);
	return tables_accesses(o) && errors_code(o) && judge_tables(o) && tables_all_reached(o);
}
