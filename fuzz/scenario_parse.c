// SPDX-License-Identifier: GPL-2.0-only
/* The parser of scenario text: what each word says. */
#include <string.h>

#include "fuzz/scenario_text.h"
#include "fuzz/text_line.h"

struct parser {
	struct scenario *s;
	struct text_line l;

	bool seen_version, seen_machine, seen_policy;
	uint32_t fail_alloc, fail_trylock; /* for the next op */
	bool fail_pending;
};

/* --- page arrays ---------------------------------------------------------- */

static bool read_run(struct parser *p, struct piece piece, struct page_run *run)
{
	*run = (struct page_run){ .pages = 1 };
	if (line_is(piece, "null") || line_is(piece, "bad")) {
		run->pfn = line_is(piece, "null") ? PAGE_HOLE : PAGE_BAD;
		return true;
	}
	const char *plus = memchr(piece.at, '+', piece.length);
	struct piece pfn = { piece.at, plus ? (size_t)(plus - piece.at) : piece.length };
	if (!line_number(&p->l, pfn, PAGE_BAD - 1, &run->pfn))
		return false;
	uint64_t pages = 1;
	if (plus) {
		struct piece count = { plus + 1, piece.length - pfn.length - 1 };
		if (!line_number(&p->l, count, SCENARIO_MAX_PAGES, &pages))
			return false;
		if (!pages)
			return line_wrong(&p->l, count.at, "a run has at least one page");
	}
	run->pages = (uint32_t)pages;
	return true;
}

/* PFN, PFN+COUNT, null and bad, with commas between. */
static bool read_runs(struct parser *p, struct op *op)
{
	struct option *option = line_need(&p->l, "pages");
	if (!option)
		return false;
	if (!option->value.at || !option->value.length)
		return line_wrong(&p->l, option->key.at,
				  "'pages' needs a value: PFN, PFN+COUNT, null, bad");
	const char *end = option->value.at + option->value.length;
	for (const char *at = option->value.at;;) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		struct piece piece = { at, (size_t)((comma ? comma : end) - at) };
		if (p->s->runs == SCENARIO_MAX_RUNS)
			return line_wrong(&p->l, at, "more than %d runs", SCENARIO_MAX_RUNS);
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
		return line_wrong(&p->l, option->value.at, "%s= is a power of two from 2 on", key);
	*bits = (uint8_t)__builtin_ctzll(entries);
	return true;
}

static bool read_machine(struct parser *p)
{
	static const char *const granules[] = { "4k", "16k", "64k", NULL };
	struct machine_config *config = &p->s->machine;
	struct refusal why;
	unsigned granule = 0;
	if (p->seen_machine || p->seen_policy || p->s->ops)
		return line_wrong(&p->l, p->l.word.at,
				  "'machine' stands once, before policy and ops");
	p->seen_machine = true;
	if (!line_take_name(&p->l, "granule", granules, &granule) ||
	    !line_take_byte(&p->l, "va", &config->va_bits) ||
	    !line_take_byte(&p->l, "pa", &config->pa_bits) ||
	    !line_take_byte(&p->l, "bbm", &config->bbm) ||
	    !take_entries(p, "entries", &config->table_bits) ||
	    !take_entries(p, "group", &config->group_bits))
		return false;
	config->page_shift = (uint8_t)(12 + 2 * granule);
	struct option *lpa2 = line_take(&p->l, "lpa2");
	if (lpa2 && lpa2->value.at)
		return line_wrong(&p->l, lpa2->value.at, "'lpa2' takes no value");
	config->lpa2 = lpa2;
	if (!line_all_taken(&p->l, "granule= va= pa= bbm= lpa2 entries= group="))
		return false;
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
		return line_wrong(&p->l, p->l.word.at, "'policy' stands once, before the ops");
	p->seen_policy = true;
	bool v4 = line_take(&p->l, "v4"), v9 = line_take(&p->l, "v9"),
	     prior = line_take(&p->l, "prior");
	if (v4 + v9 + prior != 1)
		return line_wrong(&p->l, p->l.word.at, "'policy' names one of: v9, v4, prior");
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
	if (!line_all_taken(
		    &p->l, "v9 v4 prior vmap-huge= stop-at-order0= scan-limit= hugetlb= max-shift= "
			   "quirks="))
		return false;
	return scenario_check_policy(p->s, &why) || refused(p, &why);
}

