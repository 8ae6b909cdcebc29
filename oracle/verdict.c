// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/verdict.h"

#include <inttypes.h>

const char *granule_name(unsigned page_shift)
{
	return page_shift == 12 ? "4k" : page_shift == 14 ? "16k" : "64k";
}

void verdict_signature(const struct verdict *v, char *line)
{
	const struct rule_text *text = rule_text(v->rule);
	char level[16] = "none";
	if (v->level != VERDICT_NO_LEVEL)
		snprintf(level, sizeof(level), "%d", v->level);
	snprintf(line, VERDICT_SIGNATURE_SIZE, "FAIL %s.%s mapper=%s op=%u:%s granule=%s level=%s",
		 text->property, text->name, v->mapper, v->op, v->call, granule_name(v->page_shift),
		 level);
}

void verdict_print(const struct verdict *v, FILE *to)
{
	char line[VERDICT_SIGNATURE_SIZE];
	const struct rule_text *text = rule_text(v->rule);
	verdict_signature(v, line);
	fprintf(to, "%s\n", line);
	fprintf(to, "  rule      %s (%s)\n", text->sentence, text->source);
	fprintf(to, "  address   0x%016" PRIx64 "\n", v->va);
	fprintf(to, "  expected  %s\n", v->expected);
	fprintf(to, "  found     %s\n", v->found);
}
