// SPDX-License-Identifier: GPL-2.0-only
#include "regress/bench/rows.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz/rng.h"
#include "fuzz/scenario_text.h"

#define PAGE_SHIFT 12
#define PAGES_1M 256
#define PAGES_100M 25600
#define PMD_PAGES 512

const char *const bench_rows[] = {
	"ioremap-1M",        "vmalloc-1M-order-4", "vmap-100M-order-8",
	"vmap-100M-order-0", "vmap-1-page",        NULL,
};

const char *const bench_array_names[BENCH_ARRAYS] = {
	[BENCH_CONTIGUOUS] = "contiguous", [BENCH_ORDER_8] = "order-8",
	[BENCH_ORDER_4] = "order-4",       [BENCH_ORDER_0] = "order-0",
	[BENCH_MISALIGNED] = "misaligned",
};

/* Blocks of `block` pages in an order that no two neighbours of which follow each other. */
static void fill_blocks(uint64_t *page, uint64_t pages, uint64_t block, uint64_t offset)
{
	uint64_t blocks = (pages + block - 1) / block;
	for (uint64_t i = 0; i < pages; i++) {
		uint64_t from_end = blocks - i / block;
		page[i] = from_end * block * 2 + offset + i % block;
	}
}

/* Aligned to nothing, so that the search stops at the first page. */
static void fill_singles(uint64_t *page, uint64_t pages)
{
	struct rng rng = { 1 };
	for (uint64_t i = 0; i < pages; i++)
		page[i] = rng_below(&rng, UINT64_C(1) << 30) | 1;
}

static void fill(enum bench_array kind, uint64_t *page, uint64_t pages)
{
	switch (kind) {
	case BENCH_CONTIGUOUS:
		fill_blocks(page, pages, UINT64_C(1) << 26, 0);
		return;
	case BENCH_ORDER_8:
		fill_blocks(page, pages, 256, 0);
		return;
	case BENCH_ORDER_4:
		fill_blocks(page, pages, 16, 0);
		return;
	case BENCH_MISALIGNED:
		fill_blocks(page, pages, UINT64_C(1) << 26, 16);
		return;
	default:
		fill_singles(page, pages);
	}
}

static bool row_begin(struct bench_row *row, const char *name, uint64_t pages)
{
	*row = (struct bench_row){
		.machine = { .page_shift = PAGE_SHIFT, .va_bits = 48, .pa_bits = 48, .bbm = 2 },
		.policy = policy_default(POLICY_V9),
		.va = UINT64_C(0xffffc00000000000),
		.shift = PAGE_SHIFT,
		.slots = 1,
	};
	snprintf(row->name, sizeof(row->name), "%s", name);
	uint64_t *page = malloc(pages * sizeof(*page));
	row->pages = (struct page_array){ page, pages };
	row->stride = (pages + PMD_PAGES - 1) / PMD_PAGES * PMD_PAGES << PAGE_SHIFT;
	return page;
}

/* The array is the row's own: it is `const` for mappers alone. */
static uint64_t *own(struct bench_row *row)
{
	return (uint64_t *)(uintptr_t)row->pages.page;
}

bool row_of_scale(enum bench_array kind, uint64_t pages, struct bench_row *row)
{
	char name[40];
	snprintf(name, sizeof(name), "%s-%llu", bench_array_names[kind], (unsigned long long)pages);
	if (!row_begin(row, name, pages))
		return false;
	row->call = CALL_VMAP;
	row->slots = pages < 4096 ? (unsigned)(4096 / pages) : 1;
	row->stride = pages << PAGE_SHIFT;
	fill(kind, own(row), pages);
	return true;
}

/* A call of 1 MB, eight of which are timed together. */
static bool small_row(const char *name, enum call_kind call, struct bench_row *row)
{
	if (!row_begin(row, name, PAGES_1M))
		return false;
	row->call = call;
	row->slots = 8;
	row->pa = UINT64_C(0x4000100000);
	row->flags = MAP_FLAG_HUGE;
	row->shift = call == CALL_VMALLOC ? 16 : PAGE_SHIFT;
	fill(BENCH_ORDER_4, own(row), PAGES_1M);
	return true;
}

bool row_named(const char *name, struct bench_row *row)
{
	if (!strcmp(name, "ioremap-1M"))
		return small_row(name, CALL_IOREMAP, row);
	if (!strcmp(name, "vmalloc-1M-order-4"))
		return small_row(name, CALL_VMALLOC, row);
	bool one = !strcmp(name, "vmap-1-page"), singles = !strcmp(name, "vmap-100M-order-0");
	if (!one && !singles && strcmp(name, "vmap-100M-order-8") != 0)
		return false;
	if (!row_begin(row, name, one ? 1 : PAGES_100M))
		return false;
	row->call = CALL_VMAP;
	if (one) {
		row->slots = 256;
		row->stride = UINT64_C(1) << PAGE_SHIFT;
	}
	fill(one || singles ? BENCH_ORDER_0 : BENCH_ORDER_8, own(row), row->pages.count);
	return true;
}

/* --- arrays that were captured ------------------------------------------------------- */

static bool read_scenario(const char *path, struct scenario *s)
{
	FILE *from = fopen(path, "r");
	char *text = from ? malloc(SCENARIO_MAX_TEXT) : NULL;
	struct text_error error;
	bool read = false;
	if (text) {
		size_t size = fread(text, 1, SCENARIO_MAX_TEXT, from);
		read = scenario_parse(text, size, s, &error);
	}
	free(text);
	if (from)
		fclose(from);
	return read;
}

static bool row_of_op(const struct scenario *s, const struct op *op, const char *name,
		      struct bench_row *row)
{
	if (!row_begin(row, name, op_pages(s, op)))
		return false;
	row->call = CALL_VMAP;
	row->machine = s->machine;
	row->va = op->call.va;
	uint64_t *to = own(row);
	for (uint32_t i = 0; i < op->runs; i++) {
		const struct page_run *run = &s->run[op->first_run + i];
		for (uint32_t k = 0; k < run->pages; k++)
			*to++ = run->pfn + k;
	}
	return true;
}

bool row_of_file(const char *path, struct bench_row *row)
{
	struct scenario *s = calloc(1, sizeof(*s));
	bool found = false;
	char name[40];
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(base, "."), base);
	if (s && read_scenario(path, s))
		for (uint32_t i = 0; i < s->ops && !found; i++)
			found = s->op[i].call.kind == CALL_VMAP &&
				row_of_op(s, &s->op[i], name, row);
	free(s);
	return found;
}

void row_free(struct bench_row *row)
{
	free(own(row));
}
