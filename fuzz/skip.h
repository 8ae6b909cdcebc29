// SPDX-License-Identifier: GPL-2.0-only
/* Calls that are not made, since they meet a waived behaviour and would do anything. */
#ifndef FUZZ_SKIP_H
#define FUZZ_SKIP_H

#include "oracle/oracle.h"

/*
 * Why a call is not made with the tables of the machine that `o` judges and
 * these areas: the
 * waiver, or NULL if it is made. Nothing is skipped of a mapper of which
 * nothing is waived.
 */
const struct waiver *skip_reason(const struct oracle *o, const struct call *call,
				 const struct address_space *space);

#endif
