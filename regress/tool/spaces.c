// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/spaces.h"

#include <stdlib.h>
#include <string.h>

#include "mapper/machine/assert.h"
#include "regress/tool/vmapdiff.h"

static bool same_translation(const struct extent *a, const struct extent *b, uint64_t page)
{
	if (!a || !b)
		return a == b;
	return a->pfn + (page - a->page) == b->pfn + (page - b->page) &&
	       !memcmp(&a->attributes, &b->attributes, sizeof(a->attributes));
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

/* Every page at which some view begins or ends an extent, in order. To be freed. */
static uint64_t *all_boundaries(const struct comparison *t, size_t *count)
{
	size_t n = 0, most = 0;
	for (unsigned v = 0; v < COLUMNS; v++)
		most += 2 * t->view[v].extents;
	uint64_t *at = malloc((most + 1) * sizeof(*at));
	if (!at)
		exit(EXIT_UNUSABLE);
	for (unsigned v = 0; v < COLUMNS; v++) {
		for (size_t i = 0; i < t->view[v].extents; i++) {
			at[n++] = t->view[v].extent[i].page;
			at[n++] = t->view[v].extent[i].page + t->view[v].extent[i].pages;
		}
	}
	qsort(at, n, sizeof(*at), by_value);
	*count = n;
	return at;
}

static bool row_between(const struct comparison *t, uint64_t page, uint64_t end, struct row *row)
{
	bool mapped = false;
	ASSERT_CMP(page, <=, end);
	const struct extent *first = view_find(&t->view[0], page);
	*row = (struct row){ page, end - page, false };
	for (unsigned v = 0; v < COLUMNS; v++) {
		const struct extent *e = view_find(&t->view[v], page);
		mapped |= e != NULL;
		row->differs |= !same_translation(first, e, page);
	}
	return mapped && end > page;
}

static void make_rows(struct comparison *t)
{
	t->rows = t->differ = 0;
	size_t n;
	uint64_t *at = all_boundaries(t, &n);
	t->row = malloc((n + 1) * sizeof(*t->row));
	if (!t->row)
		exit(EXIT_UNUSABLE);
	for (size_t i = 0; i + 1 < n; i++)
		if (row_between(t, at[i], at[i + 1], &t->row[t->rows]))
			t->rows++;
	for (size_t i = 0; i < t->rows; i++)
		t->differ += t->row[i].differs ? t->row[i].pages : 0;
	free(at);
	ASSERT_CMP(t->rows, <=, n);
}

void compare_spaces(struct player *p, const struct scenario *s, struct comparison *t,
		    unsigned which, uint32_t ops)
{
	const unsigned column[COLUMNS] = { 0, which };
	struct verdict ignored;
	ASSERT_CMP(which, <, mapper_list()->count);
	ASSERT_CMP(ops, <=, s->ops);
	*t = (struct comparison){ .g = arm64_geometry(&s->machine) };
	for (unsigned v = 0; v < COLUMNS; v++) {
		t->name[v] = mapper_list()->mapper[column[v]]->name;
		player_run(p, s, column[v], ops, &ignored);
		t->view[v] = view_of(&t->g, p->machine[column[v]]);
	}
	make_rows(t);
}

void comparison_free(struct comparison *t)
{
	for (unsigned v = 0; v < COLUMNS; v++)
		view_free(&t->view[v]);
	free(t->row);
}
