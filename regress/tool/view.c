// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mapper/machine/assert.h"

static struct extent *new_extent(struct view *view)
{
	if (view->extents == view->capacity) {
		view->capacity = view->capacity ? view->capacity * 2 : 64;
		view->extent = realloc(view->extent, view->capacity * sizeof(struct extent));
		if (!view->extent) {
			fprintf(stderr, "vmapdiff: no memory to show an address space\n");
			exit(2);
		}
	}
	return &view->extent[view->extents++];
}

static bool continues(const struct extent *e, const struct extent *next)
{
	return e->page + e->pages == next->page && e->pfn + e->pages == next->pfn &&
	       e->level == next->level && e->contiguous == next->contiguous &&
	       !memcmp(&e->attributes, &next->attributes, sizeof(e->attributes));
}

static void add(struct view *view, const struct extent *e)
{
	struct extent *last = view->extents ? &view->extent[view->extents - 1] : NULL;
	ASSERT(e->pages);
	ASSERT(!last || last->page + last->pages <= e->page); /* the sweep goes upwards */
	if (last && continues(last, e))
		last->pages += e->pages;
	else
		*new_extent(view) = *e;
}

static bool add_span(void *context, const struct arm64_span *span)
{
	struct view *view = context;
	unsigned order = arm64_leaf_order(view->g, span->level);
	for (uint32_t i = 0; i < span->count; i++) {
		uint64_t desc = span->table[span->index + i];
		uint64_t pfn = arm64_address(view->g, desc) >> view->g->granule;
		struct extent e;
		memset(&e, 0, sizeof(e)); /* padding too: attributes are compared as bytes */
		e.page = span->page + ((uint64_t)i << order);
		e.pages = UINT64_C(1) << order;
		ASSERT_CMP(e.page & (e.pages - 1), ==, 0);
		e.pfn = pfn & ~(e.pages - 1);
		e.level = span->level;
		e.contiguous = desc & ARM64_CONTIGUOUS;
		/* Which tables forbid EL0 to run anything is their mapper's, and no difference. */
		e.attributes = arm64_attributes(view->g, desc, span->limits & ~ARM64_UXNTABLE);
		add(view, &e);
	}
	return true;
}

static bool skip_link(void *context, const struct arm64_link *link)
{
	(void)context;
	(void)link;
	return true;
}

static bool skip_reserved(void *context, const struct arm64_reserved *reserved)
{
	(void)context;
	(void)reserved;
	return true;
}

struct view view_of(const struct arm64_geometry *g, const struct machine *m)
{
	struct view view = { .g = g };
	struct arm64_visitor visitor = { add_span, skip_link, skip_reserved, &view, NULL };
	arm64_sweep(g, m, &visitor);
	view.g = NULL;
	return view;
}

void view_free(struct view *view)
{
	free(view->extent);
	*view = (struct view){ 0 };
}

const struct extent *view_find(const struct view *view, uint64_t page)
{
	size_t low = 0, high = view->extents;
	ASSERT(view->extents <= view->capacity);
	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct extent *e = &view->extent[middle];
		if (page < e->page)
			high = middle;
		else if (page >= e->page + e->pages)
			low = middle + 1;
		else
			return e;
	}
	return NULL;
}
