// SPDX-License-Identifier: GPL-2.0-only
/*
 * translation.copy: trans_pgd_create_copy() makes tables in which each page of its range that an entry
 * is in use for, valid or not, is mapped as it is or would be, and writable; and nothing else. The
 * tables that walks reach are not stored to. Leaves of the copy are legal as all leaves are, and so are
 * its groups and table descriptors: they are judged by the same rules.
 */
#include "oracle/properties/properties.h"

#include <inttypes.h>
#include <stdio.h>

#include "oracle/properties/fail.h"

/* What is looked at in one of the two sweeps. */
struct copy {
	struct oracle *o;
	uint64_t pages; /* that are mapped, or in use, in the range */
};

static bool fail_copy(struct oracle *o, int level, uint64_t page, const char *expected,
		      uint64_t desc)
{
	char found[VERDICT_DETAIL_SIZE];
	oracle_describe(o, level, desc, found);
	return fail(o, RULE_TRANSLATION_COPY, level, page, expected, found);
}

/* --- the original ----------------------------------------------------------------------------- */

static bool meets_range(const struct oracle *o, uint64_t page, uint64_t pages)
{
	return page < o->end_page && o->first_page < page + pages;
}

static void count_used(struct copy *c, int level, uint64_t page)
{
	uint64_t pages = UINT64_C(1) << arm64_leaf_order(&c->o->g, level);
	if (meets_range(c->o, page, pages))
		c->pages += pages;
}

static bool used_span(void *context, const struct arm64_span *span)
{
	struct copy *c = context;
	for (uint32_t i = 0; i < span->count; i++)
		count_used(c, span->level,
			   span->page + ((uint64_t)i << arm64_leaf_order(&c->o->g, span->level)));
	return true;
}

static bool used_invalid(void *context, const struct arm64_invalid *invalid)
{
	struct copy *c = context;
	if (!oracle_waives(c->o, WAIVER_COPIES_NO_INVALID))
		count_used(c, invalid->level, invalid->page);
	return true;
}

static bool pass_link(void *context, const struct arm64_link *link)
{
	(void)context;
	(void)link;
	return true;
}

static bool pass_reserved(void *context, const struct arm64_reserved *reserved)
{
	(void)context;
	(void)reserved;
	return true;
}

/* --- the copy --------------------------------------------------------------------------------- */

/* Whether a leaf of the copy gives `page` what the entry for it in the original does, made writable. */
static bool gives_the_same(const struct arm64_geometry *g, int level, uint64_t desc, uint64_t page,
			   const struct arm64_translation *t)
{
	uint64_t original = t->desc & ARM64_VALID ? t->desc : (t->desc | ARM64_VALID) & ~ARM64_NG;
	uint64_t in_copy = (UINT64_C(1) << arm64_leaf_order(g, level)) - 1;
	uint64_t in_leaf = (UINT64_C(1) << arm64_leaf_order(g, t->level)) - 1;
	struct arm64_attributes want = arm64_attributes(g, original, 0);
	struct arm64_attributes found = arm64_attributes(g, desc, 0);
	if (!t->desc || arm64_kind(g, t->level, original) != ARM64_LEAF)
		return false;
	return (arm64_address(g, desc) >> g->granule | (page & in_copy)) ==
		       (arm64_address(g, original) >> g->granule | (page & in_leaf)) &&
	       want.memory == found.memory && want.shareability == found.shareability &&
	       want.el1_exec == found.el1_exec && want.el0_access == found.el0_access &&
	       want.el0_exec == found.el0_exec && want.global == found.global &&
	       want.accessed == found.accessed && found.el1_write_at_once;
}

