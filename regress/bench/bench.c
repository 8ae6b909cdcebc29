// SPDX-License-Identifier: GPL-2.0-only
/*
 * How fast each mapper maps, on a machine that records no events, and beside
 * it the plain limit: the same descriptor words stored by a loop, and copied.
 *
 *     bench wall [--rounds N] [FILE]...     all rows, all mappers in turn, as CSV
 *     bench scale [--rounds N] [--most N]   vmap() from 16 pages on, as CSV
 *     bench count ROW|FILE MAPPER CALLS     just those calls, for an instruction counter
 *
 * Tables are there already and entries are empty at each call, as where an
 * area is mapped again. Reports; judges nothing. regress/bench/report.py makes tables of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fuzz/mappers.h"
#include "fuzz/measure.h"
#include "oracle/reference/reference.h"
#include "regress/bench/rows.h"
#ifdef VMAPDIFF_KERNEL
#include "mapper/kernel/adapter.h"
#endif

#define MAX_ROUNDS 1001
#define MAX_WAYS 6

/* --- what can be done in a row ------------------------------------------------------ */

struct bench {
	struct machine
		*machine[MAX_WAYS]; /* of each way that has a mapper: one frees what another made */
	const struct bench_row *row;
	struct call call; /* of the row, at the slot that was called last */
	struct policy policy;
	struct limit {
		uint64_t *words; /* what stands in the touched part of every last-level table */
		uint64_t *to;    /* as large: where they are stored */
		uint64_t count;
	} limit;
};

/* A way to fill the row's entries: a mapper, or one of the limits. */
struct way {
	const char *name;
	const struct mapper *mapper;
	void (*limit)(const struct limit *limit);
};

/* Words that follow each other by one page are counted, not read: what no mapper can be faster than. */
static void store_words(const struct limit *limit)
{
	const uint64_t step = UINT64_C(1) << 12;
	uint64_t count = limit->count;
	for (uint64_t i = 0, end; i < count; i = end) {
		uint64_t first = limit->words[i], *to = limit->to + i;
		uint64_t most = i + 256 < count ? 256 : count - i;
		if (limit->words[i + most - 1] - first != (most - 1) * step) {
			memcpy(to, limit->words + i, most * sizeof(*to));
			end = i + most;
			continue;
		}
		for (uint64_t k = 0; k < most; k++)
			to[k] = first + k * step;
		end = i + most;
	}
}

static void copy_words(const struct limit *limit)
{
	memcpy(limit->to, limit->words, limit->count * sizeof(*limit->to));
}

static const struct way ways[] = {
	{ "prior", &prior_mapper, NULL },         { "batched", &batched_mapper, NULL },
	{ "reference", &reference_mapper, NULL },
#ifdef VMAPDIFF_KERNEL
	{ "kernel", &kernel_mapper, NULL },
#endif
	{ "stores", NULL, store_words },          { "memcpy", NULL, copy_words },
};
#define WAYS (sizeof(ways) / sizeof(ways[0]))

/* --- one measurement ---------------------------------------------------------------- */

static uint64_t slot_va(const struct bench_row *row, unsigned slot)
{
	return row->va + slot * row->stride;
}

static uint64_t row_bytes(const struct bench_row *row)
{
	return (uint64_t)row->pages.count << row->machine.page_shift;
}

/* The call of a row; its address is the slot's. */
static struct call call_of(const struct bench_row *row)
{
	struct call call = {
		.kind = row->call,
		.bytes = row_bytes(row),
		.pfn = row->pa >> row->machine.page_shift,
		.shift = (uint8_t)row->shift,
		.flags = row->flags,
		.prot = row->call == CALL_IOREMAP ? PROT_DEVICE : PROT_KERNEL,
	};
	if (call_traits(call.kind)->has_pages)
		call.pages = row->pages;
	return call;
}

static int make_call(struct bench *b, const struct way *way, uint64_t va)
{
	struct address_space space = { .machine = b->machine[way - ways], .policy = &b->policy };
	struct outcome out = { 0 };
	b->call.va = va;
	return way->mapper->call[b->call.kind](&space, &b->call, &out);
}

static int make_calls(struct bench *b, const struct way *way)
{
	int error = 0;
	for (unsigned slot = 0; slot < b->row->slots; slot++) {
		if (way->mapper)
			error |= make_call(b, way, slot_va(b->row, slot));
		else
			way->limit(&b->limit);
	}
	return error;
}

