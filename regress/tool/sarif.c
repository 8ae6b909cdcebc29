// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/sarif.h"

#include <stdlib.h>
#include <string.h>

#include "fuzz/mappers.h"
#include "fuzz/scenario.h"
#include "regress/tool/json.h"
#include "regress/tool/place.h"
#include "regress/tool/version.h"
#include "regress/tool/vmapdiff.h"

#define SCHEMA "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json"

/* --- where ------------------------------------------------------------------------------ */

/* Reads " at FILE:LINE: " out of a warning; FILE goes into `file`. 0 if it has none. */
static unsigned read_warning(const char *warning, char *file, size_t size)
{
	const char *at = strstr(warning, " at ");
	const char *colon = at ? strchr(at, ':') : NULL;
	if (!colon)
		return 0;
	snprintf(file, size, "%.*s", (int)(colon - at - 4), at + 4);
	return (unsigned)strtoul(colon + 1, NULL, 10);
}

/* `message` says what is there; NULL: nothing. */
static void put_location(FILE *to, const char *file, unsigned line, const char *message)
{
	fputs("{\"physicalLocation\":{\"artifactLocation\":{\"uri\":", to);
	json_text(to, file);
	fprintf(to, "},\"region\":{\"startLine\":%u}}", line);
	if (message) {
		fputs(",\"message\":{\"text\":", to);
		json_text(to, message);
		fputc('}', to);
	}
	fputc('}', to);
}

/* A call of the tree, after the location before it: FUNCTION() and what it did. */
static void put_source_call(FILE *to, const struct mapper *mapper, const struct source_call *call,
			    const char *did)
{
	char message[128];
	const char *path = path_in_tree(mapper, call->file);
	snprintf(message, sizeof(message), "%.*s() %s", function_in_tree(call->function, path),
		 call->function, did);
	fputc(',', to);
	put_location(to, path, call->line, message);
}

/* Where the tree's function for a call begins: the line, and its file; 0 where there is none. */
static unsigned entry_of(const struct mapper *mapper, const char *call, char *file, size_t size)
{
	for (enum call_kind kind = 0; kind < CALL_KINDS; kind++) {
		const struct source_line *entry = &mapper->entry[kind];
		if (strcmp(call_traits(kind)->name, call) != 0 || !entry->file)
			continue;
		snprintf(file, size, "%s", entry->file);
		return entry->line;
	}
	return 0;
}

/* In the tree if there is one, where readers of the report are; else in the scenario. */
static void put_locations(FILE *to, const struct verdict *v, const struct sarif_place *op,
			  const char *warning, const struct source_place *stored)
{
	char file[256] = "";
	const struct mapper *mapper = mapper_list()->mapper[mapper_index(v->mapper)];
	unsigned line = 0;
	if (mapper->tree) {
		line = read_warning(warning, file, sizeof(file));
		if (!line)
			line = entry_of(mapper, v->call, file, sizeof(file));
	}
	fputs(",\"locations\":[", to);
	put_location(to, line ? path_in_tree(mapper, file) : op->file, line ? line : op->line,
		     NULL);
	fputs("]", to);
	if (line) {
		fputs(",\"relatedLocations\":[", to);
		put_location(to, op->file, op->line, NULL);
		if (stored && stored->at)
			put_source_call(to, mapper, stored->at, "stored the entry");
		if (stored && stored->caller)
			put_source_call(to, mapper, stored->caller,
					"called the function that stored it");
		fputs("]", to);
	}
}

/* --- the report ------------------------------------------------------------------------- */

static void put_rule(FILE *to, const struct rule_text *text)
{
	fprintf(to, "{\"id\":\"%s.%s\",\"shortDescription\":{\"text\":", text->property,
		text->name);
	json_text(to, text->sentence);
	fputs("},\"help\":{\"text\":", to);
	json_text(to, text->source);
	fputs("},\"defaultConfiguration\":{\"level\":\"error\"}}", to);
}

bool sarif_begin(struct sarif *sarif, const char *path)
{
	sarif->results = 0;
	if (!output_open(&sarif->out, path))
		return false;
	fprintf(sarif->out.to,
		"{\"$schema\":\"" SCHEMA
		"\",\n\"version\":\"2.1.0\",\"runs\":[{\"tool\":{\"driver\":"
		"{\"name\":\"vmapdiff\",\"version\":\"%s\",\"rules\":[\n",
		tool_release);
	for (int rule = RULE_NONE + 1; rule < RULE_COUNT; rule++) {
		put_rule(sarif->out.to, rule_text((enum rule)rule));
		fputs(rule + 1 < RULE_COUNT ? ",\n" : "]}},\n\"results\":[", sarif->out.to);
	}
	return true;
}

/* What a report's reader is told: the signature, and the details of the verdict. */
static void put_message(FILE *to, const struct verdict *v, const char *signature)
{
	char text[512];
	snprintf(text, sizeof(text), "%s\naddress 0x%016llx, expected %s, found %s", signature,
		 (unsigned long long)v->va, v->expected, v->found);
	fputs(",\"level\":\"error\",\"message\":{\"text\":", to);
	json_text(to, text);
	fputs("}", to);
}

void sarif_result(struct sarif *sarif, const struct verdict *v, const struct sarif_place *op,
		  const char *warning, const struct source_place *stored)
{
	FILE *to = sarif->out.to;
	const struct rule_text *text = rule_text(v->rule);
	char signature[VERDICT_SIGNATURE_SIZE];
	verdict_signature(v, signature);
	fprintf(to, "%s\n{\"ruleId\":\"%s.%s\",\"ruleIndex\":%d", sarif->results++ ? "," : "",
		text->property, text->name, v->rule - RULE_NONE - 1);
	put_message(to, v, signature);
	put_locations(to, v, op, warning, stored);
	fputs(",\"partialFingerprints\":{\"signature/v1\":", to);
	json_text(to, signature);
	fputs("}}", to);
}

bool sarif_end(struct sarif *sarif)
{
	fputs("]}]}\n", sarif->out.to);
	return output_close(&sarif->out);
}
