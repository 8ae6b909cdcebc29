// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/fixture.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/sizes.h"
#include "mapper/machine/assert.h"

struct writer {
	struct scenario s; /* of which the machine counts */
	struct sizes sizes;
	char *to, *end;
};

static void __attribute__((format(printf, 2, 3))) put(struct writer *w, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int length = vsnprintf(w->to, (size_t)(w->end - w->to), format, arguments);
	va_end(arguments);
	ASSERT_CMP(length, <, w->end - w->to);
	w->to += length;
}

/* A sum such as 4B+1G-2, in pages. */
static uint64_t pages_of(const struct sizes *sizes, const char *at)
{
	uint64_t sum = 0;
	while (*at == ' ' || *at == '+' || *at == '-') {
		bool minus = *at == '-';
		char *after;
		uint64_t n = strtoull(at + 1, &after, 10);
		ASSERT(after > at + 1);
		if (*after == 'G')
			n *= sizes->group;
		if (*after == 'B')
			n *= sizes->block;
		sum += minus ? -n : n;
		at = after + (*after == 'G' || *after == 'B');
	}
	ASSERT_CMP(*at, ==, ']');
	return sum;
}

static bool put_shift(struct writer *w, const char *at)
{
	const struct machine_config *config = &w->s.machine;
	if (!strncmp(at, "page]", 5))
		put(w, "%u", config->page_shift);
	else if (!strncmp(at, "group]", 6))
		put(w, "%u", scenario_group_shift(config));
	else if (!strncmp(at, "block]", 6))
		put(w, "%u", scenario_level_shift(config, 2));
	else if (!strncmp(at, "granule]", 8))
		put(w, "%" PRIu64 "k", (UINT64_C(1) << config->page_shift) >> 10);
	else
		return false;
	return true;
}

static void put_item(struct writer *w, const char *at)
{
	unsigned page_shift = w->s.machine.page_shift;
	if (put_shift(w, at))
		return;
	uint64_t pages = pages_of(&w->sizes, at + strcspn(at, " ]"));
	switch (*at) {
	case 'v':
		put(w, "0x%" PRIx64, scenario_va_middle(&w->s) + (pages << page_shift));
		return;
	case 'l':
		put(w, "0x%" PRIx64, scenario_va_base(&w->s) + (pages << page_shift));
		return;
	case 'n':
		put(w, "0x%" PRIx64, pages);
		return;
	case 'c':
		put(w, "%" PRIu64, pages);
		return;
	default:
		ASSERT_CMP(*at, ==, 'b');
		put(w, "0x%" PRIx64, pages << page_shift);
	}
}

void fixture_text(const char *fixture, unsigned page_shift, char text[FIXTURE_TEXT_SIZE])
{
	static struct writer w; /* too large for a stack */
	scenario_init(&w.s);
	w.s.machine.page_shift = (uint8_t)page_shift;
	w.sizes = sizes_of(&w.s.machine);
	w.to = text;
	w.end = text + FIXTURE_TEXT_SIZE;
	put(&w, "vmapdiff 2\n");
	if (strncmp(fixture, "machine ", 8) != 0)
		put(&w, "machine granule=%" PRIu64 "k\n", (UINT64_C(1) << page_shift) >> 10);
	for (; *fixture; fixture++) {
		if (*fixture != '[') {
			put(&w, "%c", *fixture);
			continue;
		}
		put_item(&w, fixture + 1);
		fixture = strchr(fixture, ']');
	}
}
