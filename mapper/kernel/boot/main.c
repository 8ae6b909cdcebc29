// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reads the plan, which lies in memory that the kernel does not use, plays it
 * line by line, and turns the machine off. The last line of the answer is
 * `end`: an answer without it is that of a kernel that crashed or hung.
 */
#include <linux/bug.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "mapper/kernel/boot/driver.h"

#define MAX_LINE 120
#define MAX_WORDS 6
#define MAX_PLAN (64UL << 20) /* bytes */

u64 unused_memory, unused_memory_end;

static u64 plan_at; /* physical; 0: no plan was given */

/* vmapdiff_plan=ADDRESS,BEGIN,END: where the plan lies, and memory that is there and not used. */
static int __init read_place(char *text)
{
	char *rest;

	plan_at = memparse(text, &rest);
	if (*rest == ',')
		unused_memory = memparse(rest + 1, &rest);
	if (*rest == ',')
		unused_memory_end = memparse(rest + 1, &rest);
	return 1;
}
__setup("vmapdiff_plan=", read_place);

/* --- a line ------------------------------------------------------------------------------ */

struct line {
	unsigned int words;
	char *word[MAX_WORDS];
	unsigned long number[MAX_WORDS]; /* of words that are numbers; else 0 */
};

static void split(struct line *line, char *text)
{
	char *word;

	memset(line, 0, sizeof(*line));
	while (line->words < MAX_WORDS && (word = strsep(&text, " "))) {
		if (kstrtoul(word, 0, &line->number[line->words]))
			line->number[line->words] = 0;
		line->word[line->words++] = word;
	}
}

/* Says so first: what the kernel warns of then is of no call. */
static void free_all(void)
{
	say("free");
	areas_free();
	blocks_free();
}

static const char *do_scenario(const struct line *line)
{
	free_all();
	cond_resched();
	say("scenario %lu", line->number[1]);
	return NULL;
}

static const char *do_block(const struct line *line)
{
	return block_allocate(line->number[1], line->number[2]);
}

static const char *do_run(const struct line *line)
{
	return array_add(line->number[1], line->number[2], line->number[3]);
}

static const char *do_comb(const struct line *line)
{
	return array_add_comb(line->number[1], line->number[2], line->number[3], line->number[4],
			      line->number[5]);
}

static const char *do_bad(const struct line *line)
{
	return array_add_bad(!strcmp(line->word[1], "null"), line->number[2]);
}

static const char *do_vmap(const struct line *line)
{
	return play_vmap(line->number[1], line->word[2], line->number[3], line->number[4],
			 line->number[5]);
}

static const char *do_vm_map_ram(const struct line *line)
{
	return play_vm_map_ram(line->number[1]);
}

static const char *do_vmalloc(const struct line *line)
{
	return play_vmalloc(line->number[1], line->number[2], line->number[3], line->word[4]);
}

static const char *do_ioremap(const struct line *line)
{
	return play_ioremap(line->number[1], line->number[2], line->number[3], line->word[4]);
}

static const char *do_vunmap(const struct line *line)
{
	return play_vunmap(line->number[1], line->number[2], line->number[3]);
}

static const char *do_vm_unmap_ram(const struct line *line)
{
	return play_vm_unmap_ram(line->number[1]);
}

static const char *do_set_memory(const struct line *line)
{
	return play_set_memory(line->number[1], line->number[2], line->number[3], line->word[4]);
}

static const char *do_look(const struct line *line)
{
	look(line->number[1], line->number[2]);
	return NULL;
}

static const char *do_cost_vmap(const struct line *line)
{
	return cost_vmap(line->number[1], line->number[2]);
}

static const char *do_cost_range(const struct line *line)
{
	return cost_range(line->number[1]);
}

static const char *do_cost_vmalloc(const struct line *line)
{
	return cost_vmalloc(line->number[1], line->number[2], line->number[3]);
}

static const char *do_cost_ioremap(const struct line *line)
{
	return cost_ioremap(line->number[1], line->number[2], line->number[3]);
}

static const char *do_op(const struct line *line)
{
	generic_bug_clear_once(); /* so that each call warns as if it were the first */
	say("op %lu", line->number[1]);
	return NULL;
}

static const struct {
	const char *name;
	unsigned int words;
	const char *(*play)(const struct line *line);
} commands[] = {
	{ "scenario", 2, do_scenario },
	{ "op", 2, do_op },
	{ "block", 3, do_block },
	{ "run", 4, do_run },
	{ "comb", 6, do_comb },
	{ "bad", 3, do_bad },
	{ "vmap", 6, do_vmap },
	{ "vmalloc", 5, do_vmalloc },
	{ "ioremap", 5, do_ioremap },
	{ "vm_map_ram", 2, do_vm_map_ram },
	{ "vm_unmap_ram", 2, do_vm_unmap_ram },
	{ "vunmap", 4, do_vunmap },
	{ "set_memory", 5, do_set_memory },
	{ "look", 3, do_look },
	{ "cost_vmap", 3, do_cost_vmap },
	{ "cost_range", 2, do_cost_range },
	{ "cost_vmalloc", 4, do_cost_vmalloc },
	{ "cost_ioremap", 4, do_cost_ioremap },
};

static const char *play_line(char *text)
{
	struct line line;
	unsigned int i;

	split(&line, text);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, line.word[0]))
			return line.words == commands[i].words ? commands[i].play(&line)
							       : "wrong number of words";
	return "no such command";
}

/* --- the plan ------------------------------------------------------------------------------- */

/* Copies a line and returns where the next begins; NULL at the end, or where no line ends. */
static const char *next_line(const char *from, char *line, const char *end)
{
	const char *line_end = strnchr(from, end - from, '\n');
	size_t length = line_end ? line_end - from : MAX_LINE;

	if (length >= MAX_LINE)
		return NULL;
	memcpy(line, from, length);
	line[length] = '\0';
	return from + length + 1;
}

/* Whether the plan was played to its last line, `end`. */
static bool __init play(const char *plan)
{
	const char *end = plan + MAX_PLAN;
	char line[MAX_LINE];
	unsigned int number = 0;

	for (plan = next_line(plan, line, end); plan; plan = next_line(plan, line, end)) {
		const char *why = NULL;

		number++;
		if (number == 1)
			why = strcmp(line, "vmapdiff-plan 1") ? "not a plan of this version" : NULL;
		else if (!strcmp(line, "end"))
			return true;
		else
			why = play_line(line);
		if (why) {
			say("refused %u %s", number, why);
			return false;
		}
	}
	say("refused %u the plan has no end", number);
	return false;
}

/* Without a place for a plan the kernel boots on, to the tests of KUnit that are built in. */
static int __init boot_main(void)
{
	char *plan;

	if (!plan_at)
		return 0;
	plan = memremap(plan_at, MAX_PLAN, MEMREMAP_WB);
	say("protocol %d page_shift=%d va_bits=%d levels=%d", BOOT_PROTOCOL, PAGE_SHIFT,
	    CONFIG_ARM64_VA_BITS, CONFIG_PGTABLE_LEVELS);
	if (!plan)
		say("refused 0 there is no plan");
	else
		play(plan);
	free_all();
	say("end");
	kernel_power_off();
	return 0;
}
late_initcall(boot_main);
