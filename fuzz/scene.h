// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenario text whose numbers are sizes of the machine: one text for every
 * granule. Between brackets stands what to write and a sum of pages, in which
 * G is a contiguous group and B what an entry at level 2 maps:
 *
 *   [va 1B-2G]   an address so far behind where vmalloc's area begins
 *   [lin 4B]     the address of that page frame in the linear map
 *   [n 4B+1]     a pfn          [c 2G]   a number of pages, in decimal
 *   [b 1G]       bytes
 *   [page] [group] [block]      log2 bytes of a page, a group and a block
 *   [granule]                   as `machine granule=` has it
 */
#ifndef FUZZ_SCENE_H
#define FUZZ_SCENE_H

#include "fuzz/scenario.h"

#define SCENE_TEXT_SIZE 640

/* Writes the text for a machine with such pages. The scene is one of the rig's own: a mistake in it is a BUG. */
void scene_text(const char *scene, unsigned page_shift, char text[SCENE_TEXT_SIZE]);

#endif