static bool read_fail(struct parser *p)
{
	uint64_t alloc = 0, trylock = 0;
	if (p->fail_pending)
		return line_wrong(&p->l, p->l.word.at, "a 'fail' line stands just before this one");
	if (!line_take_number(&p->l, "alloc", UINT32_MAX, &alloc) ||
	    !line_take_number(&p->l, "trylock", UINT32_MAX, &trylock) ||
	    !line_all_taken(&p->l, "alloc= trylock="))
		return false;
	if (!alloc && !trylock)
		return line_wrong(&p->l, p->l.word.at,
				  "'fail' needs alloc=N or trylock=N, N from 1");
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
	if (!line_take_name(&p->l, "prot", prots, &prot))
		return false;
	op->prot = prot;
	return true;
}

static bool take_flags(struct parser *p, struct op *op)
{
	static const char *const flags[] = { "none", "huge", NULL };
	unsigned flag = 0;
	if (!line_take_name(&p->l, "flags", flags, &flag))
		return false;
	op->flags = flag ? MAP_FLAG_HUGE : 0;
	return true;
}

static bool need_va(struct parser *p, struct op *op)
{
	return line_need_number(&p->l, "va", UINT64_MAX, &op->va);
}

/* A physical address, which an op keeps as a pfn. */
static bool need_pa(struct parser *p, struct op *op)
{
	uint64_t pa = 0;
	struct option *option = line_need(&p->l, "pa");
	if (!option || !line_option_number(&p->l, option, UINT64_MAX, &pa))
		return false;
	op->pfn = pa >> p->s->machine.page_shift;
	if (pa != op->pfn << p->s->machine.page_shift)
		return line_wrong(&p->l, option->key.at,
				  "the address is not a multiple of the page size");
	return true;
}

static bool read_vmap(struct parser *p, struct op *op)
{
	return need_va(p, op) && read_runs(p, op) && take_prot(p, op) && take_flags(p, op) &&
	       line_all_taken(&p->l, "va= pages= prot= flags=");
}

static bool read_vmalloc(struct parser *p, struct op *op)
{
	op->shift = p->s->machine.page_shift;
	return need_va(p, op) && read_runs(p, op) && line_take_byte(&p->l, "shift", &op->shift) &&
	       take_prot(p, op) && take_flags(p, op) &&
	       line_all_taken(&p->l, "va= pages= shift= prot= flags=");
}

static bool read_ioremap(struct parser *p, struct op *op)
{
	return need_va(p, op) && need_pa(p, op) &&
	       line_need_number(&p->l, "size", UINT64_MAX, &op->bytes) && take_prot(p, op) &&
	       line_all_taken(&p->l, "va= pa= size= prot=");
}

static bool read_vunmap(struct parser *p, struct op *op)
{
	return need_va(p, op) && line_need_number(&p->l, "size", UINT64_MAX, &op->bytes) &&
	       line_all_taken(&p->l, "va= size=");
}

static bool read_set_memory(struct parser *p, struct op *op)
{
	static const char *const changes[] = { "ro", "rw", "nx", "x", "invalid", "valid", NULL };
	uint64_t pages = 0, most = UINT64_C(1)
				   << (p->s->machine.va_bits - p->s->machine.page_shift);
	unsigned change = 0;
	if (!need_va(p, op) || !line_need_number(&p->l, "pages", most, &pages))
		return false;
	struct option *option = line_need(&p->l, "op");
	if (!option || !line_option_name(&p->l, option, changes, &change))
		return false;
	op->bytes = pages << p->s->machine.page_shift;
	op->change = change;
	return line_all_taken(&p->l, "va= pages= op=");
}

