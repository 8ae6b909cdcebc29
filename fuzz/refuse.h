// SPDX-License-Identifier: GPL-2.0-only
#ifndef FUZZ_REFUSE_H
#define FUZZ_REFUSE_H

#include "fuzz/scenario.h"

/* Says in *why what the scenario asks for that it may not, for `option` of a line. False. */
static inline bool refuse(struct refusal *why, const char *option, const char *reason)
{
	*why = (struct refusal){ option, reason };
	return false;
}

#endif
