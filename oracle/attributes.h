// SPDX-License-Identifier: GPL-2.0-only
/* What a protection means in attributes of translations. */
#ifndef ORACLE_ATTRIBUTES_H
#define ORACLE_ATTRIBUTES_H

#include "mapper/mapper.h"
#include "oracle/arm64/encoding.h"

/* The attributes of kernel memory mapped with `prot`. Static. */
const struct arm64_attributes *attributes_of(enum prot prot);

/* What a byte of MAIR_EL1 says, as Arm writes it; "other" if the kernel has no such memory. Static. */
const char *attributes_memory_name(uint8_t memory);

/* What a dump is to say of an entry at `level`: DUMP_ bits; of a link that leads nowhere that it is in use. */
uint32_t attributes_dumped(const struct arm64_geometry *g, int level, uint64_t desc);

/* What a segment that maps pages with `prot` may be found to be: MAY_ bits of space.h. */
uint8_t attributes_may(enum prot prot);

#endif
