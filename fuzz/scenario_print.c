// SPDX-License-Identifier: GPL-2.0-only
/* The printer of scenario text: what is not default, in the parser's order. */
#include <inttypes.h>

#include "fuzz/scenario_text.h"
#include "oracle/verdict.h"

static void print_machine(const struct machine_config *config, FILE *to)
{
	fprintf(to, "machine granule=%s va=%u pa=%u%s bbm=%u", granule_name(config->page_shift),
		config->va_bits, config->pa_bits, config->lpa2 ? " lpa2" : "", config->bbm);
	if (config->table_bits)
		fprintf(to, " entries=%u group=%u", 1u << config->table_bits,
			1u << config->group_bits);
	fputc('\n', to);
}

static void print_yes_no(const char *key, bool value, bool by_default, FILE *to)
{
	if (value != by_default)
		fprintf(to, " %s=%s", key, value ? "yes" : "no");
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

static void print_run(const struct page_run *run, FILE *to)
{
	if (run_is_trouble(run))
		fputs(run->pfn == PAGE_HOLE ? "null" : "bad", to);
	else if (run->pages == 1)
		fprintf(to, "0x%" PRIx64, run->pfn);
	else
		fprintf(to, "0x%" PRIx64 "+%" PRIu32, run->pfn, run->pages);
}

static void print_runs(const struct scenario *s, const struct op *op, FILE *to)
{
	for (uint32_t i = 0; i < op->runs; i++) {
		fputs(i ? "," : " pages=", to);
		print_run(&s->run[op->first_run + i], to);
	}
}

/* What an op that maps has in common with the others. */
static void print_mapping(const struct op *op, FILE *to)
{
	if (op->prot != PROT_KERNEL)
		fprintf(to, " prot=%s", prot_name(op->prot));
	if (op->flags & MAP_FLAG_HUGE)
		fputs(" flags=huge", to);
}

static void print_plant(const struct op *op, FILE *to)
{
	if (op->table)
		fprintf(to, " level=%u table", op->level);
	else
		fprintf(to, " pfn=0x%" PRIx64, op->pfn);
	if (!op->table && op->level != 3)
		fprintf(to, " level=%u", op->level);
}

static void print_op(const struct scenario *s, const struct op *op, FILE *to)
{
	uint64_t pa = op->pfn << s->machine.page_shift;
	print_fault(op, to);
	fputs(op_name(op->kind), to);
	if (op->kind != OP_LINEAR)
		fprintf(to, " va=0x%016" PRIx64, op->va);
	if (op->kind == OP_IOREMAP || op->kind == OP_LINEAR)
		fprintf(to, " pa=0x%" PRIx64, pa);
	if (op->kind == OP_IOREMAP || op->kind == OP_LINEAR || op->kind == OP_VUNMAP)
		fprintf(to, " size=0x%" PRIx64, op->bytes);
	if (op->kind == OP_SET_MEMORY)
		fprintf(to, " pages=%" PRIu64 " op=%s", op->bytes >> s->machine.page_shift,
			change_name(op->change));
	if (op->kind == OP_LINEAR && op->by_pages)
		fputs(" leaf=page", to);
	if (op->kind == OP_PLANT)
		print_plant(op, to);
	print_runs(s, op, to);
	if (op->kind == OP_VMALLOC && op->shift != s->machine.page_shift)
		fprintf(to, " shift=%u", op->shift);
	print_mapping(op, to);
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
	fputs("vmapdiff 1\n", to);
	print_machine(&s->machine, to);
	print_policy(&s->policy, to);
	for (uint32_t i = 0; i < s->ops; i++)
		print_op(s, &s->op[i], to);
	print_expectation(&s->expect, to);
}
