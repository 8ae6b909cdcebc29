// SPDX-License-Identifier: GPL-2.0-only
/*
 * What AddressSanitizer does where the environment's ASAN_OPTIONS says nothing else.
 *
 * No code under test has memory of the heap: freed tables are poisoned by the machine. All that is freed is
 * libFuzzer's, in sizes that grow with the corpus. The 256 MiB of it that would be kept apart by default are most
 * of a job's memory, and more as it fuzzes.
 */
const char *__asan_default_options(void);

const char *__asan_default_options(void)
{
	return "quarantine_size_mb=8";
}
