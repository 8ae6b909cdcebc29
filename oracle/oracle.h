// SPDX-License-Identifier: GPL-2.0-only
/*
 * The judge of one mapper on one machine. Before each call it says from the
 * call and the tables what must come of it; after the call it holds return
 * value and tables against that, and against Arm's rules. The first rule
 * broken is the verdict.
 *
 *     oracle_begin();
 *     { oracle_preset_leaf() ... | oracle_expect(), the call, oracle_judge() }...
 */
#ifndef ORACLE_ORACLE_H
#define ORACLE_ORACLE_H

#include "mapper/machine/assert.h"
#include "mapper/mapper.h"
#include "oracle/arm64/translate.h"
#include "oracle/owed.h"
#include "oracle/placement.h"
#include "oracle/space.h"
#include "oracle/trace.h"
#include "oracle/tree_knobs.h"
#include "oracle/waiver.h"

/* What the oracle is told of a call besides the call itself. */
struct call_context {
	unsigned op;                /* its place in the scenario */
	const struct vm_area *area; /* before the call, as the mapper is given them */
	unsigned areas;
	bool cleanup; /* the caller's unmap after a failed mapping */
	bool by_irq;  /* an interrupt makes it, while another call runs */
};

/*
 * What must come of a call. Before it is made that is said as if no table
 * page could run out; what its end alone can tell is added when it returned.
 */
struct expected {
	int error; /* 0 or a negative errno */
	bool bug;  /* a BUG(), and then -EBUSY */
	bool warns;
	bool refused;        /* nothing may be stored */
	bool idle;           /* nothing is to be done at all: no store, no flush, no TLBI */
	uint64_t area_pages; /* of vrealloc: those that the area has after it */
	uint64_t returned;   /* of vmemmap_free: pages of memory that are given back */
	uint64_t done;       /* pages before the one at which a mapping call fails */
	uint64_t error_page; /* of which errors are reported; known at the end */
	/* The pages that change: the call's range, which vunmap() widens to whole leaves and groups. */
	uint64_t affected_first, affected_end;
	const struct vm_area
		*area; /* of set_memory and vfree: whose pages have aliases to change */
	uint64_t first_alias, aliases; /* in area->pages: these change also if the call fails */
	uint64_t all_aliases;          /* so many change if it does not */
};

/*
 * What the judging of a call looked at. A rule is exercised when it was
 * evaluated on something that could have broken it, and is not waived: the
 * rules of contiguous on an entry with the Contiguous bit, and so on.
 */
struct examined {
	rule_set rules; /* RULE_BIT() of those that were exercised */
	/* Pages that a mapping call mapped, by kind of leaf, as far as placement judges them. */
	uint64_t block_pages, group_pages, single_pages;
	struct missed missed;
};

struct oracle { /* NOLINT(clang-analyzer-optin.performance.Padding) */
	struct arm64_geometry g;
	struct machine *machine;
	const struct mapper *mapper;
	const struct policy *policy;
	const struct owed *owed;       /* by the mapper */
	struct waivers waivers;        /* oracle_begin() clears them; set after it */
	const struct tree_knobs *tree; /* of the tree that is judged; cleared and set likewise */
	struct space space;
	struct verdict verdict;

	/* The call being judged. */
	const struct call *call;
	struct call_context in;
	struct outcome out; /* valid once the call returned */
	bool judged;        /* of a call that met another: it has its verdict */
	bool waived;        /* a rule or verdict in this scenario: it ends with this call */
	/* Its range as it is asked for, in pages of the space; of vrealloc(), what is cut off. */
	uint64_t first_page, end_page;
	struct trace trace;
	struct placement placement;
	struct examined examined;       /* complete once the call is judged */
	bool may_overwrite;             /* a mapping call, when something was mapped already */
	struct machine_counters before; /* the call */
	uint32_t tables_before;         /* the call: those from this one on are its own */
	uint64_t leaves;                /* entries of its range */

	/*
	 * What properties hold the call against. NULL while it is not judged.
	 * oracle.c keeps both, and nothing changes them while properties look.
	 */
	const struct expected *expected;
	const struct trace_summary *summary;
	struct {
		struct expected expected;
		struct trace_summary summary;
	} kept;

	struct dump_line dumped[DUMP_MAX_LINES]; /* what the mapper said last */

	/* The sweep in progress. */
	uint64_t seen_page;                      /* pages below have been judged */
	unsigned segment;                        /* the first that ends after seen_page */
	uint64_t kept_pages;                     /* that set_memory made invalid, and are kept */
	uint32_t reached;                        /* tables */
	uint32_t sweep;                          /* number of this sweep, never 0 */
	uint32_t reached_in[MACHINE_MAX_TABLES]; /* the last sweep that reached each */
};

/* Memory for what an oracle keeps; false when the host has none. *o is zeroed before. */
bool oracle_create(struct oracle *o);
void oracle_destroy(struct oracle *o);

