// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a mapper does in a scenario, in one line: of each step its result, the
 * leaves that it leaves, how many events of each kind, and digests of the
 * tables and of the order of events. Two mappers that behave alike give the
 * same line; no number in it is an address of the host or a time.
 */
#ifndef REGRESS_TOOL_OBSERVATION_H
#define REGRESS_TOOL_OBSERVATION_H

#include <stdio.h>

#include "fuzz/player.h"

/* Of the format: a reader refuses another. */
#define OBSERVATION_VERSION 1

/*
 * Plays *s on the mapper under test and writes a JSON object without a
 * newline, as manual.c describes it. `path` is where *s stands. False if a
 * call was ended in the middle: what it held is not known, and this process
 * shall play nothing more.
 */
bool observation_write(struct player *p, const struct scenario *s, const char *path, FILE *to);

/* The object of a scenario that ended the process that played it, by the signature of that. */
void observation_write_death(const char *path, const char *signature, FILE *to);

/* The object of what is not a scenario. */
void observation_write_unusable(const char *path, FILE *to);

#endif
