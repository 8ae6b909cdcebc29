// SPDX-License-Identifier: GPL-2.0-only
/*
 * Trials: whether a scenario fails, and how, played in a process of its own,
 * so that a scenario on which a mapper crashes is judged like any other.
 */
#ifndef REGRESS_TRIAL_H
#define REGRESS_TRIAL_H

#include "fuzz/player.h"

/* A signature line; empty when all rules hold. */
struct trial {
	char signature[VERDICT_SIGNATURE_SIZE];
};

/* Plays *s on all mappers. False, after a message, when the host cannot start a process. */
bool trial_run(struct player *p, const struct scenario *s, struct trial *result);

/* Whether two trials failed in the same way: verdict_same_kind(). */
bool trial_same(const struct trial *a, const struct trial *b);

#endif
