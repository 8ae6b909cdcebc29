// SPDX-License-Identifier: GPL-2.0-only
/* The naive mapper that says what the others must give. */
#ifndef ORACLE_REFERENCE_REFERENCE_H
#define ORACLE_REFERENCE_REFERENCE_H

#include "mapper/mapper.h"
#include "oracle/arm64/geometry.h"

extern const struct mapper reference_mapper;

/*
 * Puts the leaf `desc` for `va` at `level`, which is stored by nobody under
 * test; the entry and those above must not hold a leaf. False when there is
 * no table page.
 */
bool reference_plant(const struct arm64_geometry *g, struct machine *m, uint64_t va, int level,
		     uint64_t desc);

#endif
