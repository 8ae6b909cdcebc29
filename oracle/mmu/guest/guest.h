// SPDX-License-Identifier: GPL-2.0-only
/* What every guest image has: start.S and support.c. */
#ifndef ORACLE_MMU_GUEST_GUEST_H
#define ORACLE_MMU_GUEST_GUEST_H

#include <stdint.h>

/* RAM of the `virt` machine, and what of it is for what. */
#define GUEST_RAM UINT64_C(0x40000000)
#define GUEST_MAILBOX UINT64_C(0x47000000)
#define GUEST_QUESTIONS UINT64_C(0x47100000)
#define GUEST_ANSWERS UINT64_C(0x47200000)
#define GUEST_TABLES UINT64_C(0x48000000)
#define GUEST_TABLES_BYTES UINT64_C(0x6000000)
#define GUEST_RAM_BYTES UINT64_C(0x20000000)

/* Of loads.c only, which has more RAM: what its CPU reads of the tables. */
#define GUEST_SEEN UINT64_C(0x4e000000)
#define GUEST_END UINT64_C(0x54000000)

/* The granule, as log2 bytes of a page, where the loader of the guest put it; 0 is 4K. */
#define GUEST_GRANULE GUEST_MAILBOX

/* RAM of two memory devices, for tables: each of the address bits 51 to 48 is set in one of them. */
#define GUEST_HIGH_A UINT64_C(0x5000000000000)
#define GUEST_HIGH_B UINT64_C(0xa000000000000)
#define GUEST_HIGH_BYTES UINT64_C(0x4000000)

/* One question of the host's: `asked` is counted up when all else stands there, `answered` after it. */
struct guest_mailbox {
	uint64_t ready; /* 1 once the guest runs */
	uint64_t asked, answered;
	uint64_t mair, tcr, ttbr1;
	uint64_t count;
};

/* Defined by each image. Its value is the guest's exit code. */
int guest_main(void);

void guest_exit(int code) __attribute__((noreturn));
void guest_write(const char *text);
/* Writes text and a number behind it: hexadecimal, with 0x in front; or decimal. */
void guest_write_number(const char *text, uint64_t number);
void guest_write_count(const char *text, uint64_t number);

/* 0, or 1 where the access faults: from EL1, and from EL0. */
int probe_load(uint64_t va, uint64_t *value);
int probe_store(uint64_t va, uint64_t value);
int probe_fetch(uint64_t va); /* runs a RET there */
int probe_el0_load(uint64_t va);
int probe_el0_store(uint64_t va, uint64_t value);
int probe_el0_fetch(uint64_t va); /* runs an SVC there */

/* What probe_fetch() and probe_el0_fetch() need there. */
#define GUEST_RET UINT32_C(0xd65f03c0)
#define GUEST_SVC UINT32_C(0xd4000001)

/* setup.S, at.S */
void mmu_setup(uint64_t mair, uint64_t tcr, uint64_t ttbr0, uint64_t ttbr1);
void mmu_ask(const uint64_t *va, uint64_t *par, uint64_t count);

/* Turns the MMU on, with all of RAM and the devices where they are in TTBR0's half. */
void guest_mmu(uint64_t mair, uint64_t tcr, uint64_t ttbr1);

/* log2 bytes of a page; the name of such a granule. */
unsigned guest_granule(void);
const char *guest_granule_name(unsigned page_shift);

#endif
