// SPDX-License-Identifier: GPL-2.0-only
/* The encoding of mail in which `=` is `=3D` and long lines end in `=` (RFC 2045, 6.7). */
#ifndef FUZZ_QUOTED_PRINTABLE_H
#define FUZZ_QUOTED_PRINTABLE_H

#include "fuzz/tracked.h"

/*
 * Whether a text that has a scenario in it is encoded so: an address stands as
 * `=3D0x`, which no scenario has otherwise.
 */
bool is_quoted_printable(const char *text, size_t size);

/* Decodes `size` bytes of text, which become no more than they are. What is not encoded stays. */
void quoted_printable_decode(const char *text, size_t size, struct tracked *to);

#endif
