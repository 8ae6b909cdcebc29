// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the TLB makes of the Contiguous bit. Arm lets it take a group into one
 * entry, or each of its members into an entry of its own: both are measured,
 * and none is wrong. What is wrong ends this with an error: an entry that
 * covers a neighbour without the bit, or that a TLBI of its own address leaves.
 */
#include "oracle/arm64/encoding.h"
#include "oracle/mmu/guest/by_hand.h"
#include "oracle/mmu/guest/guest.h"

struct measured {
	bool covers;       /* the neighbour too is cached, of which nothing was read */
	bool keeps_stale;  /* what was read is cached without a TLBI */
	bool keeps_itself; /* and after one */
	bool keeps_others; /* a neighbour that was read is cached after a TLBI of the other */
};

struct pair {
	uint64_t *entry, desc[2], va[2];
};

static bool is_read(uint64_t va)
{
	uint64_t value;
	return !probe_load(va, &value);
}

/* Two neighbours of a group whose members are all valid; or, without the bit, of none. */
static struct pair make_pair(const struct layout *l, int level, bool contiguous)
{
	uint64_t size = UINT64_C(1) << arm64_leaf_bits(&l->g, level);
	uint32_t group = 1u << arm64_contiguous_size(&l->g, level);
	uint64_t desc = l->linear_pa | ARM64_SH | ARM64_AF | ARM64_VALID |
			(level == ARM64_LAST_LEVEL ? ARM64_TYPE : 0) |
			(contiguous ? ARM64_CONTIGUOUS : 0);
	struct pair p = { .entry = by_hand_table(l, level, 0) };
	for (uint32_t i = 0; i < group; i++)
		by_hand_store(&p.entry[i], desc + i * size);
	for (unsigned i = 0; i < 2; i++) {
		p.desc[i] = desc + i * size;
		p.va[i] = BY_HAND_VA + i * size;
	}
	return p;
}

static void clear(const struct pair *p)
{
	by_hand_store(&p->entry[0], 0);
	by_hand_store(&p->entry[1], 0);
}

static void invalidate(uint64_t va)
{
	uint64_t operand = va >> 12 & ARM64_BITS(43, 0);
	__asm__ volatile("tlbi vaae1is, %0\n\tdsb ish\n\tisb" ::"r"(operand) : "memory");
}

static struct measured measure(const struct layout *l, int level, bool contiguous)
{
	struct measured m;
	struct pair p = make_pair(l, level, contiguous);
	is_read(p.va[0]);
	clear(&p);
	m.keeps_stale = is_read(p.va[0]);
	m.covers = is_read(p.va[1]);

	p = make_pair(l, level, contiguous);
	is_read(p.va[0]);
	is_read(p.va[1]);
	clear(&p);
	invalidate(p.va[0]);
	m.keeps_itself = is_read(p.va[0]);
	m.keeps_others = is_read(p.va[1]);
	return m;
}

static void print(const char *what, const struct measured *m)
{
	guest_write(what);
	guest_write(m->covers ? " an entry covers its group" : " an entry covers itself alone");
	guest_write(m->keeps_others ? ", a TLBI leaves the others" : ", a TLBI drops the others");
}

static int measure_level(const struct layout *l, int level)
{
	struct measured with = measure(l, level, true), without = measure(l, level, false);
	bool wrong = without.covers || with.keeps_itself || without.keeps_itself;
	bool caches = with.keeps_stale && without.keeps_stale;
	guest_write(guest_granule_name(l->page));
	guest_write_count(", level ", (uint64_t)level);
	print(": Contiguous,", &with);
	print("; not Contiguous,", &without);
	guest_write(!caches ? ": FAIL, nothing is cached\n"
		    : wrong ? ": FAIL, as Arm does not allow\n"
			    : "\n");
	return wrong || !caches;
}

int guest_main(void)
{
	struct layout l = layout_of(guest_granule());
	int failed = measure_level(&l, ARM64_LAST_LEVEL);
	return measure_level(&l, 2) || failed;
}
