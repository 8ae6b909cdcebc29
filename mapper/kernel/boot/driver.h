// SPDX-License-Identifier: GPL-2.0-only
/*
 * A test driver that is built into a kernel. It plays a plan, which is a list
 * of calls, through the kernel's public functions, and prints what came of
 * them: what the tables have, what the kernel says that an address translates
 * to, and what is read and written there. mapper/kernel/boot/README.md has the
 * words of a plan and the lines of the answer.
 *
 * This is the kernel's side of the rig: it is compiled with a tree's own
 * headers, and shares nothing with the rest of the rig but those words.
 */
#ifndef MAPPER_KERNEL_BOOT_DRIVER_H
#define MAPPER_KERNEL_BOOT_DRIVER_H

#include <linux/mm.h>
#include <linux/types.h>

#define BOOT_PROTOCOL 1
#define MAX_BLOCKS 256         /* of one scenario */
#define MAX_ORDER 18           /* of a block */
#define MAX_AREAS 16           /* of one scenario */
#define MAX_ARRAY_PAGES 262144 /* of one call */

/* What a page array has in place of a page: NULL, or a page whose pfn_valid() is false. */
#define HOLE NULL
#define BAD_PFN (1UL << 34) /* above all memory of the machine that is booted */

enum area_kind { AREA_NONE, AREA_FAILED, AREA_VMAP, AREA_VMALLOC, AREA_IOREMAP, AREA_RAM };

/* What a call mapped. `pages` is what it was asked to map, owned; NULL for ioremap(), which has `pfn`. */
struct area {
	enum area_kind kind;
	unsigned long va;
	unsigned long count; /* pages */
	struct page **pages;
	unsigned long pfn;
	bool changed; /* by set_memory */
};

/* Physical addresses: memory that is there and not the kernel's. Only there, ioremap() is read and written. */
extern u64 unused_memory, unused_memory_end;

/* --- say.c ---------------------------------------------------------------------------- */

/* Prints a line of the answer. Lines are numbered, so that a missing one is noticed. */
__printf(1, 2) void say(const char *format, ...);

/*
 * A row of values that grow by a fixed step, so that a line tells many. `last`
 * is where the run ends so far.
 */
struct run {
	const char *what; /* first word of the line */
	unsigned int area;
	int level;           /* of a table; -1 where there is none */
	long from;           /* page of the area */
	unsigned long count; /* values */
	long pages;          /* of one value */
	u64 first, step;
	const char *word; /* in place of the values, or NULL */
};

/* Adds a value, or a word in place of one, at a page of the area; prints the run that it ends. */
void run_add(struct run *run, long at, long pages, int level, u64 value, u64 step,
	     const char *word);
void run_end(struct run *run);

/* --- blocks.c ------------------------------------------------------------------------- */

/* These return a reason, or NULL. */
const char *block_allocate(unsigned int id, unsigned int order);
const char *array_add(unsigned int id, unsigned long offset, unsigned long count);
/* Adds `count` pieces of `length` pages, each of which begins `step` pages after the one before. */
const char *array_add_comb(unsigned int id, unsigned long first, unsigned long count,
			   unsigned long step, unsigned long length);
const char *array_add_bad(bool hole, unsigned long count);
/* Takes the array that was made since the last take; the caller frees it with kfree(). */
struct page **array_take(unsigned long *count);
void blocks_free(void);

/* --- areas.c -------------------------------------------------------------------------- */

struct area *area_at(unsigned int id);
const char *play_vmap(unsigned int id, const char *prot, bool huge, unsigned long modulus,
		      unsigned long residue);
const char *play_vm_map_ram(unsigned int id);
const char *play_vmalloc(unsigned int id, unsigned long count, bool huge, const char *prot);
const char *play_ioremap(unsigned int id, u64 pa, unsigned long bytes, const char *prot);
const char *play_vunmap(unsigned int id, unsigned long from, unsigned long count);
const char *play_vm_unmap_ram(unsigned int id);
const char *play_set_memory(unsigned int id, unsigned long from, unsigned long count,
			    const char *change);
/* The pages that vmalloc() took: says which, and returns them in an array that the caller frees, or NULL. */
struct page **pages_of(unsigned int id, const void *va, unsigned long count);
void areas_free(void);

/* --- cost.c --------------------------------------------------------------------------- */

/*
 * What calls and their undoing cost, in ticks of the counter, so many of them
 * together. A page array is the one that was put together. All return a reason,
 * or NULL; after a reason, areas may be left.
 */
const char *cost_vmap(unsigned int loops, bool huge);
const char *cost_range(unsigned int loops);
const char *cost_vmalloc(unsigned int loops, unsigned long count, bool huge);
const char *cost_ioremap(unsigned int loops, u64 pa, unsigned long bytes);

/* --- look.c --------------------------------------------------------------------------- */

#define LOOK_WORDS 1u /* the entries of the tables */
#define LOOK_PAGES 2u /* vmalloc_to_page() */
#define LOOK_READ 4u  /* read, and written where what is read is a page of ours */

#define MAX_HELD 4096 /* pages of an area that are looked for in a TLB */

void look(unsigned int id, unsigned int what);
/* Reads the pages of an area, so that a TLB has them. */
void touch(const struct area *area);
/* Says which pages are read although the tables map nothing there: a TLB has them still. */
void look_at_held(unsigned int id, const struct area *area);
/* Writes to a page of an area what tells it from all others, through another mapping of it. */
void tag_area(const struct area *area);

#endif
