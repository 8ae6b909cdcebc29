// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who lays the lines `linear` of a scenario: a tree by its own code, where that
 * makes the leaves that the line asks for; else the oracle.
 */
#ifndef FUZZ_LINEAR_LINES_H
#define FUZZ_LINEAR_LINES_H

#include "fuzz/scenario.h"

/* Why the oracle lays this line for a mapper which lays others; NULL if it does not, or lays none. Static. */
const char *laid_by_rig(const struct mapper *mapper, const struct scenario *s, const struct op *op);

/* Whether the mapper lays this line by its own code. False of other lines. */
bool laid_by_mapper(const struct mapper *mapper, const struct scenario *s, const struct op *op);

#endif
