// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/words.h"

#include <string.h>

#include "fuzz/field.h"
#include "mapper/machine/assert.h"
#include "oracle/rules.h"

#define MAX_SETTING_OPTIONS 12

struct line_option {
	const char *name;
	bool bare;
};

/* The lines that are not ops. */
static const struct setting {
	const char *word;
	struct line_option option[MAX_SETTING_OPTIONS]; /* ends with a name NULL */
} settings[] = {
	[LINE_MACHINE] = { "machine",
			   { { "granule", false },
			     { "va", false },
			     { "pa", false },
			     { "bbm", false },
			     { "lpa2", true },
			     { "tlbirange", false },
			     { "rodata", false },
			     { "realm", false },
			     { "entries", false },
			     { "group", false } } },
	[LINE_POLICY] = { "policy",
			  { { "v9", true },
			    { "v4", true },
			    { "prior", true },
			    { "vmap-huge", false },
			    { "stop-at-order0", false },
			    { "scan-limit", false },
			    { "hugetlb", false },
			    { "max-shift", false },
			    { "quirks", false } } },
	[LINE_FAIL] = { "fail", { { "alloc", false }, { "trylock", false } } },
	[LINE_DURING] = { "during", { { "event", false }, { "by", false } } },
	[LINE_READ] = { "read", { { "event", false }, { "of", false }, { "by", false } } },
	[LINE_EXPECT] = { "expect", { { "holds", true }, { "fails", true } } },
};
_Static_assert(sizeof(settings) / sizeof(settings[0]) == LINE_CALL, "a row for each setting");

/* Words of earlier versions, of which mails and corpora are kept for ever. */
static const struct old_word {
	unsigned last_version; /* that has it */
	const char *word, *now;
} old_words[] = {
	{ 1, "plant", "preset" },
};

static const char *const rule_names[] = {
#define ORACLE_RULE_NAME(id, property, name, sentence, source) property "." name,
	ORACLE_RULES(ORACLE_RULE_NAME)
#undef ORACLE_RULE_NAME
		NULL,
};

/* --- what there is ------------------------------------------------------------------- */

/* The row of a word that went; NULL if there is none. */
static const struct old_word *old_word(struct token word)
{
	for (size_t i = 0; i < sizeof(old_words) / sizeof(old_words[0]); i++)
		if (line_is(word, old_words[i].word))
			return &old_words[i];
	return NULL;
}

const char *line_kind_name(enum line_kind kind)
{
	ASSERT_CMP(kind, <, LINE_KINDS);
	if (kind < LINE_CALL)
		return settings[kind].word;
	return call_traits((enum call_kind)(kind - LINE_CALL))->name;
}

enum line_kind line_kind_of(struct token word, unsigned version)
{
	const struct old_word *old = old_word(word);
	enum line_kind kind = 0;
	for (; kind < LINE_KINDS; kind++) {
		const char *name = line_kind_name(kind);
		bool named = old && version <= old->last_version ? !strcmp(name, old->now)
								 : line_is(word, name);
		if (named)
			break;
	}
	return kind;
}

const char *line_kind_option(enum line_kind kind, unsigned at, bool *bare)
{
	if (kind < LINE_CALL) {
		ASSERT_CMP(at, <, MAX_SETTING_OPTIONS);
		*bare = settings[kind].option[at].bare;
		return settings[kind].option[at].name;
	}
	uint8_t id = call_traits((enum call_kind)(kind - LINE_CALL))->fields[at];
	if (id == FIELD_NONE)
		return NULL;
	*bare = field(id)->bare;
	return field(id)->name;
}

/* Whether a kind of line has the option, and whether that has no value. */
static bool has_option(enum line_kind kind, struct token key, bool *bare)
{
	const char *name;
	for (unsigned at = 0; (name = line_kind_option(kind, at, bare)); at++)
		if (line_is(key, name))
			return true;
	return false;
}

