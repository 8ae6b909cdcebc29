// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/exhaustive/families.h"

#include "fuzz/exhaustive/choices.h"

const struct family families[] = {
	{ "vmap", "vmap() of every page array, at every start, under every policy", build_vmap },
	{ "bad_page",
	  "vmap() of every array of one run less that has a hole or an invalid page "
	  "somewhere, with each table allocation failing in turn",
	  build_bad_page },
	{ "vmalloc", "vmalloc() of every page array in every block size", build_vmalloc },
	{ "ioremap",
	  "ioremap() of every range up to two level 1 blocks, at every alignment of VA and PA",
	  build_ioremap },
	{ "again",
	  "a large mapping over the tables of a small one, unmapped or not, with the lock missed",
	  build_again },
	{ "busy", "each mapping call that meets one live leaf or empty table, at every place",
	  build_busy },
	{ "vunmap", "vunmap() of every part of an area of one or two runs", build_vunmap },
	{ "set_memory",
	  "set_memory_ro(), _rox() and their kind of every part of an area, and of its linear "
	  "aliases, with "
	  "each table allocation failing in turn",
	  build_set_memory },
	{ "linear",
	  "set_memory_valid() of every part of the linear map, and splits at its ends or to pages",
	  build_linear },
	{ "granules",
	  "vmap() and vmalloc() on every machine that Linux supports: up to two runs, with "
	  "lengths, alignments and addresses around those of groups and blocks",
	  build_granules },
	{ "levels",
	  "ioremap() of every range up to a level 0 entry, at every alignment of VA and PA, in "
	  "tables of 4 entries on four levels",
	  build_levels },
	{ "boundaries",
	  "each mapping call across 2^31, 2^32 and 2^33 bytes and 2^16, 2^31 and 2^32 pages of PA "
	  "and of the space, on every machine that Linux supports",
	  build_boundaries },
	{ "huge",
	  "each mapping call of so many bytes or pages, or a few more or fewer, as far as a "
	  "scenario may have them",
	  build_huge },
	{ "existing", "apply_to_existing_page_range() of every part of an area of one run",
	  build_existing },
	{ "apply",
	  "vmap_pfn() and apply_to_page_range() of every range, with a bad page at each place and "
	  "each table allocation failing in turn, once and again",
	  build_apply },
	{ "vrealloc",
	  "vrealloc() of every area in every block size to every size, and what may follow",
	  build_vrealloc },
	{ "add_memory",
	  "memory added at every distance from memory that is there, with each table allocation "
	  "failing in turn",
	  build_add_memory },
	{ "remove_memory",
	  "every part of memory removed, at once or after a split, and added again",
	  build_remove_memory },
	{ "sections",
	  "struct pages of two parts of two sections, with each allocation failing in turn, and "
	  "any part of them freed and populated again",
	  build_sections },
	{ "halves",
	  "struct pages that share pages of 16K and 64K with others, on every machine that Linux "
	  "supports, populated and freed in either order",
	  build_halves },
	{ "meet",
	  "each pair of calls, the one made by another CPU or an interrupt while the other is at "
	  "any of its events, with a table allocation failing in either",
	  build_meet },
	{ "meet_granules",
	  "the same pairs on machines that were built, of each page size, for what a tree does",
	  build_meet_granules },
	{ "read",
	  "each of these calls, met by a dump and by lookups: the reader at any event of the call, "
	  "or the call at any read of it",
	  build_read },
	{ 0 },
};

uint64_t family_size(const struct family *family, unsigned runs)
{
	static struct scenario scratch;
	struct digits d = { .rest = 0, .cases = 1 };
	family->build(&d, runs, &scratch);
	return d.cases;
}

bool family_case(const struct family *family, unsigned runs, uint64_t number, struct scenario *s)
{
	struct digits d = { .rest = number, .cases = 1 };
	struct refusal why;
	return family->build(&d, runs, s) && scenario_check(s, &why);
}
