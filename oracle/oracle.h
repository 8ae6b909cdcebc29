// SPDX-License-Identifier: GPL-2.0-only
/*
 * The judge of one mapper on one machine. After each call it holds the
 * tables against what the calls so far must have made of them, and against
 * Arm's rules; the first rule broken is the verdict.
 *
 *     oracle_begin(); { oracle_plant() | the call, then oracle_judge() }...
 */
#ifndef ORACLE_ORACLE_H
#define ORACLE_ORACLE_H

#include "mapper/mapper.h"
#include "oracle/arm64/walk.h"
#include "oracle/space.h"
#include "oracle/verdict.h"

enum call_kind { CALL_VMAP, CALL_VUNMAP };

/* One call as it was made, and what came back. */
struct call {
	enum call_kind kind;
	unsigned op; /* its place in the scenario */
	uint64_t va, bytes;
	struct page_array pages; /* vmap; must outlive the oracle's use of the space */
	enum prot prot;
	bool cleanup; /* the caller's unmap after a failed mapping */
	int returned;
};

struct oracle {
	struct arm64_geometry g;
	struct machine *machine;
	const char *mapper;
	struct space space;
	struct verdict verdict;

	/* The call being judged. */
	const struct call *call;
	uint64_t first_page, end_page; /* its range, in pages of the space */

	/* The sweep in progress. */
	uint64_t seen_page;                      /* pages below have been judged */
	unsigned segment;                        /* the first that ends after seen_page */
	uint32_t reached;                        /* tables */
	uint32_t sweep;                          /* number of this sweep, never 0 */
	uint32_t reached_in[MACHINE_MAX_TABLES]; /* the last sweep that reached each */
};

/* Starts judging `mapper` on a machine that was just reset. Borrows both until the next begin. */
void oracle_begin(struct oracle *o, struct machine *machine, const char *mapper);

/*
 * Puts a stale live leaf for one page `pfn` at `va`, with PROT_KERNEL, into
 * the machine. False when something is mapped there or no table page is left.
 */
bool oracle_plant(struct oracle *o, uint64_t va, uint64_t pfn);

/* Judges a call after it returned. True while all rules hold; else o->verdict says which broke. */
bool oracle_judge(struct oracle *o, const struct call *call);

const char *call_name(enum call_kind kind);

/* Decodes a descriptor into words that fit VERDICT_DETAIL_SIZE. */
void oracle_describe(const struct oracle *o, int level, uint64_t desc, char *text);

#endif
