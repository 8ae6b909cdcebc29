// SPDX-License-Identifier: GPL-2.0-only
/* Plays an op while a reader of tables is there: the call at an event of the reader, or the other way round. */
#ifndef FUZZ_PLAYER_READ_H
#define FUZZ_PLAYER_READ_H

#include "fuzz/player.h"

/* Whether op `p->op`, which says so, can be met by a reader on this mapper. If not, p->met of it says why. */
bool player_may_read(struct player *p);

/*
 * Plays op `p->op`. Where the reader makes no event at which the call is to be
 * made, p->met of the op says so and nothing was judged: the call is left to be
 * made alone. True if all rules held.
 */
bool player_read(struct player *p);

#endif
