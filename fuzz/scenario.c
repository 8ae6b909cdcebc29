// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/scenario.h"

#include <string.h>

void scenario_init(struct scenario *s)
{
	s->machine = (struct machine_config){ .page_shift = 12, .va_bits = 48, .pa_bits = 48 };
	s->policy = policy_default(POLICY_V9);
	s->expect = (struct expectation){ 0 };
	s->ops = 0;
	s->runs = 0;
}

void scenario_copy(struct scenario *to, const struct scenario *from)
{
	memcpy(to, from, offsetof(struct scenario, op) + from->ops * sizeof(struct op));
	memcpy(to->run, from->run, from->runs * sizeof(struct page_run));
}

uint64_t op_pages(const struct scenario *s, const struct op *op)
{
	uint64_t pages = 0;
	for (uint32_t i = 0; i < op->runs; i++)
		pages += s->run[op->first_run + i].pages;
	return pages;
}

uint64_t scenario_pages(const struct scenario *s)
{
	uint64_t pages = 0;
	for (uint32_t i = 0; i < s->runs; i++)
		pages += s->run[i].pages;
	return pages;
}

/* Pages of a physical range that the largest allowed leaves leave over, or all of it. */
static uint64_t small_pages(const struct scenario *s, const struct op *op)
{
	unsigned block_shift = scenario_level_shift(&s->machine, 2);
	uint64_t block = UINT64_C(1) << block_shift;
	uint64_t pages = op->bytes >> s->machine.page_shift;
	bool skewed = (op->va ^ op->pfn << s->machine.page_shift) & (block - 1);
	bool small =
		op->kind == OP_LINEAR ? op->by_pages : skewed || s->policy.max_shift < block_shift;
	return small ? pages
		     : (op->bytes >> block_shift) + pages % (block >> s->machine.page_shift);
}

uint64_t scenario_work(const struct scenario *s)
{
	uint64_t work = scenario_pages(s);
	for (uint32_t i = 0; i < s->ops; i++)
		if (s->op[i].kind == OP_IOREMAP || s->op[i].kind == OP_LINEAR)
			work += small_pages(s, &s->op[i]);
	return work;
}

uint64_t op_bytes(const struct scenario *s, const struct op *op)
{
	switch (op->kind) {
	case OP_VMAP:
	case OP_VMALLOC:
		return op_pages(s, op) << s->machine.page_shift;
	case OP_PLANT:
		if (op->table)
			return UINT64_C(1) << s->machine.page_shift;
		return UINT64_C(1) << scenario_level_shift(&s->machine, op->level);
	default:
		return op->bytes;
	}
}

unsigned scenario_table_bits(const struct machine_config *config)
{
	return config->table_bits ? config->table_bits : config->page_shift - 3u;
}

unsigned scenario_group_shift(const struct machine_config *config)
{
	if (config->group_bits)
		return config->page_shift + config->group_bits;
	return config->page_shift == 12 ? 16 : 21;
}

unsigned scenario_level_shift(const struct machine_config *config, int level)
{
	return config->page_shift + (unsigned)(3 - level) * scenario_table_bits(config);
}

uint64_t scenario_va_base(const struct scenario *s)
{
	return -(UINT64_C(1) << s->machine.va_bits);
}

uint64_t scenario_va_middle(const struct scenario *s)
{
	return -(UINT64_C(1) << (s->machine.va_bits - 1));
}

const char *op_name(enum op_kind kind)
{
	static const char *const names[OP_KINDS] = { "vmap",       "vmalloc", "ioremap", "vunmap",
						     "set_memory", "plant",   "linear" };
	return names[kind];
}

const char *prot_name(enum prot prot)
{
	static const char *const names[PROT_COUNT] = { "kernel", "kernel-ro", "kernel-exec",
						       "normal-nc", "device" };
	return names[prot];
}

const char *change_name(enum memory_change change)
{
	static const char *const names[MEMORY_CHANGES] = {
		"ro", "rw", "nx", "x", "invalid", "valid"
	};
	return names[change];
}

const char *const quirk_names[] = { "head-check", "narrow-flush", "cut-groups", "pxn-tables",
				    NULL };
