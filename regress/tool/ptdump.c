// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/ptdump.h"

#include <inttypes.h>

#include "mapper/machine/assert.h"

/* Neighbouring leaves of one level and kind: what one line is for. */
struct dump {
	const struct arm64_geometry *g;
	FILE *to;
	uint64_t page, pages; /* 0 pages: none yet */
	int level;
	uint64_t kind; /* descriptor bits that the line names */
};

/* A column: its text where (desc & mask) == value, else the other. */
static const struct {
	uint64_t mask, value;
	const char *set, *clear;
} columns[] = {
	{ ARM64_AP1, ARM64_AP1, "USR", "   " },
	{ ARM64_AP2, ARM64_AP2, "ro", "RW" },
	{ ARM64_PXN, ARM64_PXN, "NX", "x " },
	{ ARM64_SH, ARM64_SH, "SHD", "   " },
	{ ARM64_AF, ARM64_AF, "AF", "  " },
	{ ARM64_NG, ARM64_NG, "NG", "  " },
	{ ARM64_CONTIGUOUS, ARM64_CONTIGUOUS, "CON", "   " },
	{ ARM64_TYPE, 0, "BLK", "   " },
	{ ARM64_UXN, ARM64_UXN, "UXN", "   " },
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static const char *level_name(int level)
{
	static const char *const names[] = { "PGD", "P4D", "PUD", "PMD", "PTE" };
	ASSERT_CMP(level, >=, -1);
	ASSERT_CMP(level, <=, ARM64_LAST_LEVEL);
	return names[level + 1];
}

static const char *memory_name(uint64_t desc)
{
	static const char *const names[] = { "MEM/NORMAL", "MEM/NORMAL-TAGGED", "MEM/NORMAL-NC",
					     "DEVICE/nGnRnE", "DEVICE/nGnRE" };
	uint64_t index = (desc & ARM64_ATTRINDX) >> 2;
	return index < MACHINE_MAIR_USED ? names[index] : "MEM/?";
}

static void print_size(uint64_t bytes, FILE *to)
{
	const char *unit = "KMGT";
	ASSERT_CMP(bytes, >=, 1024); /* a page has 4K at least */
	bytes >>= 10;
	while (!(bytes & 1023) && unit[1]) {
		bytes >>= 10;
		unit++;
	}
	fprintf(to, "%9" PRIu64 "%c", bytes, *unit);
}

static void print_line(const struct dump *d)
{
	uint64_t start = arm64_va_base(d->g) + (d->page << d->g->granule);
	uint64_t bytes = d->pages << d->g->granule;
	if (!d->pages)
		return;
	fprintf(d->to, "0x%016" PRIx64 "-0x%016" PRIx64, start, start + bytes);
	print_size(bytes, d->to);
	fprintf(d->to, " %s ", level_name(d->level));
	for (size_t i = 0; i < COLUMNS; i++)
		fprintf(d->to, " %s",
			(d->kind & columns[i].mask) == columns[i].value ? columns[i].set
									: columns[i].clear);
	fprintf(d->to, " %s\n", memory_name(d->kind));
}

static uint64_t kind_of(uint64_t desc)
{
	uint64_t mask = ARM64_ATTRINDX;
	for (size_t i = 0; i < COLUMNS; i++)
		mask |= columns[i].mask;
	return desc & mask;
}

static void add_leaf(struct dump *d, int level, uint64_t page, uint64_t desc)
{
	uint64_t pages = UINT64_C(1) << arm64_leaf_order(d->g, level), kind = kind_of(desc);
	if (d->pages && d->page + d->pages == page && d->level == level && d->kind == kind) {
		d->pages += pages;
		return;
	}
	print_line(d);
	d->page = page;
	d->pages = pages;
	d->level = level;
	d->kind = kind;
}

static bool see_span(void *context, const struct arm64_span *span)
{
	struct dump *d = context;
	unsigned order = arm64_leaf_order(d->g, span->level);
	for (uint32_t i = 0; i < span->count; i++)
		add_leaf(d, span->level, span->page + ((uint64_t)i << order),
			 span->table[span->index + i]);
	return true;
}

static bool see_link(void *context, const struct arm64_link *link)
{
	(void)context;
	(void)link;
	return true;
}

static bool see_reserved(void *context, const struct arm64_reserved *reserved)
{
	(void)context;
	(void)reserved;
	return true;
}

void ptdump_print(const struct arm64_geometry *g, const struct machine *m, FILE *to)
{
	struct dump d = { .g = g, .to = to };
	struct arm64_visitor visitor = { see_span, see_link, see_reserved, &d, NULL };
	arm64_sweep(g, m, &visitor);
	print_line(&d);
}
