// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/sizes.h"

#include "mapper/machine/assert.h"
#include <string.h>

struct sizes sizes_of(const struct machine_config *config)
{
	unsigned table_bits = scenario_table_bits(config);
	ASSERT_CMP(scenario_group_shift(config), <, config->page_shift + table_bits);
	return (struct sizes){
		.group = UINT64_C(1) << (scenario_group_shift(config) - config->page_shift),
		.block = UINT64_C(1) << table_bits,
		.block_group = UINT64_C(1) << (config->group_bits         ? config->group_bits
					       : config->page_shift == 12 ? 4
									  : 5),
		.va_pages = UINT64_C(1) << (config->va_bits - config->page_shift),
		.pfn_limit = machine_table_pool_pfn(config),
		.page_shift = config->page_shift,
		.table_bits = table_bits,
	};
}

uint64_t linear_map_pages(const struct sizes *sizes)
{
	uint64_t half = sizes->va_pages / 2;
	return half < sizes->pfn_limit ? half : sizes->pfn_limit;
}

static uint64_t some_length(const struct sizes *sizes, struct rng *rng)
{
	uint64_t groups = sizes->block / sizes->group, blocks;
	switch (rng_below(rng, 10)) {
	case 0:
		return 1;
	case 1:
		return 1 + rng_below(rng, sizes->group);
	case 2:
		return sizes->group;
	case 3:
		return sizes->group + 1 - 2 * rng_below(rng, 2);
	case 4:
		return sizes->group * (1 + rng_below(rng, 4));
	case 5:
		return sizes->group * (1 + rng_below(rng, groups));
	case 6:
		return UINT64_C(1) << rng_below(rng, sizes->table_bits + 2u);
	case 7:
		return sizes->block;
	case 8:
		return sizes->block + (uint64_t)pick_misalignment(sizes, rng);
	default:
		blocks = 1 + rng_below(rng, 2);
		return sizes->block * blocks + rng_below(rng, sizes->group);
	}
}

uint64_t pick_length(const struct sizes *sizes, struct rng *rng)
{
	uint64_t pages = some_length(sizes, rng);
	return pages ? pages : 1;
}

int64_t pick_misalignment(const struct sizes *sizes, struct rng *rng)
{
	int64_t group = (int64_t)sizes->group, block = (int64_t)sizes->block;
	int64_t skew;
	switch (rng_below(rng, 5)) {
	case 0:
		skew = 1;
		break;
	case 1:
		skew = group;
		break;
	case 2:
		skew = group * (int64_t)(1 + rng_below(rng, (uint64_t)(block / group)));
		break;
	case 3:
		skew = (int64_t)rng_below(rng, (uint64_t)group);
		break;
	default:
		skew = block / 2;
	}
	return rng_chance(rng, 50) ? skew : -skew;
}

uint64_t format_boundary(const struct sizes *sizes)
{
	uint64_t boundary = UINT64_C(1)
			    << ((sizes->page_shift == 16 ? 48 : 50) - sizes->page_shift);
	return boundary < sizes->pfn_limit ? boundary : 0;
}

/* A block-aligned pfn in one of a few places, so that runs come to lie near each other. */
static uint64_t place_in_memory(const struct sizes *sizes, struct rng *rng)
{
	if (format_boundary(sizes) && rng_chance(rng, 30))
		return format_boundary(sizes);
	switch (rng_below(rng, 8)) {
	case 0:
		return sizes->block;
	case 1:
		return rng_below(rng, sizes->pfn_limit / sizes->block) * sizes->block;
	case 2:
		return 0;
	default:
		return (1 + rng_below(rng, 64)) * sizes->block;
	}
}

