// SPDX-License-Identifier: GPL-2.0-only
/*
 * Plays files on all cores before they are asked for. Whoever tells of them,
 * in order, then plays only those that are not as expected, and says of each
 * what it would say had it played all.
 */
#ifndef REGRESS_TOOL_AHEAD_H
#define REGRESS_TOOL_AHEAD_H

#include "regress/tool/paths.h"

struct ahead;

/* Plays a file, and returns whether it is as expected. If it says something on standard error, that is lost. */
typedef bool ahead_play(struct player *p, const char *path);

/*
 * Starts to play the files in `jobs` processes of this one; 0 is one a core. `player` counts nothing of
 * it. Borrows all. NULL where it is of no use, where a build counts lines, or where the host has no
 * process: then nothing is known ahead.
 */
struct ahead *ahead_begin(struct player *player, const struct path_list *files, uint64_t jobs,
			  ahead_play *play);

/*
 * Waits until it is known of file `i`. True if it is as expected: then what was
 * counted as it was played is added to the player's statistics. False if it is
 * to be played: it is not as expected, was told of on standard error, ended its
 * process or was not played. Each file is asked for once. `a` may be NULL.
 */
bool ahead_passed(struct ahead *a, unsigned i);

/* Ends the processes and frees *a, which may be NULL. */
void ahead_end(struct ahead *a);

#endif
