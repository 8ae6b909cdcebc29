// SPDX-License-Identifier: GPL-2.0-only
/* The parser of scenario text: what each word says. */
#include <stdio.h>
#include <string.h>

#include "fuzz/field.h"
#include "fuzz/scenario_text.h"
#include "fuzz/text_line.h"
#include "fuzz/words.h"
#include "mapper/machine/assert.h"

struct parser {
	struct scenario *s;
	struct text_line l;

	unsigned version; /* of the text; 0 until its first line is read */
	bool seen_machine, seen_policy;
	uint32_t fail_alloc, fail_trylock; /* for the next op */
	bool fail_pending;
	struct during during; /* of the next op */
	struct read read;     /* the same */
};

/* --- what each word says -------------------------------------------------- */

/* Places a refusal on the option it is about. */
static bool refused(struct parser *p, const struct refusal *why)
{
	const char *at = p->l.word.at;
	for (unsigned i = 0; i < p->l.options; i++)
		if (line_is(p->l.option[i].key, why->option))
			at = p->l.option[i].key.at;
	return line_wrong(&p->l, at, "%s", why->reason);
}

/* A number of entries, which is a power of two from 2 on, as its log2. */
static bool take_entries(struct parser *p, const char *key, uint8_t *bits)
{
	struct option *option = line_take(&p->l, key);
	uint64_t entries;
	if (!option)
		return true;
	if (!line_option_number(&p->l, option, 1 << 16, &entries))
		return false;
	if (entries < 2 || entries & (entries - 1))
		return line_wrong(&p->l, option->value.at, "%s= must be a power of two, at least 2",
				  key);
	*bits = (uint8_t)__builtin_ctzll(entries);
	return true;
}

static bool read_machine(struct parser *p)
{
	static const char *const granules[] = { "4k", "16k", "64k", NULL };
	static const char *const rodatas[] = { "full", "noalias", NULL };
	struct machine_config *config = &p->s->machine;
	struct refusal why;
	unsigned granule = 0, rodata = 0;
	if (p->seen_machine || p->seen_policy || p->s->ops)
		return line_wrong(&p->l, p->l.word.at,
				  "'machine' may appear once, before policy and ops");
	p->seen_machine = true;
	if (!check_options(&p->l, LINE_MACHINE) ||
	    !line_take_name(&p->l, "granule", granules, &granule) ||
	    !line_take_byte(&p->l, "va", &config->va_bits) ||
	    !line_take_byte(&p->l, "pa", &config->pa_bits) ||
	    !line_take_byte(&p->l, "bbm", &config->bbm) ||
	    !line_take_yes_no(&p->l, "tlbirange", &config->tlb_range) ||
	    !line_take_name(&p->l, "rodata", rodatas, &rodata) ||
	    !line_take_yes_no(&p->l, "realm", &config->realm) ||
	    !take_entries(p, "entries", &config->table_bits) ||
	    !take_entries(p, "group", &config->group_bits))
		return false;
	config->page_shift = (uint8_t)(12 + 2 * granule);
	config->lpa2 = line_take(&p->l, "lpa2");
	config->noalias = rodata;
	return scenario_check_machine(config, &why) || refused(p, &why);
}

/* quirks=NAME,NAME... */
static bool take_quirks(struct parser *p, uint8_t *quirks)
{
	struct option *option = line_take(&p->l, "quirks");
	if (!option)
		return true;
	struct option one = *option;
	const char *end = option->value.at ? option->value.at + option->value.length : NULL;
	for (const char *at = option->value.at;; at = one.value.at + one.value.length + 1) {
		unsigned quirk = 0;
		const char *comma = at ? memchr(at, ',', (size_t)(end - at)) : NULL;
		one.value.at = at;
		one.value.length = at ? (size_t)((comma ? comma : end) - at) : 0;
		if (!line_option_name(&p->l, &one, quirk_names, &quirk))
			return false;
		*quirks |= (uint8_t)(1u << quirk);
		if (!comma)
			return true;
	}
}

static bool read_policy(struct parser *p)
{
	static const char *const huge[] = { "always", "flag", "never", NULL };
	struct policy *policy = &p->s->policy;
	struct refusal why;
	if (p->seen_policy || p->s->ops)
		return line_wrong(&p->l, p->l.word.at, "'policy' may appear once, before the ops");
	p->seen_policy = true;
	if (!check_options(&p->l, LINE_POLICY))
		return false;
	bool v4 = line_take(&p->l, "v4"), v9 = line_take(&p->l, "v9"),
	     prior = line_take(&p->l, "prior");
	if (v4 + v9 + prior != 1)
		return line_wrong(&p->l, p->l.word.at, "'policy' needs one of: v9, v4, prior");
	*policy = policy_default(v4 ? POLICY_V4 : prior ? POLICY_PRIOR : POLICY_V9);
	unsigned vmap_huge = policy->vmap_huge;
	if (!line_take_name(&p->l, "vmap-huge", huge, &vmap_huge) ||
	    !line_take_yes_no(&p->l, "stop-at-order0", &policy->stop_at_order0) ||
	    !line_take_yes_no(&p->l, "scan-limit", &policy->scan_limit) ||
	    !line_take_yes_no(&p->l, "hugetlb", &policy->hugetlb) ||
	    !line_take_byte(&p->l, "max-shift", &policy->max_shift) ||
	    !take_quirks(p, &policy->quirks))
		return false;
	policy->vmap_huge = vmap_huge;
	return scenario_check_policy(p->s, &why) || refused(p, &why);
}