/*
 * Starts judging `mapper` on a machine that was just reset. Borrows machine,
 * mapper and policy until the next begin.
 */
void oracle_begin(struct oracle *o, struct machine *machine, const struct mapper *mapper,
		  const struct policy *policy);

/*
 * Presets what no mapper under test stored: a live leaf at `level` with
 * PROT_KERNEL, or an empty table below an entry at `level`. False when
 * something is there already or no table page is left.
 */
bool oracle_preset_leaf(struct oracle *o, uint64_t va, uint64_t pfn, int level);
bool oracle_preset_table(struct oracle *o, uint64_t va, int level);

/*
 * Lays [pa, pa + bytes) of the linear map, which begins at the lowest address
 * with PA 0, by pages or by the largest leaves and groups that Linux makes
 * there. False when no table page is left; a part is then laid.
 */
bool oracle_lay_linear(struct oracle *o, uint64_t pa, uint64_t bytes, bool by_pages);

/*
 * Looks at a call before it is made. Borrows it until it is judged, and its
 * page array as long as anything is mapped by it.
 */
void oracle_expect(struct oracle *o, const struct call *call, const struct call_context *in);

/* Judges the call by what came of it. True while all rules hold; else o->verdict says which broke. */
bool oracle_judge(struct oracle *o, const struct outcome *out);

/*
 * Has `inner` look at a call that is made while that of `outer` runs, on its
 * machine, which shows the inner side. Then oracle_expect() of `inner`.
 */
void oracle_meet(struct oracle *inner, struct oracle *outer);

/*
 * Judges both by what came of them, the outer call first. False if a rule
 * broke: the verdict is that of the oracle that has one, and the machine shows
 * its side.
 */
bool oracle_judge_met(struct oracle *outer, const struct outcome *out, struct oracle *inner,
		      const struct outcome *inner_out);

/*
 * Whether TLBs may still hold something in [va, va + bytes) that a call
 * unmapped lazily, or changed without a TLBI. The area allocator purges such a
 * range before it hands it out again, and the caller of the other invalidates
 * it, so that no call which maps or changes meets one.
 */
bool oracle_meets_lazy(const struct oracle *o, uint64_t va, uint64_t bytes);

/* All of these ranges were invalidated, outside of any call. */
void oracle_purge(struct oracle *o);

/* Decodes a descriptor into words that fit VERDICT_DETAIL_SIZE. */
void oracle_describe(const struct oracle *o, int level, uint64_t desc, char *text);

/* Called where a rule is evaluated on something that could break it, before it is known to hold. */
static inline void oracle_exercised(struct oracle *o, enum rule rule)
{
	o->examined.rules |= RULE_BIT(rule);
}

/* Whether the call is made as before the series: by a mapper of then, or a policy. */
static inline bool oracle_before_series(const struct oracle *o)
{
	return o->owed->before_series || o->policy->series == POLICY_PRIOR;
}

/* log2 bytes of the largest leaf of the call, by nohugeiomap and where that is not honoured. */
static inline unsigned oracle_max_shift(const struct oracle *o)
{
	return o->tree->call[o->call->kind].ignores_max_shift ? 63 : o->policy->max_shift;
}

/* Whether this behaviour of the mapper is waived. */
static inline bool oracle_waives(const struct oracle *o, enum waiver_id id)
{
	return waives_behaviour(&o->waivers, id);
}

/* Reserved bits of a descriptor that are waived. */
static inline uint64_t oracle_waived_bits(const struct oracle *o)
{
	return o->g.lpa && oracle_waives(o, WAIVER_RESERVED_PA_BITS) ? ARM64_BITS(49, 48) : 0;
}

/* Whether leaf sizes may change without break-before-make: FEAT_BBM level 2 (R_KFLJB). */
static inline bool oracle_splits_live(const struct oracle *o)
{
	return o->machine->config.bbm >= 2;
}

/*
 * Whether set_memory may ask for a part of a leaf: the linear map is to be
 * changed in part, for its aliases or for a Realm's host (Linux 6.18).
 */
static inline bool oracle_splits_for_set_memory(const struct oracle *o)
{
	const struct machine_config *config = &o->machine->config;
	return oracle_splits_live(o) && (config->realm || !config->noalias);
}

/* The number of the page at `va`, counted from the lowest address. */
static inline uint64_t oracle_page(const struct oracle *o, uint64_t va)
{
	ASSERT_CMP(va, >=, arm64_va_base(&o->g));
	return (va - arm64_va_base(&o->g)) >> o->g.granule;
}

/* The address of a page of the space. */
static inline uint64_t oracle_va(const struct oracle *o, uint64_t page)
{
	ASSERT_CMP(page >> (o->g.ia_size - o->g.granule), ==, 0);
	return arm64_va_base(&o->g) + (page << o->g.granule);
}

/* Pages of the linear map, which is the lower half of the space. */
static inline uint64_t oracle_linear_pages(const struct oracle *o)
{
	return UINT64_C(1) << (o->g.ia_size - 1 - o->g.granule);
}

#endif
