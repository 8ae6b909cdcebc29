// SPDX-License-Identifier: GPL-2.0-only
/*
 * A scenario: a machine, a policy and a short list of ops with injected
 * faults. It has two encodings, text (scenario_text.c) for people and bytes
 * (scenario_bytes.c) for fuzzers; each holds all that a scenario can say, but
 * for comments.
 */
#ifndef FUZZ_SCENARIO_H
#define FUZZ_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mapper/machine/meeting.h"
#include "mapper/mapper.h"
#include "oracle/reading.h"
#include "oracle/rules.h"

#define SCENARIO_MAX_OPS 16
#define SCENARIO_MAX_PAGES CALL_MAX_PAGES    /* of all page arrays together */
#define SCENARIO_MAX_RUNS SCENARIO_MAX_PAGES /* a run has one page or more */

/* Part of a page array: consecutive pfns from `pfn` on, or one PAGE_HOLE or PAGE_BAD. */
struct page_run {
	uint64_t pfn;
	uint32_t pages; /* at least 1 */
};

/* Pages that all ioremap ops together, and all linear ops together, may have: 8 GiB of 4K pages, and more. */
#define SCENARIO_MAX_DEVICE_PAGES 2101248
/* Runs of the page arrays that set_memory ops change, counted for each op. */
#define SCENARIO_MAX_CHANGED_RUNS 2048

/* Pages of the linear map that a set_direct_map op changes, one by one. */
#define SCENARIO_MAX_DIRECT_PAGES 4096

/* The level of pages, and that of a preset entry unless a scenario says otherwise. */
#define OP_LAST_LEVEL 3

/* When a call is made while that of the op before is at an event: see mapper/machine/meeting.h. */
struct during {
	bool stated;
	enum meeting_by by;
	uint32_t event; /* events of the call before it */
};

/* When a reader of tables meets the call: at an event of the call, or the call is made at one of the reader. */
struct read {
	bool stated, of_reader;
	enum reader_kind by;
	uint32_t event; /* events before it */
};

/* A line of a scenario: a call, or something that is set up, and the faults injected into it. */
struct op {
	struct call
		call; /* its page array is laid out by the player; its runs stand in the scenario */
	uint32_t first_run,
		runs; /* in scenario.run; runs of ops follow each other, also where there are none */
	/* The n-th table allocation or trylock of this op fails; 0 is none. */
	uint32_t fail_alloc, fail_trylock;
	struct during during;
	struct read read;
};

/* What a regression case expects of the mappers it is played on. */
struct expectation {
	bool stated;
	enum rule rule; /* RULE_NONE: holds */
};

struct scenario {
	struct machine_config machine;
	struct policy policy;
	struct expectation expect;
	uint32_t ops, runs;
	struct op op[SCENARIO_MAX_OPS];
	struct page_run run[SCENARIO_MAX_RUNS];
};

/* An empty scenario for the default machine: 4K granule, 48-bit VA and PA. */
void scenario_init(struct scenario *s);

/* Copies only what is in use. */
void scenario_copy(struct scenario *to, const struct scenario *from);

/* Pages of all page arrays together. */
uint64_t scenario_pages(const struct scenario *s);

/* Calls among ops [from, to): those that set nothing up. */
uint32_t scenario_calls(const struct scenario *s, uint32_t from, uint32_t to);

/*
 * Pages that playing the scenario may store one by one: those of page arrays,
 * and of other ranges those that cannot be blocks.
 */
uint64_t scenario_work(const struct scenario *s);

/* Pages of one op's page array; and bytes of address space that the op concerns. */
uint64_t op_pages(const struct scenario *s, const struct op *op);
uint64_t op_bytes(const struct scenario *s, const struct op *op);

/* Lowest address of the scenario's address space, and its middle, where vmalloc's area is. */
uint64_t scenario_va_base(const struct scenario *s);
uint64_t scenario_va_middle(const struct scenario *s);

/* The page of the space at which op `op` begins, how many it has, and the address of a page. */
uint64_t scenario_va_page(const struct scenario *s, uint32_t op);
uint64_t scenario_op_pages(const struct scenario *s, uint32_t op);
uint64_t scenario_va_of_page(const struct scenario *s, uint64_t page);

/* Whether the ranges of two ops have an address in common. */
bool ops_meet(const struct scenario *s, const struct op *a, const struct op *b);

/* An op of a kind, with the defaults of its fields, for the machine that the scenario has. */
struct op scenario_new_op(const struct scenario *s, enum call_kind kind);

/* Gives an op whose call has no address the one that its physical address has in the linear map. */
void scenario_place_op(const struct scenario *s, struct op *op);

/* log2 entries of a table; log2 bytes of a contiguous group of pages, and of a block at `level`. */
unsigned scenario_table_bits(const struct machine_config *config);
unsigned scenario_group_shift(const struct machine_config *config);
unsigned scenario_level_shift(const struct machine_config *config, int level);

/* Whether a run is a bad page: a hole or an invalid one. */
static inline bool run_is_bad(const struct page_run *run)
{
	return !PAGE_IS_PFN(run->pfn);
}

/* Names of quirks by the number of their bit; ends with NULL. */
extern const char *const quirk_names[];

/*
 * Why a scenario is refused: the option it is about, as the text names it
 * ("" when it is the whole line), and a sentence. Both are static.
 */
struct refusal {
	const char *option;
	const char *reason;
};

/* Whether the machine exists; else *why. */
bool scenario_check_machine(const struct machine_config *config, struct refusal *why);
/* Whether the policy fits the machine. */
bool scenario_check_policy(const struct scenario *s, struct refusal *why);
/* Whether op `i` can be played after the ops before it, which were checked. */
bool scenario_check_op(const struct scenario *s, uint32_t i, struct refusal *why);
/* All of the above, for every op. */
bool scenario_check(const struct scenario *s, struct refusal *why);

#endif
