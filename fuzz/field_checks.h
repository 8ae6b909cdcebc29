// SPDX-License-Identifier: GPL-2.0-only
/* The checks of single fields, for the rows of field.c: whether op `i` may have its value; else *why. */
#ifndef FUZZ_FIELD_CHECKS_H
#define FUZZ_FIELD_CHECKS_H

#include "fuzz/scenario.h"

bool check_pages(const struct scenario *s, uint32_t i, struct refusal *why);
bool check_physical_range(const struct scenario *s, uint32_t i, struct refusal *why);
bool check_changed_runs(const struct scenario *s, uint32_t i, struct refusal *why);
bool check_shift(const struct scenario *s, uint32_t i, struct refusal *why);
bool check_kept(const struct scenario *s, uint32_t i, struct refusal *why);
bool check_change(const struct scenario *s, uint32_t i, struct refusal *why);
bool check_direct_map(const struct scenario *s, uint32_t i, struct refusal *why);
bool check_preset_level(const struct scenario *s, uint32_t i, struct refusal *why);
bool check_preset_leaf(const struct scenario *s, uint32_t i, struct refusal *why);
bool check_copied_range(const struct scenario *s, uint32_t i, struct refusal *why);
bool check_linear_range(const struct scenario *s, uint32_t i, struct refusal *why);

/* struct_pages.c */
bool check_struct_pages(const struct scenario *s, uint32_t i, struct refusal *why);

#endif
