// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU as a process of its own, which shares its RAM with this one: guest/
 * serve.c answers there. What it has and Unicorn lacks: LPA2, 52-bit
 * addresses, and checks of their size.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "oracle/mmu/deviations.h"
#include "oracle/mmu/emulator.h"
#include "oracle/mmu/guest/guest.h"
#include "oracle/mmu/image.h"

#define PATIENCE 20 /* seconds for an answer */

struct qemu {
	struct emulator emulator;
	pid_t process;
	uint8_t *ram;
	struct mmu_image image;
	char path[64]; /* of the RAM, until both have it open */
};

static void *ram_at(const struct qemu *q, uint64_t pa)
{
	return q->ram + (pa - GUEST_RAM);
}

static struct guest_mailbox *mailbox(const struct qemu *q)
{
	return ram_at(q, GUEST_MAILBOX);
}

/* --- questions ------------------------------------------------------------------------ */

static bool has_died(const struct qemu *q)
{
	return waitpid(q->process, NULL, WNOHANG) != 0;
}

static bool wait_for_answer(const struct qemu *q, uint64_t number)
{
	struct timespec start, now, pause = { .tv_nsec = 20000 };
	clock_gettime(CLOCK_MONOTONIC, &start);
	while (__atomic_load_n(&mailbox(q)->answered, __ATOMIC_ACQUIRE) != number) {
		nanosleep(&pause, NULL);
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec - start.tv_sec > PATIENCE || has_died(q)) {
			fprintf(stderr, "qemu: no answer to question %" PRIu64 "\n", number);
			return false;
		}
	}
	return true;
}

static bool ask(struct emulator *emulator, const struct machine *m, const uint64_t *va,
		size_t count, uint64_t (*par)[MMU_ACCESSES])
{
	struct qemu *q = (struct qemu *)emulator;
	struct guest_mailbox *box = mailbox(q);
	struct arm64_geometry g = arm64_geometry(&m->config);
	if (!mmu_image_make(&q->image, &g, m))
		return false;
	memcpy(ram_at(q, GUEST_QUESTIONS), va, count * sizeof(*va));
	box->mair = MACHINE_MAIR_EL1;
	box->tcr = mmu_tcr_el1(&m->config);
	box->ttbr1 = GUEST_TABLES;
	box->count = count;
	__atomic_store_n(&box->asked, box->asked + 1, __ATOMIC_RELEASE);
	if (!wait_for_answer(q, box->asked))
		return false;
	memcpy(par, ram_at(q, GUEST_ANSWERS), count * sizeof(*par));
	return true;
}

/* --- what it is known to do otherwise ------------------------------------------------------ */

/* OA[51:50] of an LPA2 descriptor, which get_phys_addr_lpae() of QEMU 7.2 takes with 52 bits only. */
static bool ignores_high_bits(const struct arm64_geometry *g, const struct machine *m, uint64_t va,
			      const struct arm64_translation *t)
{
	(void)m;
	(void)va;
	return t->mapped && g->ds && g->oa_size <= 48 && t->desc & ARM64_BITS(9, 8);
}

/* A valid entry there that is no table: arm_fi_to_lfsc() of QEMU 7.2 asserts a level from 0 on. */
static bool dies_of_level_minus_1_blocks(const struct arm64_geometry *g, const struct machine *m,
					 uint64_t va, const struct arm64_translation *t)
{
	(void)m;
	(void)va;
	return t->level < 0 && t->desc & ARM64_VALID && g->start_level < 0;
}

static const struct deviation deviations[] = {
	{ .name = "aborts-on-level-minus-1-blocks",
	  .what = "a block descriptor at level -1, which must fault, makes it abort",
	  .fatal = true,
	  .is_met = dies_of_level_minus_1_blocks },
	{ .name = "ignores-high-bits",
	  .what = "with LPA2 and an output size of 48 bits, OA[51:50] do not fault",
	  .is_met = ignores_high_bits },
	DEVIATION_SH_AS_STORED,
	DEVIATION_ANY_BLOCK,
	{ 0 },
};

static bool knows(const struct machine_config *config)
{
	return !config->table_bits;
}

/* --- open and close -------------------------------------------------------------------------- */

static void close_all(struct emulator *emulator)
{
	struct qemu *q = (struct qemu *)emulator;
	if (q->process > 0) {
		kill(q->process, SIGKILL);
		waitpid(q->process, NULL, 0);
	}
	if (q->path[0])
		unlink(q->path);
	if (q->ram)
		munmap(q->ram, GUEST_RAM_BYTES);
	free(q);
}

/* RAM as a file that both map; sparse, and in memory where the host has room there. */
static bool make_ram(struct qemu *q)
{
	static const char *const places[] = { "/dev/shm/vmapdiff-XXXXXX", "/tmp/vmapdiff-XXXXXX" };
	int file = -1;
	for (int i = 0; i < 2 && file < 0; i++) {
		strcpy(q->path, places[i]);
		file = mkstemp(q->path);
	}
	if (file < 0 || ftruncate(file, (off_t)GUEST_RAM_BYTES)) {
		fprintf(stderr, "qemu: cannot make a file for its RAM: %s\n", strerror(errno));
		return false;
	}
	q->ram = mmap(NULL, GUEST_RAM_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	if (q->ram == MAP_FAILED)
		q->ram = NULL;
	return q->ram;
}

static void become_qemu(const struct qemu *q, const char *image)
{
	char memory[128];
	snprintf(memory, sizeof(memory),
		 "memory-backend-file,id=ram,mem-path=%s,share=on,size=%" PRIu64, q->path,
		 GUEST_RAM_BYTES);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	execlp("qemu-system-aarch64", "qemu-system-aarch64", "-M", "virt,memory-backend=ram",
	       "-object", memory, "-m", "512M", "-cpu", "max", "-nodefaults", "-nographic",
	       "-serial", "none", "-monitor", "none", "-semihosting", "-kernel", image,
	       (char *)NULL);
	fprintf(stderr, "qemu: cannot run qemu-system-aarch64: %s\n", strerror(errno));
	_exit(127);
}

struct emulator *qemu_open(const char *server)
{
	struct qemu *q = calloc(1, sizeof(*q));
	if (!q)
		return NULL;
	q->emulator = (struct emulator){ .name = "QEMU",
					 .deviation = deviations,
					 .knows = knows,
					 .ask = ask,
					 .close = close_all };
	if (make_ram(q)) {
		q->image = (struct mmu_image){ .bytes = ram_at(q, GUEST_TABLES),
					       .pa = GUEST_TABLES,
					       .capacity = GUEST_TABLES_BYTES };
		fflush(NULL);
		q->process = fork();
		if (!q->process)
			become_qemu(q, server);
		if (q->process > 0)
			return &q->emulator;
	}
	close_all(&q->emulator);
	return NULL;
}
