// SPDX-License-Identifier: GPL-2.0-only
/*
 * What LeakSanitizer, where it is linked in, reports of a program that asks
 * Unicorn. libunicorn 2.1 loses memory of its own with each engine that is
 * closed: what its code allocated is not reported, and all else is. So is an
 * emulator that is not closed, since unicorn.c allocates a part of it.
 */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

const char *__lsan_default_suppressions(void)
{
	return "leak:libunicorn\n";
}

/* Without a table of what was suppressed. */
const char *__lsan_default_options(void)
{
	return "print_suppressions=0";
}
