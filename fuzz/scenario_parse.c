// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parser of scenario text. A line is a word and options, each `key=value`
 * or a bare key; every option of a line is asked for by the word's reader, and
 * one that nobody asked for is an error.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz/scenario_text.h"

#define MAX_OPTIONS 12

/* A piece of the line. */
struct piece {
	const char *at;
	size_t length;
};

struct option {
	struct piece key, value; /* value.at is NULL for a bare key */
	bool taken;
};

struct parser {
	struct scenario *s;
	struct text_error *error;
	const char *line; /* start of the current line */
	unsigned number;  /* of the current line, from 1 */

	struct piece word;
	struct option option[MAX_OPTIONS];
	unsigned options;

	bool seen_version, seen_machine, seen_policy;
	uint32_t fail_alloc, fail_trylock; /* for the next op */
	bool fail_pending;
};

/* Reports the first error, at a place of the current line; always false. */
static bool wrong(struct parser *p, const char *at, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static bool wrong(struct parser *p, const char *at, const char *format, ...)
{
	va_list args;
	p->error->line = p->number;
	p->error->column = (unsigned)(at - p->line) + 1;
	va_start(args, format);
	vsnprintf(p->error->message, sizeof(p->error->message), format, args);
	va_end(args);
	return false;
}

static bool is(struct piece piece, const char *text)
{
	return piece.length == strlen(text) && !memcmp(piece.at, text, piece.length);
}

/* The length of a piece for %.*s in a message. */
static int shown(struct piece piece)
{
	return piece.length < 40 ? (int)piece.length : 40;
}

/* --- lines, words, options ----------------------------------------------- */

static bool split_option(struct parser *p, struct piece piece)
{
	if (p->options == MAX_OPTIONS)
		return wrong(p, piece.at, "more than %d options on a line", MAX_OPTIONS);
	struct option *option = &p->option[p->options];
	const char *equals = memchr(piece.at, '=', piece.length);
	*option = (struct option){ .key = piece };
	if (equals) {
		option->key.length = (size_t)(equals - piece.at);
		option->value.at = equals + 1;
		option->value.length = piece.length - option->key.length - 1;
	}
	for (unsigned i = 0; i < p->options; i++)
		if (p->option[i].key.length == option->key.length &&
		    !memcmp(p->option[i].key.at, option->key.at, option->key.length))
			return wrong(p, piece.at, "'%.*s' stands here twice", shown(option->key),
				     option->key.at);
	p->options++;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Splits [p->line, end) into word and options; a comment ends it. */
static bool split_line(struct parser *p, const char *end)
{
	p->word = (struct piece){ NULL, 0 };
	p->options = 0;
	for (const char *c = p->line; c < end && *c != '#';) {
		if (is_blank(*c)) {
			c++;
			continue;
		}
		struct piece piece = { c, 0 };
		while (c < end && !is_blank(*c) && *c != '#') {
			if (*c < '!' || *c > '~')
				return wrong(
					p, c,
					"byte 0x%02x is no text; a scenario is printable ASCII",
					(unsigned char)*c);
			c++;
		}
		piece.length = (size_t)(c - piece.at);
		if (!p->word.at)
			p->word = piece;
		else if (!split_option(p, piece))
			return false;
	}
	return true;
}

static struct option *take(struct parser *p, const char *key)
{
	for (unsigned i = 0; i < p->options; i++) {
		if (is(p->option[i].key, key)) {
			p->option[i].taken = true;
			return &p->option[i];
		}
	}
	return NULL;
}

/* An option that must be there; NULL and an error if not. */
static struct option *need(struct parser *p, const char *key)
{
	struct option *option = take(p, key);
	if (!option)
		wrong(p, p->word.at, "'%.*s' needs the option %s=", shown(p->word), p->word.at,
		      key);
	return option;
}

static bool all_taken(struct parser *p, const char *known)
{
	for (unsigned i = 0; i < p->options; i++) {
		struct piece key = p->option[i].key;
		if (!p->option[i].taken)
			return wrong(p, key.at, "'%.*s' is no option of '%.*s', which has: %s",
				     shown(key), key.at, shown(p->word), p->word.at, known);
	}
	return true;
}

/* --- values --------------------------------------------------------------- */

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

/* A decimal or 0x number that fills the piece and is at most `most`. */
static bool number(struct parser *p, struct piece piece, uint64_t most, uint64_t *value)
{
	size_t i = 0;
	uint64_t base = 10;
	if (piece.length > 2 && piece.at[0] == '0' && piece.at[1] == 'x') {
		base = 16;
		i = 2;
	}
	*value = 0;
	if (i == piece.length)
		return wrong(p, piece.at, "a number is expected here, decimal or 0x");
	for (; i < piece.length; i++) {
		uint64_t d = (uint64_t)digit(piece.at[i]);
		if (d >= base)
			return wrong(p, piece.at + i, "'%.*s' is no number, decimal or 0x",
				     shown(piece), piece.at);
		if (*value > (most - d) / base || d > most)
			return wrong(p, piece.at, "%.*s is out of range; the most is %llu",
				     shown(piece), piece.at, (unsigned long long)most);
		*value = *value * base + d;
	}
	return true;
}

static bool option_number(struct parser *p, const struct option *option, uint64_t most,
			  uint64_t *value)
{
	if (!option->value.at)
		return wrong(p, option->key.at, "'%.*s' needs a value", shown(option->key),
			     option->key.at);
	return number(p, option->value, most, value);
}

/* A named value: its index in `names`, a list that ends with NULL. */
static bool option_name(struct parser *p, const struct option *option, const char *const *names,
			unsigned *index)
{
	char known[128] = "";
	for (unsigned i = 0; names[i]; i++) {
		if (option->value.at && is(option->value, names[i])) {
			*index = i;
			return true;
		}
		strcat(strcat(known, i ? ", " : ""), names[i]);
	}
	return wrong(p, option->value.at ? option->value.at : option->key.at,
		     "'%.*s' is one of: %s", shown(option->key), option->key.at, known);
}

static bool take_name(struct parser *p, const char *key, const char *const *names, unsigned *index)
{
	struct option *option = take(p, key);
	return !option || option_name(p, option, names, index);
}

static bool take_yes_no(struct parser *p, const char *key, bool *value)
{
	static const char *const names[] = { "no", "yes", NULL };
	unsigned index = *value;
	if (!take_name(p, key, names, &index))
		return false;
	*value = index;
	return true;
}

static bool take_number(struct parser *p, const char *key, uint64_t most, uint64_t *value)
{
	struct option *option = take(p, key);
	return !option || option_number(p, option, most, value);
}

static bool need_number(struct parser *p, const char *key, uint64_t most, uint64_t *value)
{
	struct option *option = need(p, key);
	return option && option_number(p, option, most, value);
}

static bool take_byte(struct parser *p, const char *key, uint8_t *value)
{
	uint64_t wide = *value;
	if (!take_number(p, key, UINT8_MAX, &wide))
		return false;
	*value = (uint8_t)wide;
	return true;
}

/* --- page arrays ---------------------------------------------------------- */

static bool read_run(struct parser *p, struct piece piece, struct page_run *run)
{
	*run = (struct page_run){ .pages = 1 };
	if (is(piece, "null") || is(piece, "bad")) {
		run->pfn = is(piece, "null") ? PAGE_HOLE : PAGE_BAD;
		return true;
	}
	const char *plus = memchr(piece.at, '+', piece.length);
	struct piece pfn = { piece.at, plus ? (size_t)(plus - piece.at) : piece.length };
	if (!number(p, pfn, PAGE_BAD - 1, &run->pfn))
		return false;
	uint64_t pages = 1;
	if (plus) {
		struct piece count = { plus + 1, piece.length - pfn.length - 1 };
		if (!number(p, count, SCENARIO_MAX_PAGES, &pages))
			return false;
		if (!pages)
			return wrong(p, count.at, "a run has at least one page");
	}
	run->pages = (uint32_t)pages;
	return true;
}

/* PFN, PFN+COUNT, null and bad, with commas between. */
static bool read_runs(struct parser *p, struct op *op)
{
	struct option *option = need(p, "pages");
	if (!option)
		return false;
	if (!option->value.at || !option->value.length)
		return wrong(p, option->key.at, "'pages' needs a value: PFN, PFN+COUNT, null, bad");
	const char *end = option->value.at + option->value.length;
	for (const char *at = option->value.at;;) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		struct piece piece = { at, (size_t)((comma ? comma : end) - at) };
		if (p->s->runs == SCENARIO_MAX_RUNS)
			return wrong(p, at, "more than %d runs", SCENARIO_MAX_RUNS);
		if (!read_run(p, piece, &p->s->run[p->s->runs]))
			return false;
		p->s->runs++;
		op->runs++;
		if (!comma)
			return true;
		at = comma + 1;
	}
}

/* --- what each word says -------------------------------------------------- */

/* Places a refusal on the option it is about. */
static bool refused(struct parser *p, const struct refusal *why)
{
	const char *at = p->word.at;
	for (unsigned i = 0; i < p->options; i++)
		if (is(p->option[i].key, why->option))
			at = p->option[i].key.at;
	return wrong(p, at, "%s", why->reason);
}

static bool read_machine(struct parser *p)
{
	static const char *const granules[] = { "4k", "16k", "64k", NULL };
	struct machine_config *config = &p->s->machine;
	struct refusal why;
	unsigned granule = 0;
	if (p->seen_machine || p->seen_policy || p->s->ops)
		return wrong(p, p->word.at, "'machine' stands once, before policy and ops");
	p->seen_machine = true;
	if (!take_name(p, "granule", granules, &granule) || !take_byte(p, "va", &config->va_bits) ||
	    !take_byte(p, "pa", &config->pa_bits) || !take_byte(p, "bbm", &config->bbm))
		return false;
	config->page_shift = (uint8_t)(12 + 2 * granule);
	struct option *lpa2 = take(p, "lpa2");
	if (lpa2 && lpa2->value.at)
		return wrong(p, lpa2->value.at, "'lpa2' takes no value");
	config->lpa2 = lpa2;
	if (!all_taken(p, "granule= va= pa= bbm= lpa2"))
		return false;
	return scenario_check_machine(config, &why) || refused(p, &why);
}

/* quirks=NAME,NAME... */
static bool take_quirks(struct parser *p, uint8_t *quirks)
{
	struct option *option = take(p, "quirks");
	if (!option)
		return true;
	struct option one = *option;
	const char *end = option->value.at ? option->value.at + option->value.length : NULL;
	for (const char *at = option->value.at;; at = one.value.at + one.value.length + 1) {
		unsigned quirk = 0;
		const char *comma = at ? memchr(at, ',', (size_t)(end - at)) : NULL;
		one.value.at = at;
		one.value.length = at ? (size_t)((comma ? comma : end) - at) : 0;
		if (!option_name(p, &one, quirk_names, &quirk))
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
		return wrong(p, p->word.at, "'policy' stands once, before the ops");
	p->seen_policy = true;
	bool v4 = take(p, "v4"), v9 = take(p, "v9"), prior = take(p, "prior");
	if (v4 + v9 + prior != 1)
		return wrong(p, p->word.at, "'policy' names one of: v9, v4, prior");
	*policy = policy_default(v4 ? POLICY_V4 : prior ? POLICY_PRIOR : POLICY_V9);
	unsigned vmap_huge = policy->vmap_huge;
	if (!take_name(p, "vmap-huge", huge, &vmap_huge) ||
	    !take_yes_no(p, "stop-at-order0", &policy->stop_at_order0) ||
	    !take_yes_no(p, "scan-limit", &policy->scan_limit) ||
	    !take_yes_no(p, "hugetlb", &policy->hugetlb) ||
	    !take_byte(p, "max-shift", &policy->max_shift) || !take_quirks(p, &policy->quirks))
		return false;
	policy->vmap_huge = vmap_huge;
	if (!all_taken(p, "v9 v4 prior vmap-huge= stop-at-order0= scan-limit= hugetlb= max-shift= "
			  "quirks="))
		return false;
	return scenario_check_policy(p->s, &why) || refused(p, &why);
}

static bool read_fail(struct parser *p)
{
	uint64_t alloc = 0, trylock = 0;
	if (p->fail_pending)
		return wrong(p, p->word.at, "a 'fail' line stands just before this one");
	if (!take_number(p, "alloc", UINT32_MAX, &alloc) ||
	    !take_number(p, "trylock", UINT32_MAX, &trylock) || !all_taken(p, "alloc= trylock="))
		return false;
	if (!alloc && !trylock)
		return wrong(p, p->word.at, "'fail' needs alloc=N or trylock=N, N from 1");
	p->fail_alloc = (uint32_t)alloc;
	p->fail_trylock = (uint32_t)trylock;
	p->fail_pending = true;
	return true;
}

static bool take_prot(struct parser *p, struct op *op)
{
	static const char *const prots[] = { "kernel",    "kernel-ro", "kernel-exec",
					     "normal-nc", "device",    NULL };
	unsigned prot = PROT_KERNEL;
	if (!take_name(p, "prot", prots, &prot))
		return false;
	op->prot = prot;
	return true;
}

static bool take_flags(struct parser *p, struct op *op)
{
	static const char *const flags[] = { "none", "huge", NULL };
	unsigned flag = 0;
	if (!take_name(p, "flags", flags, &flag))
		return false;
	op->flags = flag ? MAP_FLAG_HUGE : 0;
	return true;
}

static bool need_va(struct parser *p, struct op *op)
{
	return need_number(p, "va", UINT64_MAX, &op->va);
}

/* A physical address, which an op keeps as a pfn. */
static bool need_pa(struct parser *p, struct op *op)
{
	uint64_t pa = 0;
	struct option *option = need(p, "pa");
	if (!option || !option_number(p, option, UINT64_MAX, &pa))
		return false;
	op->pfn = pa >> p->s->machine.page_shift;
	if (pa != op->pfn << p->s->machine.page_shift)
		return wrong(p, option->key.at, "the address is not a multiple of the page size");
	return true;
}

static bool read_vmap(struct parser *p, struct op *op)
{
	return need_va(p, op) && read_runs(p, op) && take_prot(p, op) && take_flags(p, op) &&
	       all_taken(p, "va= pages= prot= flags=");
}

static bool read_vmalloc(struct parser *p, struct op *op)
{
	op->shift = p->s->machine.page_shift;
	return need_va(p, op) && read_runs(p, op) && take_byte(p, "shift", &op->shift) &&
	       take_prot(p, op) && take_flags(p, op) &&
	       all_taken(p, "va= pages= shift= prot= flags=");
}

static bool read_ioremap(struct parser *p, struct op *op)
{
	return need_va(p, op) && need_pa(p, op) && need_number(p, "size", UINT64_MAX, &op->bytes) &&
	       take_prot(p, op) && all_taken(p, "va= pa= size= prot=");
}

static bool read_vunmap(struct parser *p, struct op *op)
{
	return need_va(p, op) && need_number(p, "size", UINT64_MAX, &op->bytes) &&
	       all_taken(p, "va= size=");
}

static bool read_set_memory(struct parser *p, struct op *op)
{
	static const char *const changes[] = { "ro", "rw", "nx", "x", "invalid", "valid", NULL };
	uint64_t pages = 0, most = UINT64_C(1)
				   << (p->s->machine.va_bits - p->s->machine.page_shift);
	unsigned change = 0;
	if (!need_va(p, op) || !need_number(p, "pages", most, &pages))
		return false;
	struct option *option = need(p, "op");
	if (!option || !option_name(p, option, changes, &change))
		return false;
	op->bytes = pages << p->s->machine.page_shift;
	op->change = change;
	return all_taken(p, "va= pages= op=");
}

static bool read_plant(struct parser *p, struct op *op)
{
	uint64_t level = 3;
	if (!need_va(p, op) || !take_number(p, "level", 3, &level))
		return false;
	struct option *table = take(p, "table");
	if (table && table->value.at)
		return wrong(p, table->value.at, "'table' takes no value");
	op->level = (uint8_t)level;
	op->table = table;
	if (!table && !need_number(p, "pfn", PAGE_BAD - 1, &op->pfn))
		return false;
	return all_taken(p, table ? "va= level= table" : "va= pfn= level= table");
}

static bool read_linear(struct parser *p, struct op *op)
{
	static const char *const leaves[] = { "largest", "page", NULL };
	unsigned leaf = 0;
	if (!need_pa(p, op) || !need_number(p, "size", UINT64_MAX, &op->bytes) ||
	    !take_name(p, "leaf", leaves, &leaf))
		return false;
	op->by_pages = leaf;
	op->va = scenario_va_base(p->s) + (op->pfn << p->s->machine.page_shift);
	return all_taken(p, "pa= size= leaf=");
}

static bool read_op(struct parser *p, enum op_kind kind)
{
	static bool (*const readers[OP_KINDS])(struct parser *, struct op *) = {
		[OP_VMAP] = read_vmap,
		[OP_VMALLOC] = read_vmalloc,
		[OP_IOREMAP] = read_ioremap,
		[OP_VUNMAP] = read_vunmap,
		[OP_SET_MEMORY] = read_set_memory,
		[OP_PLANT] = read_plant,
		[OP_LINEAR] = read_linear,
	};
	struct scenario *s = p->s;
	struct refusal why;
	if (s->ops == SCENARIO_MAX_OPS)
		return wrong(p, p->word.at, "more than %d ops", SCENARIO_MAX_OPS);
	struct op *op = &s->op[s->ops];
	*op = (struct op){ .kind = kind,
			   .first_run = s->runs,
			   .fail_alloc = p->fail_alloc,
			   .fail_trylock = p->fail_trylock };
	if (!readers[kind](p, op))
		return false;
	p->fail_alloc = p->fail_trylock = 0;
	p->fail_pending = false;
	if (!scenario_check_op(s, s->ops, &why))
		return refused(p, &why);
	s->ops++;
	return true;
}

static bool read_expect(struct parser *p)
{
	struct expectation *expect = &p->s->expect;
	expect->stated = true;
	if (p->options == 1 && is(p->option[0].key, "holds"))
		return true;
	if (p->options == 2 && is(p->option[0].key, "fails")) {
		struct piece name = p->option[1].key;
		expect->rule = rule_by_name(name.at, (unsigned)name.length);
		if (expect->rule != RULE_NONE)
			return true;
		return wrong(p, name.at, "'%.*s' is no rule; './rig rules' lists them", shown(name),
			     name.at);
	}
	return wrong(p, p->word.at, "'expect' says 'holds' or 'fails PROPERTY.RULE'");
}

static bool read_version(struct parser *p)
{
	if (is(p->word, "vmapdiff") && p->options == 1 && is(p->option[0].key, "1")) {
		p->seen_version = true;
		return true;
	}
	return wrong(p, p->word.at, "a scenario begins with the line 'vmapdiff 1'");
}

static bool read_line(struct parser *p)
{
	if (!p->seen_version)
		return read_version(p);
	if (p->s->expect.stated)
		return wrong(p, p->word.at, "nothing follows 'expect'");
	if (is(p->word, "machine"))
		return read_machine(p);
	if (is(p->word, "policy"))
		return read_policy(p);
	if (is(p->word, "fail"))
		return read_fail(p);
	if (is(p->word, "expect"))
		return read_expect(p);
	for (int kind = 0; kind < OP_KINDS; kind++)
		if (is(p->word, op_name(kind)))
			return read_op(p, kind);
	return wrong(p, p->word.at,
		     "'%.*s' is no word of a scenario: machine, policy, fail, vmap, vmalloc, "
		     "ioremap, vunmap, set_memory, plant, linear, expect",
		     shown(p->word), p->word.at);
}

/* What only the end can show. The line after the last is the place. */
static bool check_end(struct parser *p, const char *end)
{
	p->line = end;
	p->number++;
	if (!p->seen_version)
		return wrong(p, end, "the text ends before the line 'vmapdiff 1'");
	if (p->fail_pending)
		return wrong(p, end, "the text ends after 'fail', which needs an op to strike");
	if (!p->s->ops)
		return wrong(p, end, "the text ends without an op, such as vmap");
	return true;
}

bool scenario_parse(const char *text, size_t size, struct scenario *s, struct text_error *error)
{
	struct parser p = { .s = s, .error = error, .line = text };
	const char *end = text + size;
	scenario_init(s);
	if (size > SCENARIO_MAX_TEXT) {
		p.number = 1;
		return wrong(&p, text, "the text is longer than %u bytes", SCENARIO_MAX_TEXT);
	}
	for (const char *at = text, *next; at < end; at = next) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *line_end = newline ? newline : end;
		next = newline ? newline + 1 : end;
		p.line = at;
		p.number++;
		if (line_end - at > SCENARIO_MAX_LINE)
			return wrong(&p, at + SCENARIO_MAX_LINE, "the line is longer than %u bytes",
				     SCENARIO_MAX_LINE);
		if (!split_line(&p, line_end) || (p.word.at && !read_line(&p)))
			return false;
	}
	return check_end(&p, end);
}
