// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/findings.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "mapper/machine/assert.h"

/* The number of the group of a signature; f->count if there is none. */
static unsigned number_of(const struct findings *f, const char *signature)
{
	unsigned i = 0;
	while (i < f->count && !verdict_same_kind(f->finding[i].signature, signature))
		i++;
	return i;
}

static struct finding *finding_of(struct findings *f, const char *signature)
{
	unsigned number = number_of(f, signature);
	if (number < f->count)
		return &f->finding[number];
	if (f->count == FINDINGS_MAX)
		return NULL;
	struct finding *added = &f->finding[f->count++];
	*added = (struct finding){ .size = UINT64_MAX };
	snprintf(added->signature, sizeof(added->signature), "%s", signature);
	return added;
}

void findings_add(struct findings *f, const char *signature, uint64_t size,
		  const struct origin *origin)
{
	ASSERT(signature[0]);
	struct finding *finding = finding_of(f, signature);
	f->failing++;
	if (!finding) {
		f->ungrouped++;
		return;
	}
	finding->scenarios++;
	if (size >= finding->size)
		return;
	finding->size = size;
	finding->smallest = *origin;
	snprintf(finding->signature, sizeof(finding->signature), "%s", signature);
}

bool findings_would_keep(const struct findings *f, const char *signature, uint64_t size)
{
	unsigned number = number_of(f, signature);
	return number < f->count ? size < f->finding[number].size : f->count < FINDINGS_MAX;
}

/* A word of a signature as a name has it; empty where a name does without. */
static void name_word(const char *word, const char *tested, char *to, size_t size)
{
	const char *value = strchr(word, '=');
	bool is_mapper = !strncmp(word, "mapper=", 7);
	bool is_level = !strncmp(word, "level=", 6);
	if (value && !strncmp(word, "op=", 3))
		value = strchr(word, ':');
	value = value ? value + 1 : word;
	if (!strcmp(word, "FAIL") || (is_mapper && !strcmp(value, tested)) ||
	    (is_level && !strcmp(value, "none")))
		value = "";
	snprintf(to, size, "%s%s", is_level && *value ? "level" : "", value);
}

void finding_name(const char *signature, const char *tested, char name[FINDING_NAME_SIZE])
{
	char text[VERDICT_SIGNATURE_SIZE], word[VERDICT_SIGNATURE_SIZE], *rest = text;
	size_t length = 0;
	snprintf(text, sizeof(text), "%s", signature);
	name[0] = '\0';
	for (char *at; (at = strsep(&rest, " "));) {
		name_word(at, tested, word, sizeof(word));
		if (word[0])
			length += (size_t)snprintf(name + length, FINDING_NAME_SIZE - length,
						   "%s%s", length ? "-" : "", word);
		ASSERT_CMP(length, <, FINDING_NAME_SIZE); /* no longer than the signature */
	}
	for (char *at = name; *at; at++)
		if (!isalnum((unsigned char)*at) && *at != '.' && *at != '-' && *at != '_')
			*at = '-';
}
