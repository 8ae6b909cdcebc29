// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a scenario may ask for. Whatever the machine or the mappers' contracts
 * do not allow is refused with a reason, never bent into something else.
 */
#include "fuzz/scenario.h"

static bool refuse(struct refusal *why, const char *option, const char *reason)
{
	*why = (struct refusal){ option, reason };
	return false;
}

/* The address sizes that Linux builds for each granule (arch/arm64/Kconfig). */
static bool va_fits_granule(unsigned page_shift, unsigned va_bits)
{
	switch (page_shift) {
	case 12:
		return va_bits == 39 || va_bits == 48 || va_bits == 52;
	case 14:
		return va_bits == 36 || va_bits == 47 || va_bits == 48 || va_bits == 52;
	default:
		return va_bits == 42 || va_bits == 48 || va_bits == 52;
	}
}

bool scenario_check_machine(const struct machine_config *config, struct refusal *why)
{
	if (config->page_shift != 12 && config->page_shift != 14 && config->page_shift != 16)
		return refuse(why, "granule", "the granule is 4k, 16k or 64k");
	if (!va_fits_granule(config->page_shift, config->va_bits))
		return refuse(why, "va",
			      "4k has va 39, 48, 52; 16k has 36, 47, 48, 52; 64k has 42, 48, 52");
	if (config->pa_bits != 48 && config->pa_bits != 52)
		return refuse(why, "pa", "pa is 48 or 52");
	if (config->bbm > 2)
		return refuse(why, "bbm", "bbm is 0, 1 or 2");
	bool small = config->page_shift != 16;
	if (config->lpa2 && !small)
		return refuse(why, "lpa2", "the 64k granule has 52-bit addresses without lpa2");
	if (small && config->lpa2 != (config->va_bits == 52))
		return refuse(why, "lpa2", "with 4k and 16k, Linux has lpa2 exactly when va is 52");
	if (small && config->pa_bits == 52 && !config->lpa2)
		return refuse(why, "pa", "with 4k and 16k, pa=52 needs lpa2 and va=52");
	return true;
}

bool scenario_check_policy(const struct scenario *s, struct refusal *why)
{
	if (s->policy.max_shift < s->machine.page_shift || s->policy.max_shift > 63)
		return refuse(why, "max-shift", "max-shift is from the page's shift to 63");
	return true;
}

/* Whether op `i` lies on pages of the address space, without leaving it. */
static bool check_range(const struct scenario *s, const struct op *op, struct refusal *why)
{
	uint64_t page_mask = (UINT64_C(1) << s->machine.page_shift) - 1;
	uint64_t bytes = op_bytes(s, op);
	if (op->va & page_mask)
		return refuse(why, "va", "the address is not a multiple of the page size");
	if (op->va < scenario_va_base(s))
		return refuse(why, "va", "the address lies below the kernel's half of the space");
	if (!bytes)
		return refuse(why, "", "the range is empty");
	if (bytes & page_mask)
		return refuse(why, "size", "the size is not a multiple of the page size");
	if (bytes - 1 > UINT64_MAX - op->va)
		return refuse(why, "va", "the range leaves the address space at its top");
	return true;
}

/* Whether pfns [pfn, pfn + pages) are memory, and not the machine's own table pages. */
static bool is_memory(const struct scenario *s, uint64_t pfn, uint64_t pages)
{
	uint64_t limit = machine_table_pool_pfn(&s->machine);
	return pfn < limit && pages <= limit - pfn;
}

static bool check_runs(const struct scenario *s, const struct op *op, struct refusal *why)
{
	for (uint32_t i = 0; i < op->runs; i++) {
		const struct page_run *run = &s->run[op->first_run + i];
		if (!run->pages || (run_is_trouble(run) && run->pages != 1))
			return refuse(why, "pages",
				      "a run has at least one page; null and bad are one each");
		if (!run_is_trouble(run) && !is_memory(s, run->pfn, run->pages))
			return refuse(why, "pages",
				      "a run leaves the physical address space, whose top "
				      "holds the translation tables");
	}
	return true;
}

static bool ranges_meet(uint64_t a, uint64_t a_bytes, uint64_t b, uint64_t b_bytes)
{
	return a <= b + (b_bytes - 1) && b <= a + (a_bytes - 1);
}

static bool same_range(const struct scenario *s, const struct op *a, const struct op *b)
{
	return a->va == b->va && op_bytes(s, a) == op_bytes(s, b);
}

