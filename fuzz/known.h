// SPDX-License-Identifier: GPL-2.0-only
/* Names of what kernels are known to do wrong, each with the scenario that shows it. */
#ifndef FUZZ_KNOWN_H
#define FUZZ_KNOWN_H

#include "oracle/known.h"
#include "oracle/rules.h"

struct known {
	const char *name;
	const char *what; /* a sentence */
	enum rule rule;   /* that the scenario breaks on a tree that does it */
	const char *scenario;
};

/* By enum known_fault. */
extern const struct known known_faults[KNOWN_FAULTS];

#endif
