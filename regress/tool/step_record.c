// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/step_record.h"

#include "regress/tool/json.h"

void step_put_text(FILE *to, const char *name, const char *text)
{
	fprintf(to, ",\"%s\":", name);
	json_text(to, text);
}

void step_put_kind(FILE *to, const struct player_step *step)
{
	static const char *const kinds[] = {
		[PLAYER_SETS_UP] = "setup",     [PLAYER_PURGES] = "purge", [PLAYER_CALLS] = "call",
		[PLAYER_CLEANS_UP] = "cleanup", [PLAYER_READS] = "read",
	};
	step_put_text(to, "kind", kinds[step->kind]);
}

static void put_levels(FILE *to, const char *name, uint32_t modified)
{
	const char *comma = "";
	fprintf(to, ",\"%s\":[", name);
	for (int level = -1; level <= ARM64_LAST_LEVEL; level++) {
		if (!(modified & MODIFIED_LEVEL(level)))
			continue;
		fprintf(to, "%s%d", comma, level);
		comma = ",";
	}
	fputc(']', to);
}

void step_put_outcome(FILE *to, const struct outcome *out, const char *levels,
		      const struct mapper *mapper)
{
	const char *warning = mapper->warning ? mapper->warning() : "";
	fprintf(to, ",\"error\":%d", out->error);
	put_levels(to, levels, out->modified);
	if (out->page_shift)
		fprintf(to, ",\"page_shift\":%u", out->page_shift);
	if (warning[0])
		step_put_text(to, "warning", warning);
}
