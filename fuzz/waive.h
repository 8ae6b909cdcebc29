// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is waived for every mapper, by the environment: VMAPDIFF_WAIVE is a
 * list, with commas, of
 *
 *   PROPERTY        all rules of a property
 *   PROPERTY.RULE   one rule
 *   @FILE           verdicts of the kinds that the file names: a signature
 *                   line (FAIL ...) each
 *   -NAME           nothing: a waiver of that name is not used, though a tree is
 *                   found to behave so
 */
#ifndef FUZZ_WAIVE_H
#define FUZZ_WAIVE_H

#include "oracle/waiver.h"

/* Adds the items of a list. False when one of them is unusable: standard error then says why. */
bool waive_list(struct waivers *w, const char *list);

/* The same with VMAPDIFF_WAIVE, and says on standard error what is waived, if anything is. */
bool waive_by_environment(struct waivers *w);

#endif
