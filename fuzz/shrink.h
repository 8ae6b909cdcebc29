// SPDX-License-Identifier: GPL-2.0-only
/*
 * How each field of an op is made simpler, for whoever looks for the smallest
 * scenario that fails alike. What struct field of field.h says of `shrink`
 * holds for all: a try that would not be simpler leaves the scenario as it is,
 * so that going on with what fails alike comes to an end.
 */
#ifndef FUZZ_SHRINK_H
#define FUZZ_SHRINK_H

#include "fuzz/scenario.h"

bool shrink_va(struct scenario *s, uint32_t i, unsigned try);
bool shrink_pfn(struct scenario *s, uint32_t i, unsigned try);
bool shrink_shift(struct scenario *s, uint32_t i, unsigned try);
bool shrink_prot(struct scenario *s, uint32_t i, unsigned try);
bool shrink_flags(struct scenario *s, uint32_t i, unsigned try);
bool shrink_change(struct scenario *s, uint32_t i, unsigned try);
bool shrink_direct_map(struct scenario *s, uint32_t i, unsigned try);
bool shrink_kept(struct scenario *s, uint32_t i, unsigned try);
bool shrink_reset(struct scenario *s, uint32_t i, unsigned try);
bool shrink_level(struct scenario *s, uint32_t i, unsigned try);
bool shrink_leaf(struct scenario *s, uint32_t i, unsigned try);
bool shrink_half(struct scenario *s, uint32_t i, unsigned try);

#endif
