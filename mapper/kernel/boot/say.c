// SPDX-License-Identifier: GPL-2.0-only
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/sched.h>

#include "mapper/kernel/boot/driver.h"

#define LINES_A_TICK 64 /* printk's thread, where there is one, needs time of the one processor */

static unsigned int lines;

void say(const char *format, ...)
{
	struct va_format text = { .fmt = format };
	va_list arguments;

	va_start(arguments, format);
	text.va = &arguments;
	printk(KERN_INFO "vmapdiff: %u %pV\n", lines++, &text);
	va_end(arguments);
	if (!(lines % LINES_A_TICK))
		schedule_timeout_uninterruptible(1);
}

static bool continues(const struct run *run, long at, long pages, int level, u64 value, u64 step,
		      const char *word)
{
	if (!run->count || run->level != level || run->word != word || run->pages != pages ||
	    at != run->from + (long)run->count * pages)
		return false;
	return word || (run->step == step && value == run->first + run->count * step);
}

void run_add(struct run *run, long at, long pages, int level, u64 value, u64 step, const char *word)
{
	if (!continues(run, at, pages, level, value, step, word)) {
		run_end(run);
		run->from = at;
		run->pages = pages;
		run->level = level;
		run->first = value;
		run->step = step;
		run->word = word;
	}
	run->count++;
}

void run_end(struct run *run)
{
	if (run->count && run->word)
		say("%s %u %ld %lu %s", run->what, run->area, run->from, run->count, run->word);
	else if (run->count && run->level >= 0)
		say("%s %u %ld %lu %d %ld 0x%llx 0x%llx", run->what, run->area, run->from,
		    run->count, run->level, run->pages, run->first, run->step);
	else if (run->count)
		say("%s %u %ld %lu 0x%llx", run->what, run->area, run->from, run->count,
		    run->first);
	run->count = 0;
}
