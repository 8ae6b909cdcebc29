// SPDX-License-Identifier: GPL-2.0-only
#include "oracle/mmu/guest/guest.h"

#include <string.h>

#include "mapper/machine/assert.h"

#define DEVICE (UINT64_C(4) << 2) /* index of Device-nGnRE in MAIR_EL1 */
#define AF (UINT64_C(1) << 10)
#define VALID 1u

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

/* Without shareability: with LPA2 its bits are address bits. */
void guest_mmu(uint64_t mair, uint64_t tcr, uint64_t ttbr1)
{
	static uint64_t low[512] __attribute__((aligned(4096)));
	low[0] = DEVICE | AF | VALID;
	low[1] = GUEST_RAM | AF | VALID;
	mmu_setup(mair, tcr, (uint64_t)low, ttbr1);
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
