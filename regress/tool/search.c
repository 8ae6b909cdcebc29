// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/search.h"

#include "fuzz/crash.h"
#include "fuzz/scenario_text.h"
#include "regress/tool/colour.h"
#include "regress/tool/output.h"
#include "regress/tool/vmapdiff.h"

void search_begin(struct search *search)
{
	search->player = need_player();
	crash_report_for(search->player);
}

void search_take(struct search *search, const struct chunk_result *result)
{
	search->cases += result->cases;
	search->met += result->met;
	if (result->finding < search->finding)
		search->finding = result->finding;
}

static int keep(const struct scenario *s, const char *path)
{
	struct output out;
	if (!output_open(&out, path))
		return EXIT_UNUSABLE;
	scenario_print(s, out.to);
	if (!output_close(&out))
		return EXIT_UNUSABLE;
	printf("\nnext: ");
	print_next(stdout, "minimize", path);
	return EXIT_RULE_BROKEN;
}

int search_report(struct search *search, const struct scenario *s, const char *where,
		  const char *output)
{
	struct verdict verdict;
	struct coloured told;
	search_begin(search);
	player_play(search->player, s, &verdict);
	printf("\n");
	coloured_begin(&told, stdout);
	verdict_print(&verdict, told.stream);
	coloured_end(&told);
	printf("  where     %s\n\n", where);
	scenario_print(s, stdout);
	player_destroy(search->player);
	if (output)
		return keep(s, output);
	printf("\nnext: the same with -o FILE, then %s minimize FILE\n", again());
	return EXIT_RULE_BROKEN;
}
