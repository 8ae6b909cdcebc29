// SPDX-License-Identifier: GPL-2.0-only
#include "mapper/kernel/dump_text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define NO_LEVEL 4 /* what no entry has */

struct word {
	const char *text;
	uint32_t says, clears;
};

/* What a word says more, and what it denies of an entry that is in use and valid. */
static const struct word words[] = {
	{ "F", 0, DUMP_VALID },
	{ "USR", DUMP_USER, 0 },
	{ "ro", DUMP_READ_ONLY, 0 },
	{ "NX", DUMP_PXN, 0 },
	{ "UXN", DUMP_UXN, 0 },
	{ "SHD", DUMP_SHARED, 0 },
	{ "AF", DUMP_ACCESSED, 0 },
	{ "NG", DUMP_NOT_GLOBAL, 0 },
	{ "CON", DUMP_CONTIGUOUS, 0 },
	{ "BLK", DUMP_BLOCK, 0 },
	{ "GP", DUMP_GUARDED, 0 },
	{ "MEM/NORMAL", DUMP_MEMORY(0xff), DUMP_MEMORY(0xff) },
	{ "MEM/NORMAL-TAGGED", DUMP_MEMORY(0xf0), DUMP_MEMORY(0xff) },
	{ "MEM/NORMAL-NC", DUMP_MEMORY(0x44), DUMP_MEMORY(0xff) },
	{ "DEVICE/nGnRnE", DUMP_MEMORY(0x00), DUMP_MEMORY(0xff) },
	{ "DEVICE/nGnRE", DUMP_MEMORY(0x04), DUMP_MEMORY(0xff) },
};

/* The next word of a line; NULL at its end. */
static const char *next_word(const char **at, size_t *length)
{
	*at += strspn(*at, " ");
	const char *word = *at;
	*length = strcspn(word, " \n");
	*at += *length;
	return *length ? word : NULL;
}

static bool is(const char *word, size_t length, const char *text)
{
	return strlen(text) == length && !memcmp(word, text, length);
}

/* Bytes by "64K" and the like. */
static uint64_t size_of(const char *word)
{
	static const char units[] = "KMGTPE";
	char *unit;
	uint64_t amount = strtoull(word, &unit, 10);
	const char *which = *unit ? strchr(units, *unit) : NULL;
	return which ? amount << (10 * (which - units + 1)) : 0;
}

/* Folded levels have the root's name, or, as blocks, that of their own level. */
static int level_of(const char *word, size_t length, int start_level)
{
	static const char *const names[] = { "P4D", "PUD", "PMD", "PTE" };
	for (int level = 0; level < 4; level++)
		if (is(word, length, names[level]))
			return level < start_level ? start_level : level;
	return is(word, length, "PGD") ? start_level : NO_LEVEL;
}

static uint32_t says_of(const char **at)
{
	uint32_t says = DUMP_IN_USE | DUMP_VALID | DUMP_MEMORY(DUMP_NO_MEMORY);
	size_t length;
	const char *word = next_word(at, &length);
	if (!word)
		return 0;
	for (; word; word = next_word(at, &length))
		for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (is(word, length, words[i].text))
				says = (says & ~words[i].clears) | words[i].says;
	return says;
}

/* A line "START-END SIZE LEVEL WORD...", read from its first digit on. */
static struct dump_line line_of(const char *at, int start_level, uint64_t range_end)
{
	char *dash;
	size_t length;
	uint64_t va = strtoull(at, &dash, 16);
	at = dash;
	uint64_t end = *at == '-' ? strtoull(at + 1, &dash, 16) : va;
	at = dash;
	const char *size = next_word(&at, &length);
	uint64_t bytes = size ? size_of(size) : 0;
	const char *level = next_word(&at, &length);
	if (!end)
		end = range_end;
	else if (end - va != bytes)
		end = va;
	return (struct dump_line){ .va = va,
				   .bytes = end - va,
				   .level = level ? level_of(level, length, start_level) : NO_LEVEL,
				   .says = says_of(&at) };
}

unsigned dump_text_read(const char *text, int start_level, uint64_t end, struct dump_line *line,
			unsigned room)
{
	unsigned lines = 0;
	while (*text && lines < room) {
		if (!strncmp(text, "0x", 2))
			line[lines++] = line_of(text, start_level, end);
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return lines;
}