/* Whether the area that op `area` mapped is still there just before op `i`. */
static bool still_mapped(const struct scenario *s, uint32_t area, uint32_t i)
{
	for (uint32_t k = area + 1; k < i; k++)
		if (s->op[k].kind == OP_VUNMAP && same_range(s, &s->op[k], &s->op[area]))
			return false;
	return true;
}

/* An area that is mapped before op `i` and meets its range; NULL if there is none. */
static const struct op *area_met(const struct scenario *s, uint32_t i)
{
	const struct op *op = &s->op[i];
	for (uint32_t k = 0; k < i; k++) {
		const struct op *area = &s->op[k];
		if (area->kind == OP_VMAP && still_mapped(s, k, i) &&
		    ranges_meet(op->va, op_bytes(s, op), area->va, op_bytes(s, area)))
			return area;
	}
	return NULL;
}

static bool check_vmap(const struct scenario *s, uint32_t i, struct refusal *why)
{
	if (!check_runs(s, &s->op[i], why))
		return false;
	if (area_met(s, i))
		return refuse(why, "va", "the range meets an area that is still mapped");
	return true;
}

static bool check_vunmap(const struct scenario *s, uint32_t i, struct refusal *why)
{
	const struct op *area = area_met(s, i);
	if (!area || !same_range(s, area, &s->op[i]))
		return refuse(why, "va",
			      "vunmap takes va and size of one area that is still mapped");
	return true;
}

static bool check_plant(const struct scenario *s, uint32_t i, struct refusal *why)
{
	const struct op *op = &s->op[i];
	if (!is_memory(s, op->pfn, 1))
		return refuse(why, "pfn", "the pfn lies outside of physical memory");
	if (area_met(s, i))
		return refuse(why, "va", "the page lies in an area that is still mapped");
	for (uint32_t k = 0; k < i; k++)
		if (s->op[k].kind == OP_PLANT && s->op[k].va == op->va)
			return refuse(why, "va", "a page was planted here before");
	return true;
}

/* An upper bound of the table pages that the op makes, for each level a walk may have. */
static uint64_t tables_bound(const struct scenario *s, const struct op *op)
{
	unsigned table_bits = s->machine.page_shift - 3u;
	uint64_t last = op->va + op_bytes(s, op) - 1, tables = 0;
	for (unsigned shift = s->machine.page_shift + table_bits; shift < s->machine.va_bits;
	     shift += table_bits)
		tables += (last >> shift) - (op->va >> shift) + 1;
	return tables;
}

/* Table pages freed by promotion may be made again: each op's are counted anew. */
static bool check_budget(const struct scenario *s, uint32_t i, struct refusal *why)
{
	uint64_t pages = 0, tables = 1;
	for (uint32_t k = 0; k <= i; k++) {
		pages += op_pages(s, &s->op[k]);
		if (s->op[k].kind != OP_VUNMAP)
			tables += tables_bound(s, &s->op[k]);
	}
	if (pages > SCENARIO_MAX_PAGES)
		return refuse(why, "pages", "the page arrays have more than 131072 pages together");
	if (tables > MACHINE_MAX_TABLES)
		return refuse(why, "", "the ops may need more than 512 table pages together");
	return true;
}

static bool check_kind(const struct scenario *s, uint32_t i, struct refusal *why)
{
	switch (s->op[i].kind) {
	case OP_VMAP:
		return check_vmap(s, i, why);
	case OP_VUNMAP:
		return check_vunmap(s, i, why);
	case OP_PLANT:
		if (s->op[i].fail_alloc || s->op[i].fail_trylock)
			return refuse(why, "", "a fault strikes a call, and plant is none");
		return check_plant(s, i, why);
	default:
		return refuse(why, "", "an unknown kind of op");
	}
}

bool scenario_check_op(const struct scenario *s, uint32_t i, struct refusal *why)
{
	return check_range(s, &s->op[i], why) && check_kind(s, i, why) && check_budget(s, i, why);
}

bool scenario_check(const struct scenario *s, struct refusal *why)
{
	if (!scenario_check_machine(&s->machine, why) || !scenario_check_policy(s, why))
		return false;
	for (uint32_t i = 0; i < s->ops; i++)
		if (!scenario_check_op(s, i, why))
			return false;
	return s->ops ? true : refuse(why, "", "a scenario needs at least one op");
}