static bool read_fail(struct parser *p)
{
	uint64_t alloc = 0, trylock = 0;
	if (p->fail_pending)
		return line_wrong(&p->l, p->l.word.at,
				  "the line before is 'fail' too; one line can have both alloc= "
				  "and trylock=");
	if (!check_options(&p->l, LINE_FAIL) ||
	    !line_take_number(&p->l, "alloc", UINT32_MAX, &alloc) ||
	    !line_take_number(&p->l, "trylock", UINT32_MAX, &trylock))
		return false;
	if (!alloc && !trylock)
		return line_wrong(&p->l, p->l.word.at,
				  "'fail' needs alloc=N or trylock=N, N from 1");
	p->fail_alloc = (uint32_t)alloc;
	p->fail_trylock = (uint32_t)trylock;
	p->fail_pending = true;
	return true;
}

static bool read_during(struct parser *p)
{
	static const char *const kinds[] = { "cpu", "irq", NULL };
	uint64_t event = 0;
	unsigned by = MEETING_BY_CPU;
	if (p->during.stated)
		return line_wrong(&p->l, p->l.word.at,
				  "a line before is 'during' too, and a call is made once");
	if (!check_options(&p->l, LINE_DURING) || !line_need(&p->l, "event") ||
	    !line_take_number(&p->l, "event", UINT32_MAX, &event) || !line_need(&p->l, "by") ||
	    !line_take_name(&p->l, "by", kinds, &by))
		return false;
	p->during = (struct during){ true, by, (uint32_t)event };
	return true;
}

static bool read_read(struct parser *p)
{
	static const char *const readers[] = { "dump", "lookup", NULL };
	static const char *const sides[] = { "call", "reader", NULL };
	uint64_t event = 0;
	unsigned by = READER_DUMP, of = 0;
	if (p->read.stated)
		return line_wrong(&p->l, p->l.word.at,
				  "a line before is 'read' too, and a call is met by one reader");
	if (!check_options(&p->l, LINE_READ) || !line_need(&p->l, "event") ||
	    !line_take_number(&p->l, "event", UINT32_MAX, &event) || !line_need(&p->l, "of") ||
	    !line_take_name(&p->l, "of", sides, &of) || !line_need(&p->l, "by") ||
	    !line_take_name(&p->l, "by", readers, &by))
		return false;
	p->read = (struct read){ true, of == 1, by, (uint32_t)event };
	return true;
}

/* Reads the fields that stand on the line; the others keep their defaults. */
static bool read_fields(struct parser *p, struct op *op)
{
	for (const struct field *f = NULL; (f = op_next_field(op, f));) {
		const struct option *option = line_take(&p->l, f->name);
		if (option && !f->type->read(f, &p->l, option, p->s, op))
			return false;
	}
	return true;
}

/* Whether every field that has no default stood on the line, and none that this op does not have. */
static bool check_fields(struct parser *p, const struct op *op)
{
	unsigned has = 0;
	for (const struct field *f = NULL; (f = op_next_field(op, f));) {
		const struct option *option =
			f->needed ? line_need(&p->l, f->name) : line_take(&p->l, f->name);
		if (f->needed && !option)
			return false;
		has |= option ? 1u << (option - p->l.option) : 0;
	}
	for (unsigned i = 0; i < p->l.options; i++) {
		struct token key = p->l.option[i].key;
		if (!(has & 1u << i))
			return line_wrong(&p->l, key.at,
					  "'%.*s' is not an option of '%s' with the other options "
					  "of this line",
					  line_shown(key), key.at,
					  call_traits(op->call.kind)->name);
	}
	return true;
}

static bool read_op(struct parser *p, enum call_kind kind)
{
	struct scenario *s = p->s;
	struct refusal why;
	if (s->ops == SCENARIO_MAX_OPS)
		return line_wrong(&p->l, p->l.word.at, "more than %d ops", SCENARIO_MAX_OPS);
	struct op *op = &s->op[s->ops];
	*op = scenario_new_op(s, kind);
	op->first_run = s->runs;
	op->fail_alloc = p->fail_alloc;
	op->fail_trylock = p->fail_trylock;
	op->during = p->during;
	op->read = p->read;
	if (!check_options(&p->l, LINE_CALL + kind) || !read_fields(p, op) || !check_fields(p, op))
		return false;
	scenario_place_op(s, op);
	p->fail_alloc = p->fail_trylock = 0;
	p->fail_pending = false;
	p->during = (struct during){ 0 };
	p->read = (struct read){ 0 };
	if (!scenario_check_op(s, s->ops, &why))
		return refused(p, &why);
	s->ops++;
	return true;
}

