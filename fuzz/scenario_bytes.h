// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scenarios as bytes: what fuzzers store and mutate.
 *
 * The encoding is canonical: a scenario has exactly one, and bytes that are
 * not the encoding of a scenario that scenario_check() accepts are refused.
 */
#ifndef FUZZ_SCENARIO_BYTES_H
#define FUZZ_SCENARIO_BYTES_H

#include "fuzz/scenario.h"

/* Enough for every scenario. */
#define SCENARIO_MAX_BYTES (256 + SCENARIO_MAX_OPS * 64 + SCENARIO_MAX_RUNS * 16)

/* Whether `size` bytes begin as an encoding does; text never does. */
bool scenario_bytes_begin(const uint8_t *bytes, size_t size);

/* The number of bytes written, or 0 when they are more than `capacity`. */
size_t scenario_encode(const struct scenario *s, uint8_t *bytes, size_t capacity);

/* False, with *s in no state to be used, unless `bytes` are an encoding. */
bool scenario_decode(const uint8_t *bytes, size_t size, struct scenario *s);

#endif
