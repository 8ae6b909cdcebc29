// SPDX-License-Identifier: GPL-2.0-only
/*
 * LeakSanitizer reads all static memory for pointers as a process exits. The tool has half a gigabyte
 * of it, for scenarios of any size, and touches a few pages: reading the rest takes a tenth of a second,
 * of a process that takes a hundredth otherwise. A page that was not touched is as its file has it, and
 * has no pointer to what was allocated: the leaks that are found are the same.
 */
#include "regress/tool/leak_roots.h"

#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#define PRESENT_OR_SWAPPED (UINT64_C(3) << 62) /* of a word of /proc/PID/pagemap */
#define MAX_GAP 256 /* untouched pages inside a root: few roots are soon looked up */
#define CHUNK 4096  /* words of pagemap that are read at once */

__attribute__((weak)) void __lsan_register_root_region(const void *first, size_t size);
const char *__lsan_default_options(void);

const char *__lsan_default_options(void)
{
	return "use_globals=0";
}

struct root {
	int pagemap;                     /* file descriptor; -1: none, all pages count as touched */
	uintptr_t page_size, first, end; /* bytes of the root so far; first == end: none */
};

static void give(struct root *root)
{
	if (root->first != root->end)
		__lsan_register_root_region((const void *)root->first, root->end - root->first);
	root->first = root->end;
}

static void take(struct root *root, uintptr_t page)
{
	if (root->first == root->end || page - root->end > MAX_GAP * root->page_size) {
		give(root);
		root->first = page;
	}
	root->end = page + root->page_size;
}

/* Whether it could be found out which of these pages were touched. */
static bool take_touched(struct root *root, uintptr_t page, size_t pages)
{
	static uint64_t word[CHUNK];
	const size_t bytes = pages * sizeof(*word);
	const off_t at = (off_t)(page / root->page_size * sizeof(*word));
	if (pread(root->pagemap, word, bytes, at) != (ssize_t)bytes)
		return false;
	for (size_t i = 0; i < pages; i++)
		if (word[i] & PRESENT_OR_SWAPPED)
			take(root, page + i * root->page_size);
	return true;
}

static void take_segment(struct root *root, uintptr_t first, uintptr_t end)
{
	first -= first % root->page_size;
	for (uintptr_t page = first; page < end;) {
		size_t pages = (end - page + root->page_size - 1) / root->page_size;
		pages = pages < CHUNK ? pages : CHUNK;
		if (!take_touched(root, page, pages))
			for (size_t i = 0; i < pages; i++)
				take(root, page + i * root->page_size);
		page += pages * root->page_size;
	}
	give(root);
}

/* Of the program, or of a library: what may be written to. */
static int take_module(struct dl_phdr_info *module, size_t size, void *root)
{
	(void)size;
	for (const ElfW(Phdr) *p = module->dlpi_phdr; p < module->dlpi_phdr + module->dlpi_phnum;
	     p++)
		if (p->p_type == PT_LOAD && (p->p_flags & PF_W) && p->p_memsz)
			take_segment(root, module->dlpi_addr + p->p_vaddr,
				     module->dlpi_addr + p->p_vaddr + p->p_memsz);
	return 0;
}

static void give_roots(void)
{
	struct root root = { .pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC),
			     .page_size = (uintptr_t)sysconf(_SC_PAGESIZE) };
	dl_iterate_phdr(take_module, &root);
	if (root.pagemap >= 0)
		close(root.pagemap);
}

void leak_roots_at_exit(void)
{
	static void (*volatile const linked_in)(const void *, size_t) = __lsan_register_root_region;
	if (linked_in && atexit(give_roots))
		abort();
}
