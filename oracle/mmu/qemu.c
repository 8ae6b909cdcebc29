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

#include "oracle/mmu/emulator.h"
#include "oracle/mmu/guest/guest.h"
#include "oracle/mmu/image.h"

#define PROGRAM "qemu-system-aarch64"
#define PATIENCE 20 /* seconds for an answer */

struct qemu {
	struct emulator emulator;
	const char *server;
	pid_t process; /* 0 when there is none any more */
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

/* Whether it has ended; *reply says then how. */
static bool has_ended(struct qemu *q, enum emulator_reply *reply)
{
	int status = 0;
	if (!waitpid(q->process, &status, WNOHANG))
		return false;
	q->process = 0;
	*reply = WIFSIGNALED(status) ? EMULATOR_DIED : EMULATOR_SILENT;
	return true;
}

static enum emulator_reply wait_for_answer(struct qemu *q, uint64_t number)
{
	struct timespec start, now, pause = { .tv_nsec = 20000 };
	enum emulator_reply reply = EMULATOR_SILENT;
	clock_gettime(CLOCK_MONOTONIC, &start);
	while (__atomic_load_n(&mailbox(q)->answered, __ATOMIC_ACQUIRE) != number) {
		nanosleep(&pause, NULL);
		clock_gettime(CLOCK_MONOTONIC, &now);
		bool ended = has_ended(q, &reply);
		if (!ended && now.tv_sec - start.tv_sec <= PATIENCE)
			continue;
		fprintf(stderr, "qemu: %s: no answer to question %" PRIu64 "\n",
			!ended                   ? "it takes too long"
			: reply == EMULATOR_DIED ? "it crashed"
						 : "it has ended",
			number);
		return reply;
	}
	return EMULATOR_ANSWERED;
}

static enum emulator_reply ask(struct emulator *emulator, const struct machine *m,
			       const uint64_t *va, size_t count, uint64_t (*par)[MMU_ACCESSES])
{
	struct qemu *q = (struct qemu *)emulator;
	struct guest_mailbox *box = mailbox(q);
	struct arm64_geometry g = arm64_geometry(&m->config);
	if (!q->process || !mmu_image_make(&q->image, &g, m)) {
		fprintf(stderr, "qemu: %s\n",
			q->process ? "the tables are too many for its RAM" : "it has ended");
		return EMULATOR_SILENT;
	}
	memcpy(ram_at(q, GUEST_QUESTIONS), va, count * sizeof(*va));
	box->mair = MACHINE_MAIR_EL1;
	box->tcr = mmu_tcr_el1(&m->config);
	box->ttbr1 = GUEST_TABLES;
	box->count = count;
	__atomic_store_n(&box->asked, box->asked + 1, __ATOMIC_RELEASE);
	enum emulator_reply reply = wait_for_answer(q, box->asked);
	if (reply == EMULATOR_ANSWERED)
		memcpy(par, ram_at(q, GUEST_ANSWERS), count * sizeof(*par));
	return reply;
}

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
	execlp(PROGRAM, PROGRAM, "-M", "virt,memory-backend=ram", "-object", memory, "-m", "512M",
	       "-cpu", "max", "-nodefaults", "-nographic", "-serial", "none", "-monitor", "none",
	       "-semihosting", "-kernel", image, (char *)NULL);
	fprintf(stderr, "qemu: cannot run " PROGRAM ": %s\n", strerror(errno));
	_exit(127);
}

/* "QEMU emulator version 7.2.22 (Debian ...)" is QEMU 7.2.22. */
static void read_name(char name[EMULATOR_NAME])
{
	char version[EMULATOR_NAME - 8] = "of an unknown version";
	FILE *words = popen(PROGRAM " --version 2>/dev/null", "r");
	if (words && fscanf(words, "QEMU emulator version %31s", version) != 1)
		strcpy(version, "of an unknown version");
	if (words)
		pclose(words);
	snprintf(name, EMULATOR_NAME, "QEMU %s", version);
}

static struct emulator *open_another(const struct emulator *emulator)
{
	return qemu_open(((const struct qemu *)emulator)->server);
}

struct emulator *qemu_open(const char *server)
{
	struct qemu *q = calloc(1, sizeof(*q));
	if (!q)
		return NULL;
	q->server = server;
	q->emulator = (struct emulator){
		.knows = knows, .ask = ask, .open_another = open_another, .close = close_all
	};
	read_name(q->emulator.name);
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
