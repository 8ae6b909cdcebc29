// SPDX-License-Identifier: GPL-2.0-only
/*
 * capture: what physical contiguity real memory has. Reads the page map of a
 * process (Linux, Documentation/admin-guide/mm/pagemap.rst) and writes each of
 * its largest areas as a scenario that maps the same page frames in the same
 * order. Pages that are not present are left out.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz/scenario_text.h"
#include "fuzz/sizes.h"
#include "regress/tool/output.h"
#include "regress/tool/vmapdiff.h"

#define MAX_AREAS 8     /* scenarios written, the largest areas first */
#define MIN_PAGES 16    /* smaller areas say nothing */
#define MAX_PAGES 25600 /* of one scenario: 100 MB of 4K pages */
#define PAGEMAP_PRESENT (UINT64_C(1) << 63)
#define PAGEMAP_PFN ((UINT64_C(1) << 55) - 1)

struct area {
	uint64_t start, end;
	uint64_t present; /* pages */
};

struct capture {
	const char *pid, *directory;
	char name[32]; /* of the process */
	int pagemap;
	uint64_t page_size;
	bool hidden; /* a page is present and its frame is not told */
	struct area area[4096];
	size_t areas;
	uint64_t pages; /* of the scenario being made */
};

static struct capture capture;
static struct scenario scenario;

static FILE *open_proc(const struct capture *c, const char *file)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%s/%s", c->pid, file);
	FILE *f = fopen(path, "r");
	if (!f)
		fprintf(stderr, "vmapdiff capture: cannot open %s: %s\n", path, strerror(errno));
	return f;
}

/* Calls `each` with every present frame of an area in order. */
static void for_each_frame(struct capture *c, const struct area *area,
			   bool (*each)(uint64_t pfn, void *context), void *context)
{
	uint64_t entry[512];
	uint64_t pages = (area->end - area->start) / c->page_size;
	for (uint64_t at = 0; at < pages;) {
		uint64_t most = pages - at < 512 ? pages - at : 512;
		off_t offset = (off_t)((area->start / c->page_size + at) * sizeof(*entry));
		ssize_t got = pread(c->pagemap, entry, most * sizeof(*entry), offset);
		if (got < (ssize_t)sizeof(*entry))
			return; /* vsyscall and the like have no page map */
		for (size_t i = 0; i < (size_t)got / sizeof(*entry); i++)
			if (entry[i] & PAGEMAP_PRESENT && !each(entry[i] & PAGEMAP_PFN, context))
				return;
		at += (uint64_t)got / sizeof(*entry);
	}
}

static bool count_frame(uint64_t pfn, void *context)
{
	struct area *area = context;
	area->present++;
	capture.hidden |= !pfn;
	return true;
}

static int larger_first(const void *a, const void *b)
{
	const struct area *x = a, *y = b;
	if (x->present != y->present)
		return x->present > y->present ? -1 : 1;
	return x->start < y->start ? -1 : 1;
}

static bool read_areas(struct capture *c)
{
	char line[512];
	FILE *maps = open_proc(c, "maps");
	if (!maps)
		return false;
	while (fgets(line, sizeof(line), maps) && c->areas < 4096) {
		struct area *area = &c->area[c->areas];
		*area = (struct area){ 0 };
		if (sscanf(line, "%" SCNx64 "-%" SCNx64, &area->start, &area->end) != 2)
			continue;
		for_each_frame(c, area, count_frame, area);
		c->areas += area->present >= MIN_PAGES;
	}
	fclose(maps);
	qsort(c->area, c->areas, sizeof(c->area[0]), larger_first);
	return true;
}

/* Appends a frame to the last run, or as a new one. False when there is no room. */
static bool add_frame(uint64_t pfn, void *context)
{
	struct op *op = context;
	struct page_run *last = op->runs ? &scenario.run[scenario.runs - 1] : NULL;
	if (last && last->pfn + last->pages == pfn) {
		last->pages++;
	} else {
		if (scenario.runs == SCENARIO_MAX_RUNS)
			return false;
		scenario.run[scenario.runs++] = (struct page_run){ pfn, 1 };
		op->runs++;
	}
	return ++capture.pages < MAX_PAGES;
}