/* `holds`, or `fails` and a rule. */
static bool read_expect(struct parser *p)
{
	static const char *const words[] = { "holds", "fails", NULL };
	struct expectation *expect = &p->s->expect;
	const struct option *option = p->l.option;
	unsigned word;
	if (!p->l.options)
		return line_wrong(&p->l, p->l.word.at,
				  "'expect' needs 'holds' or 'fails PROPERTY.RULE'");
	struct option first = { .key = p->l.word, .value = option[0].key };
	if (!line_option_name(&p->l, &first, words, &word))
		return false;
	if (word == 1 && p->l.options == 1)
		return line_wrong(
			&p->l, option[0].key.at,
			"'fails' needs a rule, as PROPERTY.RULE; './rig rules' lists them");
	for (unsigned i = 0; i < p->l.options; i++)
		if (option[i].value.at)
			return line_wrong(&p->l, option[i].value.at, "'%.*s' takes no value",
					  line_shown(option[i].key), option[i].key.at);
	if (p->l.options > 1 + word)
		return line_wrong(&p->l, option[1 + word].key.at,
				  "nothing follows what is expected");
	expect->stated = true;
	if (word == 1)
		expect->rule = read_rule(&p->l, option[1].key);
	return word == 0 || expect->rule != RULE_NONE;
}

/* Whether a piece is a number without a sign, as versions are. */
static bool is_number(struct token piece)
{
	for (size_t i = 0; i < piece.length; i++)
		if (piece.at[i] < '0' || piece.at[i] > '9')
			return false;
	return piece.length && piece.at[0] != '0';
}

static bool read_version(struct parser *p)
{
	if (line_is(p->l.word, "vmapdiff") && p->l.options == 1) {
		struct token number = p->l.option[0].key;
		for (unsigned version = 1; version <= SCENARIO_TEXT_VERSION; version++) {
			if (number.length == 1 && number.at[0] == (char)('0' + version)) {
				p->version = version;
				return true;
			}
		}
		if (is_number(number))
			return line_wrong(&p->l, number.at,
					  "version %.*s is newer than this tool, which reads up "
					  "to %d: update vmapdiff",
					  line_shown(number), number.at, SCENARIO_TEXT_VERSION);
	}
	return line_wrong(&p->l, p->l.word.at, "the first line of a scenario must be 'vmapdiff %d'",
			  SCENARIO_TEXT_VERSION);
}

static bool read_line(struct parser *p)
{
	if (!p->version)
		return read_version(p);
	if (p->s->expect.stated)
		return line_wrong(&p->l, p->l.word.at, "'expect' must be the last line");
	enum line_kind kind = line_kind_of(p->l.word, p->version);
	switch (kind) {
	case LINE_MACHINE:
		return read_machine(p);
	case LINE_POLICY:
		return read_policy(p);
	case LINE_FAIL:
		return read_fail(p);
	case LINE_DURING:
		return read_during(p);
	case LINE_READ:
		return read_read(p);
	case LINE_EXPECT:
		return read_expect(p);
	case LINE_KINDS:
		return refuse_word(&p->l);
	default:
		return read_op(p, (enum call_kind)(kind - LINE_CALL));
	}
}

/* What only the end can show. The line after the last is the place. */
static bool check_end(struct parser *p, const char *end)
{
	p->l.line = end;
	p->l.number++;
	if (!p->version)
		return line_wrong(&p->l, end, "the text ends before the line 'vmapdiff %d'",
				  SCENARIO_TEXT_VERSION);
	if (p->fail_pending)
		return line_wrong(&p->l, end,
				  "the text ends after 'fail', which must precede a call");
	if (p->during.stated)
		return line_wrong(&p->l, end,
				  "the text ends after 'during', which must precede a call");
	if (p->read.stated)
		return line_wrong(&p->l, end,
				  "the text ends after 'read', which must precede a call");
	if (!p->s->ops)
		return line_wrong(&p->l, end, "the text ends without an op, such as vmap");
	return true;
}

bool scenario_parse(const char *text, size_t size, struct scenario *s, struct text_error *error)
{
	struct parser p = { .s = s, .l = { .error = error, .line = text } };
	const char *end = text + size;
	scenario_init(s);
	if (size > SCENARIO_MAX_TEXT) {
		p.l.number = 1;
		return line_wrong(&p.l, text, "the text is longer than %u bytes",
				  SCENARIO_MAX_TEXT);
	}
	for (const char *at = text, *next; at < end; at = next) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *line_end = newline ? newline : end;
		next = newline ? newline + 1 : end;
		p.l.line = at;
		p.l.number++;
		if (line_end - at > SCENARIO_MAX_LINE)
			return line_wrong(&p.l, at + SCENARIO_MAX_LINE,
					  "the line is longer than %u bytes", SCENARIO_MAX_LINE);
		bool split = line_split(&p.l, line_end);
		if (!split && !p.version && p.l.word.at && !line_is(p.l.word, "vmapdiff"))
			return read_version(&p); /* it is another text, whatever is wrong in it */
		if (!split || (p.l.word.at && !read_line(&p)))
			return false;
	}
	return check_end(&p, end);
}
