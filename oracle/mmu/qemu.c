// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU as a process of its own, which shares its RAM with this one: guest/
 * serve.c answers there. What it has and Unicorn lacks: LPA2, 52-bit
 * addresses, and checks of their size. Two memory devices lie above 2^48, for
 * the tables of machines with 52-bit addresses.
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

/* Memory that both have. */
struct shared {
	uint8_t *bytes;
	size_t size;
	char path[64]; /* of its file, until both have it open */
};

struct qemu {
	struct emulator emulator;
	const char *server;
	pid_t process; /* 0 when there is none any more */
	struct shared ram, high[MMU_MAX_BANKS];
	struct mmu_image low_image, high_image;
};

static void *ram_at(const struct qemu *q, uint64_t pa)
{
	return q->ram.bytes + (pa - GUEST_RAM);
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

/* Waits until *word is `number`. Says why it did not come to that. */
static enum emulator_reply wait_for(struct qemu *q, const uint64_t *word, uint64_t number)
{
	struct timespec start, now, pause = { .tv_nsec = 20000 };
	enum emulator_reply reply = EMULATOR_SILENT;
	clock_gettime(CLOCK_MONOTONIC, &start);
	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) != number) {
		nanosleep(&pause, NULL);
		clock_gettime(CLOCK_MONOTONIC, &now);
		bool ended = has_ended(q, &reply);
		if (!ended && now.tv_sec - start.tv_sec <= PATIENCE)
			continue;
		fprintf(stderr, "qemu: %s: no answer to question %" PRIu64 "\n",
			!ended                   ? "it takes too long"
			: reply == EMULATOR_DIED ? "it crashed"
						 : "it has ended",
			mailbox(q)->asked);
		return reply;
	}
	return EMULATOR_ANSWERED;
}

/* Where the tables of such a machine are copied to. */
static struct mmu_image *image_for(struct qemu *q, const struct machine_config *config)
{
	bool high = q->emulator.high_tables && config->pa_bits == 52;
	return high ? &q->high_image : &q->low_image;
}

static enum emulator_reply ask(struct emulator *emulator, const struct machine *m,
			       const uint64_t *va, size_t count, uint64_t (*par)[MMU_ACCESSES])
{
	struct qemu *q = (struct qemu *)emulator;
	struct guest_mailbox *box = mailbox(q);
	struct mmu_image *image = image_for(q, &m->config);
	struct arm64_geometry g = arm64_geometry(&m->config);
	if (!q->process || !mmu_image_make(image, &g, m)) {
		fprintf(stderr, "qemu: %s\n",
			q->process ? "the tables are too many for its RAM" : "it has ended");
		return EMULATOR_SILENT;
	}
	memcpy(ram_at(q, GUEST_QUESTIONS), va, count * sizeof(*va));
	box->mair = MACHINE_MAIR_EL1;
	box->tcr = mmu_tcr_el1(&m->config);
	box->ttbr1 = mmu_image_ttbr(image);
	box->count = count;
	__atomic_store_n(&box->asked, box->asked + 1, __ATOMIC_RELEASE);
	enum emulator_reply reply = wait_for(q, &box->answered, box->asked);
	if (reply == EMULATOR_ANSWERED)
		memcpy(par, ram_at(q, GUEST_ANSWERS), count * sizeof(*par));
	return reply;
}

static bool knows(const struct machine_config *config)
{
	return !config->table_bits;
}

/* --- open and close -------------------------------------------------------------------------- */

static void end_process(struct qemu *q)
{
	if (q->process > 0) {
		kill(q->process, SIGKILL);
		waitpid(q->process, NULL, 0);
	}
	q->process = 0;
}

/* Once both have it open: no file is left, however this ends. */
static void forget_file(struct shared *memory)
{
	if (memory->path[0])
		unlink(memory->path);
	memory->path[0] = '\0';
}

static void unshare_memory(struct shared *memory)
{
	forget_file(memory);
	if (memory->bytes)
		munmap(memory->bytes, memory->size);
}

static void close_all(struct emulator *emulator)
{
	struct qemu *q = (struct qemu *)emulator;
	end_process(q);
	unshare_memory(&q->ram);
	for (unsigned i = 0; i < MMU_MAX_BANKS; i++)
		unshare_memory(&q->high[i]);
	free(q);
}