uint64_t pick_huge_length(const struct sizes *sizes, struct rng *rng, uint64_t max_pages)
{
	static const uint8_t bits_of_bytes[] = { 31, 32, 33 };
	const unsigned bytes = sizeof(bits_of_bytes);
	uint64_t which = rng_below(rng, bytes + 1u), limit = UINT64_C(1) << 16;
	ASSERT_CMP(max_pages, >=, limit);
	if (which < bytes)
		limit = UINT64_C(1) << (bits_of_bytes[which] - sizes->page_shift);
	if (limit > max_pages)
		limit = UINT64_C(1) << 16;
	if (rng_chance(rng, 60))
		limit += (uint64_t)pick_misalignment(sizes, rng);
	return limit < max_pages ? limit : max_pages;
}

static uint64_t next_power_of_two(uint64_t x)
{
	return x < 2 ? 1 : UINT64_C(1) << (64 - __builtin_clzll(x - 1));
}

/* Before a place in memory, and on across it, where a batch of groups may start before it. */
static uint64_t across(const struct sizes *sizes, struct rng *rng, uint64_t place, uint64_t pages,
		       uint64_t va_page)
{
	uint64_t groups = 1 + rng_below(rng, pages / sizes->group + 1);
	return place + (va_page & (sizes->group - 1)) - groups * sizes->group;
}

static uint64_t aligned_pfn(const struct sizes *sizes, struct rng *rng, uint64_t pages,
			    uint64_t va_page, uint64_t after)
{
	uint64_t place = place_in_memory(sizes, rng);
	uint64_t within = rng_below(rng, sizes->block);
	if (place && place == format_boundary(sizes) && rng_chance(rng, 50))
		return across(sizes, rng, place, pages, va_page);
	switch (rng_below(rng, 10)) {
	case 0:
	case 1:
		return after;
	case 2:
		return after + 1 + rng_below(rng, sizes->group);
	case 3:
		return place + (within & ~(sizes->group - 1));
	case 4:
		return place + (within & ~(next_power_of_two(pages) - 1));
	case 5:
		return place;
	case 6:
		return place + (va_page & (sizes->block - 1));
	case 7:
		return place + (within & ~(sizes->group - 1)) + (va_page & (sizes->group - 1));
	case 8:
		return place - rng_below(rng, pages + 1);
	default:
		return place + within;
	}
}

uint64_t pick_pfn(const struct sizes *sizes, struct rng *rng, uint64_t pages, uint64_t va_page,
		  uint64_t after)
{
	uint64_t pfn = aligned_pfn(sizes, rng, pages, va_page, after);
	/* Also what wrapped below 0 or ran past the end comes back into memory. */
	return pfn < sizes->pfn_limit - pages ? pfn : rng_below(rng, sizes->block);
}

/* A page number that is a multiple of what an entry of some level maps. */
static uint64_t table_boundary(const struct sizes *sizes, struct rng *rng)
{
	uint64_t middle = sizes->va_pages / 2;
	uint64_t upper = sizes->block << sizes->table_bits; /* what one level 1 entry maps */
	uint64_t top = upper << sizes->table_bits;          /* and one of level 0 */
	if (top < middle && rng_chance(rng, 5))
		return middle + top;
	switch (rng_below(rng, 4)) {
	case 0:
		return upper < middle ? middle + upper : middle;
	case 1:
		return middle;
	default:
		return middle + sizes->block * (1 + rng_below(rng, 16));
	}
}

uint64_t pick_va_page(const struct sizes *sizes, struct rng *rng, uint64_t pages)
{
	if (rng_chance(rng, 3))
		return 0;
	if (rng_chance(rng, 3))
		return sizes->va_pages - pages;
	uint64_t page = table_boundary(sizes, rng);
	if (rng_chance(rng, 60))
		page += (uint64_t)pick_misalignment(sizes, rng);
	return page <= sizes->va_pages - pages ? page : sizes->va_pages - pages;
}

