// SPDX-License-Identifier: GPL-2.0-only
#ifndef FUZZ_REPAIR_H
#define FUZZ_REPAIR_H

#include "fuzz/scenario.h"

/*
 * Makes a scenario one that scenario_check() accepts, if it has a machine
 * that exists: corrects policy and block sizes, and drops ops that are refused.
 * False when nothing is left.
 */
bool scenario_repair(struct scenario *s);

/* Has each op that takes away a whole area take away all that the area has now. */
void repair_undos(struct scenario *s);

#endif
