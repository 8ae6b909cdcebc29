// SPDX-License-Identifier: GPL-2.0-only
/*
 * A finding as a file for a kernel: a suite of KUnit that maps a page array as
 * the finding has it. The kernel chooses pages and addresses, so page frame
 * numbers become places in blocks of the allocator, and what counts of an
 * address is how far it is past a boundary.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/sizes.h"
#include "mapper/machine/assert.h"
#include "regress/tool/export.h"

#define PLACE "@FINDING@\n" /* of what differs, in the test */
#define MAX_BYTES                                                                                  \
	(UINT64_C(1) << 30) /* of blocks, if they are aligned as the finding's pages are */

extern const char kunit_test[], kunit_test_end[];

/* Page frames that lie together, from `first` to before `end`: one block of 2^order pages. */
struct cluster {
	uint64_t first, end;
	unsigned order;
	uint64_t offset; /* of the first, in its block */
};

struct clusters {
	unsigned count;
	struct cluster *list; /* by page frame numbers */
};

/* --- blocks ---------------------------------------------------------------------------------- */

static int compare_clusters(const void *a, const void *b)
{
	const struct cluster *one = a, *other = b;
	return one->first < other->first ? -1 : one->first > other->first;
}

/* Runs that are at most `near` pages apart keep their distance. */
static void join_clusters(struct clusters *c, uint64_t near)
{
	unsigned kept = 0;
	for (unsigned i = 1; i < c->count; i++) {
		struct cluster *last = &c->list[kept];
		if (c->list[i].first > last->end + near)
			c->list[++kept] = c->list[i];
		else if (c->list[i].end > last->end)
			last->end = c->list[i].end;
	}
	c->count = kept + 1;
}

/* Sizes of blocks in which pages have the alignment that they have, up to that of `align` pages; their pages. */
static uint64_t size_clusters(struct clusters *c, uint64_t align)
{
	uint64_t pages = 0;
	for (unsigned i = 0; i < c->count; i++) {
		struct cluster *one = &c->list[i];
		one->offset = one->first % align;
		one->order = 0;
		while (UINT64_C(1) << one->order < align ||
		       UINT64_C(1) << one->order < one->offset + one->end - one->first)
			one->order++;
		pages += UINT64_C(1) << one->order;
	}
	return pages;
}

/* The blocks of the finding's page array; an empty list without memory. The caller frees the list. */
static struct clusters find_clusters(const struct finding *f)
{
	struct sizes sizes = sizes_of(&f->scenario->machine);
	struct clusters c = { .list = calloc(f->op->runs, sizeof(*c.list)) };
	if (!c.list)
		return c;
	for (; c.count < f->op->runs; c.count++) {
		const struct page_run *run = &f->scenario->run[f->op->first_run + c.count];
		c.list[c.count] =
			(struct cluster){ .first = run->pfn, .end = run->pfn + run->pages };
	}
	qsort(c.list, c.count, sizeof(*c.list), compare_clusters);
	join_clusters(&c, sizes.block);
	if (size_clusters(&c, sizes.block) << sizes.page_shift > MAX_BYTES)
		size_clusters(&c, sizes.group);
	return c;
}

/* --- what is printed ----------------------------------------------------------------------- */

static void print_blocks(const struct clusters *c, FILE *to)
{
	fprintf(to, "/* Blocks of the allocator: 2^order pages, aligned to as many. */\n"
		    "static const unsigned int vmapdiff_order[] = {");
	for (unsigned i = 0; i < c->count; i++)
		fprintf(to, "%s%u", i % 16 ? ", " : i ? ",\n\t" : "\n\t", c->list[i].order);
	fprintf(to, ",\n};\n\n");
}

static void print_array(const struct finding *f, const struct clusters *c, FILE *to)
{
	fprintf(to, "/* The page array: parts of blocks. */\n"
		    "static const struct {\n\tunsigned int block, first, pages;\n"
		    "} vmapdiff_run[] = {\n");
	for (uint32_t i = 0; i < f->op->runs; i++) {
		const struct page_run *run = &f->scenario->run[f->op->first_run + i];
		unsigned block = 0;
		while (c->list[block].end <= run->pfn)
			block++;
		ASSERT(block < c->count);
		const struct cluster *one = &c->list[block];
		fprintf(to, "\t{ %u, %" PRIu64 ", %u },\n", block,
			one->offset + run->pfn - one->first, run->pages);
	}
	fprintf(to, "};\n\n");
}