static void take_away(struct bench *b, const struct way *way)
{
	struct machine *m = b->machine[way - ways];
	struct address_space space = { .machine = m, .policy = &b->policy };
	for (unsigned slot = 0; slot < b->row->slots; slot++) {
		struct outcome out = { 0 };
		const struct call unmap = { .kind = CALL_VUNMAP,
					    .va = slot_va(b->row, slot),
					    .bytes = row_bytes(b->row) };
		batched_mapper.call[CALL_VUNMAP](&space, &unmap, &out);
	}
	machine_begin_call(m, 0, 0);
}

static double nanoseconds(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Nanoseconds of one call. */
static double measure_once(struct bench *b, const struct way *way)
{
	double start = nanoseconds();
	int error = make_calls(b, way);
	double spent = nanoseconds() - start;
	if (error) {
		fprintf(stderr, "bench: %s fails at %s: %d\n", way->name, b->row->name, error);
		exit(1);
	}
	if (way->mapper)
		take_away(b, way);
	return spent / b->row->slots;
}

#define WARM_PAGES 65536 /* more than that no cache keeps from one call to the next */

/* The same, where caches may hold what they would if this way alone were taken again and again. */
static double measure(struct bench *b, const struct way *way)
{
	if (b->row->pages.count * b->row->slots <= WARM_PAGES)
		measure_once(b, way);
	return measure_once(b, way);
}

/* Not inlined: an instruction counter is told to count in here. */
__attribute__((noinline)) static int bench_counted(struct bench *b, const struct way *way)
{
	return make_calls(b, way);
}

/* --- a row ------------------------------------------------------------------------- */

/* Aligned as a table is: a limit has no stores that cross a line of the cache. */
static uint64_t *aligned_words(uint64_t count)
{
	const uint64_t page = 4096;
	uint64_t bytes = (count * sizeof(uint64_t) + page - 1) & ~(page - 1);
	uint64_t *words = aligned_alloc(page, bytes);
	if (!words) {
		fprintf(stderr, "bench: no memory\n");
		exit(2);
	}
	memset(words, 0, bytes);
	return words;
}

/* The words that a call leaves at the last level, table by table in the order of addresses. */
static void find_limit(struct bench *b)
{
	uint64_t pages = b->row->pages.count;
	b->limit.words = aligned_words(pages);
	b->limit.to = aligned_words(pages);
	const struct way *prior = &ways[0];
	struct machine *m = b->machine[0];
	make_call(b, prior, slot_va(b->row, 0));
	b->limit.count = 0;
	for (table_t t = 0; t < m->tables; t++) {
		const uint64_t *words = machine_words(m, t);
		uint64_t low = m->table[t].low, high = m->table[t].high;
		bool last = low < high && (words[low] & 3) == 3 &&
			    machine_table_at(m, (words[low] & 0xfffffffff000) >> 12) ==
				    MACHINE_NO_TABLE;
		for (uint64_t i = low; last && i < high && b->limit.count < pages; i++)
			b->limit.words[b->limit.count++] = words[i];
	}
	take_away(b, prior);
}

static void row_start(struct bench *b, const struct bench_row *row)
{
	b->row = row;
	b->call = call_of(row);
	b->policy = row->policy;
	if (mapper_tested()->tree)
		b->policy = measured_policy(&row->policy, row->machine.page_shift);
	for (size_t way = 0; way < WAYS; way++)
		if (ways[way].mapper)
			machine_reset(b->machine[way], &row->machine);
	find_limit(b);
	for (size_t way = 0; way < WAYS; way++)
		measure_once(b, &ways[way]); /* the tables are there after it */
}

static void row_end(struct bench *b)
{
	free(b->limit.words);
	free(b->limit.to);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* Descriptors stored and read and array pages looked at, in one call. */
static struct machine_counters count(struct bench *b, const struct way *way)
{
	struct machine_counters before, after;
	if (!way->mapper)
		return (struct machine_counters){ 0 };
	before = b->machine[way - ways]->counters;
	make_call(b, way, slot_va(b->row, 0));
	after = b->machine[way - ways]->counters;
	take_away(b, way);
	return (struct machine_counters){
		.stores = after.stores - before.stores,
		.loads = after.loads - before.loads,
		.pages_scanned = after.pages_scanned - before.pages_scanned,
	};
}

static void measure_row(struct bench *b, const struct bench_row *row, unsigned rounds)
{
	static double spent[MAX_WAYS][MAX_ROUNDS];
	row_start(b, row);
	for (unsigned round = 0; round < rounds; round++)
		for (size_t way = 0; way < WAYS; way++)
			spent[way][round] = measure(b, &ways[way]);
	for (size_t way = 0; way < WAYS; way++) {
		qsort(spent[way], rounds, sizeof(double), ascending);
		struct machine_counters c = count(b, &ways[way]);
		printf("%s,%s,%zu,%.1f,%.1f,%.1f,%llu,%llu,%llu\n", row->name, ways[way].name,
		       row->pages.count, spent[way][rounds / 2], spent[way][rounds / 10],
		       spent[way][rounds * 9 / 10], (unsigned long long)c.stores,
		       (unsigned long long)c.loads, (unsigned long long)c.pages_scanned);
	}
	fflush(stdout);
	row_end(b);
}

/* --- commands ---------------------------------------------------------------------- */

static void print_header(void)
{
	printf("row,mapper,pages,median_ns,p10_ns,p90_ns,stores,loads,scanned\n");
}

static int wall(struct bench *b, unsigned rounds, char **files)
{
	struct bench_row row;
	print_header();
	for (const char *const *name = bench_rows; *name; name++) {
		if (!row_named(*name, &row))
			return 2;
		measure_row(b, &row, rounds);
		row_free(&row);
	}
	for (; *files; files++) {
		if (!row_of_file(*files, &row)) {
			fprintf(stderr, "bench: %s is not a scenario with a vmap\n", *files);
			return 2;
		}
		measure_row(b, &row, rounds);
		row_free(&row);
	}
	return 0;
}

static int scale(struct bench *b, unsigned rounds, uint64_t most)
{
	static const enum bench_array kinds[] = { BENCH_CONTIGUOUS, BENCH_ORDER_8, BENCH_ORDER_0,
						  BENCH_MISALIGNED };
	struct bench_row row;
	print_header();
	for (uint64_t pages = 16; pages <= most; pages *= 4)
		for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
			if (!row_of_scale(kinds[i], pages, &row))
				return 2;
			fprintf(stderr, "bench: %s\n", row.name);
			measure_row(b, &row, pages <= WARM_PAGES ? rounds : rounds / 16 + 1);
			row_free(&row);
		}
	return 0;
}

static int counted(struct bench *b, const char *name, const char *mapper, unsigned calls)
{
	struct bench_row row;
	if (!row_named(name, &row) && !row_of_file(name, &row)) {
		fprintf(stderr, "bench: '%s' is not a row, nor a scenario with a vmap\n", name);
		return 2;
	}
	for (size_t way = 0; way < WAYS; way++) {
		if (strcmp(ways[way].name, mapper) != 0)
			continue;
		row.slots = 1;
		row_start(b, &row);
		for (unsigned i = 0; i < calls; i++) {
			bench_counted(b, &ways[way]);
			if (ways[way].mapper)
				take_away(b, &ways[way]);
		}
		row_end(b);
		row_free(&row);
		return 0;
	}
	fprintf(stderr, "bench: '%s' is not a mapper\n", mapper);
	return 2;
}

/* The number behind option `name` at argv[*at]; 0 if it stands not there. */
static uint64_t option(char **argv, int *at, const char *name)
{
	if (!argv[*at] || strcmp(argv[*at], name) != 0 || !argv[*at + 1])
		return 0;
	*at += 2;
	return strtoull(argv[*at - 1], NULL, 0);
}

int main(int argc, char **argv)
{
	struct bench b = { 0 };
	int at = 2, code = 2;
	for (size_t way = 0; way < WAYS; way++)
		if (ways[way].mapper && !(b.machine[way] = machine_create())) {
			fprintf(stderr, "bench: no memory for the simulated machines\n");
			return 2;
		}
	uint64_t rounds = argc > 2 ? option(argv, &at, "--rounds") : 0;
	uint64_t most = argc > at ? option(argv, &at, "--most") : 0;
	if (!rounds || rounds > MAX_ROUNDS)
		rounds = 101;
	if (argc > 1 && !strcmp(argv[1], "wall"))
		code = wall(&b, (unsigned)rounds, argv + at);
	else if (argc > 1 && !strcmp(argv[1], "scale"))
		code = scale(&b, (unsigned)rounds, most ? most : UINT64_C(1) << 24);
	else if (argc == 5 && !strcmp(argv[1], "count"))
		code = counted(&b, argv[2], argv[3], (unsigned)strtoul(argv[4], NULL, 0));
	else
		fprintf(stderr, "bench: wall, scale, or count ROW|FILE MAPPER CALLS\n");
	for (size_t way = 0; way < WAYS; way++)
		machine_destroy(b.machine[way]);
	return code;
}
