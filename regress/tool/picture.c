// SPDX-License-Identifier: GPL-2.0-only
/* The page itself is picture/picture.html; here its data is made. */
#include "regress/tool/picture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/scenario_text.h"
#include "mapper/machine/assert.h"
#include "oracle/attributes.h"
#include "regress/tool/explain.h"
#include "regress/tool/json.h"
#include "regress/tool/output.h"
#include "regress/tool/spaces.h"
#include "regress/tool/view.h"
#include "regress/tool/vmapdiff.h"

#define PLACE "@DATA@"   /* in the page: where the data goes */
#define MOST_RANGES 4096 /* of a mapper that differ, and are marked */

extern const char picture_html[], picture_html_end[];

struct picture {
	struct player *p;
	const struct scenario *s;
	const struct verdict *verdict;
	uint32_t ops;
	struct arm64_geometry g;
	uint64_t first, last; /* pages that are shown */
	FILE *to;
};

/* What `print` writes, as one JSON text. */
static void put_printed(const struct picture *pic, void (*print)(const struct picture *, FILE *))
{
	char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);
	if (!memory)
		abort();
	print(pic, memory);
	fclose(memory);
	json_text(pic->to, text);
	free(text);
}

static void print_the_scenario(const struct picture *pic, FILE *to)
{
	scenario_print(pic->s, to);
}

static void print_the_verdict(const struct picture *pic, FILE *to)
{
	if (pic->verdict->rule == RULE_NONE) {
		fprintf(to, "all rules hold on every mapper\n");
		return;
	}
	verdict_print(pic->verdict, to);
	explain(pic->p, pic->s, mapper_index(pic->verdict->mapper), pic->verdict, to);
}

/* --- what is mapped ----------------------------------------------------------------------- */

static void print_attributes(const struct arm64_attributes *a, FILE *to)
{
	fprintf(to, "\"%s%s, %s (MAIR byte 0x%02x)\"", a->el1_write ? "rw" : "ro",
		a->el1_exec ? "x" : "", attributes_memory_name(a->memory), a->memory);
}

static void put_extents(const struct picture *pic, const struct machine *m)
{
	struct view view = view_of(&pic->g, m);
	const char *comma = "";
	for (size_t i = 0; i < view.extents; i++) {
		const struct extent *e = &view.extent[i];
		if (e->page + e->pages <= pic->first || e->page >= pic->last)
			continue;
		fprintf(pic->to, "%s[%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%d,", comma, e->page,
			e->pages, e->pfn,
			e->level < ARM64_LAST_LEVEL ? 2
			: e->contiguous             ? 1
						    : 0);
		print_attributes(&e->attributes, pic->to);
		fputc(']', pic->to);
		comma = ",";
	}
	view_free(&view);
}

/* Ranges of pages in which the mapper's translations are not the reference's. */
static void put_differing(const struct picture *pic, const struct comparison *c)
{
	size_t ranges = 0;
	for (size_t i = 0; i < c->rows && ranges < MOST_RANGES; i++) {
		if (!c->row[i].differs)
			continue;
		fprintf(pic->to, "%s[%" PRIu64 ",%" PRIu64 "]", ranges ? "," : "", c->row[i].page,
			c->row[i].pages);
		ranges++;
	}
}

static void put_mapper(const struct picture *pic, unsigned which)
{
	struct comparison c;
	compare_spaces(pic->p, pic->s, &c, which, pic->ops);
	fprintf(pic->to, "{\"name\":\"%s\",\"extents\":[", mapper_list()->mapper[which]->name);
	put_extents(pic, pic->p->machine[which]);
	fprintf(pic->to, "],\"wrong\":[");
	put_differing(pic, &c);
	fprintf(pic->to, "]}");
	comparison_free(&c);
}

static void put_array(const struct picture *pic, const struct op *op)
{
	uint64_t index = 0;
	fprintf(pic->to, "\"array_page\":%" PRIu64 ",\"array\":[",
		oracle_page(&pic->p->oracle, op->call.va));
	for (uint32_t i = 0; call_traits(op->call.kind)->has_pages && i < op->runs; i++) {
		const struct page_run *run = &pic->s->run[op->first_run + i];
		if (!run_is_bad(run))
			fprintf(pic->to, "%s[%" PRIu64 ",%u,%" PRIu64 "]", index ? "," : "", index,
				run->pages, run->pfn);
		index += run->pages;
	}
	fprintf(pic->to, "],");
}