static bool read_plant(struct parser *p, struct op *op)
{
	uint64_t level = 3;
	if (!need_va(p, op) || !line_take_number(&p->l, "level", 3, &level))
		return false;
	struct option *table = line_take(&p->l, "table");
	if (table && table->value.at)
		return line_wrong(&p->l, table->value.at, "'table' takes no value");
	op->level = (uint8_t)level;
	op->table = table;
	if (!table && !line_need_number(&p->l, "pfn", PAGE_BAD - 1, &op->pfn))
		return false;
	return line_all_taken(&p->l, table ? "va= level= table" : "va= pfn= level= table");
}

static bool read_linear(struct parser *p, struct op *op)
{
	static const char *const leaves[] = { "largest", "page", NULL };
	unsigned leaf = 0;
	if (!need_pa(p, op) || !line_need_number(&p->l, "size", UINT64_MAX, &op->bytes) ||
	    !line_take_name(&p->l, "leaf", leaves, &leaf))
		return false;
	op->by_pages = leaf;
	op->va = scenario_va_base(p->s) + (op->pfn << p->s->machine.page_shift);
	return line_all_taken(&p->l, "pa= size= leaf=");
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
		return line_wrong(&p->l, p->l.word.at, "more than %d ops", SCENARIO_MAX_OPS);
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
	if (p->l.options == 1 && line_is(p->l.option[0].key, "holds"))
		return true;
	if (p->l.options == 2 && line_is(p->l.option[0].key, "fails")) {
		struct piece name = p->l.option[1].key;
		expect->rule = rule_by_name(name.at, (unsigned)name.length);
		if (expect->rule != RULE_NONE)
			return true;
		return line_wrong(&p->l, name.at, "'%.*s' is no rule; './rig rules' lists them",
				  line_shown(name), name.at);
	}
	return line_wrong(&p->l, p->l.word.at, "'expect' says 'holds' or 'fails PROPERTY.RULE'");
}

static bool read_version(struct parser *p)
{
	if (line_is(p->l.word, "vmapdiff") && p->l.options == 1 &&
	    line_is(p->l.option[0].key, "1")) {
		p->seen_version = true;
		return true;
	}
	return line_wrong(&p->l, p->l.word.at, "a scenario begins with the line 'vmapdiff 1'");
}

static bool read_line(struct parser *p)
{
	if (!p->seen_version)
		return read_version(p);
	if (p->s->expect.stated)
		return line_wrong(&p->l, p->l.word.at, "nothing follows 'expect'");
	if (line_is(p->l.word, "machine"))
		return read_machine(p);
	if (line_is(p->l.word, "policy"))
		return read_policy(p);
	if (line_is(p->l.word, "fail"))
		return read_fail(p);
	if (line_is(p->l.word, "expect"))
		return read_expect(p);
	for (int kind = 0; kind < OP_KINDS; kind++)
		if (line_is(p->l.word, op_name(kind)))
			return read_op(p, kind);
	return line_wrong(&p->l, p->l.word.at,
			  "'%.*s' is no word of a scenario: machine, policy, fail, vmap, vmalloc, "
			  "ioremap, vunmap, set_memory, plant, linear, expect",
			  line_shown(p->l.word), p->l.word.at);
}

/* What only the end can show. The line after the last is the place. */
static bool check_end(struct parser *p, const char *end)
{
	p->l.line = end;
	p->l.number++;
	if (!p->seen_version)
		return line_wrong(&p->l, end, "the text ends before the line 'vmapdiff 1'");
	if (p->fail_pending)
		return line_wrong(&p->l, end,
				  "the text ends after 'fail', which needs an op to strike");
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
		if (!line_split(&p.l, line_end) || (p.l.word.at && !read_line(&p)))
			return false;
	}
	return check_end(&p, end);
}
