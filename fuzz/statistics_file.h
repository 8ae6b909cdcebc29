// SPDX-License-Identifier: GPL-2.0-only
/*
 * The file to which a fuzz target writes what it did, for a program to read:
 * the environment variable VMAPDIFF_STATISTICS names it. Each process has one
 * line of it, a JSON object:
 *
 *   target       the program's name
 *   mapper       the mapper under test, which all that follows is about
 *   complete     false of a process that was killed: what it did last is missing
 *   executions   inputs, those included that are no scenario
 *   scenarios    played
 *   unsupported  scenarios on a machine that the mapper does not have
 *   requested    calls of the scenarios, clean-ups of failed mappings included: those judged, unjudged
 *                and skipped, and, where a call ended the process, it and those after it
 *   calls        of them: judged
 *   unjudged     of them: made while two calls met, of which the other one broke a rule or is waived
 *   crosschecked calls of the other mappers that were judged
 *   skipped      of them: not made, by the name of the reason
 *   pages        of mapping calls that succeeded, by leaf: block, group, single
 *   missed       pages that could be in a larger leaf: group, block, each by cause
 *   rules        exercised: names; of: how many rules there are
 *
 * The line is as long as any can get, and is written again in place, now and
 * then: what a process did that was killed is known, but for the last few
 * executions. AFL++ kills each process in the end.
 */
#ifndef FUZZ_STATISTICS_FILE_H
#define FUZZ_STATISTICS_FILE_H

#include "fuzz/statistics.h"

/* Executions between two lines that a target writes: of a process that is killed, fewer are missing. */
#define STATISTICS_EVERY 256

struct statistics_record {
	const char *mapper; /* NULL: no mapper was played, and statistics are all zero */
	bool complete;      /* the process is about to end */
	uint64_t executions, crosschecked;
	const struct statistics *statistics;
};

/* Opens the file, if one is named. False after a message when it cannot be. */
bool statistics_file_open(void);

/* Whether one is open. */
bool statistics_file_is_open(void);

/*
 * Writes this process's line, or writes it again; nothing if no file is open.
 * Allocates nothing: a process that is about to die may call it.
 */
void statistics_file_write(const struct statistics_record *record);

#endif
