// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plays two ops of which one is made while the other is at an event. What
 * player.c does for a call alone is used for each of the two.
 */
#ifndef FUZZ_PLAYER_MEET_H
#define FUZZ_PLAYER_MEET_H

#include "fuzz/player.h"

/*
 * Whether op `p->op` and the next, which says so, can meet on this mapper. If
 * not, p->met of the next says why: it is then made after the other.
 */
bool player_may_meet(struct player *p);

/*
 * Plays op `p->op`, and the next at its event: then p->op is that one. Where
 * the first call makes no event after that one, the next op is left to be played after it.
 * True if all rules held.
 */
bool player_meet(struct player *p);

/* What became of the meeting that was armed, once the outer side has ended: counts it. The machine shows that side. */
struct how_met player_how_met(struct player *p);

/* --- player.c: of calls alone ------------------------------------------------------- */

/* The call of an op, with its bytes and page array. */
struct call player_call(const struct player *p, uint32_t i);

/* What the mapper is handed with the call of an op, and what the oracle is told of it. */
struct address_space player_space(struct player *p, uint32_t op);
struct call_context player_context(const struct player *p, uint32_t op, bool cleanup);

/* Whether it would not be made: see player.c. */
bool player_would_skip(struct player *p, uint32_t op, const struct call *call);

/* Whether the range must be purged before the call, and that. */
bool player_meets_lazy(const struct player *p, const struct call *call);
void player_purge_lazy(struct player *p);

/* Makes the call of an op; `meets` is NULL where it meets none. One that has to be ended fails, and its machine has trapped. */
void player_make_call(struct player *p, uint32_t op, const struct call *call, struct outcome *out,
		      const struct meeting_plan *meets);

/* What its caller does after a call that held: keeps or forgets an area, or cleans up. */
bool player_finish_call(struct player *p, uint32_t op, const struct call *call,
			const struct outcome *out);

void player_tell_before(const struct player *p, const struct player_step *step);
void player_tell_after(const struct player *p, const struct player_step *step,
		       const struct outcome *out, const char *skipped);

#endif
