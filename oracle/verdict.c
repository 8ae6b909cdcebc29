// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/verdict.h"

#include <inttypes.h>
#include <string.h>

#include "mapper/machine/assert.h"

const char *granule_name(unsigned page_shift)
{
	return page_shift == 12 ? "4k" : page_shift == 14 ? "16k" : "64k";
}

void verdict_signature(const struct verdict *v, char *line)
{
	const struct rule_text *text = rule_text(v->rule);
	char level[16] = "none";
	ASSERT_CMP(v->rule, !=, RULE_NONE);
	if (v->level != VERDICT_NO_LEVEL)
		snprintf(level, sizeof(level), "%d", v->level);
	int length =
		snprintf(line, VERDICT_SIGNATURE_SIZE,
			 "FAIL %s.%s mapper=%s op=%u:%s granule=%s level=%s", text->property,
			 text->name, v->mapper, v->op, v->call, granule_name(v->page_shift), level);
	ASSERT_CMP(length, <, VERDICT_SIGNATURE_SIZE);
}

/* Copies a signature without the digits behind "op=". */
static void without_place(const char *signature, char *to)
{
	const char *op = strstr(signature, " op=");
	size_t head = op ? (size_t)(op - signature) + strlen(" op=") : strlen(signature);
	ASSERT_CMP(strlen(signature), <, VERDICT_SIGNATURE_SIZE);
	const char *rest = signature + head;
	snprintf(to, VERDICT_SIGNATURE_SIZE, "%.*s%s", (int)head, signature,
		 rest + strspn(rest, "0123456789"));
}

bool verdict_same_kind(const char *signature, const char *other)
{
	char x[VERDICT_SIGNATURE_SIZE], y[VERDICT_SIGNATURE_SIZE];
	without_place(signature, x);
	without_place(other, y);
	return !strcmp(x, y);
}

#define INDENT 12
#define WIDTH 79

/* Prints a label and words behind it, in lines that a mail can quote. */
static void print_folded(const char *label, const char *words, FILE *to)
{
	int column = fprintf(to, "  %-*s", INDENT - 2, label);
	for (const char *word = words, *end; *word; word = end + (*end == ' ')) {
		end = word + strcspn(word, " ");
		int length = (int)(end - word);
		if (column > INDENT && column + 1 + length > WIDTH)
			column = fprintf(to, "\n%*s", INDENT, "") - 1;
		else if (column > INDENT)
			column += fprintf(to, " ");
		column += fprintf(to, "%.*s", length, word);
	}
	fprintf(to, "\n");
}

void verdict_print(const struct verdict *v, FILE *to)
{
	char line[VERDICT_SIGNATURE_SIZE];
	const struct rule_text *text = rule_text(v->rule);
	verdict_signature(v, line);
	fprintf(to, "%s\n", line);
	print_folded("rule", text->sentence, to);
	print_folded("source", text->source, to);
	fprintf(to, "  address   0x%016" PRIx64 "\n", v->va);
	print_folded("expected", v->expected, to);
	print_folded("found", v->found, to);
}
