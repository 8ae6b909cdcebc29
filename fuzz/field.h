// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fields of calls: the one table of how each is written as text, encoded as
 * bytes, checked, mutated and shrunk. Which call has which fields, the row of
 * the call says (mapper/call.c).
 */
#ifndef FUZZ_FIELD_H
#define FUZZ_FIELD_H

#include <stdio.h>

#include "fuzz/scenario.h"
#include "fuzz/text_line.h"
#include "fuzz/wire.h"

struct field;
struct mutation;

/* What all fields of one type have in common. `op` is an op of `s`, or is becoming one. */
struct field_type {
	/* Reads the option's value into *op; false after an error at its place. */
	bool (*read)(const struct field *f, struct text_line *l, const struct option *option,
		     struct scenario *s, struct op *op);
	/* Whether the value goes without saying. */
	bool (*is_default)(const struct field *f, const struct scenario *s, const struct op *op);
	/* Writes the value, which follows the name and `=`; nothing if the name says it all. */
	void (*print)(const struct field *f, const struct scenario *s, const struct op *op,
		      FILE *to);
	void (*put)(const struct field *f, struct writer *w, const struct scenario *s,
		    const struct op *op);
	void (*get)(const struct field *f, struct reader *r, struct scenario *s, struct op *op);
};

/* One way to change an op, and how often it is picked. A list ends with a NULL function. */
struct field_mutation {
	void (*change)(struct mutation *m);
	unsigned weight;
};

struct field {
	const char *name;  /* as the text has it */
	const char *value; /* how a value is written, for help; "" of a bare name */
	const char *what;  /* a few words, for help */
	const struct field_type *type;
	size_t offset;            /* of the member of struct call */
	const char *const *words; /* the values that have names, by number; ends with NULL */
	bool needed;              /* has no default */
	bool bare;                /* the name says it all */
	/* Whether this op has the field; NULL: every op whose call has it. */
	bool (*applies)(const struct op *op);
	/* Whether op `i` may have its value; else *why. NULL: whatever the type allows. */
	bool (*check)(const struct scenario *s, uint32_t i, struct refusal *why);
	/* How the mutator changes it. NULL: it is never changed by itself. */
	const struct field_mutation *mutations;
	/*
	 * Makes op `i` of *s simpler in this field: try number `try`, from 0, of
	 * which earlier ones are the more drastic. *s may be left as it was. False
	 * after the last try. NULL: all values are equally simple.
	 */
	bool (*shrink)(struct scenario *s, uint32_t i, unsigned try);
};

/* The row of a field. Static. */
const struct field *field(enum field_id id);

/* The fields of an op, one after the other: the one after `last`, NULL for the first; or NULL. */
const struct field *op_next_field(const struct op *op, const struct field *last);

/* Types: fuzz/field_types.c, and of page arrays fuzz/field_pages.c. */
extern const struct field_type type_address; /* as an address, of which the wire has the page */
extern const struct field_type type_bytes;   /* a size in bytes, of which the wire has the pages */
extern const struct field_type type_count;   /* the same size, as a number of pages */
extern const struct field_type type_pa;      /* a pfn, as a physical address */
extern const struct field_type type_pfn;     /* a pfn as it is */
extern const struct field_type type_word;    /* one of `words` */
extern const struct field_type type_shift;   /* log2 bytes of a block; by default a page's */
extern const struct field_type type_level;   /* 0 to 3; 3 by default */
extern const struct field_type type_mark;    /* a bool, by its bare name */
extern const struct field_type type_pages;   /* runs of a page array */

#endif
