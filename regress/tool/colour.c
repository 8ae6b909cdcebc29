// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/colour.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ECMA-48 (select graphic rendition). */
#define RED "\033[31m"
#define BOLD_RED "\033[1;31m"
#define YELLOW "\033[33m"
#define PLAIN "\033[0m"

/* How a line that begins so is shown. */
static const struct {
	const char *start, *colour;
} styles[] = {
	{ "FAIL ", BOLD_RED }, /* the signature */
	{ "! ", RED },         /* a row that differs */
	{ "  > ", YELLOW },    /* the event at fault */
};

bool colour_wanted(FILE *to)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	return isatty(fileno(to)) && !(no_color && no_color[0]) && term && term[0] &&
	       strcmp(term, "dumb") != 0;
}

static const char *colour_of(const char *line)
{
	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++)
		if (!strncmp(line, styles[i].start, strlen(styles[i].start)))
			return styles[i].colour;
	return NULL;
}

void colour_print(const char *text, FILE *to)
{
	bool wanted = colour_wanted(to);
	for (const char *line = text, *end; *line; line = end + (*end == '\n')) {
		end = line + strcspn(line, "\n");
		const char *colour = wanted ? colour_of(line) : NULL;
		fprintf(to, "%s%.*s%s%s", colour ? colour : "", (int)(end - line), line,
			colour ? PLAIN : "", *end ? "\n" : "");
	}
}

void coloured_begin(struct coloured *c, FILE *to)
{
	*c = (struct coloured){ .stream = to, .to = to };
	if (!colour_wanted(to))
		return;
	c->stream = open_memstream(&c->text, &c->size);
	if (!c->stream)
		abort();
}

void coloured_end(struct coloured *c)
{
	if (c->stream == c->to)
		return;
	fclose(c->stream);
	colour_print(c->text, c->to);
	free(c->text);
}
