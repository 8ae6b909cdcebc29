// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/arbitrary_tables.h"

#include "oracle/arm64/encoding.h"

#define INDEXES 3 /* entries that are used of each table at a level */
#define TABLES 2  /* at each level below the root */
#define LEVELS 5

struct walk {
	struct machine *m;
	struct arm64_geometry g;
	struct walk_source *from;
	table_t table[LEVELS][TABLES]; /* by level + 1 */
	uint32_t index[LEVELS][INDEXES];
};

/* A number below `limit`. */
static uint64_t draw(struct walk_source *from, uint64_t limit)
{
	uint64_t value = 0;
	if (!from->bytes)
		return rng_below(&from->rng, limit);
	for (uint64_t left = limit - 1; left && from->bytes; left >>= 8, from->bytes--)
		value = value << 8 | *from->byte++;
	return value % limit;
}

static uint64_t draw_bits(struct walk_source *from, uint64_t mask)
{
	uint64_t high = draw(from, UINT64_C(1) << 32), low = draw(from, UINT64_C(1) << 32);
	return (high << 32 | low) & mask;
}

static bool chance(struct walk_source *from, uint64_t percent)
{
	return draw(from, 100) < percent;
}

/* --- descriptors -------------------------------------------------------------------- */

/* Bits of a table descriptor that are ignored, and limits, each seldom. */
static uint64_t link_to(struct walk *w, int level)
{
	table_t child = w->table[level + 2][draw(w->from, TABLES)];
	uint64_t address = machine_table_pfn(w->m, child) << w->g.granule;
	uint64_t limits = draw_bits(w->from, ARM64_TABLE_LIMITS);
	uint64_t ignored = draw_bits(w->from, ARM64_BITS(58, 52));
	if (!chance(w->from, 20))
		limits = 0;
	return arm64_address_bits(&w->g, address) | limits | ignored | ARM64_TYPE | ARM64_VALID;
}

static uint64_t output_address(struct walk *w, int level)
{
	uint64_t low = ARM64_BITS(arm64_leaf_bits(&w->g, level) - 1, 0);
	unsigned bits = w->g.oa_size;
	if (w->g.ds && chance(w->from, 10))
		bits = 52; /* beyond the size, where the format can say so */
	uint64_t oa = draw_bits(w->from, ARM64_BITS(bits - 1, w->g.granule));
	return chance(w->from, 90) ? oa & ~low : oa;
}

static uint64_t leaf(struct walk *w, int level)
{
	uint64_t desc = arm64_address_bits(&w->g, output_address(w, level)) | ARM64_VALID;
	desc |= draw_bits(w->from,
			  ARM64_BITS(63, 51) | ARM64_BITS(7, 5) | ARM64_NG | ARM64_ATTRINDX);
	desc &= ~ARM64_BIT(5); /* NS, of no effect here */
	if (level == ARM64_LAST_LEVEL)
		desc |= ARM64_TYPE;
	if (!w->g.ds)
		desc |= (chance(w->from, 50) ? UINT64_C(3) : draw(w->from, 2) * 2) << 8;
	return chance(w->from, 85) ? desc | ARM64_AF : desc;
}

/* What is not valid, and at the last level what has no type. */
static uint64_t nothing(struct walk *w, int level)
{
	uint64_t desc = draw_bits(w->from, ~UINT64_C(0)) & ~(ARM64_VALID | ARM64_TYPE);
	return level == ARM64_LAST_LEVEL && chance(w->from, 30) ? desc | ARM64_VALID : desc;
}

static uint64_t descriptor(struct walk *w, int level)
{
	if (level < ARM64_LAST_LEVEL && chance(w->from, 70))
		return link_to(w, level);
	return chance(w->from, 80) ? leaf(w, level) : nothing(w, level);
}

/* --- tables and addresses --------------------------------------------------------------- */

static uint32_t some_index(struct walk *w, int level)
{
	uint32_t entries = arm64_table_entries(&w->g, level);
	switch (draw(w->from, 4)) {
	case 0:
		return 0;
	case 1:
		return entries - 1;
	default:
		return (uint32_t)draw(w->from, entries);
	}
}

static void make_tables(struct walk *w)
{
	for (int level = w->g.start_level; level <= ARM64_LAST_LEVEL; level++) {
		for (int i = 0; i < TABLES; i++)
			w->table[level + 1][i] = level == w->g.start_level
							 ? MACHINE_ROOT
							 : machine_alloc_table(w->m);
		for (int i = 0; i < INDEXES; i++)
			w->index[level + 1][i] = some_index(w, level);
	}
}

static void fill_tables(struct walk *w)
{
	for (int level = w->g.start_level; level <= ARM64_LAST_LEVEL; level++)
		for (int t = 0; t < (level == w->g.start_level ? 1 : TABLES); t++)
			for (int i = 0; i < INDEXES; i++)
				machine_store(w->m, w->table[level + 1][t], w->index[level + 1][i],
					      1, descriptor(w, level), 0);
}

/* Every combination of the indexes in use, each with some place in the page. */
static size_t write_addresses(struct walk *w, uint64_t *va)
{
	size_t count = 1;
	va[0] = arm64_va_base(&w->g);
	for (int level = w->g.start_level; level <= ARM64_LAST_LEVEL; level++) {
		unsigned bits = arm64_leaf_bits(&w->g, level);
		for (int i = INDEXES - 1; i >= 0; i--)
			for (size_t k = 0; k < count; k++)
				va[(size_t)i * count + k] = va[k] | (uint64_t)w->index[level + 1][i]
									    << bits;
		count *= INDEXES;
	}
	for (size_t k = 0; k < count; k++)
		va[k] |= draw(w->from, UINT64_C(1) << w->g.granule) & ~UINT64_C(7);
	return count;
}

size_t walk_fill(struct machine *m, const struct machine_config *config, struct walk_source *from,
		 uint64_t *va)
{
	struct walk w = { .m = m, .from = from };
	machine_reset(m, config);
	w.g = arm64_geometry(config);
	make_tables(&w);
	fill_tables(&w);
	return write_addresses(&w, va);
}
