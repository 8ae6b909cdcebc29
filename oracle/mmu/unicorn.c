// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unicorn, an emulator in this process: the AT instructions of its CPU walk
 * tables in memory that both share.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unicorn/unicorn.h>

#include "oracle/mmu/emulator.h"
#include "oracle/mmu/image.h"

#define CODE_PA UINT64_C(0x10000)
#define CODE_BYTES 0x10000
#define SETUP_AT 0x0
#define ASK_AT 0x100
#define RETURN_AT 0x8000 /* where the code returns to, which ends a run */
#define DATA_PA UINT64_C(0x200000)
#define DATA_BYTES 0x100000
#define ANSWERS_AT (EMULATOR_MAX_ADDRESSES * sizeof(uint64_t))
#define LOW_TABLE_PA UINT64_C(0x400000) /* TTBR0: one block of 1G that maps where it is */
#define LOW_TABLE_BYTES 0x1000
#define LOW_BLOCK UINT64_C(0x701)
#define IMAGE_PA UINT64_C(0x40000000)
#define IMAGE_BYTES ((size_t)MACHINE_MAX_TABLES << 16)

/* Translated code is kept and grows with each question: the engine is made anew so often. */
#define QUESTIONS_AN_ENGINE 20000

/* unicorn_code.S */
extern const uint8_t unicorn_setup[], unicorn_setup_end[], unicorn_ask[], unicorn_ask_end[];

struct unicorn {
	struct emulator emulator;
	uc_engine *uc;
	uint8_t *code, *data, *low_table;
	struct mmu_image image;
	struct machine_config config; /* that the registers are for */
	bool ready;
	unsigned questions;
};

static bool check(uc_err error, const char *what)
{
	if (error == UC_ERR_OK)
		return true;
	fprintf(stderr, "unicorn: %s: %s\n", what, uc_strerror(error));
	return false;
}

/* --- the engine --------------------------------------------------------------------- */

static bool map(struct unicorn *u, uint64_t pa, size_t bytes, void *memory)
{
	return check(uc_mem_map_ptr(u->uc, pa, bytes, UC_PROT_ALL, memory), "map memory");
}

static bool write_system(struct unicorn *u, uint32_t op1, uint32_t crn, uint32_t crm,
			 uint64_t value)
{
	uc_arm64_cp_reg reg = {
		.crn = crn, .crm = crm, .op0 = 3, .op1 = op1, .op2 = 0, .val = value
	};
	return check(uc_reg_write(u->uc, UC_ARM64_REG_CP_REG, &reg), "write a system register");
}

/*
 * The engine starts at EL1 with EL3 and EL2 there and SCR_EL3 zero, which
 * makes EL1's regime AArch32: SCR_EL3 is RW, NS and what is 1, HCR_EL2 is RW.
 */
static bool make_aarch64(struct unicorn *u)
{
	return write_system(u, 6, 1, 1, 0x431) && write_system(u, 4, 1, 1, UINT64_C(1) << 31);
}

static bool open_engine(struct unicorn *u)
{
	if (u->uc)
		uc_close(u->uc);
	u->uc = NULL;
	u->ready = false;
	u->questions = 0;
	return check(uc_open(UC_ARCH_ARM64, UC_MODE_ARM, &u->uc), "open") && make_aarch64(u) &&
	       map(u, CODE_PA, CODE_BYTES, u->code) && map(u, DATA_PA, DATA_BYTES, u->data) &&
	       map(u, LOW_TABLE_PA, LOW_TABLE_BYTES, u->low_table) &&
	       map(u, IMAGE_PA, IMAGE_BYTES, u->image.bank[0].bytes);
}