bool line_kind_has(enum line_kind kind, struct token key)
{
	bool bare;
	return has_option(kind, key, &bare);
}

/* --- what is refused ------------------------------------------------------------------- */

/* A list for a message, which is cut where it would not fit. */
struct list {
	char text[240];
	size_t length;
};

static void add(struct list *list, const char *before, const char *name, const char *after)
{
	size_t room = sizeof(list->text) - list->length;
	int n = snprintf(list->text + list->length, room, "%s%s%s", list->length ? before : "",
			 name, after);
	list->length += (size_t)n < room ? (size_t)n : room - 1;
}

bool refuse_word(struct text_line *l)
{
	char hint[NEAREST_HINT_SIZE];
	struct token word = l->word;
	struct nearest meant = nearest_to(word.at, word.length);
	const struct old_word *old = old_word(word);
	struct list known = { .length = 0 };
	if (old)
		return line_wrong(l, word.at, "'%s' is called '%s' since version %u", old->word,
				  old->now, old->last_version + 1);
	for (enum line_kind kind = 0; kind < LINE_KINDS; kind++) {
		nearest_try(&meant, line_kind_name(kind));
		add(&known, ", ", line_kind_name(kind), "");
	}
	return line_wrong(l, word.at, "'%.*s' is not a word of a scenario%s%s %s", line_shown(word),
			  word.at, nearest_hint(&meant, hint), meant.word ? " The words are:" : ":",
			  known.text);
}

/* The kinds of line that have an option. */
static struct list lines_with(struct token key)
{
	struct list lines = { .length = 0 };
	for (enum line_kind kind = 0; kind < LINE_KINDS; kind++)
		if (line_kind_has(kind, key))
			add(&lines, ", ", line_kind_name(kind), "");
	return lines;
}

static bool refuse_option(struct text_line *l, enum line_kind kind, struct token key)
{
	bool bare;
	const char *name;
	char hint[NEAREST_HINT_SIZE];
	struct nearest meant = nearest_to(key.at, key.length);
	struct list known = { .length = 0 }, lines = lines_with(key);
	for (unsigned at = 0; (name = line_kind_option(kind, at, &bare)); at++) {
		nearest_try(&meant, name);
		add(&known, " ", name, bare ? "" : "=");
	}
	if (lines.length)
		return line_wrong(l, key.at,
				  "'%.*s' is not an option of '%s' but of %s; '%s' has: %s",
				  line_shown(key), key.at, line_kind_name(kind), lines.text,
				  line_kind_name(kind), known.text);
	return line_wrong(l, key.at, "'%.*s' is not an option of '%s'%s%s %s", line_shown(key),
			  key.at, line_kind_name(kind), nearest_hint(&meant, hint),
			  meant.word ? " It has:" : ", which has:", known.text);
}

bool check_options(struct text_line *l, enum line_kind kind)
{
	for (unsigned i = 0; i < l->options; i++) {
		const struct option *option = &l->option[i];
		bool bare;
		if (!has_option(kind, option->key, &bare))
			return refuse_option(l, kind, option->key);
		if (bare && option->value.at)
			return line_wrong(l, option->value.at, "'%.*s' takes no value",
					  line_shown(option->key), option->key.at);
	}
	return true;
}

struct nearest nearest_rule(const char *text, size_t length)
{
	struct nearest meant = nearest_to(text, length);
	nearest_try_list(&meant, rule_names);
	return meant;
}

enum rule read_rule(struct text_line *l, struct token name)
{
	char hint[NEAREST_HINT_SIZE];
	enum rule rule = rule_by_name(name.at, (unsigned)name.length);
	if (rule != RULE_NONE)
		return rule;
	struct nearest meant = nearest_rule(name.at, name.length);
	line_wrong(l, name.at, "'%.*s' is not a rule%s%s './rig rules' lists them",
		   line_shown(name), name.at, nearest_hint(&meant, hint), meant.word ? "" : ";");
	return RULE_NONE;
}
