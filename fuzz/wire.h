// SPDX-License-Identifier: GPL-2.0-only
/*
 * Numbers as bytes, for the encoding of scenarios: seven bits a byte, lowest
 * first; the highest bit says that more follow. There is one encoding of each
 * number: what is not in its shortest form is refused.
 */
#ifndef FUZZ_WIRE_H
#define FUZZ_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "mapper/machine/assert.h"

struct writer {
	uint8_t *at, *end;
	bool full; /* something did not fit */
};

static inline void put_byte(struct writer *w, uint8_t byte)
{
	if (w->at == w->end)
		w->full = true;
	else
		*w->at++ = byte;
}

static inline void put_number(struct writer *w, uint64_t value)
{
	ASSERT(w->at <= w->end);
	while (value >= 0x80) {
		put_byte(w, (uint8_t)(value | 0x80));
		value >>= 7;
	}
	put_byte(w, (uint8_t)value);
}

struct reader {
	const uint8_t *at, *end;
	bool bad; /* something is not an encoding; what was read since is 0 */
};

static inline uint8_t get_byte(struct reader *r)
{
	if (r->at == r->end) {
		r->bad = true;
		return 0;
	}
	return *r->at++;
}

/* A number that is at most `max`. */
static inline uint64_t get_number(struct reader *r, uint64_t max)
{
	ASSERT(r->at <= r->end);
	uint64_t value = 0;
	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte = get_byte(r);
		uint64_t bits = byte & 0x7f;
		if (bits << shift >> shift != bits)
			break;
		value |= bits << shift;
		if (byte & 0x80)
			continue;
		if ((!byte && shift) || value > max)
			break;
		return value;
	}
	r->bad = true;
	return 0;
}

static inline bool get_bool(struct reader *r)
{
	return get_number(r, 1);
}

#endif
