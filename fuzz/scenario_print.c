// SPDX-License-Identifier: GPL-2.0-only
/* The printer of scenario text: what is not default, in the parser's order. */
#include <inttypes.h>
#include <stdlib.h>

#include "fuzz/field.h"
#include "fuzz/scenario_text.h"
#include "oracle/verdict.h"

static void print_yes_no(const char *key, bool value, bool by_default, FILE *to)
{
	if (value != by_default)
		fprintf(to, " %s=%s", key, value ? "yes" : "no");
}

static void print_machine(const struct machine_config *config, FILE *to)
{
	fprintf(to, "machine granule=%s va=%u pa=%u%s bbm=%u", granule_name(config->page_shift),
		config->va_bits, config->pa_bits, config->lpa2 ? " lpa2" : "", config->bbm);
	print_yes_no("tlbirange", config->tlb_range, false, to);
	fputs(config->noalias ? " rodata=noalias" : "", to);
	print_yes_no("realm", config->realm, false, to);
	if (config->table_bits)
		fprintf(to, " entries=%u group=%u", 1u << config->table_bits,
			1u << config->group_bits);
	fputc('\n', to);
}

static void print_policy(const struct policy *policy, FILE *to)
{
	static const char *const series[] = { "v9", "v4", "prior" };
	static const char *const huge[] = { "always", "flag", "never" };
	struct policy standard = policy_default(policy->series);
	fprintf(to, "policy %s", series[policy->series]);
	if (policy->vmap_huge != standard.vmap_huge)
		fprintf(to, " vmap-huge=%s", huge[policy->vmap_huge]);
	print_yes_no("stop-at-order0", policy->stop_at_order0, standard.stop_at_order0, to);
	print_yes_no("scan-limit", policy->scan_limit, standard.scan_limit, to);
	print_yes_no("hugetlb", policy->hugetlb, standard.hugetlb, to);
	if (policy->max_shift != standard.max_shift)
		fprintf(to, " max-shift=%u", policy->max_shift);
	for (unsigned i = 0, n = 0; quirk_names[i]; i++)
		if (policy->quirks >> i & 1)
			fprintf(to, "%s%s", n++ ? "," : " quirks=", quirk_names[i]);
	fputc('\n', to);
}

static void print_fault(const struct op *op, FILE *to)
{
	if (!op->fail_alloc && !op->fail_trylock)
		return;
	fputs("fail", to);
	if (op->fail_alloc)
		fprintf(to, " alloc=%" PRIu32, op->fail_alloc);
	if (op->fail_trylock)
		fprintf(to, " trylock=%" PRIu32, op->fail_trylock);
	fputc('\n', to);
}

static void print_during(const struct during *during, FILE *to)
{
	if (during->stated)
		fprintf(to, "during event=%" PRIu32 " by=%s\n", during->event,
			during->by == MEETING_BY_IRQ ? "irq" : "cpu");
}

static void print_read(const struct read *read, FILE *to)
{
	if (read->stated)
		fprintf(to, "read event=%" PRIu32 " of=%s by=%s\n", read->event,
			read->of_reader ? "reader" : "call",
			read->by == READER_DUMP ? "dump" : "lookup");
}

static void print_op(const struct scenario *s, const struct op *op, FILE *to)
{
	print_during(&op->during, to);
	print_read(&op->read, to);
	print_fault(op, to);
	fputs(call_traits(op->call.kind)->name, to);
	for (const struct field *f = NULL; (f = op_next_field(op, f));) {
		if (f->type->is_default(f, s, op))
			continue;
		fprintf(to, " %s%s", f->name, f->bare ? "" : "=");
		f->type->print(f, s, op, to);
	}
	fputc('\n', to);
}

static void print_expectation(const struct expectation *expect, FILE *to)
{
	if (!expect->stated)
		return;
	if (expect->rule == RULE_NONE)
		fputs("expect holds\n", to);
	else
		fprintf(to, "expect fails %s.%s\n", rule_text(expect->rule)->property,
			rule_text(expect->rule)->name);
}

void scenario_print(const struct scenario *s, FILE *to)
{
	fprintf(to, "vmapdiff %d\n", SCENARIO_TEXT_VERSION);
	print_machine(&s->machine, to);
	print_policy(&s->policy, to);
	for (uint32_t i = 0; i < s->ops; i++)
		print_op(s, &s->op[i], to);
	print_expectation(&s->expect, to);
}

char *scenario_to_text(const struct scenario *s)
{
	char *text = NULL;
	size_t size;
	FILE *memory = open_memstream(&text, &size);
	if (memory) {
		scenario_print(s, memory);
		fclose(memory);
	}
	if (!text) {
		perror("vmapdiff: no memory for a scenario's text");
		exit(2);
	}
	return text;
}
