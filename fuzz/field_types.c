// SPDX-License-Identifier: GPL-2.0-only
/* How values of each type are read, printed and encoded. */
#include <inttypes.h>

#include "fuzz/field.h"

/* Where a field's value is in an op, as `offset` in struct field says. */
static void *value_of(const struct field *f, struct op *op)
{
	return (char *)&op->call + f->offset;
}

static const void *value(const struct field *f, const struct op *op)
{
	return (const char *)&op->call + f->offset;
}

static uint64_t *number_of(const struct field *f, struct op *op)
{
	return value_of(f, op);
}

static uint64_t number(const struct field *f, const struct op *op)
{
	return *(const uint64_t *)value(f, op);
}

static uint8_t *byte_of(const struct field *f, struct op *op)
{
	return (uint8_t *)&op->call + f->offset;
}

static uint8_t byte(const struct field *f, const struct op *op)
{
	return *((const uint8_t *)&op->call + f->offset);
}

static uint64_t space_pages(const struct scenario *s)
{
	return UINT64_C(1) << (s->machine.va_bits - s->machine.page_shift);
}

static bool is_never_default(const struct field *f, const struct scenario *s, const struct op *op)
{
	(void)f;
	(void)s;
	(void)op;
	return false;
}

/* --- addresses and sizes ------------------------------------------------------------ */

static bool read_number(const struct field *f, struct text_line *l, const struct option *option,
			struct scenario *s, struct op *op)
{
	(void)s;
	return line_option_number(l, option, UINT64_MAX, number_of(f, op));
}

static void print_address(const struct field *f, const struct scenario *s, const struct op *op,
			  FILE *to)
{
	(void)s;
	fprintf(to, "0x%016" PRIx64, number(f, op));
}

static void put_address(const struct field *f, struct writer *w, const struct scenario *s,
			const struct op *op)
{
	put_number(w, (number(f, op) - scenario_va_base(s)) >> s->machine.page_shift);
}

static void get_address(const struct field *f, struct reader *r, struct scenario *s, struct op *op)
{
	uint64_t page = get_number(r, space_pages(s) - 1);
	*number_of(f, op) = scenario_va_base(s) + (page << s->machine.page_shift);
}

const struct field_type type_address = {
	read_number, is_never_default, print_address, put_address, get_address,
};

static void print_hex(const struct field *f, const struct scenario *s, const struct op *op,
		      FILE *to)
{
	(void)s;
	fprintf(to, "0x%" PRIx64, number(f, op));
}

static void put_bytes(const struct field *f, struct writer *w, const struct scenario *s,
		      const struct op *op)
{
	put_number(w, number(f, op) >> s->machine.page_shift);
}

static void get_bytes(const struct field *f, struct reader *r, struct scenario *s, struct op *op)
{
	*number_of(f, op) = get_number(r, space_pages(s)) << s->machine.page_shift;
}

const struct field_type type_bytes = {
	read_number, is_never_default, print_hex, put_bytes, get_bytes,
};

static bool read_count(const struct field *f, struct text_line *l, const struct option *option,
		       struct scenario *s, struct op *op)
{
	uint64_t pages;
	if (!line_option_number(l, option, space_pages(s), &pages))
		return false;
	*number_of(f, op) = pages << s->machine.page_shift;
	return true;
}

static void print_count(const struct field *f, const struct scenario *s, const struct op *op,
			FILE *to)
{
	fprintf(to, "%" PRIu64, number(f, op) >> s->machine.page_shift);
}

const struct field_type type_count = {
	read_count, is_never_default, print_count, put_bytes, get_bytes,
};

/* --- physical memory ------------------------------------------------------------------ */

static bool read_pa(const struct field *f, struct text_line *l, const struct option *option,
		    struct scenario *s, struct op *op)
{
	uint64_t pa, *pfn = number_of(f, op);
	if (!line_option_number(l, option, UINT64_MAX, &pa))
		return false;
	*pfn = pa >> s->machine.page_shift;
	return pa == *pfn << s->machine.page_shift ||
	       line_wrong(l, option->key.at, "the address is not a multiple of the page size");
}

static void print_pa(const struct field *f, const struct scenario *s, const struct op *op, FILE *to)
{
	fprintf(to, "0x%" PRIx64, number(f, op) << s->machine.page_shift);
}

static bool read_pfn(const struct field *f, struct text_line *l, const struct option *option,
		     struct scenario *s, struct op *op)
{
	(void)s;
	return line_option_number(l, option, PAGE_BAD - 1, number_of(f, op));
}

static void put_pfn(const struct field *f, struct writer *w, const struct scenario *s,
		    const struct op *op)
{
	(void)s;
	put_number(w, number(f, op));
}

static void get_pfn(const struct field *f, struct reader *r, struct scenario *s, struct op *op)
{
	(void)s;
	*number_of(f, op) = get_number(r, PAGE_BAD - 1);
}

