// SPDX-License-Identifier: GPL-2.0-only
/*
 * A number of 64 bits for what became of many scenarios: the same on every
 * machine, with every compiler. Two runs that differ in a verdict, a store or
 * a load of a table differ in it.
 */
#ifndef REGRESS_TOOL_DIGEST_H
#define REGRESS_TOOL_DIGEST_H

#include <stdint.h>

#include "fuzz/player.h"

/* Adds a word to a digest, which begins with any value. Order matters. */
void digest_word(uint64_t *digest, uint64_t word);

/* Adds the verdict on the scenario that a player played last, and what its machines counted. */
void digest_player(uint64_t *digest, const struct player *player, const struct verdict *verdict);

#endif
