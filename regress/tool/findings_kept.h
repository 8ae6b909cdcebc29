// SPDX-License-Identifier: GPL-2.0-only
/* What is told of findings and kept of them: a scenario and a file for each signature. */
#ifndef REGRESS_TOOL_FINDINGS_KEPT_H
#define REGRESS_TOOL_FINDINGS_KEPT_H

#include <stdio.h>

#include "fuzz/player.h"
#include "regress/tool/findings.h"

/* How signatures begin that no verdict gives. */
#define FINDING_HOLDS "HOLDS" /* a scenario that was expected to fail */

/* Where the scenarios of findings come from. */
struct findings_source {
	/* Makes a scenario again; false after a message. */
	bool (*remake)(const struct origin *origin, struct scenario *s, void *context);
	/* Prints which one it is, in a few words. */
	void (*print)(const struct origin *origin, FILE *to, void *context);
	/* Its file, if it is one's; or NULL. */
	const char *(*file)(const struct origin *origin, void *context);
	void *context;
};

/*
 * Makes a folder, if need be, and removes the scenarios from it that
 * findings_keep() wrote. False after a message; if any of its scenarios is
 * another's, before anything is removed.
 */
bool findings_clear(const char *folder);

/* Whether the file `path` is in the folder itself, however both are spelled. */
bool findings_folder_holds(const char *folder, const char *path);

/*
 * Minimizes each finding's scenario, prints what fails in it and the scenario,
 * writes it to a file of the folder, unless that is NULL, and prints a table
 * of all findings, whose signatures are those of the minimized scenarios then,
 * and the next command. After an interrupt (interrupt.h) scenarios are written
 * as they were found, and the table follows at once; so it does where the host
 * fails. There is at least one finding. False after a message when the host cannot start a process or a
 * file cannot be written.
 */
bool findings_keep(struct findings *findings, const struct findings_source *source,
		   struct player *player, const char *folder);

#endif
