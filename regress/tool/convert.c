// SPDX-License-Identifier: GPL-2.0-only
/* convert: scenarios from text or bytes to text, or with --to-bytes to bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz/scenario_bytes.h"
#include "fuzz/scenario_text.h"
#include "regress/tool/output.h"
#include "regress/tool/vmapdiff.h"

struct conversion {
	const struct arguments *arguments;
	bool into_directory;
	unsigned done;
};

static struct scenario scenario;
static uint8_t bytes[SCENARIO_MAX_BYTES];

static bool write_scenario(const char *path, bool to_bytes)
{
	struct output out;
	if (!output_open(&out, path))
		return false;
	if (to_bytes)
		fwrite(bytes, 1, scenario_encode(&scenario, bytes, sizeof(bytes)), out.to);
	else
		scenario_print(&scenario, out.to);
	return output_close(&out);
}

/* NAME.scenario for text, NAME for bytes, in the output directory. */
static char *output_path(const struct conversion *c, const char *path)
{
	const char *name = input_is_stdin(path) ? "stdin"
			   : strrchr(path, '/') ? strrchr(path, '/') + 1
						: path;
	const char *dot = strstr(name, ".scenario");
	int length = dot ? (int)(dot - name) : (int)strlen(name);
	char *out = NULL;
	if (asprintf(&out, "%s/%.*s%s", c->arguments->output, length, name,
		     c->arguments->to_bytes ? "" : ".scenario") < 0)
		return NULL;
	return out;
}

static bool convert_file(const char *path, void *context)
{
	struct conversion *c = context;
	if (!load_scenario(path, &scenario))
		return false;
	char *out = c->into_directory ? output_path(c, path) : strdup(c->arguments->output);
	bool good = out && write_scenario(out, c->arguments->to_bytes);
	free(out);
	c->done += good;
	return good;
}

static bool is_directory(const char *path)
{
	struct stat st;
	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

int command_convert(int argc, char **argv)
{
	struct arguments a;
	struct conversion c = { .arguments = &a };
	if (!read_arguments("convert", argc, argv, &a))
		return EXIT_UNUSABLE;
	if (!a.output) {
		fprintf(stderr, "vmapdiff convert: -o OUT is missing, a file or a directory\n");
		return EXIT_UNUSABLE;
	}
	c.into_directory = is_directory(a.output);
	if (!c.into_directory && (a.files > 1 || is_directory(a.file[0]))) {
		fprintf(stderr,
			"vmapdiff convert: several files need a directory, and %s is not one\n",
			a.output);
		return EXIT_UNUSABLE;
	}
	for (int i = 0; i < a.files; i++)
		if (!for_each_file(a.file[i], convert_file, &c))
			return EXIT_UNUSABLE;
	fprintf(stderr, "converted %u scenario%s\n", c.done, c.done == 1 ? "" : "s");
	return EXIT_AS_EXPECTED;
}
