// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is waived for every mapper, by the environment: VMAPDIFF_WAIVE is a
 * list, with commas, of
 *
 *   PROPERTY        all rules of a property
 *   PROPERTY.RULE   one rule
 *   @FILE           verdicts of the kinds that the file names: a signature
 *                   line (FAIL ...) each
 *
 * And what is judged all the same of a tree that is found to do it:
 * VMAPDIFF_JUDGE is a list, with commas, of the names of waivers, or `all`.
 */
#ifndef FUZZ_WAIVE_H
#define FUZZ_WAIVE_H

#include "oracle/waiver.h"

/* Adds the items of a list. False when one of them is unusable: standard error then says why. */
bool waive_list(struct waivers *w, const char *list);

/* The same with VMAPDIFF_WAIVE, and says on standard error what is waived, if anything is. */
bool waive_by_environment(struct waivers *w);

/* The waivers that a list names, as bits. False when a name is none: standard error then says why. */
bool waivers_by_names(const char *list, uint32_t *behaviours);

/* Takes what VMAPDIFF_JUDGE names out of what a tree is found to do, so that it is judged. */
bool judge_by_environment(uint32_t *behaviours);

#endif
