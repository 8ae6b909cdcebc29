// SPDX-License-Identifier: GPL-2.0-only
#ifndef TOOL_MEASURED_H
#define TOOL_MEASURED_H

#include <stdbool.h>
#include <stdio.h>

/*
 * The policy that was measured of the tree under test, a knob a line; of a knob
 * that is not understood, what its probe saw, and what is not judged for it.
 */
void measured_print(FILE *to);

/* How many settings were measured; and of each that is not understood what measured_print() has. */
void measured_print_brief(FILE *to);

/* `not judged: RULE of CALL, ...` in a line; nothing if all is. */
void measured_print_unjudged(FILE *to);

#endif