static bool copy_leaf(struct copy *c, int level, uint64_t page, uint64_t desc)
{
	struct oracle *o = c->o;
	uint64_t end = page + (UINT64_C(1) << arm64_leaf_order(&o->g, level));
	for (uint64_t next; page < end; page = next) {
		struct arm64_translation t = arm64_translate(&o->g, o->machine, oracle_va(o, page));
		uint64_t pages = UINT64_C(1) << arm64_leaf_order(&o->g, t.level);
		next = (page | (pages - 1)) + 1;
		if (!meets_range(o, page & ~(pages - 1), pages))
			return fail_copy(o, level, page, "nothing that is not of the range", desc);
		if (!gives_the_same(&o->g, level, desc, page, &t))
			return fail_copy(o, level, page, "the page of the original, writable",
					 desc);
		c->pages += (next < end ? next : end) - page;
	}
	return true;
}

static bool copy_span(void *context, const struct arm64_span *span)
{
	struct copy *c = context;
	unsigned order = arm64_leaf_order(&c->o->g, span->level);
	if (!leaf_span(c->o, span) || !contiguous_span(c->o, span))
		return false;
	for (uint32_t i = 0; i < span->count; i++)
		if (!copy_leaf(c, span->level, span->page + ((uint64_t)i << order),
			       span->table[span->index + i]))
			return false;
	return true;
}

static bool copy_link(void *context, const struct arm64_link *link)
{
	return tables_link(((struct copy *)context)->o, link);
}

static bool copy_reserved(void *context, const struct arm64_reserved *reserved)
{
	return leaf_reserved(((struct copy *)context)->o, reserved);
}

static bool copy_invalid(void *context, const struct arm64_invalid *invalid)
{
	struct oracle *o = ((struct copy *)context)->o;
	return oracle_waives(o, WAIVER_COPIES_NO_INVALID) ||
	       fail_copy(o, invalid->level, invalid->page, "an entry that is valid", invalid->desc);
}

/* --- the call --------------------------------------------------------------------------------- */

static bool original_kept(struct oracle *o)
{
	const struct event_log *log = &o->machine->log;
	for (uint32_t i = o->summary->first_store; i <= o->summary->last_store; i++) {
		const struct event *e = &log->event[i];
		const struct table_place *place = &o->trace.place[e->table];
		if (e->kind == EVENT_STORE && place->linked)
			return fail(o, RULE_TRANSLATION_COPY, place->level, o->first_page,
				    "stores to tables of the copy", "a store to the original");
	}
	return true;
}

static bool is_root_of_copy(const struct oracle *o, table_t root)
{
	return root >= o->tables_before && root < o->machine->tables &&
	       !o->machine->table[root].freed;
}

static bool all_copied(struct oracle *o, uint64_t pages)
{
	const struct arm64_visitor visitor = { used_span, pass_link, pass_reserved, NULL,
					       used_invalid };
	struct copy original = { .o = o };
	struct arm64_visitor of_original = visitor;
	of_original.context = &original;
	arm64_sweep(&o->g, o->machine, &of_original);
	if (original.pages == pages ||
	    (original.pages < pages && oracle_waives(o, WAIVER_COPIES_NO_INVALID)))
		return true;
	char expected[VERDICT_DETAIL_SIZE], found[VERDICT_DETAIL_SIZE];
	snprintf(expected, sizeof(expected), "%" PRIu64 " pages in the copy", original.pages);
	snprintf(found, sizeof(found), "%" PRIu64, pages);
	return fail(o, RULE_TRANSLATION_COPY, VERDICT_NO_LEVEL, o->first_page, expected, found);
}

bool copies_held(struct oracle *o)
{
	struct copy copy = { .o = o };
	const struct arm64_visitor visitor = { copy_span, copy_link, copy_reserved, &copy,
					       copy_invalid };
	table_t root = o->out.copy;
	if (o->call->kind != CALL_TRANS_PGD)
		return true;
	oracle_exercised(o, RULE_TRANSLATION_COPY);
	if (!original_kept(o) || o->out.error)
		return o->verdict.rule == RULE_NONE;
	if (!is_root_of_copy(o, root))
		return fail(o, RULE_TRANSLATION_COPY, VERDICT_NO_LEVEL, o->first_page,
			    "a root table that the call took", "none");
	o->reached_in[root] = o->sweep;
	o->reached++;
	return arm64_sweep_from(&o->g, o->machine, root, &visitor) && all_copied(o, copy.pages);
}
