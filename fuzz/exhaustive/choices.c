// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/exhaustive/choices.h"

#include "fuzz/edit.h"

/* Alignments of a run: every page of a block, and the next block; then where run 0 goes on. */
#define ALIGNMENTS (BLOCK + 1)

/* Runs lie far from each other, so that none goes on where another ends by chance. */
static uint64_t pfn_of(unsigned run, uint64_t alignment)
{
	return (run + UINT64_C(1)) * UPPER + alignment;
}

bool take_array(struct digits *d, unsigned runs, struct array *a)
{
	bool good = true, ended = false;
	*a = (struct array){ 0 };
	for (unsigned i = 0; i < runs; i++) {
		uint64_t pages = digit(d, i ? MOST_PAGES + 1 : MOST_PAGES) + !i;
		uint64_t alignment = digit(d, ALIGNMENTS + (i >= 2));
		if (!pages) {
			ended = true;
			good &= !alignment;
			continue;
		}
		uint64_t pfn =
			alignment < ALIGNMENTS ? pfn_of(i, alignment) : a->run[0].pfn + a->pages;
		good &= !ended;
		a->run[a->runs++] = (struct page_run){ pfn, (uint32_t)pages };
		a->pages += (uint32_t)pages;
	}
	return good && a->pages <= MOST_PAGES;
}

bool take_va(struct digits *d, uint64_t pages, uint64_t *page)
{
	uint64_t class = digit(d, VA_CLASSES);
	*page = SPACE / 2 + class;
	if (class >= BLOCK)
		*page += UPPER - 3 * BLOCK; /* the block before the last of a level 1 entry */
	if (class == 2 * BLOCK)
		*page = SPACE - pages;
	return pages <= SPACE / 2;
}

struct policy take_policy(struct digits *d, unsigned few)
{
	const uint8_t page = 12;
	struct policy v9 = policy_default(POLICY_V9), v4 = policy_default(POLICY_V4);
	struct policy prior = policy_default(POLICY_PRIOR);
	struct policy policies[POLICIES] = { v9, prior, v4, v9, v9, prior, v9, v9, v9, v4 };
	policies[2].hugetlb = policies[5].hugetlb = false;
	policies[3].max_shift = policies[5].max_shift = page + TABLE_BITS;
	policies[4].max_shift = page + GROUP_BITS;
	policies[6].stop_at_order0 = policies[9].stop_at_order0 = false;
	policies[7].vmap_huge = VMAP_HUGE_NEVER;
	policies[8].scan_limit = policies[8].stop_at_order0 = false;
	return policies[digit(d, few)];
}

void begin_scaled(struct scenario *s, struct policy policy)
{
	scenario_init(s);
	s->machine = (struct machine_config){ .page_shift = 12,
					      .va_bits = 12 + 3 * TABLE_BITS,
					      .pa_bits = 48,
					      .table_bits = TABLE_BITS,
					      .group_bits = GROUP_BITS };
	s->policy = policy;
}

struct op *add_op(struct scenario *s, enum call_kind kind, uint64_t page, uint64_t pages)
{
	struct op op = scenario_new_op(s, kind);
	op.call.va = scenario_va_base(s) + (page << s->machine.page_shift);
	if (call_has_field(kind, FIELD_SIZE) || call_has_field(kind, FIELD_COUNT))
		op.call.bytes = pages << s->machine.page_shift;
	return edit_insert_op(s, s->ops, &op);
}

void give_array(struct scenario *s, const struct array *a)
{
	edit_splice_runs(s, s->ops - 1, 0, 0, a->run, a->runs);
}
