// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the records of `show --events` and of `observe` say alike of a step.
 * They are members of a JSON object, each after a comma.
 */
#ifndef REGRESS_TOOL_STEP_RECORD_H
#define REGRESS_TOOL_STEP_RECORD_H

#include <stdio.h>

#include "fuzz/player.h"

void step_put_text(FILE *to, const char *name, const char *text);

/* setup, purge, call or cleanup. */
void step_put_kind(FILE *to, const struct player_step *step);

/* What the call returned: error, the modified levels under the name `levels`, page_shift and warning. */
void step_put_outcome(FILE *to, const struct outcome *out, const char *levels,
		      const struct mapper *mapper);

#endif
