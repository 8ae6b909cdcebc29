// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/mmu/guest/guest.h"

#include <string.h>

#include "mapper/machine/assert.h"

#define DEVICE (UINT64_C(4) << 2) /* index of Device-nGnRE in MAIR_EL1 */
#define AF (UINT64_C(1) << 10)
#define VALID 1u
#define TABLE 3u /* or a page */

void guest_died(uint64_t esr, uint64_t far, uint64_t elr);

static void write_digits(uint64_t number, unsigned base)
{
	char digits[24], *at = digits + sizeof(digits) - 1;
	*at = '\0';
	do {
		*--at = "0123456789abcdef"[number % base];
		number /= base;
	} while (number);
	guest_write(at);
}

void guest_write_number(const char *text, uint64_t number)
{
	guest_write(text);
	guest_write("0x");
	write_digits(number, 16);
}

void guest_write_count(const char *text, uint64_t number)
{
	guest_write(text);
	write_digits(number, 10);
}

void guest_died(uint64_t esr, uint64_t far, uint64_t elr)
{
	guest_write_number("guest: exception, ESR_EL1 ", esr);
	guest_write_number(", FAR_EL1 ", far);
	guest_write_number(", ELR_EL1 ", elr);
	guest_write("\n");
	guest_exit(2);
}

#define LOW_ENTRIES 512
#define BLOCK_1G (UINT64_C(1) << 30)
#define TABLES_2M ((GUEST_END - GUEST_RAM) >> 21)

/*
 * Where an image works with its tables, up to GUEST_END, pages of 4K: a block
 * would be one of the large pages that QEMU does not tell apart when it
 * invalidates. Without shareability: with LPA2 its bits are address bits.
 */
static uint64_t *map_low(void)
{
	static uint64_t root[LOW_ENTRIES] __attribute__((aligned(4096)));
	static uint64_t level2[LOW_ENTRIES] __attribute__((aligned(4096)));
	static uint64_t level3[TABLES_2M][LOW_ENTRIES] __attribute__((aligned(4096)));
	uint64_t *page = level3[0];
	root[0] = DEVICE | AF | VALID;
	root[1] = (uint64_t)level2 | TABLE;
	for (uint64_t i = 2; i < LOW_ENTRIES; i++)
		root[i] = i * BLOCK_1G | AF | VALID;
	for (uint64_t i = 0; i < TABLES_2M; i++)
		level2[i] = (uint64_t)level3[i] | TABLE;
	for (uint64_t i = 0; i < TABLES_2M * LOW_ENTRIES; i++)
		page[i] = (GUEST_RAM + (i << 12)) | AF | TABLE;
	for (uint64_t i = TABLES_2M; i < LOW_ENTRIES; i++)
		level2[i] = (GUEST_RAM + (i << 21)) | AF | VALID;
	return root;
}

void guest_mmu(uint64_t mair, uint64_t tcr, uint64_t ttbr1)
{
	static uint64_t *low;
	if (!low)
		low = map_low();
	mmu_setup(mair, tcr, (uint64_t)low, ttbr1);
}

unsigned guest_granule(void)
{
	uint64_t page_shift = *(const uint64_t *)GUEST_GRANULE;
	return page_shift ? (unsigned)page_shift : 12;
}

const char *guest_granule_name(unsigned page_shift)
{
	return page_shift == 12 ? "4k" : page_shift == 14 ? "16k" : "64k";
}

void *memcpy(void *restrict to, const void *restrict from, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		((char *)to)[i] = ((const char *)from)[i];
	return to;
}

void *memset(void *to, int byte, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		((char *)to)[i] = (char)byte;
	return to;
}

void assert_failed(const struct assertion *a)
{
	guest_write(a->file);
	guest_write_count(":", a->line);
	guest_write(": assertion failed: ");
	guest_write(a->expression);
	guest_exit(1);
}

void assert_failed_values(const struct assertion *a, uint64_t left, uint64_t right)
{
	guest_write_number("guest: ", left);
	guest_write_number(" and ", right);
	guest_write(": ");
	assert_failed(a);
}