/* Runs code with up to four arguments until it returns. */
static bool run(struct unicorn *u, uint64_t at, const uint64_t *argument)
{
	static const int registers[] = { UC_ARM64_REG_X0, UC_ARM64_REG_X1, UC_ARM64_REG_X2,
					 UC_ARM64_REG_X3 };
	uint64_t end = CODE_PA + RETURN_AT;
	for (int i = 0; i < 4; i++)
		uc_reg_write(u->uc, registers[i], &argument[i]);
	uc_reg_write(u->uc, UC_ARM64_REG_X30, &end);
	return check(uc_emu_start(u->uc, CODE_PA + at, end, 0, 0), "run");
}

static bool make_ready(struct unicorn *u, const struct machine_config *config)
{
	if (u->questions++ == QUESTIONS_AN_ENGINE && !open_engine(u))
		return false;
	if (u->ready && !memcmp(&u->config, config, sizeof(*config)))
		return true;
	const uint64_t registers[] = { MACHINE_MAIR_EL1, mmu_tcr_el1(config), LOW_TABLE_PA,
				       IMAGE_PA };
	u->config = *config;
	u->ready = run(u, SETUP_AT, registers);
	return u->ready;
}

static enum emulator_reply ask(struct emulator *emulator, const struct machine *m,
			       const uint64_t *va, size_t count, uint64_t (*par)[MMU_ACCESSES])
{
	struct unicorn *u = (struct unicorn *)emulator;
	struct arm64_geometry g = arm64_geometry(&m->config);
	const uint64_t argument[] = { DATA_PA, DATA_PA + ANSWERS_AT, count, 0 };
	if (!make_ready(u, &m->config))
		return EMULATOR_SILENT;
	if (!mmu_image_make(&u->image, &g, m)) {
		fprintf(stderr, "unicorn: the tables are too many for its memory\n");
		return EMULATOR_SILENT;
	}
	memcpy(u->data, va, count * sizeof(*va));
	if (!run(u, ASK_AT, argument))
		return EMULATOR_SILENT;
	memcpy(par, u->data + ANSWERS_AT, count * sizeof(*par));
	return EMULATOR_ANSWERED;
}

static void close_all(struct emulator *emulator)
{
	struct unicorn *u = (struct unicorn *)emulator;
	if (u->uc)
		uc_close(u->uc);
	free(u);
}

static bool knows(const struct machine_config *config)
{
	return !config->lpa2 && config->va_bits <= 48 && config->pa_bits == 48 &&
	       !config->table_bits;
}

/* --- open --------------------------------------------------------------------------------- */

static void *memory(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	return p == MAP_FAILED ? NULL : p;
}

static struct emulator *open_another(const struct emulator *emulator)
{
	(void)emulator;
	return unicorn_open();
}

struct emulator *unicorn_open(void)
{
	struct unicorn *u = calloc(1, sizeof(*u));
	if (!u)
		return NULL;
	u->emulator = (struct emulator){
		.knows = knows, .ask = ask, .open_another = open_another, .close = close_all
	};
	unsigned version = uc_version(NULL, NULL);
	snprintf(u->emulator.name, sizeof(u->emulator.name), "Unicorn %u.%u.%u", version >> 24,
		 version >> 16 & 0xff, version >> 8 & 0xff);
	u->code = memory(CODE_BYTES);
	u->data = memory(DATA_BYTES);
	u->low_table = memory(LOW_TABLE_BYTES);
	u->image = (struct mmu_image){ .banks = 1,
				       .bank = { { memory(IMAGE_BYTES), IMAGE_PA, IMAGE_BYTES } } };
	if (!u->code || !u->data || !u->low_table || !u->image.bank[0].bytes || !open_engine(u)) {
		fprintf(stderr, "unicorn: cannot be opened\n");
		close_all(&u->emulator);
		return NULL;
	}
	memcpy(u->code + SETUP_AT, unicorn_setup, (size_t)(unicorn_setup_end - unicorn_setup));
	memcpy(u->code + ASK_AT, unicorn_ask, (size_t)(unicorn_ask_end - unicorn_ask));
	*(uint64_t *)u->low_table = LOW_BLOCK;
	return &u->emulator;
}
