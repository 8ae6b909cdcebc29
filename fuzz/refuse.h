// SPDX-License-Identifier: GPL-2.0-only
#ifndef FUZZ_REFUSE_H
#define FUZZ_REFUSE_H

#include "fuzz/scenario.h"

/* The text of a macro's value, so that a sentence states the bound that is checked. */
#define TEXT_OF(macro) TEXT_OF_VALUE(macro)
#define TEXT_OF_VALUE(value) #value

/* Says in *why what the scenario asks for that it may not, for `option` of a line. False. */
static inline bool refuse(struct refusal *why, const char *option, const char *reason)
{
	*why = (struct refusal){ option, reason };
	return false;
}

#endif