static const char *c_of_prot(enum prot prot)
{
	switch (prot) {
	case PROT_KERNEL:
		return "PAGE_KERNEL";
	case PROT_KERNEL_RO:
		return "PAGE_KERNEL_RO";
	case PROT_KERNEL_EXEC:
		return "PAGE_KERNEL_EXEC";
	case PROT_NORMAL_NC:
		return "pgprot_writecombine(PAGE_KERNEL)";
	case PROT_DEVICE:
		return "pgprot_device(PAGE_KERNEL)";
	case PROT_TAGGED:
		return "pgprot_tagged(PAGE_KERNEL)";
	case PROT_NONCACHED:
		return "pgprot_noncached(PAGE_KERNEL)";
	default:
		return NULL; /* no caller of vmap() has it */
	}
}

/* The calls, and where the area is to lie: vm_map_ram() maps single pages, wherever it is. */
static void print_calls(const struct finding *f, FILE *to)
{
	const struct call *call = &f->op->call;
	const struct call_traits *traits = call_traits(call->kind);
	uint64_t modulus = call->kind == CALL_VMAP ? sizes_of(&f->scenario->machine).block : 1;
	bool cached = call->prot != PROT_NORMAL_NC && call->prot != PROT_DEVICE &&
		      call->prot != PROT_NONCACHED;
	fprintf(to,
		"#define VMAPDIFF_PAGE_SHIFT %u\n#define VMAPDIFF_PAGES %" PRIu64 "U\n"
		"/* In pages: how far the area is past a boundary of a PMD. */\n"
		"#define VMAPDIFF_MODULUS %" PRIu64 "UL\n#define VMAPDIFF_RESIDUE %" PRIu64 "UL\n"
		"#define VMAPDIFF_IS_CACHED %d /* so that it may be read */\n",
		f->scenario->machine.page_shift, op_pages(f->scenario, f->op), modulus,
		(call->va >> f->scenario->machine.page_shift) % modulus, cached);
	if (call->kind == CALL_VMAP)
		fprintf(to, "#define VMAPDIFF_MAP vmap(pages, count, VM_MAP%s, %s)\n",
			call->flags & MAP_FLAG_HUGE ? " | VM_ALLOW_HUGE_VMAP" : "",
			c_of_prot(call->prot));
	else
		fprintf(to, "#define VMAPDIFF_MAP %s\n", traits->c_map);
	fprintf(to, "#define VMAPDIFF_UNMAP %s\n", traits->c_unmap);
}

static void print_finding(const struct finding *f, const struct clusters *c, FILE *to)
{
	char signature[VERDICT_SIGNATURE_SIZE];
	fprintf(to, "/*\n * A finding of vmapdiff:\n *\n");
	print_indented_scenario(f->scenario, " *   ", to);
	if (f->verdict.rule != RULE_NONE) {
		verdict_signature(&f->verdict, signature);
		fprintf(to, " *\n * %s\n", signature);
	}
	fprintf(to,
		" *\n * Op %d is made, of pages that lie as those of the finding. The test needs\n"
		" * CONFIG_KUNIT and nothing else: add it to any Makefile of a kernel.\n */\n",
		(int)(f->op - f->scenario->op));
	print_blocks(c, to);
	print_array(f, c, to);
	print_calls(f, to);
}

/* --- whether it can be ---------------------------------------------------------------------- */

static bool refuse(const char *why)
{
	fprintf(stderr, "vmapdiff export: --as kunit is for what callers of a kernel can do: %s\n",
		why);
	return false;
}

static bool can_be_a_test(const struct finding *f)
{
	if (!is_callable(f, "kunit"))
		return false;
	if (f->scenario->machine.table_bits)
		return refuse("this is for a scaled-down machine, and kernels have real tables");
	if (f->op->call.kind == CALL_VMAP && !c_of_prot(f->op->call.prot))
		return refuse("none has such a protection");
	if (f->op->fail_alloc || f->op->fail_trylock)
		return refuse("an allocation or a lock that fails is not theirs");
	return true;
}

/* What the test leaves out, if anything. */
static void warn_of_others(const struct finding *f)
{
	if (f->scenario->ops > 1)
		fprintf(stderr,
			"vmapdiff export: the test makes the call of op %d, and no other of the "
			"scenario: it shows a finding that needs no call before\n",
			(int)(f->op - f->scenario->op));
}

bool export_kunit(const struct finding *f, FILE *to)
{
	const char *place = strstr(kunit_test, PLACE);
	if (!can_be_a_test(f))
		return false;
	struct clusters clusters = find_clusters(f);
	if (!clusters.list) {
		fprintf(stderr, "vmapdiff export: no memory for a page array\n");
		return false;
	}
	ASSERT(place);
	fwrite(kunit_test, 1, (size_t)(place - kunit_test), to);
	print_finding(f, &clusters, to);
	const char *rest = place + strlen(PLACE);
	fwrite(rest, 1, (size_t)(kunit_test_end - rest), to);
	free(clusters.list);
	warn_of_others(f);
	return true;
}
