/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that a command writes. One stands under its name when all of it is
 * written, and not before: until then it has another one beside it.
 */
#ifndef REGRESS_TOOL_OUTPUT_H
#define REGRESS_TOOL_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

struct output {
	FILE *to;         /* what is written is printed here */
	const char *path; /* borrowed */
	char *target;     /* where it is to stand, symbolic links followed; owned */
	char *temporary;  /* where it stands until then; NULL: it is written in place. Owned */
};

/*
 * Closed standard streams are opened: output to a closed one is an error, and
 * goes to no file that is opened later. For the start of main().
 */
void output_begin(void);

/* Opens the file at `path`; a device or a FIFO is written in place, and `-` is refused. False after a message. */
bool output_open(struct output *o, const char *path);

/* Ends the file. False after a message; what stood at its path stays as it was then. */
bool output_close(struct output *o);

/* Whether all that was printed could be written to standard output; false after a message. */
bool output_is_printed(void);

/*
 * The file that is open as `fd`, an input or what this process wrote, is kept:
 * output_open() refuses to write in its place.
 */
void output_keep(int fd);
/* The same of the file at a path; of nothing if nothing is there. */
void output_keep_path(const char *path);

#endif
