// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that the reference mapper makes, of every kind and on every machine, for tests that then
 * change one thing and hold which rule that breaks.
 *
 * Around the call's range are, in pages from its first one on: nothing up to NEIGHBOUR, and an area of
 * NEIGHBOURS pages there. The pages of the arrays have aliases in the linear map.
 */
#ifndef ORACLE_TEST_FIXTURE_H
#define ORACLE_TEST_FIXTURE_H

#include "mapper/test/cmocka_all.h"
#include "oracle/oracle.h"

#define PAGES 24      /* of the call: more than a lookup asks for one by one */
#define KEPT 3        /* of them, by vrealloc() */
#define NEIGHBOUR 28  /* the page of the range at which another area begins */
#define NEIGHBOURS 4  /* its pages */
#define MAX_PAGES 128 /* of a call that is larger than usual: the largest group of pages */
#define BASE_PFN 0x10000
#define OTHER_PFN 0x30000 /* of the neighbour, which has no alias */
#define LEVELS 5          /* from -1 to 3 */

struct fixture_machine {
	const char *name;
	struct machine_config config;
	/* By level, from -1 on: bits of a leaf that are reserved, typed from the manual (D8.3); 0: no leaf. */
	uint64_t reserved[LEVELS];
};

extern const struct fixture_machine fixture_machines[];
extern const unsigned fixture_machine_count;

/* A kind of call, with what set_memory changes, or what set_direct_map makes of a page, as a number. */
#define FIXTURE_INVALID ((enum memory_change)DIRECT_MAP_INVALID)
#define FIXTURE_DEFAULT ((enum memory_change)DIRECT_MAP_DEFAULT)
struct fixture_call {
	enum call_kind kind;
	enum memory_change change;
	const char *name;
};

extern const struct fixture_call fixture_calls[];
extern const unsigned fixture_call_count;

struct fixture {
	struct machine *m;
	struct policy policy;
	struct mapper mapper; /* only its lookup is ever called */
	struct oracle oracle;
	struct arm64_geometry g;
	uint64_t va, first;   /* of the call's range, as an address and a page of the space */
	uint64_t pages, base; /* pages of the range; the page frame of ioremap() */
	enum prot prot;
	uint64_t kept; /* pages that vrealloc() is asked for */
	bool resets;   /* the area of vfree() and vrealloc() has VM_FLUSH_RESET_PERMS */
	uint64_t pfn[MAX_PAGES], other[NEIGHBOURS];
	struct call call;
	struct outcome out;
	struct vm_area area[2];
	unsigned areas;
	const char *machine, *name; /* what is played, for messages */
};

extern struct fixture fixture;

/* Runs the tests of a program; its exit code. */
#define FIXTURE_MAIN(tests)                                                                        \
	int main(void)                                                                             \
	{                                                                                          \
		if (!fixture_create())                                                             \
			return 1;                                                                  \
		int failed = cmocka_run_group_tests(tests, NULL, NULL);                            \
		fixture_destroy();                                                                 \
		return failed;                                                                     \
	}
bool fixture_create(void);
void fixture_destroy(void);

/* An empty space with the linear map and the neighbour. */
void fixture_begin(const struct fixture_machine *machine);

/* Sets the call and has it expected, not made. */
void fixture_expect(enum call_kind kind, enum memory_change change);

/* Makes a call of this kind, after the calls that it needs; all that came before was judged. */
void fixture_make(const struct fixture_machine *machine, const struct fixture_call *call);

/* The same in the space that was begun. */
void fixture_call(const struct fixture_call *call);

/* The call's range is an area of vmalloc() with so many pages, from its first one on. */
void fixture_have_area(uint64_t pages);

/* Makes the call that is set, by the reference mapper. */
void fixture_run(void);

/* Has the call judged, which must hold. */
void fixture_holds(void);

/* Has the call judged, which must break this rule; `what` says what was changed, at `where`. */
void fixture_breaks(enum rule rule, const char *what, uint64_t where);

/* The descriptor for a page of the space at a level; the test fails where there is no table for it. */
uint64_t fixture_word(uint64_t page, int level, table_t *table, uint32_t *index);

/* Changes a descriptor as if it had been so from the start: only the end is judged. */
void fixture_set(uint64_t page, int level, uint64_t desc);

/* Events of a kind become others that say nothing. */
void fixture_forget_events(enum event_kind kind);

static inline bool fixture_maps(const struct fixture_call *call)
{
	return call_maps(call->kind);
}

static inline bool fixture_changes(const struct fixture_call *call)
{
	return call_effect(call->kind) == CALL_CHANGES;
}

#endif
