// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenario text whose numbers are sizes of the machine: one text for every
 * granule. Between brackets stands what to write and a sum of pages, in which
 * G is a contiguous group and B what an entry at level 2 maps:
 *
 *   [va 1B-2G]   an address so far after where vmalloc's area begins
 *   [lin 4B]     the address of that page frame in the linear map
 *   [n 4B+1]     a pfn          [c 2G]   a number of pages, in decimal
 *   [b 1G]       bytes
 *   [page] [group] [block]      log2 bytes of a page, a group and a block
 *   [granule]                   as `machine granule=` has it
 */
#ifndef FUZZ_FIXTURE_H
#define FUZZ_FIXTURE_H

#include "fuzz/scenario.h"

#define FIXTURE_TEXT_SIZE 640

/* Writes the text for a machine with such pages. The fixture is one of the rig's own: a mistake in it is a BUG. */
void fixture_text(const char *fixture, unsigned page_shift, char text[FIXTURE_TEXT_SIZE]);

#endif