const struct field_type type_pa = { read_pa, is_never_default, print_pa, put_pfn, get_pfn };
const struct field_type type_pfn = { read_pfn, is_never_default, print_hex, put_pfn, get_pfn };

/* --- one of several words --------------------------------------------------------------- */

/* Words are members of enum type, or flags, of which all have the size of an unsigned. */
static unsigned word(const struct field *f, const struct op *op)
{
	return *(const unsigned *)value(f, op);
}

static unsigned *word_of(const struct field *f, struct op *op)
{
	return value_of(f, op);
}

static bool read_word(const struct field *f, struct text_line *l, const struct option *option,
		      struct scenario *s, struct op *op)
{
	(void)s;
	return line_option_name(l, option, f->words, word_of(f, op));
}

static bool is_first_word(const struct field *f, const struct scenario *s, const struct op *op)
{
	(void)s;
	return !f->needed && !word(f, op);
}

static void print_word(const struct field *f, const struct scenario *s, const struct op *op,
		       FILE *to)
{
	(void)s;
	fputs(f->words[word(f, op)], to);
}

static void put_word(const struct field *f, struct writer *w, const struct scenario *s,
		     const struct op *op)
{
	(void)s;
	put_number(w, word(f, op));
}

static void get_word(const struct field *f, struct reader *r, struct scenario *s, struct op *op)
{
	unsigned words = 0;
	(void)s;
	while (f->words[words])
		words++;
	*word_of(f, op) = (unsigned)get_number(r, words - 1);
}

_Static_assert(sizeof(enum prot) == sizeof(unsigned), "type_word reads an enum as an unsigned");
_Static_assert(sizeof(enum memory_change) == sizeof(unsigned), "and this one");
_Static_assert(sizeof(enum direct_map) == sizeof(unsigned), "and this one");
_Static_assert(sizeof(enum leaf_size) == sizeof(unsigned), "and this one");

const struct field_type type_word = { read_word, is_first_word, print_word, put_word, get_word };

/* --- small numbers and marks --------------------------------------------------------------- */

static bool read_byte(struct text_line *l, const struct option *option, uint64_t max, uint8_t *byte)
{
	uint64_t value;
	if (!line_option_number(l, option, max, &value))
		return false;
	*byte = (uint8_t)value;
	return true;
}

static bool read_shift(const struct field *f, struct text_line *l, const struct option *option,
		       struct scenario *s, struct op *op)
{
	(void)s;
	return read_byte(l, option, UINT8_MAX, byte_of(f, op));
}

static bool is_page_shift(const struct field *f, const struct scenario *s, const struct op *op)
{
	return byte(f, op) == s->machine.page_shift;
}

static void print_byte(const struct field *f, const struct scenario *s, const struct op *op,
		       FILE *to)
{
	(void)s;
	fprintf(to, "%u", byte(f, op));
}

static void put_small(const struct field *f, struct writer *w, const struct scenario *s,
		      const struct op *op)
{
	(void)s;
	put_byte(w, byte(f, op));
}

static void get_small(const struct field *f, struct reader *r, struct scenario *s, struct op *op)
{
	(void)s;
	*byte_of(f, op) = get_byte(r);
}

const struct field_type type_shift = {
	read_shift, is_page_shift, print_byte, put_small, get_small,
};

static bool read_level(const struct field *f, struct text_line *l, const struct option *option,
		       struct scenario *s, struct op *op)
{
	(void)s;
	return read_byte(l, option, OP_LAST_LEVEL, byte_of(f, op));
}

static bool is_last_level(const struct field *f, const struct scenario *s, const struct op *op)
{
	(void)s;
	return byte(f, op) == OP_LAST_LEVEL;
}

static void get_level(const struct field *f, struct reader *r, struct scenario *s, struct op *op)
{
	(void)s;
	*byte_of(f, op) = (uint8_t)get_number(r, OP_LAST_LEVEL);
}

const struct field_type type_level = {
	read_level, is_last_level, print_byte, put_small, get_level,
};

static bool read_mark(const struct field *f, struct text_line *l, const struct option *option,
		      struct scenario *s, struct op *op)
{
	(void)s;
	if (option->value.at)
		return line_wrong(l, option->value.at, "'%s' takes no value", f->name);
	*byte_of(f, op) = true;
	return true;
}

static bool is_unmarked(const struct field *f, const struct scenario *s, const struct op *op)
{
	(void)s;
	return !byte(f, op);
}

static void print_nothing(const struct field *f, const struct scenario *s, const struct op *op,
			  FILE *to)
{
	(void)f;
	(void)s;
	(void)op;
	(void)to;
}

static void get_mark(const struct field *f, struct reader *r, struct scenario *s, struct op *op)
{
	(void)s;
	*byte_of(f, op) = get_bool(r);
}

_Static_assert(sizeof(bool) == sizeof(uint8_t), "type_mark reads a bool as a byte");

const struct field_type type_mark = {
	read_mark, is_unmarked, print_nothing, put_small, get_mark,
};