/* A file that both map; sparse, and in memory where the host has room there. */
static bool share_memory(struct shared *memory, size_t size)
{
	static const char *const places[] = { "/dev/shm/vmapdiff-XXXXXX", "/tmp/vmapdiff-XXXXXX" };
	int file = -1;
	for (int i = 0; i < 2 && file < 0; i++) {
		strcpy(memory->path, places[i]);
		file = mkstemp(memory->path);
	}
	if (file < 0) {
		fprintf(stderr, "qemu: cannot make a file for its RAM: %s\n", strerror(errno));
		memory->path[0] = '\0';
		return false;
	}
	void *bytes = MAP_FAILED;
	if (!ftruncate(file, (off_t)size))
		bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	if (bytes == MAP_FAILED)
		fprintf(stderr, "qemu: cannot map %s: %s\n", memory->path, strerror(errno));
	else
		memory->bytes = bytes;
	memory->size = size;
	close(file);
	return memory->bytes;
}

#define BACKEND_TEXT 128

static char *backend(char text[BACKEND_TEXT], const char *id, const struct shared *memory)
{
	snprintf(text, BACKEND_TEXT, "memory-backend-file,id=%s,mem-path=%s,share=on,size=%zu", id,
		 memory->path, memory->size);
	return text;
}

#define ALWAYS                                                                                     \
	PROGRAM, "-M", "virt,memory-backend=ram", "-cpu", "max", "-nodefaults", "-nographic",      \
		"-serial", "none", "-monitor", "none", "-semihosting", "-object", ram

/*
 * The virt machine has memory devices only if it is given firmware, which any
 * file is: the loader starts the processor in the image all the same.
 */
static void become_qemu(const struct qemu *q)
{
	char ram[BACKEND_TEXT], a[BACKEND_TEXT], b[BACKEND_TEXT], at_a[64], at_b[64], image[512];
	backend(ram, "ram", &q->ram);
	snprintf(at_a, sizeof(at_a), "pc-dimm,memdev=a,addr=0x%" PRIx64, GUEST_HIGH_A);
	snprintf(at_b, sizeof(at_b), "pc-dimm,memdev=b,addr=0x%" PRIx64, GUEST_HIGH_B);
	snprintf(image, sizeof(image), "loader,file=%s,cpu-num=0", q->server);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (q->emulator.high_tables)
		execlp(PROGRAM, ALWAYS, "-m", "512M,slots=2,maxmem=3072T", "-object",
		       backend(a, "a", &q->high[0]), "-object", backend(b, "b", &q->high[1]),
		       "-device", at_a, "-device", at_b, "-bios", q->server, "-device", image,
		       (char *)NULL);
	else
		execlp(PROGRAM, ALWAYS, "-m", "512M", "-kernel", q->server, (char *)NULL);
	fprintf(stderr, "qemu: cannot run " PROGRAM ": %s\n", strerror(errno));
	_exit(127);
}

/* Whether it runs, with or without RAM above 2^48. */
static bool start(struct qemu *q, bool high)
{
	q->emulator.high_tables = high;
	fflush(NULL);
	q->process = fork();
	if (!q->process)
		become_qemu(q);
	if (q->process > 0 && wait_for(q, &mailbox(q)->ready, 1) == EMULATOR_ANSWERED)
		return true;
	end_process(q);
	return false;
}

/* Older ones, and newer ones, may not have memory devices there. */
static bool start_with_what_it_has(struct qemu *q)
{
	if (start(q, true))
		return true;
	fprintf(stderr, "qemu: started again, without RAM above 2^48\n");
	return start(q, false);
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
	if (share_memory(&q->ram, GUEST_RAM_BYTES) && share_memory(&q->high[0], GUEST_HIGH_BYTES) &&
	    share_memory(&q->high[1], GUEST_HIGH_BYTES)) {
		q->low_image = (struct mmu_image){
			.banks = 1,
			.bank = { { ram_at(q, GUEST_TABLES), GUEST_TABLES, GUEST_TABLES_BYTES } },
		};
		q->high_image = (struct mmu_image){
			.banks = 2,
			.bank = { { q->high[0].bytes, GUEST_HIGH_A, GUEST_HIGH_BYTES },
				  { q->high[1].bytes, GUEST_HIGH_B, GUEST_HIGH_BYTES } },
		};
		if (start_with_what_it_has(q)) {
			forget_file(&q->ram);
			for (unsigned i = 0; i < MMU_MAX_BANKS; i++)
				forget_file(&q->high[i]);
			return &q->emulator;
		}
	}
	close_all(&q->emulator);
	return NULL;
}