static uint8_t page_shift_of(uint64_t page_size)
{
	return (uint8_t)(63 - __builtin_clzll(page_size));
}

/* The area's frames, at an address that is as far from a block's start as the area's is. */
static void make_scenario(struct capture *c, const struct area *area)
{
	scenario_init(&scenario);
	scenario.machine.page_shift = page_shift_of(c->page_size);
	struct sizes sizes = sizes_of(&scenario.machine);
	uint64_t skew = area->start & (sizes.block * c->page_size - 1);
	struct op *op = &scenario.op[0];
	*op = scenario_new_op(&scenario, CALL_VMAP);
	op->call.va = scenario_va_middle(&scenario) + skew;
	scenario.ops = 1;
	c->pages = 0;
	for_each_frame(c, area, add_frame, op);
}

static bool write_area(struct capture *c, size_t i)
{
	struct refusal why;
	char *path = NULL;
	make_scenario(c, &c->area[i]);
	if (!scenario_check(&scenario, &why)) {
		fprintf(stderr, "vmapdiff capture: skipped an area: %s\n", why.reason);
		return true;
	}
	if (asprintf(&path, "%s/%s-%zu.scenario", c->directory, c->name, i) < 0)
		return false;
	struct output out;
	if (!output_open(&out, path)) {
		free(path);
		return false;
	}
	fprintf(out.to,
		"# %" PRIu64 " pages of process '%s' in %" PRIu32 " physically contiguous runs\n",
		c->pages, c->name, scenario.runs);
	scenario_print(&scenario, out.to);
	bool good = output_close(&out);
	if (good)
		printf("%s: %" PRIu64 " pages, %" PRIu32 " runs\n", path, c->pages, scenario.runs);
	free(path);
	return good;
}

static bool read_name(struct capture *c)
{
	FILE *comm = open_proc(c, "comm");
	if (!comm)
		return false;
	bool good = fgets(c->name, sizeof(c->name), comm);
	fclose(comm);
	for (char *ch = c->name; *ch; ch++) {
		if (*ch == '\n')
			*ch = '\0';
		else if (*ch < '0' || *ch > 'z' || (*ch > '9' && *ch < 'A'))
			*ch = '_'; /* the name becomes part of a path */
	}
	return good;
}

static int run_capture(struct capture *c)
{
	char path[64];
	snprintf(path, sizeof(path), "/proc/%s/pagemap", c->pid);
	c->pagemap = open(path, O_RDONLY | O_CLOEXEC);
	if (c->pagemap < 0) {
		fprintf(stderr, "vmapdiff capture: cannot open %s: %s; it needs root\n", path,
			strerror(errno));
		return EXIT_UNUSABLE;
	}
	if (!read_name(c) || !read_areas(c))
		return EXIT_UNUSABLE;
	if (c->hidden) {
		fprintf(stderr,
			"vmapdiff capture: the kernel hides page frame numbers from this user; "
			"run it as root\n");
		return EXIT_UNUSABLE;
	}
	if (!c->areas) {
		fprintf(stderr,
			"vmapdiff capture: process %s has no mapped area of at least %d pages\n",
			c->pid, MIN_PAGES);
		return EXIT_UNUSABLE;
	}
	for (size_t i = 0; i < c->areas && i < MAX_AREAS; i++)
		if (!write_area(c, i))
			return EXIT_UNUSABLE;
	printf("next: ./rig replay %s\n", c->directory);
	return EXIT_AS_EXPECTED;
}

int command_capture(int argc, char **argv)
{
	struct arguments a;
	if (!read_arguments("capture", argc, argv, &a))
		return EXIT_UNUSABLE;
	if (a.files != 1 || strspn(a.file[0], "0123456789") != strlen(a.file[0])) {
		fprintf(stderr, "vmapdiff capture: needs the number of one process\n");
		return EXIT_UNUSABLE;
	}
	capture.pid = a.file[0];
	capture.directory = a.output ? a.output : ".";
	if (mkdir(capture.directory, 0777) && errno != EEXIST) {
		cannot("make the directory", capture.directory);
		return EXIT_UNUSABLE;
	}
	capture.page_size = (uint64_t)sysconf(_SC_PAGESIZE);
	int code = run_capture(&capture);
	if (capture.pagemap > 0)
		close(capture.pagemap);
	return code;
}