const struct machine_config linux_machines[LINUX_MACHINES] = {
	{ .page_shift = 12, .va_bits = 48, .pa_bits = 48 },
	{ .page_shift = 12, .va_bits = 39, .pa_bits = 48 },
	{ .page_shift = 12, .va_bits = 52, .pa_bits = 52, .lpa2 = true },
	{ .page_shift = 12, .va_bits = 52, .pa_bits = 48, .lpa2 = true },
	{ .page_shift = 14, .va_bits = 36, .pa_bits = 48 },
	{ .page_shift = 14, .va_bits = 47, .pa_bits = 48 },
	{ .page_shift = 14, .va_bits = 48, .pa_bits = 48 },
	{ .page_shift = 14, .va_bits = 52, .pa_bits = 52, .lpa2 = true },
	{ .page_shift = 16, .va_bits = 42, .pa_bits = 48 },
	{ .page_shift = 16, .va_bits = 48, .pa_bits = 48 },
	{ .page_shift = 16, .va_bits = 48, .pa_bits = 52 },
	{ .page_shift = 16, .va_bits = 52, .pa_bits = 52 },
};

unsigned linux_machine_number(const struct machine_config *config)
{
	unsigned i = 0;
	struct machine_config wanted = machine_on(config, &(struct machine_config){ 0 });
	while (i < LINUX_MACHINES && memcmp(&linux_machines[i], &wanted, sizeof(wanted)) != 0)
		i++;
	return i;
}

struct machine_config pick_huge_machine(struct rng *rng)
{
	unsigned first_64k = 0;
	while (linux_machines[first_64k].page_shift != 16)
		first_64k++;
	unsigned from = rng_chance(rng, 75) ? first_64k : 0;
	struct machine_config config = linux_machines[from + rng_below(rng, LINUX_MACHINES - from)];
	config.bbm = (uint8_t)rng_below(rng, 3);
	return config;
}

struct machine_config pick_machine(struct rng *rng)
{
	/*
	 * Few pages meet everything here, as a table holds four groups; what a
	 * granule's constants do, only real ones show.
	 */
	static const struct machine_config scaled[] = {
		{ .va_bits = 24, .table_bits = 4, .group_bits = 2 }, /* three levels */
		{ .va_bits = 28, .table_bits = 4, .group_bits = 2 }, /* four */
		{ .va_bits = 24, .table_bits = 3, .group_bits = 1 }, /* four */
		{ .va_bits = 26,
		  .table_bits = 4,
		  .group_bits = 1 }, /* four, and few entries in the root */
	};
	struct machine_config config = linux_machines[0];
	if (rng_chance(rng, 12)) {
		uint64_t four = rng_chance(rng, 50) ? 1 + rng_below(rng, 3) : 0;
		config = scaled[four];
		config.page_shift = 12;
		config.pa_bits = 48;
	} else if (rng_chance(rng, 85)) {
		config = linux_machines[rng_below(rng, LINUX_MACHINES)];
	}
	config.bbm = (uint8_t)rng_below(rng, 3);
	return config;
}

struct policy pick_policy(struct rng *rng, const struct machine_config *config)
{
	struct policy policy = policy_default(rng_chance(rng, 70)   ? POLICY_V9
					      : rng_chance(rng, 80) ? POLICY_V4
								    : POLICY_PRIOR);
	if (rng_chance(rng, 60))
		return policy;
	unsigned huge = (unsigned)rng_below(rng, 4);
	if (policy.series != POLICY_PRIOR)
		policy.vmap_huge = huge == 0   ? VMAP_HUGE_FLAG
				   : huge == 1 ? VMAP_HUGE_NEVER
					       : VMAP_HUGE_ALWAYS;
	policy.stop_at_order0 = rng_chance(rng, 50);
	policy.scan_limit = rng_chance(rng, 50);
	policy.hugetlb = rng_chance(rng, 70);
	if (rng_chance(rng, 30))
		policy.max_shift = (uint8_t)(config->page_shift + rng_below(rng, 20));
	return policy;
}