/* --- the page ----------------------------------------------------------------------------------- */

/* One line of explain_events(): the number of its first event, and its text. */
static void put_event(const struct picture *pic, const char *line)
{
	const char *blank = strchr(line, ' ');
	ASSERT(blank);
	fprintf(pic->to, "[%.*s,", (int)(blank - line), line);
	json_text(pic->to, blank + 1);
	fputc(']', pic->to);
}

static void put_events(const struct picture *pic, unsigned which)
{
	char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);
	if (!memory)
		abort();
	uint32_t fault = explain_events(pic->p, which, pic->verdict, memory);
	fclose(memory);
	fprintf(pic->to, "\"fault\":%d,\"events\":[", fault == UINT32_MAX ? -1 : (int)fault);
	const char *comma = "";
	for (char *line = text, *end; *line; line = end + 1) {
		end = line + strcspn(line, "\n");
		*end = '\0';
		fputs(comma, pic->to);
		put_event(pic, line);
		comma = ",";
	}
	free(text);
	fprintf(pic->to, "],");
}

/* Plays the mapper at fault again, so that its call's record is there. */
static void put_verdict(const struct picture *pic)
{
	char signature[VERDICT_SIGNATURE_SIZE] = "all rules hold";
	struct verdict again;
	bool broke = pic->verdict->rule != RULE_NONE;
	unsigned which = broke ? mapper_index(pic->verdict->mapper) : 1;
	player_run(pic->p, pic->s, which, pic->ops, &again);
	if (broke)
		verdict_signature(pic->verdict, signature);
	fprintf(pic->to, "{\"signature\":");
	json_text(pic->to, signature);
	fprintf(pic->to, ",\"verdict\":");
	put_printed(pic, print_the_verdict);
	fprintf(pic->to, ",\"scenario\":");
	put_printed(pic, print_the_scenario);
	fputc(',', pic->to);
	put_events(pic, which);
}

static void put_data(struct picture *pic)
{
	const struct op *op = &pic->s->op[pic->ops - 1];
	uint64_t block = UINT64_C(1) << arm64_leaf_order(&pic->g, ARM64_LAST_LEVEL - 1);
	uint64_t all = UINT64_C(1) << (pic->g.ia_size - pic->g.granule);
	put_verdict(pic);
	uint64_t page = oracle_page(&pic->p->oracle, op->call.va);
	uint64_t end = page + (op_bytes(pic->s, op) >> pic->g.granule);
	uint64_t wrong = pic->verdict->rule == RULE_NONE
				 ? page
				 : oracle_page(&pic->p->oracle, pic->verdict->va);
	if (wrong < page)
		page = wrong;
	if (wrong >= end)
		end = wrong + 1;
	pic->first = page > block ? (page - block) & ~(block - 1) : 0;
	pic->last = end + block < all ? (end + block) | (block - 1) : all;
	put_array(pic, op);
	fprintf(pic->to,
		"\"base\":\"%" PRIu64 "\",\"granule\":%u,\"first\":%" PRIu64 ",\"last\":%" PRIu64
		",\"wrong\":%" PRIu64 ",\"group\":%u,\"mappers\":[",
		arm64_va_base(&pic->g), pic->g.granule, pic->first, pic->last, wrong,
		1u << arm64_contiguous_size(&pic->g, ARM64_LAST_LEVEL));
	for (unsigned i = 0; i < mapper_list()->count; i++) {
		fputs(i ? "," : "", pic->to);
		put_mapper(pic, i);
	}
	fprintf(pic->to, "]}");
}

bool picture_write(struct player *p, const struct scenario *s, uint32_t ops,
		   const struct verdict *verdict, const char *path)
{
	const char *place = strstr(picture_html, PLACE);
	struct picture pic = {
		.p = p, .s = s, .verdict = verdict, .ops = ops, .g = arm64_geometry(&s->machine)
	};
	struct output out;
	if (!output_open(&out, path))
		return false;
	pic.to = out.to;
	fwrite(picture_html, 1, (size_t)(place - picture_html), pic.to);
	put_data(&pic);
	fputs(place + strlen(PLACE), pic.to);
	return output_close(&out);
}
